import { Flow } from "../../constructs/flow";
import { ReputationGuard, checkReputation } from "../../constructs/reputation-guard";
import type { ReputationGuardProps, ReputationProps } from "../../constructs/reputation-guard";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { all, only, synth } from "../synth";
import type { Synthesized } from "../synth";

function guarded(change: Partial<ReputationGuardProps> = {}): Synthesized {
  return synth(({ stack }) => {
    const guard = new ReputationGuard(stack, "guard", { name: "iac-guard", reputation: {}, ...change });
    const steps = [guard.step("guard", 20)];
    new Flow(stack, "flow", { name: "f", title: "F", slug: "f", designation: "authentication", steps });
  });
}

const texts = (reputation: ReputationProps | false): string[] =>
  checkReputation(reputation).map(({ code, field, text }) => `${code ?? ""} ${field} ${text}`);

test("the default child is the stage that denies", () => {
  synth(({ stack }) => {
    const guard = new ReputationGuard(stack, "guard", { name: "iac-guard", reputation: {} });
    expect(guard.node.defaultChild).toBe(guard.resource);
  });
});

test("turns away whoever has a score of -5, for the address and the username", () => {
  const json = guarded();
  expect(only(json, "authentik_policy_reputation")).toEqual({
    name: "iac-guard-reputation",
    threshold: -5,
    check_ip: true,
    check_username: true,
    execution_logging: false,
    lifecycle: { create_before_destroy: true },
  });
  expect(only(json, "authentik_stage_deny")).toEqual({
    name: "iac-guard",
    deny_message: "Too many failed attempts to sign in. Try again tomorrow, or ask an administrator.",
    lifecycle: { create_before_destroy: true },
  });
  expect(inspect(json as unknown as TerraformJson)).toEqual([]);
});

test("binds the policy to the step that denies, and to nothing else", () => {
  const json = guarded();
  expect(only(json, "authentik_flow_stage_binding")).toMatchObject({
    stage: "${authentik_stage_deny.guard.id}",
    order: 20,
    policy_engine_mode: "all",
    evaluate_on_plan: false,
    re_evaluate_policies: true,
  });
  expect(only(json, "authentik_policy_binding")).toMatchObject({
    target: "${authentik_flow_stage_binding.flow_guard.id}",
    policy: "${authentik_policy_reputation.guard_reputation.id}",
    failure_result: false,
    negate: false,
  });
});

test("passes on every option", () => {
  const json = guarded({ reputation: { threshold: -2, checkIp: false, checkUsername: true, message: "Go away." } });
  expect(only(json, "authentik_policy_reputation")).toMatchObject({
    threshold: -2,
    check_ip: false,
    check_username: true,
  });
  expect(only(json, "authentik_stage_deny")).toMatchObject({ deny_message: "Go away." });
});

test("further policies have to pass as well", () => {
  const also = [{ policy: "${authentik_policy_expression.password.id}", failureResult: true }];
  expect(all(guarded({ also }), "authentik_policy_binding")).toMatchObject({
    "flow_guard_policy-0": { policy: "${authentik_policy_reputation.guard_reputation.id}", order: 0 },
    "flow_guard_policy-1": { policy: "${authentik_policy_expression.password.id}", order: 10, failure_result: true },
  });
});

test("switched off, the step and its binding stay, with a policy that never passes: without any it would deny everybody", () => {
  const off = guarded({ reputation: false });
  expect(off.resource).not.toHaveProperty("authentik_policy_reputation");
  expect(Object.keys(all(off, "authentik_policy_binding"))).toEqual(
    Object.keys(all(guarded(), "authentik_policy_binding")),
  );
  expect(only(off, "authentik_policy_binding")).toMatchObject({
    policy: "${authentik_policy_expression.guard_never.id}",
  });
  expect(only(off, "authentik_policy_expression")).toMatchObject({
    name: "iac-guard-never",
    expression: expect.stringContaining("return False") as unknown,
    lifecycle: { create_before_destroy: true },
  });
  expect(inspect(off as unknown as TerraformJson)).toEqual([]);
});

test.each([-5, -3, -1])("accepts the threshold %d", (threshold) => {
  expect(texts({ threshold })).toEqual([]);
});

test.each([
  [0, "scores begin at 0, so everybody without a history would be turned away"],
  [10, "scores begin at 0, so everybody without a history would be turned away"],
  [-6, "the score of a username at an address ends at -5, so guessing would go on"],
  [-2.5, "scores are whole numbers"],
])("refuses the threshold %d", (threshold, why) => {
  expect(texts({ threshold })).toEqual([`AK042 reputation.threshold must be -5 to -1, got ${threshold}; ${why}`]);
});

test("refuses a policy that looks at nothing; one that is off is not looked at", () => {
  expect(texts({ checkIp: false, checkUsername: false })).toEqual([
    "AK042 reputation.checkUsername must be true with checkIp false, got false; a policy that looks at neither adds up everybody's scores",
  ]);
  expect(texts(false)).toEqual([]);
  expect(() => guarded({ reputation: { threshold: 0 } })).toThrow(
    'ReputationGuard "test/guard": AK042 reputation.threshold must be -5 to -1, got 0; scores begin at 0, so everybody without a history would be turned away',
  );
});
