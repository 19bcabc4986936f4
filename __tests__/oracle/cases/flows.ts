import type { Case } from "./case";
import { drop, flaw, put, set, unsent, unstated } from "./case";

const SOURCE = "authentik_source_oauth.google";
const BRAND = "authentik_brand.public";
const LAST = "authentik_flow_stage_binding.login_100";
const GUARD = "authentik_flow_stage_binding.login_20";
const PASSKEY = "authentik_stage_authenticator_validate.passkey";
const IDENTIFICATION = "authentik_stage_identification.login";
const ENROLLMENT = "authentik_flow_stage_binding.enroll_20";
const SESSION = "authentik_stage_user_login.login";
const MFA_POLICY = "authentik_policy_binding.mfa";
const GUARD_POLICY = "authentik_policy_binding.login";
const stepOf = (order: string): string => `authentik_flow_stage_binding.login_${order}`;

/** A step for the password, beside the one that has it on its screen. */
const passwordStep = {
  target: "${authentik_flow.login.uuid}",
  stage: "${authentik_stage_password.login.id}",
  order: 110,
  evaluate_on_plan: false,
  re_evaluate_policies: true,
  depends_on: ["helm_release.authentik"],
};
const lasts = "session_duration must be stated and last; nothing lasts as an anonymous session";
const firstDestroyed = (address: string): Case =>
  flaw(
    address,
    "create-before-destroy",
    "lifecycle.create_before_destroy must be true; deleted first, it takes with it what refers to it",
    drop(address, "lifecycle"),
  );

/** Flows, stages, sources and brands. */
export const flowCases: readonly Case[] = [
  unstated(
    "authentik_flow_stage_binding.login_10",
    "evaluate_on_plan",
    "the provider's defaults are the opposite of the server's",
  ),
  unstated(
    "authentik_flow_stage_binding.login_10",
    "re_evaluate_policies",
    "the provider's defaults are the opposite of the server's",
  ),
  unstated(
    "authentik_stage_identification.login",
    "case_insensitive_matching",
    "omitted, it is sent as false and people must type their name's case",
  ),
  flaw(
    "authentik_stage_identification.login",
    "stage-values",
    "user_fields or sources must have an entry; the server refuses a stage with neither",
    drop("authentik_stage_identification.login", "user_fields", "sources"),
  ),
  flaw(
    "authentik_stage_authenticator_validate.login",
    "stage-values",
    "configuration_stages must have an entry with not_configured_action configure",
    drop("authentik_stage_authenticator_validate.login", "configuration_stages"),
  ),
  flaw(
    "authentik_stage_redirect.home",
    "stage-values",
    "target_flow must be stated in mode flow",
    drop("authentik_stage_redirect.home", "mode"),
  ),
  ...["create_users_as_inactive", "user_type", "user_creation_mode"].map((name) =>
    unstated("authentik_stage_user_write.enroll", name, "the provider's defaults create inactive external people"),
  ),
  flaw(
    ENROLLMENT,
    "writes-others",
    "authentik_flow.enroll must require that nobody is signed in; authentik_stage_user_write.enroll would write to that person",
    drop("authentik_flow.enroll", "authentication"),
  ),
  flaw(
    ENROLLMENT,
    "writes-others",
    "authentik_stage_user_write.enroll must be always_create in a flow for enrollment",
    set("authentik_stage_user_write.enroll", "user_creation_mode", "create_when_required"),
  ),
  flaw(
    ENROLLMENT,
    "writes-others",
    "authentik_stage_user_write.enroll must be never_create in a flow for recovery",
    set("authentik_flow.enroll", "designation", "recovery"),
  ),
  flaw(
    IDENTIFICATION,
    "buttons-only",
    "pretend_user_exists must be false without user_fields; any name would lead past the sources",
    set(IDENTIFICATION, "user_fields", []),
  ),
  flaw(
    "authentik_stage_authenticator_email.otp",
    "email-template",
    "template must be stated and not be email/password_reset.html; the one for codes is email/email_otp.html",
    drop("authentik_stage_authenticator_email.otp", "template"),
  ),
  unsent("authentik_stage_email.recovery", "activate_user_on_success", false, "false"),
  unsent("authentik_stage_email.recovery", "timeout", 0, "0"),
  unsent("authentik_stage_password.login", "failed_attempts_before_cancel", 0, "0"),
  unsent("authentik_stage_prompt_field.username", "order", 0, "0"),
  unsent("authentik_stage_prompt_field.username", "placeholder", "", "empty"),
  flaw(
    SOURCE,
    "source-urls",
    "access_token_url, profile_url, oidc_jwks_url must be stated or under ignore_changes; the server fills them in",
    set(SOURCE, "lifecycle", { ignore_changes: ["authorization_url"] }),
  ),
  flaw(
    SOURCE,
    "source-urls",
    "authorization_code_auth_method must be post_body for google; the provider's default is basic_auth",
    drop(SOURCE, "authorization_code_auth_method"),
  ),
  unstated("authentik_brand.public", "branding_logo", "the server fills it in and every plan would clear it"),
  unstated("authentik_brand.public", "branding_favicon", "the server fills it in and every plan would clear it"),
  unstated(BRAND, "flow_invalidation", "a brand has no flow that it does not name"),
  flaw(
    BRAND,
    "brand-domain",
    'domain must be a host, got "id.example.org:8443"',
    set(BRAND, "domain", "id.example.org:8443"),
  ),
  flaw(
    BRAND,
    "brand-domain",
    "domain is that of the default brand; adopt it, or name a host",
    set(BRAND, "domain", "authentik-default"),
  ),
  flaw(
    BRAND,
    "half-built-flow",
    `flow_authentication is shown before ${LAST} is made; depend on it`,
    set(BRAND, "depends_on", ["helm_release.authentik", ...["10", "20", "30"].map(stepOf), MFA_POLICY, GUARD_POLICY]),
  ),
  flaw(
    LAST,
    "half-built-flow",
    `signs people in before ${stepOf("30")}, ${MFA_POLICY} is made; depend on it`,
    (draft) => {
      set(LAST, "depends_on", ["helm_release.authentik", stepOf("10"), stepOf("20"), GUARD_POLICY])(draft);
      // The brand would not wait for it either.
      draft.block(BRAND)["depends_on"] = ["helm_release.authentik", LAST, MFA_POLICY];
    },
  ),
  flaw(
    "authentik_flow_stage_binding.password",
    "password-twice",
    `asks for the password that ${IDENTIFICATION} has asked for; remove the binding`,
    (draft) => {
      put("authentik_flow_stage_binding.password", passwordStep)(draft);
      draft.block(BRAND)["depends_on"] = ["helm_release.authentik", LAST, "authentik_flow_stage_binding.password"];
    },
  ),
  {
    spoil: (draft) => {
      put("authentik_flow_stage_binding.password", passwordStep)(draft);
      drop(IDENTIFICATION, "password_stage")(draft);
      draft.block(BRAND)["depends_on"] = ["helm_release.authentik", LAST, "authentik_flow_stage_binding.password"];
    },
    findings: [],
  },
  flaw(GUARD, "denies-all", "denies everybody, since no policy binding has it as its target; bind one", (draft) => {
    Reflect.deleteProperty(draft.section("resource")["authentik_policy_binding"] as object, "login");
    set(LAST, "depends_on", ["helm_release.authentik", ...["10", "20", "30"].map(stepOf), MFA_POLICY])(draft);
  }),
  flaw(
    MFA_POLICY,
    "fails-open",
    "failure_result must be true; a policy that breaks would skip authentik_stage_authenticator_validate.login",
    drop(MFA_POLICY, "failure_result"),
  ),
  flaw(
    MFA_POLICY,
    "flow-context",
    `authentik_policy_expression.password reads auth_method, which is there late; ${stepOf("30")} must ask it late`,
    set(stepOf("30"), "evaluate_on_plan", true),
  ),
  flaw(
    MFA_POLICY,
    "flow-context",
    `authentik_policy_expression.password reads auth_method, which is there late; ${stepOf("30")} must ask it late`,
    set(stepOf("30"), "re_evaluate_policies", false),
  ),
  flaw(
    IDENTIFICATION,
    "passkey",
    `webauthn_stage ${PASSKEY} must require user verification; it is the only factor`,
    drop(PASSKEY, "webauthn_user_verification"),
  ),
  flaw(
    IDENTIFICATION,
    "passkey",
    `webauthn_stage ${PASSKEY} must have the device class webauthn`,
    set(PASSKEY, "device_classes", ["totp"]),
  ),
  flaw(SESSION, "session-duration", lasts, drop(SESSION, "session_duration")),
  flaw(SESSION, "session-duration", lasts, set(SESSION, "session_duration", "seconds=0")),
  ...[
    "authentik_stage_password.login",
    PASSKEY,
    "authentik_stage_deny.login",
    "authentik_policy_reputation.bad",
    "authentik_policy_expression.password",
  ].map(firstDestroyed),
  flaw(
    "authentik_certificate_key_pair.ldaps",
    "certificate-pem",
    "certificate_data must end in exactly one newline; it is read back so",
    set(
      "authentik_certificate_key_pair.ldaps",
      "certificate_data",
      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n\n",
    ),
  ),
];
