import type { Problem } from "../config/problems";
import type { LooseSite } from "../config/rule";
import { constructId } from "../constructs/construct-id";
import { EMBEDDED_OUTPOST } from "../constructs/embedded-outpost";
import { proxyProviderName } from "../constructs/forward-auth-app";
import { ldapProviderName } from "../constructs/ldap-app";
import { outpostObjectName } from "../constructs/outpost-config";
import { TOKEN_SECRET } from "../constructs/outpost-deployment";
import { serverServiceName, workerName } from "../constructs/release-names";
import { ldapOutpostName, outpostNamespace } from "./names";

/** A name that a record makes. */
interface Made {
  readonly where: string;
  readonly field: string;
  readonly name: string;
  /** What else has to be the same for two names to be one.  @default - nothing */
  readonly within?: string;
}

/** Names that constructs make of what config says, where each needs its own. */
export function checkMadeNames(site: LooseSite): Problem[] {
  return [
    ...clashes("provider name", providers(site)),
    ...clashes("token", tokens(site)),
    ...clashes("Kubernetes name", workloads(site)),
    ...clashes("Secret", secrets(site)),
    ...clashes("id", people(site)),
  ];
}

function clashes(what: string, made: readonly Made[]): Problem[] {
  const first = new Map<string, Made>();
  return made.flatMap(({ where, field, name, within = "" }) => {
    const id = JSON.stringify([within, name]);
    const earlier = first.get(id);
    if (earlier === undefined) {
      first.set(id, { where, field, name });
      return [];
    }
    const other = earlier.field === "" ? earlier.where : `${earlier.where}.${earlier.field}`;
    const text = `must have ${what === "id" ? "an" : "a"} ${what} of its own, got ${JSON.stringify(name)}, which ${other} has; rename one of them`;
    return [{ code: "AK001", where, field, text }];
  });
}

/** Providers are called after the slug of their app; equal slugs are found as such. */
function providers({ apps = {} }: LooseSite): Made[] {
  const slugs = new Set<string>();
  return Object.entries(apps).flatMap(([key, app]) => {
    const slug = app?.slug ?? key;
    if (app === undefined || slugs.has(slug)) return [];
    slugs.add(slug);
    return [{ where: `apps.${key}`, field: "", name: providerName(app, slug) }];
  });
}

function providerName(app: NonNullable<NonNullable<LooseSite["apps"]>[string]>, slug: string): string {
  if (app.providerName !== undefined) return app.providerName;
  if (app.kind === "forward-auth") return proxyProviderName({ ...app, slug, mode: app.mode ?? "forward_single" });
  return app.kind === "ldap" ? ldapProviderName(slug) : slug;
}

/** Tokens and roles of the accounts that apps have; equal slugs are found as such. */
function tokens({ apps = {} }: LooseSite): Made[] {
  const slugs = new Set<string>();
  return Object.entries(apps).flatMap(([key, app]) => {
    const slug = app?.slug ?? key;
    if (slugs.has(slug)) return [];
    slugs.add(slug);
    if (app?.kind === "ldap") return [{ where: `apps.${key}`, field: "", name: `iac-ldap-${slug}` }];
    if (app?.kind !== "oidc" || app.directoryReader === undefined) return [];
    return [{ where: `apps.${key}`, field: "directoryReader", name: `iac-${slug}-directory` }];
  });
}

/** Construct ids of people, which are not their usernames where these are no slugs. */
function people({ users }: LooseSite): Made[] {
  return Object.keys(users).map((username) => ({ where: `users.${username}`, field: "", name: constructId(username) }));
}

/** Services and Deployments of the release, of outposts and of the proxy before them; equal names of outposts are found as such. */
function workloads(site: LooseSite): Made[] {
  const { platform, outposts, apps = {} } = site;
  const { release, authProxy } = platform ?? {};
  const namespace = outpostNamespace(site);
  const { embedded, managed = {}, ldap } = outposts ?? {};
  const hasLdap = Object.values(apps).some((app) => app?.kind === "ldap");
  const run = [
    ...Object.entries(managed).map(([key, options]) => ({ at: `managed.${key}`, name: options?.name ?? key, options })),
    ...(hasLdap ? [{ at: "ldap", name: ldapOutpostName(site), options: ldap }] : []),
  ];
  const names = run.map(({ name }) => name);
  return [
    ...(release === undefined
      ? []
      : [...new Set([serverServiceName(release), workerName(release)])].map((name) => ({
          where: "platform",
          field: "release",
          name,
          within: namespace,
        }))),
    ...(embedded === undefined
      ? []
      : [{ where: "outposts.embedded", field: "", name: outpostObjectName(EMBEDDED_OUTPOST), within: namespace }]),
    ...run
      .filter(({ name }, index) => names.indexOf(name) === index)
      .map(({ at, name, options }) => ({
        where: `outposts.${at}`,
        field: "name",
        name: outpostObjectName(name),
        within: outpostNamespace(site, options),
      })),
    ...(authProxy?.name === undefined
      ? []
      : [{ where: "platform.authProxy", field: "name", name: authProxy.name, within: namespace }]),
  ];
}

/** The Secret of the embedded outpost's own pods, beside those that config names. */
function secrets({ platform, outposts }: LooseSite): Made[] {
  if (outposts?.embedded?.form !== "embedded-deployment") return [];
  const config = platform?.secret?.name;
  const emergency = platform?.authProxy?.emergency?.name;
  return [
    { where: "outposts.embedded", field: "", name: TOKEN_SECRET },
    // Equal to one another, they are found as such.
    ...(config === TOKEN_SECRET ? [{ where: "platform", field: "secret.name", name: config }] : []),
    ...(emergency === TOKEN_SECRET ? [{ where: "platform.authProxy", field: "emergency.name", name: emergency }] : []),
  ];
}
