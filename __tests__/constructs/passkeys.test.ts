import { FactorSetUp } from "../../constructs/factor-set-up";
import type { SetUpFactor } from "../../constructs/factor-set-up";
import { PasskeyLogin } from "../../constructs/passkey-login";
import { SingleScreenLogin } from "../../constructs/single-screen-login";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, all, only, synth } from "../synth";
import type { Synthesized } from "../synth";
import { stepsOf } from "./flow-steps";

function setUp(factor: SetUpFactor, title?: string): Synthesized {
  return synth(({ stack }) => {
    new FactorSetUp(stack, "set-up", title === undefined ? { factor } : { factor, title });
  });
}

describe("FactorSetUp", () => {
  test.each<[SetUpFactor, string, object]>([
    ["totp", "authentik_stage_authenticator_totp", { digits: "6", friendly_name: "Authenticator app" }],
    [
      "webauthn",
      "authentik_stage_authenticator_webauthn",
      {
        resident_key_requirement: "required",
        user_verification: "required",
        prevent_duplicate_devices: true,
        friendly_name: "Passkey",
      },
    ],
    [
      "static",
      "authentik_stage_authenticator_static",
      { token_count: 6, token_length: 12, friendly_name: "Recovery codes" },
    ],
    [
      "email",
      "authentik_stage_authenticator_email",
      {
        template: "email/email_otp.html",
        use_global_settings: true,
        token_expiry: "minutes=10",
        subject: "Your code to sign in",
        friendly_name: "Codes by e-mail",
      },
    ],
  ])("%s is set up by people who are signed in, in a flow that their settings lead to", (factor, type, stage) => {
    const json = setUp(factor);
    expect(only(json, type)).toEqual({
      ...stage,
      name: `iac-set-up-${factor}`,
      configure_flow: "${authentik_flow.set-up_flow.uuid}",
      lifecycle: { create_before_destroy: true },
    });
    expect(only(json, "authentik_flow")).toMatchObject({
      slug: `iac-set-up-${factor}`,
      designation: "stage_configuration",
      authentication: "require_authenticated",
    });
    expect(stepsOf(json, "set-up_flow")).toEqual([[10, type, []]]);
    expect(inspect(json as unknown as TerraformJson)).toEqual([]);
  });

  test("has a title of its own, a default child, and addresses that are public", () => {
    expect(only(setUp("totp", "Codes"), "authentik_flow")).toMatchObject({ title: "Codes" });
    expect(only(setUp("totp", "Codes"), "authentik_stage_authenticator_totp")).toMatchObject({
      friendly_name: "Codes",
    });
    const json = synth(({ stack }) => {
      const made = new FactorSetUp(stack, "set-up", { factor: "totp" });
      expect(made.node.defaultChild).toBe(made.resource);
    });
    expect(addresses(json)).toEqual([
      "authentik_flow.set-up_flow",
      "authentik_flow_stage_binding.set-up_flow_set-up",
      "authentik_stage_authenticator_totp.set-up",
    ]);
  });
});

describe("PasskeyLogin", () => {
  const json = synth(({ stack }) => {
    new PasskeyLogin(stack, "passkey", { sessionDuration: "days=2", title: "Passkey", background: "/media/b.png" });
  });

  test("takes a passkey that verifies the person, and nothing else", () => {
    expect(stepsOf(json, "passkey_flow")).toEqual([
      [10, "authentik_stage_authenticator_validate", []],
      [100, "authentik_stage_user_login", []],
    ]);
    expect(only(json, "authentik_stage_authenticator_validate")).toEqual({
      name: "iac-passkey",
      device_classes: ["webauthn"],
      not_configured_action: "deny",
      last_auth_threshold: "seconds=0",
      webauthn_user_verification: "required",
      lifecycle: { create_before_destroy: true },
    });
    expect(inspect(json as unknown as TerraformJson)).toEqual([]);
  });

  test("says how long the session lasts, and how it looks", () => {
    expect(only(json, "authentik_stage_user_login")).toMatchObject({
      name: "iac-passkey-session",
      session_duration: "days=2",
      remember_me_offset: "seconds=0",
      network_binding: "no_binding",
      geoip_binding: "no_binding",
      terminate_other_sessions: false,
    });
    expect(only(json, "authentik_flow")).toMatchObject({
      slug: "iac-passkey",
      designation: "authentication",
      title: "Passkey",
      background: "/media/b.png",
    });
  });

  test("sessions last four weeks unless told otherwise", () => {
    const plain = synth(({ stack }) => {
      const made = new PasskeyLogin(stack, "passkey");
      expect(made.node.defaultChild).toBe(made.flow.resource);
    });
    expect(only(plain, "authentik_stage_user_login")).toMatchObject({ session_duration: "weeks=4" });
    expect(addresses(plain)).toEqual([
      "authentik_flow.passkey_flow",
      "authentik_flow_stage_binding.passkey_flow_passkey",
      "authentik_flow_stage_binding.passkey_flow_session",
      "authentik_stage_authenticator_validate.passkey_passkey",
      "authentik_stage_user_login.passkey_session",
    ]);
  });
});

describe("a login whose factors are set up in stages of our own", () => {
  const configure = (own: boolean): Synthesized =>
    synth(({ stack, lookups }) => {
      const email = new FactorSetUp(stack, "email", { factor: "email" });
      new SingleScreenLogin(stack, "login", {
        lookups,
        mfa: {
          deviceClasses: ["totp", "email"],
          notConfigured: "configure",
          setUp: ["totp", "email"],
          ...(own ? { setUpStages: { email: email.stageId } } : {}),
        },
      });
    });

  test("offers them beside authentik's own", () => {
    const json = configure(true);
    expect(all(json, "authentik_stage_authenticator_validate").login_mfa).toMatchObject({
      configuration_stages: [
        "${data.authentik_stage.lookups_stage-default-authenticator-totp-setup.id}",
        "${authentik_stage_authenticator_email.email.id}",
      ],
    });
    expect(inspect(json as unknown as TerraformJson)).toEqual([]);
  });

  test("fails on codes by e-mail without one, which authentik does not bring", () => {
    expect(() => configure(false)).toThrow(
      'SingleScreenLogin "test/login": mfa.setUpStages must have a stage for email, got none; make one with FactorSetUp, or leave email out of mfa.setUp',
    );
  });
});
