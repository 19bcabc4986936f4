import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import { PoliciesApi } from "@goauthentik/api/dist/apis/PoliciesApi";
import { PropertymappingsApi } from "@goauthentik/api/dist/apis/PropertymappingsApi";
import { ProvidersApi } from "@goauthentik/api/dist/apis/ProvidersApi";
import type { PolicyBinding } from "@goauthentik/api/dist/models/PolicyBinding";
import { ApiError } from "../../api/api-error";
import type { Authentik } from "../../api/authentik";
import { pages } from "../../api/pages";
import type { Site } from "../../config/load";
import { suggest } from "../../config/names";
import { show } from "../../config/problems";
import { Failure } from "../../delivery/failure";
import { sendOnce } from "../writes";

/** An app that an account is let into. */
export interface Target {
  readonly slug: string;
  /** Uuid of the application. */
  readonly application: string;
  /** Pk of its provider. */
  readonly provider: number;
  /** Where an LDAP app finds people. */
  readonly baseDn?: string;
}

/** The scope that opens the API, as authentik calls its mapping. */
const API_SCOPE = "goauthentik.io/providers/oauth2/scope-authentik_api";

/**
 * The slug of the app that is meant.
 * @throws Failure when it has to be named
 */
export function slugOf({ apps }: Site, kind: "ldap" | "oidc", usual: string | undefined, app?: string): string {
  const fitting = Object.entries(apps).filter(([, one]) => one.kind === kind);
  if (app !== undefined) return apps[app]?.slug ?? app;
  const [only, ...others] = fitting;
  const found = fitting.find(([key]) => key === usual) ?? (others.length === 0 ? only : undefined);
  if (found !== undefined) return found[1].slug;
  const known = fitting.map(([key]) => key).join(", ") || "none in the site";
  throw new Failure(`token: --app must name the app the account is for, got nothing; known are ${known}`, 2);
}

/** An LDAP app of authentik. */
export async function ldapTarget(authentik: Authentik, site: Site, slug: string): Promise<Target> {
  const { application, provider } = await applicationOf(authentik, site, slug);
  const { baseDn } = await typed(slug, "an LDAP", () =>
    authentik.use(ProvidersApi).providersLdapRetrieve({ id: provider }),
  );
  return { slug, application, provider, baseDn: baseDn ?? "" };
}

/** An OAuth2 app of authentik by which an account can ask for a token that opens the API. */
export async function apiTarget(authentik: Authentik, site: Site, slug: string): Promise<Target> {
  const { application, provider } = await applicationOf(authentik, site, slug);
  const { propertyMappings = [] } = await typed(slug, "an OAuth2", () =>
    authentik.use(ProvidersApi).providersOauth2Retrieve({ id: provider }),
  );
  const scopes = await authentik.use(PropertymappingsApi).propertymappingsProviderScopeList({ managed: [API_SCOPE] });
  if (scopes.results.some(({ pk }) => propertyMappings.includes(pk))) return { slug, application, provider };
  throw new Failure(
    `token: the provider of ${show(slug)} must offer the scope goauthentik.io/api, got none; give the app a directoryReader in the site, which makes its account as well, and deploy`,
  );
}

async function applicationOf(
  authentik: Authentik,
  { apps }: Site,
  slug: string,
): Promise<{ application: string; provider: number }> {
  const { pk, policyEngineMode, provider } = await found(
    () => authentik.use(CoreApi).coreApplicationsRetrieve({ slug }),
    () => {
      const isOurs = Object.values(apps).some((app) => app.slug === slug);
      const slugs = Object.values(apps).map((app) => app.slug);
      const remedy = isOurs ? "deploy first" : suggest(slug, slugs);
      return `token: --app must be an application of authentik, got ${show(slug)}; ${remedy}`;
    },
  );
  if (policyEngineMode === "all") {
    throw new Failure(
      `token: the app ${show(slug)} must let in whoever one binding lets in, got one that asks for all of them; an account of its own would shut out everybody else: set match: "any"`,
    );
  }
  if (provider !== null && provider !== undefined) return { application: pk, provider };
  throw new Failure(`token: the app ${show(slug)} must have a provider, got none; deploy first`);
}

/** A provider, if it is of the kind. */
function typed<T>(slug: string, kind: string, work: () => Promise<T>): Promise<T> {
  return found(work, () => `token: the app ${show(slug)} must have ${kind} provider, got another; name another --app`);
}

async function found<T>(work: () => Promise<T>, otherwise: () => string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError && error.kind === "notFound") throw new Failure(otherwise());
    throw error;
  }
}

/** Above every place that the stacks give, so that they never need it. */
const FIRST_PLACE = 300_000;

/**
 * Lets an account into an app.
 * @throws Failure when nobody is said to be let in, which lets in everybody until there is a first binding
 */
export async function letIn(authentik: Authentik, { application, slug }: Target, account: number): Promise<void> {
  const policies = authentik.use(PoliciesApi);
  const bindings = await bindingsOf(authentik, application);
  const own = bindings.find(({ user }) => user === account);
  if (own !== undefined) {
    if (own.enabled !== false && own.negate !== true) return;
    throw new Failure(
      `token: the app ${show(slug)} must let in the account, got a binding of it that is off or shuts it out; delete that in authentik`,
    );
  }
  if (bindings.length === 0) {
    throw new Failure(
      `token: the app ${show(slug)} must say who may open it, got no bindings; a first one would shut out everybody else: deploy first`,
    );
  }
  const order = Math.max(FIRST_PLACE, ...bindings.map((binding) => binding.order + 10));
  await sendOnce<unknown>(
    `the account was let into ${show(slug)}`,
    () => policies.policiesBindingsCreate({ policyBindingRequest: { target: application, user: account, order } }),
    async () => (await bindingsOf(authentik, application)).find(({ user }) => user === account),
  );
}

async function bindingsOf(authentik: Authentik, target: string): Promise<PolicyBinding[]> {
  const policies = authentik.use(PoliciesApi);
  const found: PolicyBinding[] = [];
  for await (const binding of pages((page) => policies.policiesBindingsList({ ...page, target }))) found.push(binding);
  return found;
}
