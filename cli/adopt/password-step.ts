import { FlowsApi } from "@goauthentik/api/dist/apis/FlowsApi";
import type { FlowStageBinding } from "@goauthentik/api/dist/models/FlowStageBinding";
import type { Authentik } from "../../api/authentik";
import { pages } from "../../api/pages";
import { show } from "../../config/problems";
import { Failure } from "../../delivery/failure";
import type { Outcome } from "../command";
import { textOf } from "./basis";
import type { Instance, Live } from "./instance";

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
  const steps = instance.having("flows/bindings", "target", flow.pk);
  const policiesOf = ({ pk }: Live): readonly Live[] =>
    instance.having("policies/bindings", "target", pk).filter(({ enabled }) => enabled !== false);
  const step = steps.find(({ stage }) => stage === password.pk);
  const first = steps.find(({ stage }) => stage === identification?.pk);
  if (step === undefined || first === undefined || policiesOf(first).length > 0) return undefined;
  if (Number(first["order"]) > Number(step["order"])) return undefined;
  const isSkipped = policiesOf(step).length > 0;
  return { id: String(step.pk), order: Number(step["order"]), stage: PASSWORD, isSkipped };
}

/**
 * Deletes the step that was shown, when it still is the one.
 * @throws Failure when it is not, or without it nobody would be asked for a password
 */
export async function removePasswordStep(authentik: Authentik, id: string): Promise<Outcome> {
  const flows = authentik.use(FlowsApi);
  const { StagesApi } = await import("@goauthentik/api/dist/apis/StagesApi.js");
  const [flow] = (await flows.flowsInstancesList({ slug: LOGIN })).results;
  const steps: FlowStageBinding[] = [];
  if (flow !== undefined) {
    for await (const one of pages((page) => flows.flowsBindingsList({ ...page, target: flow.pk }))) steps.push(one);
  }
  const step = steps.find(({ pk, stageObj }) => pk === id && stageObj.name === PASSWORD);
  if (step === undefined) {
    const remedy = "run adopt without it, which shows the step";
    throw new Failure(
      `--remove-password-step: must be the step of ${LOGIN} that adopt shows, got ${show(id)}; ${remedy}`,
    );
  }
  const { results } = await authentik.use(StagesApi).stagesIdentificationList({ name: IDENTIFICATION });
  const first = steps.find(({ order, stageObj }) => stageObj.name === IDENTIFICATION && order <= step.order);
  if (first === undefined) throw openDoor(`a flow without ${IDENTIFICATION} before it`);
  if (results[0]?.passwordStage == null) throw openDoor(`${IDENTIFICATION} without a password stage`);
  const { PoliciesApi } = await import("@goauthentik/api/dist/apis/PoliciesApi.js");
  const skipping = (await authentik.use(PoliciesApi).policiesBindingsList({ target: first.pk })).results;
  if (skipping.some(({ enabled }) => enabled !== false)) {
    throw openDoor(`policies of ${IDENTIFICATION} that may skip it`);
  }
  await flows.flowsBindingsDestroy({ fsbUuid: id });
  const text = `removed step ${step.order} (${PASSWORD}) of ${LOGIN}; the first screen asks for the password`;
  return { document: { format: 1, removed: { id, flow: LOGIN, stage: PASSWORD, order: step.order } }, text };
}

function openDoor(got: string): Failure {
  return new Failure(
    `--remove-password-step: must be asked for on the first screen as well, got ${got}; without the step anybody would get in by a name alone`,
  );
}
