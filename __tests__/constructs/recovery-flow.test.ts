import { RecoveryFlow } from "../../constructs/recovery-flow";
import type { RecoveryFlowProps } from "../../constructs/recovery-flow";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, all, only, synth } from "../synth";
import type { Synthesized } from "../synth";
import { stepsOf } from "./flow-steps";

function recovery(props: RecoveryFlowProps = {}): Synthesized {
  return synth(({ stack }) => {
    new RecoveryFlow(stack, "recovery", props);
  });
}

test("is for nobody who is signed in, and its default child is the flow", () => {
  const json = synth(({ stack }) => {
    const made = new RecoveryFlow(stack, "recovery");
    expect(made.node.defaultChild).toBe(made.flow.resource);
  });
  expect(only(json, "authentik_flow")).toMatchObject({
    slug: "iac-recovery",
    designation: "recovery",
    authentication: "require_unauthenticated",
    title: "Reset your password",
  });
  expect(inspect(json as unknown as TerraformJson)).toEqual([]);
});

test("takes five steps; who comes by a link is not asked who they are", () => {
  expect(stepsOf(recovery(), "recovery_flow")).toEqual([
    [10, "authentik_stage_identification", ["iac-recovery-not-restored, passes when it breaks"]],
    [20, "authentik_stage_email", []],
    [30, "authentik_stage_prompt", []],
    [40, "authentik_stage_user_write", []],
    [100, "authentik_stage_user_login", []],
  ]);
});

test("does not tell who has an account", () => {
  expect(only(recovery(), "authentik_stage_identification")).toMatchObject({
    user_fields: ["email", "username"],
    case_insensitive_matching: true,
    pretend_user_exists: true,
    show_matched_user: false,
  });
});

test("the link is good for half an hour, and brings nobody back who was deactivated", () => {
  const email = only(recovery(), "authentik_stage_email");
  expect(email).toMatchObject({
    template: "email/password_reset.html",
    token_expiry: "minutes=30",
    use_global_settings: true,
    subject: "Reset your password",
  });
  expect(email).not.toHaveProperty("activate_user_on_success");
});

test("asks for the password twice, makes nobody, and ends all other sessions", () => {
  const json = recovery();
  const fields = Object.values(all(json, "authentik_stage_prompt_field"));
  expect(fields.map(({ field_key: key, type, required }) => [key, type, required])).toEqual([
    ["password", "password", true],
    ["password_repeat", "password", true],
  ]);
  expect(only(json, "authentik_stage_prompt")).toMatchObject({ validation_policies: [] });
  expect(only(json, "authentik_stage_user_write")).toMatchObject({ user_creation_mode: "never_create" });
  expect(only(json, "authentik_stage_user_login")).toMatchObject({
    session_duration: "weeks=4",
    terminate_other_sessions: true,
  });
});

test("every option", () => {
  const json = recovery({
    title: "Neues Passwort",
    userFields: ["username"],
    passwordPolicy: "${authentik_policy_password.p.id}",
    subject: "Neues Passwort für example.org",
    tokenMinutes: 5,
    sessionDuration: "days=1",
    background: "/media/b.png",
  });
  expect(only(json, "authentik_flow")).toMatchObject({ title: "Neues Passwort", background: "/media/b.png" });
  expect(only(json, "authentik_stage_identification")).toMatchObject({ user_fields: ["username"] });
  expect(only(json, "authentik_stage_prompt")).toMatchObject({
    validation_policies: ["${authentik_policy_password.p.id}"],
  });
  expect(only(json, "authentik_stage_email")).toMatchObject({
    subject: "Neues Passwort für example.org",
    token_expiry: "minutes=5",
  });
  expect(only(json, "authentik_stage_user_login")).toMatchObject({ session_duration: "days=1" });
});

test.each([4, 1441])("fails on a link that is good for %d minutes", (tokenMinutes) => {
  expect(() => recovery({ tokenMinutes })).toThrow(
    `RecoveryFlow "test/recovery": tokenMinutes must be 5 to 1440, got ${tokenMinutes}`,
  );
});

test("its addresses are public", () => {
  expect(addresses(recovery())).toEqual([
    "authentik_flow.recovery_flow",
    "authentik_flow_stage_binding.recovery_flow_email",
    "authentik_flow_stage_binding.recovery_flow_identification",
    "authentik_flow_stage_binding.recovery_flow_password",
    "authentik_flow_stage_binding.recovery_flow_session",
    "authentik_flow_stage_binding.recovery_flow_write",
    "authentik_policy_binding.recovery_flow_identification_policy-0",
    "authentik_policy_expression.recovery_not-restored",
    "authentik_stage_email.recovery_email",
    "authentik_stage_identification.recovery_identification",
    "authentik_stage_prompt.recovery_password",
    "authentik_stage_prompt_field.recovery_password_password",
    "authentik_stage_prompt_field.recovery_password_password-repeat",
    "authentik_stage_user_login.recovery_session",
    "authentik_stage_user_write.recovery_write",
  ]);
});
