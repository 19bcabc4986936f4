import type { LooseSite } from "../config/rule";
import { checkAuthProxy } from "../constructs/auth-proxy";
import { checkRelease } from "../constructs/authentik-release";
import type { AuthentikReleaseProps } from "../constructs/authentik-release";
import type { Refusal } from "../constructs/refusal";
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
  ];
}

/** What the proxy in front of the outpost would refuse. */
export function authProxyRefusals({ platform }: LooseSite): Refusal[] {
  if (platform?.authProxy === undefined) return [];
  const { image, outpost } = platform.authProxy;
  return checkAuthProxy({ image, outpost: outpost?.host === undefined ? undefined : { host: outpost.host } });
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

function objects({ additionalObjects = [], ingress, release = "authentik" }: LoosePlatform): unknown[] {
  const traefik = ingress?.kind === "ingress" && ingress.staticCache === true;
  return [...additionalObjects, ...(traefik ? staticCacheMiddlewares(release) : [])];
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
