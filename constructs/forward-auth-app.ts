import { Token } from "cdktf";
import { Construct } from "constructs";
import type { Application } from "../.gen/providers/authentik/application";
import { ProviderProxy } from "../.gen/providers/authentik/provider-proxy";
import { addApplication, checkAccess } from "./application";
import type { ApplicationProps } from "./application";
import { HOST_NAME } from "./host-name";
import { addressOf } from "./lifecycle";
import type { Lookups } from "./lookups";
import { hasAlternatives } from "./pattern";
import { refuse } from "./refusal";
import type { Refusal, Waive } from "./refusal";
import { Revision } from "./revision";

/**
 * What an outpost tells the app about the person, as request headers. A proxy in front has to drop what a browser sends
 * under these names; Traefik does so for those that its middleware takes over from the outpost's answer.
 */
export const FORWARD_AUTH_HEADERS = [
  "X-authentik-username",
  "X-authentik-groups",
  "X-authentik-entitlements",
  "X-authentik-email",
  "X-authentik-name",
  "X-authentik-uid",
  "X-authentik-jwt",
  "X-authentik-meta-jwks",
  "X-authentik-meta-outpost",
  "X-authentik-meta-provider",
  "X-authentik-meta-app",
  "X-authentik-meta-version",
] as const;

/** How a proxy provider meets requests; authentik's own names. */
export type ForwardAuthMode = "forward_single" | "forward_domain" | "proxy";

export interface ForwardAuthAppProps extends ApplicationProps {
  /**
   * `forward_single`: another proxy asks about one host. `forward_domain`: it asks about every host of a domain, and one
   * sign-in opens them all. `proxy`: the outpost passes requests on itself.
   */
  readonly mode: ForwardAuthMode;
  /** Origin people open, such as `https://wiki.example.org`; of a domain, authentik's own. */
  readonly externalHost: string;
  /** Flows and scopes, read once in a stack. */
  readonly lookups: Lookups;
  /** Domain of the cookie, such as `example.org`; needed for `forward_domain` and for nothing else. */
  readonly cookieDomain?: string;
  /** Where requests go, such as `http://wiki.wiki.svc:8080`; needed for `proxy` and for nothing else. */
  readonly internalHost?: string;
  /** Whether the certificate of `internalHost` is checked; it always is, the provider never sends false.  @default true */
  readonly internalHostSslValidation?: boolean;
  /** Whether an `Authorization` header signs in; it always does, the provider never sends false.  @default true */
  readonly interceptHeaderAuth?: boolean;
  /**
   * Regular expressions (Go's) of what is open to everybody without sign-in: of paths, such as `^/api/health$`, and with
   * `forward_domain` of whole URLs, such as `^https://wiki\.example\.org/public/`.  @default - nothing
   */
  readonly unauthenticatedPaths?: readonly string[];
  /** How long a sign-in to the app lasts, such as `weeks=4`.  @default "weeks=4" */
  readonly accessTokenValidity?: string;
  /** Attributes of the person that become a basic `Authorization` header for the app.  @default - no header */
  readonly basicAuth?: { readonly usernameAttribute: string; readonly passwordAttribute: string };
  /** Uuids of scope mappings beside authentik's own five.  @default - only those */
  readonly scopeMappings?: readonly string[];
  /** Reasons by code for refusals that do not apply to this app.  @default - none */
  readonly waive?: Waive;
}

/**
 * A proxy provider, the application people see, and who may open it. It answers nothing until an outpost has its provider.
 * @throws RefusedError listing every prop that the provider would not send or the outpost not honour
 * @see https://docs.goauthentik.io/add-secure-apps/providers/proxy
 */
export class ForwardAuthApp extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: Application;
  /** The proxy provider itself. */
  readonly provider: ProviderProxy;
  /** The provider's pk, for outposts; known after apply. */
  readonly providerId: number;
  /** How long a sign-in lasts; outposts read it when they start, so whoever runs one restarts it when this changes. */
  readonly accessTokenValidity: string;
  /** Domain of the cookie, which outposts read when they start as well; nothing but for a domain. */
  readonly cookieDomain: string | undefined;
  /** The request headers in which the app finds the person. */
  readonly headers: readonly string[] = FORWARD_AUTH_HEADERS;

  constructor(scope: Construct, id: string, props: ForwardAuthAppProps) {
    super(scope, id);
    refuse(this, [...checkAccess(props.access), ...checkForwardAuth(props)], props.waive);
    this.accessTokenValidity = props.accessTokenValidity ?? "weeks=4";
    this.cookieDomain = props.cookieDomain;
    this.provider = this.makeProvider(props);
    this.providerId = Token.asNumber(this.provider.id);
    this.resource = addApplication(this, props, this.providerId);
  }

  /** The annotation by which an Ingress of the app has Traefik ask an outpost, or the proxy before one. */
  traefikAnnotation({ traefikMiddleware }: { readonly traefikMiddleware: string }): Record<string, string> {
    return { "traefik.ingress.kubernetes.io/router.middlewares": traefikMiddleware };
  }

  private makeProvider(props: ForwardAuthAppProps): ProviderProxy {
    const { lookups, mode, basicAuth } = props;
    // Cookie domain, upstream and basic auth cannot be cleared: whoever stops needing them gets a provider without.
    const name = proxyProviderName(props);
    const revision = new Revision(this, "mode-revision", { mode, basic_auth: basicAuth === undefined ? "off" : "on" });
    return new ProviderProxy(this, "provider", {
      name,
      mode,
      externalHost: props.externalHost,
      cookieDomain: props.cookieDomain,
      internalHost: props.internalHost,
      authorizationFlow: lookups.flow("default-provider-authorization-implicit-consent"),
      invalidationFlow: lookups.flow("default-provider-invalidation-flow"),
      skipPathRegex: skipPathRegex(props.unauthenticatedPaths ?? []),
      accessTokenValidity: this.accessTokenValidity,
      basicAuthEnabled: basicAuth === undefined ? undefined : true,
      basicAuthUsernameAttribute: basicAuth?.usernameAttribute,
      basicAuthPasswordAttribute: basicAuth?.passwordAttribute,
      propertyMappings: propertyMappings(lookups, props.scopeMappings ?? []),
      // The old one goes when application and outpost have the new one.
      lifecycle: { createBeforeDestroy: true, replaceTriggeredBy: [addressOf(revision)] },
    });
  }
}

/** Unique in authentik, and another one for a provider that takes the place of this, of whatever kind. */
export function proxyProviderName({
  slug,
  providerName,
  mode,
  basicAuth,
}: {
  readonly slug: string;
  readonly providerName?: string | undefined;
  readonly mode: ForwardAuthMode;
  readonly basicAuth?: unknown;
}): string {
  if (providerName !== undefined) return providerName;
  const kind = { forward_single: "-single", forward_domain: "-domain", proxy: "-proxy" }[mode];
  return `${slug}${kind}${basicAuth === undefined ? "" : "-basic-auth"}`;
}

/** Never empty, since the provider does not send an empty text: the server would go on leaving the old paths open. */
function skipPathRegex(paths: readonly string[]): string {
  return paths.length === 0 ? NO_PATH : paths.join("\n");
}

/** Matches nothing: a text cannot begin after its beginning. */
const NO_PATH = "no path is open^";

/** authentik adds its five by itself; beside one of our own they all have to be stated, or every plan removes them. */
function propertyMappings(lookups: Lookups, own: readonly string[]): string[] | undefined {
  if (own.length === 0) return undefined;
  const managed = ["openid", "profile", "email", "entitlements"].map((scope) =>
    lookups.scopeMapping(`goauthentik.io/providers/oauth2/scope-${scope}`),
  );
  return [...managed, lookups.scopeMapping("goauthentik.io/providers/proxy/scope-proxy"), ...own];
}

/** Options of a forward-auth app that are read together; anything may still be missing. */
export interface ForwardAuthOptions {
  readonly mode?: ForwardAuthMode | undefined;
  readonly externalHost?: string | undefined;
  readonly cookieDomain?: string | undefined;
  readonly internalHost?: string | undefined;
  readonly internalHostSslValidation?: boolean | undefined;
  readonly interceptHeaderAuth?: boolean | undefined;
  readonly unauthenticatedPaths?: readonly (string | undefined)[] | undefined;
}

/** What of a forward-auth app's options the provider would not send or the outpost not honour. */
export function checkForwardAuth(options: ForwardAuthOptions): Refusal[] {
  return [
    ...checkMode(options),
    ...checkExternalHost(options),
    ...neverFalse(
      "internalHostSslValidation",
      options.internalHostSslValidation,
      "trust the certificate's issuer in the outpost, or use http inside the cluster",
    ),
    ...neverFalse(
      "interceptHeaderAuth",
      options.interceptHeaderAuth,
      "send the app's own credentials under another header",
    ),
    ...(options.unauthenticatedPaths ?? []).flatMap((pattern, index) =>
      pattern === undefined ? [] : checkPath(pattern, options.mode, `unauthenticatedPaths[${index}]`),
    ),
  ];
}

function refusal(field: string, text: string, waivable = false): Refusal {
  return { code: "AK035", field, text, waivable };
}

/** Which option a mode needs, and which it would ignore. */
const NEEDED = { forward_single: undefined, forward_domain: "cookieDomain", proxy: "internalHost" } as const;

function checkMode(options: ForwardAuthOptions): Refusal[] {
  const { mode } = options;
  if (mode === undefined) return [];
  return (["cookieDomain", "internalHost"] as const).flatMap((option) => {
    if (NEEDED[mode] === option && options[option] === undefined)
      return [refusal(option, `must be given with mode "${mode}", got nothing; ${WHY[option]}`)];
    if (NEEDED[mode] !== option && options[option] !== undefined)
      return [refusal(option, `must not be given with mode "${mode}", which would ignore it; remove it`)];
    return [];
  });
}

const WHY = {
  cookieDomain: "name the domain whose hosts share one sign-in, such as example.org",
  internalHost: "name where the outpost passes requests on to, such as http://wiki.wiki.svc:8080",
};

function checkExternalHost({ mode, externalHost, cookieDomain }: ForwardAuthOptions): Refusal[] {
  if (externalHost === undefined || Token.isUnresolved(externalHost)) return [];
  if (!URL.canParse(externalHost) || new URL(externalHost).origin !== externalHost) {
    const text = `must be an origin in lower case, got ${JSON.stringify(externalHost)}; write https:// and the host, no path and no slash at its end, since outposts look requests up by host alone`;
    return [refusal("externalHost", text)];
  }
  const { protocol, hostname } = new URL(externalHost);
  const shown = JSON.stringify(externalHost);
  if (!/^https?:$/.test(protocol))
    return [refusal("externalHost", `must begin with https://, got ${shown}; correct it`)];
  if (!HOST_NAME.test(hostname) && !isAddress(hostname)) {
    const text = `must name one host by letters, digits, dashes and dots, got ${shown}; outposts compare it letter by letter, and no Ingress takes it`;
    return [refusal("externalHost", text)];
  }
  return [
    ...(isAddress(hostname)
      ? [
          refusal(
            "externalHost",
            `must be a name, got ${shown}; no Ingress takes an address, and an outpost that cannot make one updates nothing any more`,
            true,
          ),
        ]
      : []),
    ...(protocol === "https:"
      ? []
      : [
          refusal(
            "externalHost",
            `must use https, got ${shown}; over http the session's cookie can be read on the way`,
            true,
          ),
        ]),
    ...(mode !== "forward_domain" || cookieDomain === undefined || isWithin(hostname, cookieDomain)
      ? []
      : [
          refusal(
            "cookieDomain",
            `must be the domain of ${hostname} or one above it, got ${JSON.stringify(cookieDomain)}; browsers refuse a cookie for another domain, and sign-in would go round in circles`,
          ),
        ]),
  ];
}

function isAddress(host: string): boolean {
  return /^\d+(\.\d+){3}$|^\[/.test(host);
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

function neverFalse(field: string, value: boolean | undefined, remedy: string): Refusal[] {
  if (value !== false) return [];
  return [
    refusal(
      field,
      `must be true, got false, which the provider never sends: the server keeps true and every plan changes it; ${remedy}`,
    ),
  ];
}

/** A path that is open by accident is open to everybody, so each pattern says where it begins. */
function checkPath(pattern: string, mode: ForwardAuthMode | undefined, field: string): Refusal[] {
  const shown = JSON.stringify(pattern);
  if (!compiles(pattern)) {
    return [
      refusal(
        field,
        `must be a regular expression of Go, got ${shown}; mend it, Go knows no look-around and no back-reference`,
      ),
    ];
  }
  const start = mode === "forward_domain" ? /^\^https:\/\/([a-z0-9-]+\\\.)+[a-z0-9-]+\// : /^\^\//;
  if (start.test(pattern) && !hasAlternatives(pattern)) {
    if (mode === "forward_domain" || !opensEverything(pattern)) return [];
    return [
      refusal(field, `must leave something closed, got ${shown}, which every path matches; name what is open`, true),
    ];
  }
  const rule =
    mode === "forward_domain"
      ? `begin with ^https://, one host with its dots as \\. and a slash, got ${shown}; a domain's patterns are compared with whole URLs, so that another one could match inside a query`
      : `begin with ^/, got ${shown}; anywhere else in a path it would match too`;
  return [refusal(field, `must ${rule}`, true)];
}

function compiles(pattern: string): boolean {
  const bare = pattern.replaceAll("\\\\", "");
  // Look-around, escapes that only others know, and more repeats than Go allows.
  if (/\(\?(?:[=!]|<[=!])|\\[1-9ceghijklmoquyEFGHIJKLMNORTUVXYZ]/.test(bare.replaceAll(/\\Q.*?\\E/g, ""))) return false;
  if ([...bare.matchAll(/\{(\d+)(?:,(\d+))?/g)].some(([, from, to]) => Number(to ?? from) > 1000)) return false;
  return asRegExp(pattern) !== undefined;
}

/** A pattern of Go as far as Node has the same. */
function asRegExp(pattern: string): RegExp | undefined {
  const flags = /\(\?[imsU]+(-[imsU]+)?([:)])/g;
  const named = pattern.replaceAll("(?P<", "(?<");
  try {
    return new RegExp(named.replaceAll(flags, (_, _off, end: string) => (end === ":" ? "(?:" : "")));
  } catch {
    return undefined;
  }
}

/** Whether a pattern matches paths that nobody can have meant. */
function opensEverything(pattern: string): boolean {
  return asRegExp(pattern)?.test("/4f1c9e/0d27") === true && asRegExp(pattern)?.test("/") === true;
}
