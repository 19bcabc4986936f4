import { list } from "../../access/stack";
import type { SiteInput } from "../../config/schema";
import { source as shape } from "../../config/source-shape";
import { BUILT_IN_LOGIN, FLOWS, flowAt, leadsTo, stageAt } from "./flows";
import type { Instance, Live } from "./instance";
import type { Listed } from "./listed";
import { isSet, read, textOf, unsaid } from "./reading";

type Source = NonNullable<SiteInput["sources"]>[string];

/** A source without its secret, which authentik never gives back. */
export type FoundSource = Omit<Source, "clientSecret"> & { readonly slug: string };

export interface Sources {
  /** By key, which is the slug unless that is a number, in the order in which a login shows their buttons. */
  readonly found: Readonly<Record<string, FoundSource>>;
  /** OAuth sources that a site cannot say. */
  readonly skipped: readonly Listed[];
}

const KINDS = ["google", "github", "facebook", "openidconnect"];

const withoutSecret = shape.omit({ clientSecret: true });

/** The social logins of an instance that a site can say. */
export function sourcesOf(instance: Instance): Sources {
  const all = inOrder(instance);
  const slugs = new Set(all.map(({ slug }) => slug));
  const found: [string, FoundSource][] = [];
  const skipped: Listed[] = [];
  for (const live of all) {
    const what = `source ${String(live.slug)}`;
    const reasons = checkSource(instance, live);
    const { value, notes } =
      reasons.length > 0 ? unsaid(what, ...reasons) : read(what, withoutSecret, { slug: live.slug, ...fieldsOf(live) });
    skipped.push(...notes);
    if (value?.slug !== undefined) found.push([keyOf(value.slug, slugs), { ...value, slug: value.slug }]);
  }
  return { found: Object.fromEntries(found), skipped };
}

/** Keys that are numbers would come before the others, whatever the order of the buttons. */
function keyOf(slug: string, slugs: ReadonlySet<unknown>): string {
  let key = slug;
  while (/^\d+$/.test(key) || (key !== slug && slugs.has(key))) key = `source-${key}`;
  return key;
}

/** Uuids of the sources that a site can say, in its order. */
export function uuidsOf(instance: Instance, { found }: Sources): unknown[] {
  return Object.values(found).map(({ slug }) => instance.having("sources/oauth", "slug", slug)[0]?.pk);
}

/** Those that a login shows, as it does; then those of the enrollment, and the others. */
function inOrder(instance: Instance): readonly Live[] {
  const all = instance.all("sources/oauth");
  const shown = [`${FLOWS.login}-identification`, BUILT_IN_LOGIN.identification, `${FLOWS.enrollment}-sources`]
    .flatMap((name) => list(stageAt(instance, "identification", name)?.sources))
    .map((pk) => instance.get("sources/oauth", pk))
    .filter((live) => live !== undefined);
  return [...new Set([...shown, ...all])];
}

/** Why a source cannot be one of a site, whatever its fields say. */
function checkSource(instance: Instance, { provider_type, authentication_flow, enrollment_flow }: Live): string[] {
  const slugOf = (flow: unknown): string => textOf(instance.get("flows/instances", flow)?.slug, "none");
  const [login, enrollment] = [FLOWS.sourceLogin, FLOWS.enrollment].map((slug) => flowAt(instance, slug));
  const reasons: string[] = [];
  const add = (field: string, rule: string, got: string): void =>
    void reasons.push(`${field} must be ${rule}, got ${got}`);
  if (!KINDS.includes(String(provider_type))) add("kind", KINDS.join(", "), String(provider_type));
  if (!leadsTo(authentication_flow, login)) {
    add("authentication flow", `${FLOWS.sourceLogin}, as all sources of a site`, slugOf(authentication_flow));
  }
  if (isSet(enrollment_flow) && !leadsTo(enrollment_flow, enrollment)) {
    add("enrollment flow", `${FLOWS.enrollment} or none`, slugOf(enrollment_flow));
  }
  return reasons;
}

function fieldsOf(live: Live): Readonly<Record<string, unknown>> {
  const { provider_type, additional_scopes } = live;
  return {
    kind: provider_type,
    name: live.name,
    clientId: live.consumer_key,
    userMatching: live.user_matching_mode,
    ...(provider_type === "openidconnect" ? addressesOf(live) : {}),
    scopes:
      typeof additional_scopes === "string" && additional_scopes !== "" ? additional_scopes.split(" ") : undefined,
    pkce: live.pkce,
    clientAuthentication: live.authorization_code_auth_method,
    promoted: live.promoted,
    enabled: live.enabled,
  };
}

/** With a document of addresses, the others are the server's own doing. */
function addressesOf(live: Live): Readonly<Record<string, unknown>> {
  if (typeof live.oidc_well_known_url === "string" && live.oidc_well_known_url !== "") {
    return { wellKnownUrl: live.oidc_well_known_url };
  }
  const jwks = live.oidc_jwks_url === "" ? undefined : live.oidc_jwks_url;
  return {
    urls: {
      authorization: live.authorization_url ?? undefined,
      accessToken: live.access_token_url ?? undefined,
      profile: live.profile_url ?? undefined,
      ...(jwks === undefined ? {} : { jwks }),
    },
  };
}
