/** Slugs of the flows that authentik's own blueprints make. */
const FLOWS = [
  "default-account-lockdown",
  "default-account-lockdown-complete",
  "default-authentication-flow",
  ...["email", "mobile", "static", "totp", "webauthn"].map((factor) => `default-authenticator-${factor}-setup`),
  "default-invalidation-flow",
  "default-password-change",
  "default-provider-authorization-explicit-consent",
  "default-provider-authorization-implicit-consent",
  "default-provider-invalidation-flow",
  "default-request",
  "default-source-authentication",
  "default-source-enrollment",
  "default-source-pre-authentication",
  "default-user-settings-flow",
  "endpoints-agent-psso-password",
  "initial-setup",
];

const STAGES = [
  "default-account-lockdown-complete-prompt",
  "default-account-lockdown-prompt",
  "default-account-lockdown-self-complete-prompt",
  "default-account-lockdown-stage",
  "default-authentication-identification",
  "default-authentication-login",
  "default-authentication-mfa-validation",
  "default-authentication-password",
  ...["email", "mobile", "static", "totp", "webauthn"].map((factor) => `default-authenticator-${factor}-setup`),
  "default-invalidation-logout",
  "default-password-change-prompt",
  "default-password-change-write",
  "default-provider-authorization-consent",
  "default-source-authentication-login",
  "default-source-enrollment-login",
  "default-source-enrollment-prompt",
  "default-source-enrollment-write",
  "default-user-settings",
  "default-user-settings-write",
  "endpoints-agent-psso-password-identification",
  "endpoints-agent-psso-password-password",
  "stage-default-oobe-password",
];

const PROMPTS = [
  ...["complete", "info", "reason", "warning"].map((field) => `default-account-lockdown-field-${field}`),
  "default-account-lockdown-self-field-complete",
  "default-password-change-field-password",
  "default-password-change-field-password-repeat",
  "default-source-enrollment-field-username",
  ...["email", "locale", "name", "username"].map((field) => `default-user-settings-field-${field}`),
  ...["base-url", "email", "header", "password", "password-repeat"].map((field) => `initial-setup-field-${field}`),
];

const POLICIES = [
  "default-account-lockdown-admin-policy",
  "default-authentication-flow-password-stage",
  ...["account-lockdown", "configuration-error", "impossible-travel", "mfa-device-added", "mfa-device-removed"].map(
    (event) => `default-match-${event}`,
  ),
  ...["password-set", "policy-exception", "property-mapping-exception", "update", "user-created"].map(
    (event) => `default-match-${event}`,
  ),
  "default-oobe-base-url-valid",
  "default-oobe-flow-set-authentication",
  "default-oobe-password-usable",
  "default-oobe-prefill-user",
  "default-password-change-password-policy",
  "default-source-authentication-if-sso",
  "default-source-enrollment-if-sso",
  "default-source-enrollment-if-username",
  "default-user-settings-authorization",
];

/** What authentik's own blueprints make of sign-in, by name; flows by slug. */
export const BUILT_IN = {
  flows: new Set(FLOWS),
  stages: new Set(STAGES),
  prompts: new Set(PROMPTS),
  policies: new Set(POLICIES),
} as const;

/** The slug of the source that every server has. */
export const BUILT_IN_SOURCE = "authentik-built-in";
