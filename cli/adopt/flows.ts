import type { Instance, Live } from "./instance";

/** Slugs of the flows that a site makes. */
export const FLOWS = {
  login: "iac-login",
  passkey: "iac-passkey",
  recovery: "iac-recovery",
  enrollment: "iac-enrollment",
  userSettings: "iac-user-settings",
  sourceLogin: "iac-source-login",
} as const;

/** Names of authentik's own login, which goes by its slug, and of what is looked at in it. */
export const BUILT_IN_LOGIN = {
  flow: "default-authentication-flow",
  identification: "default-authentication-identification",
  session: "default-authentication-login",
} as const;

/** The domain of the brand every server has. */
export const DEFAULT_BRAND = "authentik-default";

/** The picture behind the box where nobody chose one. */
export const BACKGROUND = "/static/dist/assets/images/flow_background.jpg";

/** Factors that people set up in flows of a site's own; authentik's paths are called after them. */
export const FACTORS = ["totp", "webauthn", "static", "email"] as const;
export type Factor = (typeof FACTORS)[number];

/** The name of the stage in which a factor is set up, and of its flow. */
export function setUpName(factor: Factor): string {
  return `iac-set-up-${factor}`;
}

export function flowAt(instance: Instance, slug: string): Live | undefined {
  return instance.having("flows/instances", "slug", slug)[0];
}

/** A stage by its kind, such as `user_login`, and its name. */
export function stageAt(instance: Instance, kind: string, name: string): Live | undefined {
  return instance.having(`stages/${kind}`, "name", name)[0];
}

/** The steps of a flow: its bindings of stages. */
export function stepsOf(instance: Instance, flow: Live): readonly Live[] {
  return instance.having("flows/bindings", "target", flow.pk);
}

/** Whether one of a flow's steps is a stage. */
export function hasStep(instance: Instance, flow: Live, stage: Live | undefined): boolean {
  return stage !== undefined && stepsOf(instance, flow).some((step) => step.stage === stage.pk);
}

/** The stage in which a factor is set up, where a site made it. */
export function setUpStage(instance: Instance, factor: Factor): Live | undefined {
  return stageAt(instance, `authenticator/${factor}`, setUpName(factor));
}

/** The factor that is set up in a stage of a site's own. */
export function factorOf(instance: Instance, stage: unknown): Factor | undefined {
  return FACTORS.find((factor) => setUpStage(instance, factor)?.pk === stage);
}

/** Whether something leads to a flow. */
export function leadsTo(reference: unknown, flow: Live | undefined): boolean {
  return flow !== undefined && reference === flow.pk;
}
