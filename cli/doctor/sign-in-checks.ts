import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import { member } from "../../delivery/fetch-error";
import { fine, judged, Skip, wrong } from "./check";
import type { Verdict } from "./check";
import type { Patient } from "./patient";

/** Flows of a brand, as its public answer and as the API call them. */
const FLOWS = {
  flow_authentication: "flowAuthentication",
  flow_invalidation: "flowInvalidation",
  flow_recovery: "flowRecovery",
  flow_user_settings: "flowUserSettings",
} as const;

/** Whether the brand that answers at the public host is the one for it, with the flows the API says it has. */
export async function brand(patient: Patient): Promise<Verdict> {
  const { site, live, url } = patient;
  if (site.brand === undefined && site.adopt?.brand === undefined) throw new Skip("the site has no brand");
  await patient.answers();
  const remedy =
    "npm run deploy makes the brand; where it is there, whatever is in front of authentik has to pass the Host header on";
  const answer = await patient.edge.json(`${url}/api/v3/core/brands/current/`);
  if ("trouble" in answer) return judged([wrong(`${url} must say its brand, got ${answer.trouble}`)], remedy);
  const got = member(answer.body, "matched_domain");
  if (typeof got !== "string") return judged([wrong(`${url} must say its brand, got ${answer.status}`)], remedy);
  const brands = await live.brands();
  const wanted = site.brand === undefined ? brands.find((one) => one._default)?.domain : new URL(url).hostname;
  if (got !== wanted)
    return judged([wrong(`the brand "${wanted ?? "by default"}" must answer at ${url}, got "${got}"`)], remedy);
  const own = brands.find(({ domain }) => domain === wanted);
  const slugs = new Map((await live.flows()).map(({ pk, slug }) => [pk, slug]));
  const flows = Object.entries(FLOWS).map(([name, field]) => {
    const shown = member(answer.body, name);
    const kept = slugs.get(own?.[field] ?? "");
    if (shown === kept) return fine(...(kept === undefined ? [] : [`${name}: ${kept}`]));
    return wrong(`${name} of "${got}" must be ${kept ?? "none"}, got ${typeof shown === "string" ? shown : "none"}`);
  });
  return judged([fine(`"${got}" answers`), ...flows], remedy);
}

const BUILT_IN_LOGIN = "default-authentication-flow";

/** Whether authentik's own login opens, and akadmin may do everything. */
export async function breakGlass(patient: Patient): Promise<Verdict> {
  const { edge, live, url } = patient;
  const remedy =
    "docs/login.md says what the way back in is; authentik's blueprints bring its login back (Customization, Blueprints), ak create_recovery_key 10 akadmin in a pod of the worker lets akadmin in";
  await patient.answers();
  const page = await edge.page(`${url}/if/flow/${BUILT_IN_LOGIN}/`);
  const status = "trouble" in page ? page.trouble : page.status;
  const challenge = await edge.json(`${url}/api/v3/flows/executor/${BUILT_IN_LOGIN}/?query=`);
  const component = "trouble" in challenge ? challenge.trouble : componentOf(challenge);
  const opens = [
    status === 200 ? fine() : wrong(`${url}/if/flow/${BUILT_IN_LOGIN}/ must open, got ${status}`),
    component === "ak-stage-identification"
      ? fine(`${BUILT_IN_LOGIN} asks who somebody is`)
      : wrong(`${BUILT_IN_LOGIN} must ask who somebody is, got ${component}`),
  ];
  // What is broken for everybody is told, also to whom may not look at people.
  if (opens.some(({ problems }) => problems.length > 0)) return judged(opens, remedy);
  const core = (await live.open()).use(CoreApi);
  const { results } = await core.coreUsersList({ username: "akadmin", includeGroups: false, pageSize: 1 });
  const [akadmin] = results;
  const got =
    akadmin === undefined ? "none" : akadmin.isActive === false ? "one that is not active" : "one that is no superuser";
  const isIn = akadmin?.isActive === true && akadmin.isSuperuser;
  return judged(
    [
      ...opens,
      isIn ? fine("akadmin is active, and a superuser") : wrong(`akadmin must be an active superuser, got ${got}`),
    ],
    remedy,
  );
}

/** The kind of page a flow shows first. */
function componentOf({ body, status }: { readonly body: unknown; readonly status: number }): string {
  const component = member(body, "component");
  return typeof component === "string" ? component : String(status);
}

/** Policies that may know that somebody has given the password: those that look at how a person came to be known. */
async function policiesThatSkip(live: Patient["live"]): Promise<Set<string>> {
  const policies = await live.expressionPolicies();
  return new Set(
    policies.filter(({ expression }) => /backend|auth_method|pending_user/.test(expression)).map(({ pk }) => pk),
  );
}

/** Whether the adopted login asks for the password once: on its first screen, or in a step of its own. */
export async function adoptedLogin({ live, site }: Patient): Promise<Verdict> {
  if (site.adopt?.login === undefined) throw new Skip("the site does not adopt authentik's login");
  const [flows, bindings, stages] = await Promise.all([live.flows(), live.bindings(), live.identificationStages()]);
  const flow = flows.find(({ slug }) => slug === BUILT_IN_LOGIN);
  const steps = bindings.filter(({ target }) => target === flow?.pk).sort((a, b) => a.order - b.order);
  const step = steps.find(({ stageObj }) => stageObj.component === "ak-stage-password-form");
  const first = stages.find(({ pk }) => steps.some(({ stage }) => stage === pk));
  const isOnFirst = first?.passwordStage != null;
  const remedy = isOnFirst
    ? "delete that binding in Flows & Stages, or have authentik's blueprint bring its policy back (Customization, Blueprints)"
    : "set adopt.login.passwordOnFirstScreen and npm run deploy, or have authentik's blueprint bring the step back (Customization, Blueprints)";
  if (step === undefined) {
    const seen = "on the first screen, and no step asks again";
    return judged(
      [isOnFirst ? fine(seen) : wrong(`${BUILT_IN_LOGIN} must ask for a password, got no step that does`)],
      remedy,
    );
  }
  if (!isOnFirst) return judged([fine(`in the step of order ${step.order}`)], remedy);
  const ids = [step.pk, step.policybindingmodelPtrId];
  const skipping = await policiesThatSkip(live);
  const isSkipped = (await live.policyBindings()).some(
    ({ enabled = true, policy, target }) => enabled && policy != null && ids.includes(target) && skipping.has(policy),
  );
  if (isSkipped && step.reEvaluatePolicies === true) {
    return judged([fine(`on the first screen; policies skip the step of order ${step.order}`)], remedy);
  }
  const got = isSkipped ? "one whose policies are asked before anybody is known" : "one without a policy that skips it";
  return judged([wrong(`the step of order ${step.order} must not ask for the password again, got ${got}`)], remedy);
}
