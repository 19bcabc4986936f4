import type { Values } from "../store";
import type { Maker } from "./maker";

interface Field extends Values {
  readonly name: string;
  readonly field_key: string;
  readonly label: string;
  readonly type: string;
}

const field = (
  name: string,
  field_key: string,
  label: string,
  type: string,
  order: number,
  values: Values = {},
): Field => ({
  name,
  field_key,
  label,
  type,
  order,
  placeholder: label,
  required: true,
  ...values,
});

const password = (prefix: string): Field[] => [
  field(`${prefix}-field-password`, "password", "Password", "password", 300),
  field(`${prefix}-field-password-repeat`, "password_repeat", "Password (repeat)", "password", 301),
];

const setting = (key: string, label: string, type: string, order: number): Field =>
  field(
    `default-user-settings-field-${key}`,
    key === "locale" ? "attributes.settings.locale" : key,
    label,
    type,
    order,
    {
      initial_value: `return user.${key}`,
      initial_value_expression: true,
    },
  );

interface PromptStage {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly policies?: readonly string[];
}

const PROMPT_STAGES: readonly PromptStage[] = [
  { name: "default-password-change-prompt", fields: password("default-password-change") },
  {
    name: "default-source-enrollment-prompt",
    fields: [field("default-source-enrollment-field-username", "username", "Username", "text", 100)],
  },
  {
    name: "default-user-settings",
    fields: [
      setting("username", "Username", "username", 200),
      setting("name", "Name", "text", 201),
      setting("email", "Email", "email", 202),
      setting("locale", "Locale", "ak-locale", 203),
    ],
    policies: ["default-user-settings-authorization"],
  },
  {
    name: "stage-default-oobe-password",
    fields: [
      field("initial-setup-field-header", "oobe-header-text", "oobe-header-text", "static", 100),
      field("initial-setup-field-email", "email", "Email", "email", 101, { placeholder: "Admin email" }),
      ...password("initial-setup"),
    ],
  },
];

const write = (name: string, user_creation_mode: string): [string, Values] => [
  "stages/user_write",
  { name, user_creation_mode },
];

const STAGES: readonly (readonly [path: string, values: Values, configureFlow?: string])[] = [
  [
    "stages/password",
    {
      name: "default-authentication-password",
      backends: [
        "authentik.core.auth.InbuiltBackend",
        "authentik.sources.kerberos.auth.KerberosBackend",
        "authentik.sources.ldap.auth.LDAPBackend",
        "authentik.core.auth.TokenBackend",
      ],
    },
    "default-password-change",
  ],
  ["stages/authenticator/validate", { name: "default-authentication-mfa-validation" }],
  ["stages/identification", { name: "default-authentication-identification", user_fields: ["email", "username"] }],
  ["stages/user_login", { name: "default-authentication-login" }],
  ["stages/user_login", { name: "default-source-authentication-login" }],
  ["stages/user_login", { name: "default-source-enrollment-login" }],
  ["stages/user_logout", { name: "default-invalidation-logout" }],
  ["stages/consent", { name: "default-provider-authorization-consent", mode: "expiring" }],
  write("default-password-change-write", "never_create"),
  write("default-source-enrollment-write", "always_create"),
  write("default-user-settings-write", "never_create"),
  [
    "stages/authenticator/static",
    { name: "default-authenticator-static-setup", friendly_name: "Static tokens", token_count: 6 },
    "default-authenticator-static-setup",
  ],
  [
    "stages/authenticator/totp",
    { name: "default-authenticator-totp-setup", friendly_name: "TOTP Device", digits: "6" },
    "default-authenticator-totp-setup",
  ],
  [
    "stages/authenticator/webauthn",
    { name: "default-authenticator-webauthn-setup" },
    "default-authenticator-webauthn-setup",
  ],
];

/** The stages, with the fields of those that ask for something. */
export function addStages(maker: Maker): void {
  for (const [path, values, flow] of STAGES) {
    maker.add(path, flow === undefined ? values : { ...values, configure_flow: maker.flow(flow) });
  }
  for (const { fields, name, policies = [] } of PROMPT_STAGES) {
    maker.add("stages/prompt/stages", {
      name,
      fields: fields.map((values) => maker.add("stages/prompt/prompts", values).pk),
      validation_policies: policies.map((policy) => maker.pk("policies/all", policy)),
    });
  }
}
