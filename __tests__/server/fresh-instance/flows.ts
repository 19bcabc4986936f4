import type { Values } from "../store";
import type { Maker } from "./maker";

interface Step {
  readonly order: number;
  readonly stage: string;
  readonly policies?: readonly string[];
  /** Fields of the policies' bindings. */
  readonly bound?: Values;
}

interface Flow {
  readonly slug: string;
  readonly name: string;
  readonly title?: string;
  readonly designation: string;
  readonly authentication?: string;
  readonly policies?: readonly string[];
  readonly steps?: readonly Step[];
}

const settings = (slug: string, name: string, title: string, steps: readonly Step[]): Flow => ({
  slug,
  name,
  title,
  designation: "stage_configuration",
  authentication: "require_authenticated",
  steps,
});

const setUp = (factor: string, title: string): Flow => {
  const name = `default-authenticator-${factor}-setup`;
  return settings(name, name, title, [{ order: 0, stage: name }]);
};

const authorization = (consent: "explicit" | "implicit", steps: readonly Step[]): Flow => ({
  slug: `default-provider-authorization-${consent}-consent`,
  name: "Authorize Application",
  title: "Redirecting to %(app)s",
  designation: "authorization",
  authentication: "require_authenticated",
  steps,
});

const WELCOME = "Welcome to authentik!";

const FLOWS: readonly Flow[] = [
  settings("default-password-change", "Change Password", "Change password", [
    { order: 0, stage: "default-password-change-prompt" },
    { order: 1, stage: "default-password-change-write", policies: ["default-password-change-password-policy"] },
  ]),
  {
    slug: "default-authentication-flow",
    name: WELCOME,
    designation: "authentication",
    steps: [
      { order: 10, stage: "default-authentication-identification" },
      {
        order: 20,
        stage: "default-authentication-password",
        policies: ["default-authentication-flow-password-stage"],
        bound: { order: 10, failure_result: true },
      },
      { order: 30, stage: "default-authentication-mfa-validation" },
      { order: 100, stage: "default-authentication-login" },
    ],
  },
  {
    slug: "default-invalidation-flow",
    name: "Logout",
    title: "Default Invalidation Flow",
    designation: "invalidation",
    steps: [{ order: 0, stage: "default-invalidation-logout" }],
  },
  setUp("static", "Setup Static OTP Tokens"),
  setUp("totp", "Set up Two-Factor authentication"),
  setUp("webauthn", "Setup WebAuthn"),
  authorization("explicit", [{ order: 0, stage: "default-provider-authorization-consent" }]),
  authorization("implicit", []),
  {
    slug: "default-provider-invalidation-flow",
    name: "Logout",
    title: "You've logged out of %(app)s.",
    designation: "invalidation",
  },
  {
    slug: "default-source-authentication",
    name: WELCOME,
    designation: "authentication",
    authentication: "require_unauthenticated",
    policies: ["default-source-authentication-if-sso"],
    steps: [{ order: 0, stage: "default-source-authentication-login" }],
  },
  {
    slug: "default-source-enrollment",
    name: `${WELCOME} Please select a username.`,
    designation: "enrollment",
    policies: ["default-source-enrollment-if-sso"],
    steps: [
      { order: 0, stage: "default-source-enrollment-prompt", policies: ["default-source-enrollment-if-username"] },
      { order: 1, stage: "default-source-enrollment-write" },
      { order: 2, stage: "default-source-enrollment-login" },
    ],
  },
  {
    slug: "default-source-pre-authentication",
    name: "Pre-Authentication",
    title: "Pre-authentication",
    designation: "stage_configuration",
  },
  settings("default-user-settings-flow", "User settings", "Update your info", [
    { order: 20, stage: "default-user-settings" },
    { order: 100, stage: "default-user-settings-write" },
  ]),
  {
    slug: "initial-setup",
    name: "default-oobe-setup",
    title: WELCOME,
    designation: "stage_configuration",
    policies: ["default-oobe-password-usable"],
    steps: [
      { order: 10, stage: "stage-default-oobe-password" },
      { order: 20, stage: "default-password-change-write", policies: ["default-oobe-prefill-user"] },
      { order: 100, stage: "default-authentication-login" },
    ],
  },
];

/** The flows, before there is a stage: some stages point at flows. */
export function addFlows(maker: Maker): void {
  for (const { policies: _policies, steps: _steps, name, title = name, ...values } of FLOWS) {
    maker.add("flows/instances", { name, title, ...values });
  }
}

/** The flows' stages and policies, once there are any. */
export function bindStages(maker: Maker): void {
  for (const { policies = [], slug, steps = [] } of FLOWS) {
    const target = maker.flow(slug);
    maker.bindPolicies(target, policies);
    for (const { bound, order, policies: own = [], stage } of steps) {
      const binding = maker.add("flows/bindings", { target, stage: maker.pk("stages/all", stage), order });
      maker.bindPolicies(binding.pk, own, bound);
    }
  }
}
