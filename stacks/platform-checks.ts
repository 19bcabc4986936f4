import type { LooseSite } from "../config/rule";
import { checkAuthProxy } from "../constructs/auth-proxy";
import { checkRelease } from "../constructs/authentik-release";
import type { AuthentikReleaseProps } from "../constructs/authentik-release";
import type { Refusal } from "../constructs/refusal";
import { serverServiceName, workerName } from "../constructs/release-names";
import { staticCacheMiddlewares } from "../constructs/static-cache-ingress";

type LoosePlatform = NonNullable<LooseSite["platform"]>;

/** What the release of a site would refuse, as far as the site could be read. */
export function platformRefusals(site: LooseSite): Refusal[] {
  const { platform, authentik } = site;
  if (platform === undefined) return [];
  const options = { ...platform, ...madeFrom(site, platform) } as unknown as Partial<AuthentikReleaseProps>;
  return [
    ...checkRelease({ ...options, values: platform.values ?? {} }),
    ...(platform.ingress === undefined ? [] : checkRoot(authentik?.url)),
    ...checkReleaseName(platform.release),
    ...checkPriority(platform.ingress),
  ];
}

/** What the proxy in front of the outpost would refuse. */
export function authProxyRefusals({ platform, outposts }: LooseSite): Refusal[] {
  if (platform?.authProxy === undefined) return [];
  const { image, outpost } = platform.authProxy;
  const refusals = checkAuthProxy({ image, outpost: outpost?.host === undefined ? undefined : { host: outpost.host } });
  if (outpost !== undefined || outposts?.embedded !== undefined) return refusals;
  const text =
    "must be given without outposts.embedded, got nothing; describe that one, or say outpost: { host } of the outpost behind the proxy";
  return [...refusals, { code: "AK034", field: "outpost", text }];
}

/** The release's options that are not those of the platform under the same name. */
function madeFrom({ authentik, version }: LooseSite, platform: LoosePlatform): object {
  const { ingress, secret } = platform;
  const initial = secret?.from === "external-secret" ? secret.bootstrap : authentik?.bootstrap;
  return {
    name: platform.release,
    chartVersion: version?.chart,
    serverVersion: version?.server,
    secretName: "secret",
    secretChecksum: "checksum",
    bootstrap: initial && { secretName: "bootstrap", email: initial.email },
    ingress: ingress && { ...ingress, host: ingress.host ?? parsed(authentik?.url)?.hostname },
    additionalObjects: objects(platform),
  };
}

/** What the release brings along, by kind and name as far as others make it. */
function objects(platform: LoosePlatform): unknown[] {
  const { additionalObjects = [], ingress, release = "authentik", secret, authProxy, namespace } = platform;
  const traefik = ingress?.kind === "ingress" && ingress.staticCache === true;
  const secrets = secret?.from !== "external-secret" ? [] : [secret.name, secret.bootstrap && `${release}-bootstrap`];
  const own = authProxy === undefined ? [] : ["Middleware", authProxy.alerts && "PrometheusRule"];
  return [
    ...additionalObjects.map((object) => withoutNamespace(object, namespace)),
    ...[...new Set(secrets)].flatMap((name) => made("ExternalSecret", name)),
    ...own.flatMap((kind) => made(kind, authProxy?.name)),
    ...(traefik ? staticCacheMiddlewares(release) : []),
  ];
}

function made(kind: string | undefined, name: string | undefined): object[] {
  return kind === undefined || name === undefined ? [] : [{ apiVersion: "v1", kind, metadata: { name } }];
}

/** Objects without a namespace go into the release's, where one that names it would be a second of that name. */
function withoutNamespace(object: Readonly<Record<string, unknown>> | undefined, release: string | undefined): unknown {
  const { metadata } = object ?? {};
  if (typeof metadata !== "object" || metadata === null) return object;
  const { namespace, ...rest } = metadata as Readonly<Record<string, unknown>>;
  return namespace === release ? { ...object, metadata: rest } : object;
}

/** The chart cuts names, and those of server and worker would be one. */
function checkReleaseName(release = ""): Refusal[] {
  if (serverServiceName(release) !== workerName(release)) return [];
  const text = `must be shorter, got ${JSON.stringify(release)}; the chart cuts its names to 63 characters, and server and worker would have one: take at most 46`;
  return [{ field: "release", text }];
}

const PRIORITY = "traefik.ingress.kubernetes.io/router.priority";

/** The Ingress of what is cached takes the next priority. */
function checkPriority(ingress: LoosePlatform["ingress"]): Refusal[] {
  const priority =
    ingress?.kind === "ingress" && ingress.staticCache === true ? ingress.annotations?.[PRIORITY] : undefined;
  if (priority === undefined || /^\d{1,9}$/.test(priority)) return [];
  const text = `must be a whole number beside staticCache, got ${JSON.stringify(priority)}; the second Ingress has to come before the first`;
  return [{ field: `ingress.annotations.${PRIORITY}`, text }];
}

/** The chart serves authentik at the root of its host. */
function checkRoot(url: string | undefined): Refusal[] {
  const path = parsed(url)?.pathname ?? "/";
  if (path === "/") return [];
  const text = `must lead to where authentik.url says, got a URL with the path "${path}"; the chart serves authentik at the root, so give it a host of its own`;
  return [{ code: "AK049", field: "ingress", text }];
}

function parsed(url = ""): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}
