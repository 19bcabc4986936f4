import { FlowsApi } from "@goauthentik/api/dist/apis/FlowsApi";
import type { Authentik } from "../../api/authentik";
import { Failure } from "../../delivery/failure";
import type { Outcome } from "../command";
import { textOf } from "./basis";
import type { Instance } from "./instance";

/** The step of authentik's own login that asks for a password which was asked for before. */
export interface PasswordStep {
  readonly id: string;
  readonly order: number;
  readonly stage: string;
  /** Whether policies skip it for whoever has given the password, as on a current server. */
  readonly isSkipped: boolean;
}

const LOGIN = "default-authentication-flow";
const IDENTIFICATION = "default-authentication-identification";
const PASSWORD = "default-authentication-password";

/** The step, where the first screen asks for the password too; nothing where there is none. */
export function passwordStep(instance: Instance): PasswordStep | undefined {
  const [flow] = instance.having("flows/instances", "slug", LOGIN);
  const [identification] = instance.having("stages/identification", "name", IDENTIFICATION);
  const [password] = instance.having("stages/password", "name", PASSWORD);
  if (flow === undefined || password === undefined || textOf(identification, "password_stage") === undefined) {
    return undefined;
  }
  const step = instance.having("flows/bindings", "target", flow.pk).find(({ stage }) => stage === password.pk);
  if (step === undefined) return undefined;
  const isSkipped = instance.having("policies/bindings", "target", step.pk).length > 0;
  return { id: String(step.pk), order: Number(step["order"]), stage: PASSWORD, isSkipped };
}

/**
 * Deletes the step that was shown, when it still is the one.
 * @throws Failure when it is not, or without it nobody would be asked for a password
 */
export async function removePasswordStep(authentik: Authentik, id: string): Promise<Outcome> {
  const flows = authentik.use(FlowsApi);
  const { StagesApi } = await import("@goauthentik/api/dist/apis/StagesApi.js");
  const stages = authentik.use(StagesApi);
  const [flow] = (await flows.flowsInstancesList({ slug: LOGIN })).results;
  const [identification] = (await stages.stagesIdentificationList({ name: IDENTIFICATION })).results;
  const { results } = await flows.flowsBindingsList({ target: flow?.pk ?? "" });
  const step = results.find(({ pk, stageObj }) => pk === id && stageObj.name === PASSWORD);
  if (flow === undefined || step === undefined) {
    const remedy = "run adopt without it, which shows the step";
    throw new Failure(`--remove-password-step: must be the step of ${LOGIN} that adopt shows, got ${id}; ${remedy}`);
  }
  if (identification?.passwordStage == null) {
    throw new Failure(
      `--remove-password-step: must be asked for on the first screen as well, got ${IDENTIFICATION} without a password stage; without the step anybody would get in by a name alone`,
    );
  }
  await flows.flowsBindingsDestroy({ fsbUuid: id });
  const text = `removed step ${step.order} (${PASSWORD}) of ${LOGIN}; the first screen asks for the password`;
  return { document: { format: 1, removed: { id, flow: LOGIN, stage: PASSWORD, order: step.order } }, text };
}
