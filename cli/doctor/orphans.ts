import { ProvidersApi } from "@goauthentik/api/dist/apis/ProvidersApi";
import { SourcesApi } from "@goauthentik/api/dist/apis/SourcesApi";
import { StagesApi } from "@goauthentik/api/dist/apis/StagesApi";
import type { StackJson } from "../../access/stack";
import { Interrupted } from "../../delivery/interrupt";
import { counted, fine, judged, Skip, wrong } from "./check";
import type { Verdict } from "./check";
import type { Live } from "./live";
import type { Patient } from "./patient";

/** What authentik's blueprints make; those of its examples come only to those who ask for them. */
const BUILT_IN = /^(default-(?!(enrollment|recovery|unenrollment)-)|initial-setup$|stage-default-)/;
/** Fields that say what an object is, or what it is a part of. */
const OWN_FIELDS = new Set(["pk", "brandUuid", "policybindingmodelPtrId", "target"]);

/** Whether a flow, stage or policy is left over: nothing refers to it, no stack makes it, and authentik did not bring it along. */
export async function orphans({ live, stacks }: Patient): Promise<Verdict> {
  await live.open();
  const made = await stacks().then(madeBy, (error: unknown) => {
    if (error instanceof Interrupted) throw error;
    throw new Skip("what the stacks make is not known (see lookups)");
  });
  const [flows, stages, policies, used, called] = await Promise.all([
    live.flows(),
    live.stages(),
    live.policies(),
    references(live),
    expressions(live),
  ]);
  const isLeft = (pk: string, name: string): boolean => !used.has(pk) && !made.has(name) && !BUILT_IN.test(name);
  const left = [
    ...flows.filter(({ pk, slug }) => isLeft(pk, slug)).map(({ slug }) => `flow ${slug}`),
    ...stages.filter(({ name, pk }) => isLeft(pk, name)).map(({ name }) => `stage ${name}`),
    ...policies
      .filter(({ name, pk }) => isLeft(pk, name) && !called.some((text) => text.includes(name)))
      .map(({ name }) => `policy ${name}`),
  ];
  const seen = [flows, stages, policies].reduce((sum, { length }) => sum + length, 0);
  return judged(
    [fine(`${counted(seen, "object")} looked at`), ...left.map((name) => wrong(`nothing uses the ${name}`, name))],
    "delete what is not needed in Flows & Stages or Customization, Policies; --skip orphans where it is meant",
  );
}

/** Names of everything the stacks make. */
function madeBy(stacks: readonly StackJson[]): Set<string> {
  const names = stacks.flatMap(({ resource }) =>
    Object.entries(
      (resource ?? {}) as Readonly<Record<string, Readonly<Record<string, { name?: unknown; slug?: unknown }>>>>,
    )
      .filter(([type]) => /^authentik_(flow|policy_|stage_)/.test(type))
      .flatMap(([, blocks]) => Object.values(blocks).flatMap(({ name, slug }) => [name, slug])),
  );
  return new Set(names.filter((name) => typeof name === "string"));
}

/** Every key that something refers to. */
async function references(live: Live): Promise<Set<string>> {
  const holders = await Promise.all(holdersOf(live).map((list) => list()));
  const fields = holders.flat().flatMap((holder) => Object.entries(holder));
  const values = fields.flatMap(([field, value]: [string, unknown]) => (OWN_FIELDS.has(field) ? [] : [value]).flat());
  return new Set(values.filter((value) => typeof value === "string"));
}

/** Lists of everything that can refer to a flow, a stage or a policy. */
function holdersOf(live: Live): (() => Promise<readonly object[]>)[] {
  return [
    live.bindings,
    live.policyBindings,
    live.brands,
    live.identificationStages,
    live.list(ProvidersApi, (api, page) => api.providersAllList(page)),
    live.list(SourcesApi, (api, page) => api.sourcesAllList(page)),
    live.list(SourcesApi, (api, page) => api.sourcesSamlList(page)),
    live.list(StagesApi, (api, page) => api.stagesAccountLockdownList(page)),
    live.list(StagesApi, (api, page) => api.stagesAuthenticatorDuoList(page)),
    live.list(StagesApi, (api, page) => api.stagesAuthenticatorEmailList(page)),
    live.list(StagesApi, (api, page) => api.stagesAuthenticatorEndpointGdtcList(page)),
    live.list(StagesApi, (api, page) => api.stagesAuthenticatorSmsList(page)),
    live.list(StagesApi, (api, page) => api.stagesAuthenticatorStaticList(page)),
    live.list(StagesApi, (api, page) => api.stagesAuthenticatorTotpList(page)),
    live.list(StagesApi, (api, page) => api.stagesAuthenticatorValidateList(page)),
    live.list(StagesApi, (api, page) => api.stagesAuthenticatorWebauthnList(page)),
    live.list(StagesApi, (api, page) => api.stagesInvitationInvitationsList(page)),
    live.list(StagesApi, (api, page) => api.stagesPasswordList(page)),
    live.list(StagesApi, (api, page) => api.stagesPromptStagesList(page)),
    live.list(StagesApi, (api, page) => api.stagesRedirectList(page)),
  ];
}

/** What policies run: one may call another by its name. */
async function expressions(live: Live): Promise<string[]> {
  const policies = await live.expressionPolicies();
  return policies.map(({ expression }) => expression).filter((text) => text.includes("ak_call_policy"));
}
