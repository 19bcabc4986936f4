import { Construct } from "constructs";
import { Flow, checkFlow, flowUuid, flowsComplete } from "../../constructs/flow";
import type { FlowProps, FlowStep } from "../../constructs/flow";
import { renamedFrom } from "../../constructs/renamed";
import { addresses, all, only, synth } from "../synth";
import type { Synthesized } from "../synth";

const [ASK, CHECK, SIGN_IN] = ["ask", "check", "sign-in"].map((name) => `\${authentik_stage_dummy.${name}.id}`) as [
  string,
  string,
  string,
];
const POLICY = "${authentik_policy_expression.late.id}";
const OTHER = "${authentik_policy_expression.other.id}";

const steps: readonly FlowStep[] = [
  { id: "sign-in", order: 100, stage: SIGN_IN },
  { id: "ask", order: 10, stage: ASK },
  { id: "check", order: 20, stage: CHECK, policies: [{ policy: POLICY }, { policy: OTHER }] },
];
const props: FlowProps = { name: "Help", title: "Get help", slug: "iac-help", designation: "recovery", steps };

function flow(change: Partial<FlowProps> = {}): Synthesized {
  return synth(({ stack }) => new Flow(stack, "help", { ...props, ...change }));
}

function step(change: Partial<FlowStep>): Record<string, unknown> {
  return only(flow({ steps: [{ id: "ask", order: 10, stage: ASK, ...change }] }), "authentik_flow_stage_binding");
}

function bindings(json: Synthesized): Record<string, Record<string, unknown>> {
  return all(json, "authentik_flow_stage_binding");
}

test("the default child is the flow", () => {
  synth(({ stack }) => {
    const made = new Flow(stack, "help", props);
    expect(made.node.defaultChild).toBe(made.resource);
    expect(made.slug).toBe("iac-help");
  });
});

test("says everything the provider would leave to itself, and is replaced before it goes", () => {
  expect(only(flow(), "authentik_flow")).toEqual({
    name: "Help",
    title: "Get help",
    slug: "iac-help",
    designation: "recovery",
    authentication: "none",
    layout: "stacked",
    background: "/static/dist/assets/images/flow_background.jpg",
    denied_action: "message_continue",
    compatibility_mode: false,
    policy_engine_mode: "any",
    lifecycle: { create_before_destroy: true },
  });
});

test("passes on every option", () => {
  const options = {
    authentication: "require_unauthenticated",
    layout: "sidebar_left",
    background: "https://example.org/hills.jpg",
    deniedAction: "message",
    compatibilityMode: true,
  } as const;
  expect(only(flow(options), "authentik_flow")).toMatchObject({
    authentication: "require_unauthenticated",
    layout: "sidebar_left",
    background: "https://example.org/hills.jpg",
    denied_action: "message",
    compatibility_mode: true,
  });
});

test("a step is asked late, and its flags are the server's defaults, not the provider's", () => {
  expect(step({})).toEqual({
    target: "${authentik_flow.help.uuid}",
    stage: ASK,
    order: 10,
    evaluate_on_plan: false,
    re_evaluate_policies: true,
    policy_engine_mode: "any",
    invalid_response_action: "retry",
    lifecycle: { create_before_destroy: true },
  });
});

test("passes on every option of a step", () => {
  expect(step({ evaluateOnPlan: true, reEvaluatePolicies: false, match: "all" })).toMatchObject({
    evaluate_on_plan: true,
    re_evaluate_policies: false,
    policy_engine_mode: "all",
  });
});

test("policies are bound to the step, in their order", () => {
  const policies = [{ policy: POLICY }, { policy: OTHER, failureResult: true, negate: true }];
  const json = flow({ steps: [{ id: "ask", order: 10, stage: ASK, policies }] });
  const bound = { target: "${authentik_flow_stage_binding.help_ask.id}", lifecycle: { create_before_destroy: true } };
  expect(all(json, "authentik_policy_binding")).toEqual({
    "help_ask_policy-0": expect.objectContaining({
      ...bound,
      policy: POLICY,
      order: 0,
      failure_result: false,
      negate: false,
    }) as unknown,
    "help_ask_policy-1": expect.objectContaining({
      ...bound,
      policy: OTHER,
      order: 10,
      failure_result: true,
      negate: true,
    }) as unknown,
  });
});

test("each step waits for the one before it and its policies, in whatever order they are given", () => {
  const json = bindings(flow());
  expect(json["help_ask"]).not.toHaveProperty("depends_on");
  expect(json["help_check"]).toMatchObject({ depends_on: ["authentik_flow_stage_binding.help_ask"] });
  expect(json["help_sign-in"]).toMatchObject({
    depends_on: [
      "authentik_flow_stage_binding.help_check",
      "authentik_policy_binding.help_check_policy-0",
      "authentik_policy_binding.help_check_policy-1",
    ],
  });
});

test("who points at a flow of the stack waits for its last step and policies; a uuid is taken as it is", () => {
  synth(({ stack }) => {
    const made = new Flow(stack, "help", { ...props, steps: steps.filter(({ id }) => id !== "sign-in") });
    expect(made.complete.map((resource) => resource.friendlyUniqueId)).toEqual([
      "help_check",
      "help_check_policy-0",
      "help_check_policy-1",
    ]);
    expect(flowsComplete([made, "uuid", undefined, made])).toEqual(made.complete);
    expect(flowUuid(made)).toBe(made.flowId);
  });
  expect(flowUuid("uuid")).toBe("uuid");
  expect(flowUuid(undefined)).toBeUndefined();
  expect(flowsComplete(["uuid", undefined])).toBeUndefined();
});

test("a step keeps its address when others come and go, and moves with a flow that is renamed", () => {
  const [signIn, ask] = steps;
  if (signIn === undefined || ask === undefined) throw new Error("no steps");
  expect(addresses(flow({ steps: [ask, signIn] }))).toEqual(
    addresses(flow()).filter((address) => !address.includes("help_check")),
  );
  const json = synth(({ stack }) => {
    const flows = new Construct(stack, "flows");
    renamedFrom(new Flow(flows, "aid", props), "help");
  });
  expect(json.moved).toContainEqual({
    from: "authentik_flow_stage_binding.flows_help_check",
    to: "authentik_flow_stage_binding.flows_aid_check",
  });
});

test("refuses a flow without steps, a place taken twice, and policies that are never asked", () => {
  expect(() => flow({ steps: [] })).toThrow(
    'Flow "test/help": steps must hold at least one step, got []; a flow without any does nothing',
  );
  const again: FlowStep = { id: "again", order: 10, stage: CHECK };
  const mute: FlowStep = { ...again, order: 30, policies: [{ policy: POLICY }], reEvaluatePolicies: false };
  expect(() => flow({ steps: [...steps, again, { ...mute, id: "mute" }] })).toThrow(
    [
      'Flow "test/help": steps[3].order must be a place of its own, got 10, as steps[1] has; leave gaps of 10',
      "  steps[4].reEvaluatePolicies must be true with evaluateOnPlan false, got false; the step's policies would never be asked",
    ].join("\n"),
  );
  expect(checkFlow({ steps: [{ ...mute, policies: [] }] })).toEqual([]);
});

test("refuses policies that are asked before anybody is known, unless somebody says why", () => {
  const early: FlowStep = {
    id: "early",
    order: 30,
    stage: CHECK,
    policies: [{ policy: POLICY }],
    evaluateOnPlan: true,
  };
  expect(() => flow({ steps: [early] })).toThrow(
    'Flow "test/help": AK055 steps[0].evaluateOnPlan must be false beside policies, got true; they are asked when the flow starts, when nobody is known and nothing was entered, and a step that fails then is left out for good: ask them when the step is reached',
  );
  expect(() => flow({ steps: [early], waive: { AK055: "it asks for the time of day alone" } })).not.toThrow();
  expect(() => flow({ steps: [{ ...early, policies: [] }] })).not.toThrow();
});

test("a policy that says what it reads is asked early when that is nothing, and refused by name when it is something", () => {
  const early = (...reads: (string[] | undefined)[]): FlowStep => ({
    id: "early",
    order: 30,
    stage: CHECK,
    policies: reads.map((readsContext) => ({ policy: POLICY, readsContext })),
    evaluateOnPlan: true,
  });
  expect(checkFlow({ steps: [early([], [])] })).toEqual([]);
  expect(checkFlow({ steps: [early([], undefined)] })).toHaveLength(1);
  expect(() => flow({ steps: [early(["prompt_data", "invitation"], ["invitation"], undefined)] })).toThrow(
    'Flow "test/help": AK055 steps[0].evaluateOnPlan must be false beside policies that read invitation, prompt_data, got true; they are asked when the flow starts',
  );
  expect(() =>
    flow({ steps: [early(["invitation"])], waive: { AK055: "it is there when a source starts the flow" } }),
  ).not.toThrow();
});
