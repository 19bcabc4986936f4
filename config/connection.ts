import type { AppConfig, ForwardAuthAppConfig, LdapAppConfig, OidcAppConfig, Site } from "./load";
import type { VaultRef } from "./schema";

/** Where a secret lies; itself it is nowhere here. */
export type SecretPlace =
  | { readonly from: "vault"; readonly ref: VaultRef }
  | { readonly from: "authentik"; readonly at: string }
  | { readonly from: "none" };

interface Told {
  /** Key of the app, a restricted host, or `hostAccess` for all of them. */
  readonly key: string;
  /** Part of the app's URLs in authentik. */
  readonly slug: string;
  /** Title people see. */
  readonly title: string;
  /** Where its tile leads. */
  readonly launchUrl?: string | undefined;
  /** What to set, to the value; a value may be a place in Vault, never a secret. */
  readonly facts: readonly (readonly [what: string, value: string])[];
}

export interface OidcConnection extends Told {
  readonly kind: "oidc";
  readonly issuer: string;
  readonly discovery: string;
  /** authentik's public URL, without a slash at its end. */
  readonly authentikUrl: string;
  readonly clientId: string;
  readonly clientSecret: SecretPlace;
  /** What a client may ask for. */
  readonly scopes: readonly string[];
  readonly redirectUris: readonly AllowedUri[];
}

/** Where authentik sends people back to. */
export interface AllowedUri {
  readonly url: string;
  readonly matchingMode: "regex" | "strict";
  readonly type: "authorization" | "logout";
}

export interface ForwardAuthConnection extends Told {
  readonly kind: "forward-auth";
  readonly mode: ForwardAuthAppConfig["mode"];
  /** Origins people open; with a domain, the one they sign in at. */
  readonly origins: readonly string[];
  /** Domain whose hosts share one sign-in. */
  readonly domain?: string | undefined;
  /** The outpost that answers, inside the cluster. */
  readonly outpost: { readonly service: string; readonly namespace: string };
  /** The Traefik middleware that is there already. */
  readonly middleware: { readonly name: string; readonly namespace: string };
  /** Where a proxy asks, inside the cluster. */
  readonly askAt: string;
  /** Headers of the answer that the app is given, and that it must get from nobody else. */
  readonly answerHeaders: readonly string[];
  /** Whether authentik leads `/outpost.goauthentik.io` of the host to the outpost. */
  readonly hasIngress: boolean;
}

export interface LdapConnection extends Told {
  readonly kind: "ldap";
  /** The outpost's host name, inside the cluster. */
  readonly host: string;
  readonly baseDn: string;
  readonly bindDn: string;
  readonly bindPassword: SecretPlace;
}

/** What an app has to be told to use authentik, and where what is secret of it lies. */
export type Connection = OidcConnection | ForwardAuthConnection | LdapConnection;

/** The request headers in which an app behind an outpost finds the person. */
export const IDENTITY_HEADERS = [
  "X-authentik-username",
  "X-authentik-groups",
  "X-authentik-entitlements",
  "X-authentik-email",
  "X-authentik-name",
  "X-authentik-uid",
  "X-authentik-jwt",
] as const;

/** Every header by which an outpost tells the app something. */
export const OUTPOST_HEADERS = [
  ...IDENTITY_HEADERS,
  "X-authentik-meta-jwks",
  "X-authentik-meta-outpost",
  "X-authentik-meta-provider",
  "X-authentik-meta-app",
  "X-authentik-meta-version",
] as const;

/** How each app of a site is connected, restricted hosts together and last. */
export function connections(site: Site): Connection[] {
  const apps = Object.entries(site.apps).map(([key, app]) => connectionOf(site, key, app));
  const hosts = Object.keys(site.hostAccess?.hosts ?? {});
  if (hosts.length === 0) return apps;
  return [...apps, hostAccess(site, { key: "hostAccess", slug: "", title: "Restricted hosts" }, hosts)];
}

/** How each restricted host of a site is connected, its name the key. */
export function hostConnections(site: Site): ForwardAuthConnection[] {
  return Object.entries(site.hostAccess?.hosts ?? {}).map(([host, { slug }]) =>
    hostAccess(site, { key: host, slug, title: host }, [host]),
  );
}

function connectionOf(site: Site, key: string, app: AppConfig): Connection {
  const named = { key, slug: app.slug, title: app.name, launchUrl: app.launchUrl };
  switch (app.kind) {
    case "oidc":
      return { ...named, ...oidc(site, app) };
    case "forward-auth":
      return { ...named, ...forwardAuth(site, app) };
    case "ldap":
      return { ...named, ...ldap(site, app) };
  }
}

type Described<T extends Connection> = Omit<T, "key" | "slug" | "title" | "launchUrl">;

function oidc(site: Site, app: OidcAppConfig): Described<OidcConnection> {
  const url = baseUrl(site);
  const described = {
    kind: "oidc" as const,
    authentikUrl: url,
    issuer: app.issuerMode === "global" ? `${url}/` : `${url}/application/o/${app.slug}/`,
    discovery: `${url}/application/o/${app.slug}/.well-known/openid-configuration`,
    clientId: app.clientId,
    clientSecret: clientSecret(app),
    scopes: scopesOf(site, app),
    redirectUris: app.redirectUris.map((uri): AllowedUri =>
      typeof uri === "string" ? { url: uri, matchingMode: "strict", type: "authorization" } : uri,
    ),
  };
  return { ...described, facts: oidcFacts(described, app) };
}

/** What a client asks for: the names of scopes, not the keys of their records. */
function scopesOf(site: Site, { scopes }: OidcAppConfig): string[] {
  const own = scopes.map((key) => site.scopeMappings[key]?.scopeName ?? key);
  return [...new Set(["openid", "email", "profile", ...own])];
}

function oidcFacts(described: Omit<Described<OidcConnection>, "facts">, app: OidcAppConfig): Connection["facts"] {
  return [
    ["Issuer", described.issuer],
    ["Discovery", described.discovery],
    ["Client id", described.clientId],
    ["Client secret", placeFact(described.clientSecret)],
    ["Scopes", described.scopes.join(" ")],
    ...described.redirectUris.map(({ url, type }): [string, string] => [
      type === "logout" ? "After sign-out" : "Redirect URI",
      url,
    ]),
    ...readerFacts(app),
  ];
}

/** The account by which an app reads who is there. */
function readerFacts({ slug, directoryReader }: OidcAppConfig): Connection["facts"] {
  if (directoryReader === undefined) return [];
  const { username = `${slug}-directory`, publishTo } = directoryReader;
  return [
    ["Directory account", username],
    ["Directory password", placeFact(tokenPlace(`iac-${slug}-directory`, publishTo, "password"))],
  ];
}

function clientSecret({ clientType, clientSecret: stored, publishTo }: OidcAppConfig): SecretPlace {
  if (clientType === "public") return { from: "none" };
  if (stored !== undefined) return { from: "vault", ref: stored };
  if (publishTo !== undefined) return { from: "vault", ref: { ...publishTo, key: "client_secret" } };
  return { from: "authentik", at: "on the page of the provider" };
}

function tokenPlace(
  identifier: string,
  publishTo: { readonly mount: string; readonly path: string } | undefined,
  key: string,
): SecretPlace {
  if (publishTo !== undefined) return { from: "vault", ref: { ...publishTo, key } };
  return { from: "authentik", at: `under Directory > Tokens: ${identifier}` };
}

function placeFact(place: SecretPlace): string {
  switch (place.from) {
    case "vault":
      return `Vault: ${place.ref.mount}/${place.ref.path}, field ${place.ref.key}`;
    case "authentik":
      return `in authentik, ${place.at}`;
    case "none":
      return "none, the client is public";
  }
}

function forwardAuth(site: Site, app: ForwardAuthAppConfig): Described<ForwardAuthConnection> {
  const described = {
    kind: "forward-auth" as const,
    mode: app.mode,
    origins: [app.externalHost],
    domain: app.cookieDomain,
    ...outpostOf(site, app.outpost, app.basicAuth === undefined ? [] : ["Authorization"]),
  };
  const facts: Connection["facts"] = [
    ["Host", app.mode === "forward_domain" ? `every host of ${app.cookieDomain ?? ""}` : app.externalHost],
    ...(app.mode === "proxy"
      ? [["Ingress backend", outpostUrl(described.outpost)] as const]
      : [["Traefik annotation", annotation(described)] as const]),
    ["Headers", IDENTITY_HEADERS.join(", ")],
    ["Sign in again after", app.accessTokenValidity],
    ...(app.unauthenticatedPaths.length === 0
      ? []
      : [["Open without sign-in", app.unauthenticatedPaths.join(", ")] as const]),
  ];
  return { ...described, facts };
}

function hostAccess(
  site: Site,
  named: Pick<Told, "key" | "slug" | "title">,
  hosts: readonly string[],
): ForwardAuthConnection {
  const origins = hosts.map((host) => `https://${host}`);
  const outpost = outpostOf(site, site.hostAccess?.outpost, []);
  const facts: Connection["facts"] = [
    ...origins.map((origin): [string, string] => ["Host", origin]),
    ["Traefik annotation", annotation(outpost)],
    ["Headers", IDENTITY_HEADERS.join(", ")],
  ];
  return { ...named, kind: "forward-auth", mode: "forward_single", origins, ...outpost, facts };
}

type Answerer = Pick<ForwardAuthConnection, "outpost" | "middleware" | "askAt" | "answerHeaders" | "hasIngress">;

/** Who answers for an app: its outpost, or the proxy before the embedded one. */
function outpostOf(site: Site, key: string | undefined, headers: readonly string[]): Answerer {
  const outpost = { service: objectName(nameOf(site, key)), namespace: namespaceOf(site, key) };
  const asked = "/outpost.goauthentik.io/auth/traefik";
  const { authProxy, namespace } = site.platform ?? {};
  if (key !== undefined || authProxy === undefined || namespace === undefined) {
    return {
      outpost,
      middleware: { name: outpost.service, namespace: outpost.namespace },
      askAt: `${outpostUrl(outpost)}${asked}`,
      answerHeaders: [...OUTPOST_HEADERS, ...headers],
      hasIngress: hasIngress(site, key),
    };
  }
  const fallback = authProxy.emergency === undefined ? [] : ["X-Auth-Fallback"];
  return {
    outpost,
    middleware: { name: authProxy.name, namespace },
    askAt: `${outpostUrl({ service: authProxy.name, namespace })}${asked}`,
    answerHeaders: [...new Set([...OUTPOST_HEADERS, ...headers, ...authProxy.responseHeaders, ...fallback])],
    hasIngress: hasIngress(site, key),
  };
}

function hasIngress({ outposts: { embedded, managed } }: Site, key: string | undefined): boolean {
  const described = key === undefined ? embedded : managed[key];
  return described === undefined || !("ingress" in described) || described.ingress !== "none";
}

function outpostUrl({ service, namespace }: ForwardAuthConnection["outpost"]): string {
  return `http://${service}.${namespace}.svc:9000`;
}

function annotation({ middleware: { name, namespace } }: Pick<ForwardAuthConnection, "middleware">): string {
  return `traefik.ingress.kubernetes.io/router.middlewares: ${namespace}-${name}@kubernetescrd`;
}

function ldap(site: Site, app: LdapAppConfig): Described<LdapConnection> {
  const baseDn = app.baseDn ?? `ou=${app.slug},${site.ldap?.root ?? ""}`;
  const namespace = site.outposts.ldap?.namespace ?? site.platform?.namespace ?? "authentik";
  const described = {
    kind: "ldap" as const,
    host: `${objectName(site.outposts.ldap?.name ?? "ldap")}.${namespace}.svc`,
    baseDn,
    bindDn: `cn=ldap-${app.slug},ou=users,${baseDn}`,
    bindPassword: tokenPlace(`iac-ldap-${app.slug}`, app.publishTo, "bind_password"),
  };
  const facts: Connection["facts"] = [
    ["Host", described.host],
    ["Ports", "389 (StartTLS), 636 (LDAPS)"],
    ["Base DN", baseDn],
    ["Bind DN", described.bindDn],
    ["Bind password", placeFact(described.bindPassword)],
    ["People", `below ou=users,${baseDn}; (&(objectClass=user)(cn={username}))`],
    ["Groups", `below ou=groups,${baseDn}`],
  ];
  return { ...described, facts };
}

const EMBEDDED = "authentik-embedded-outpost";

function nameOf(site: Site, outpost: string | undefined): string {
  return outpost === undefined ? EMBEDDED : (site.outposts.managed[outpost]?.name ?? outpost);
}

function namespaceOf(site: Site, outpost: string | undefined): string {
  const own = outpost === undefined ? undefined : site.outposts.managed[outpost]?.namespace;
  return own ?? site.platform?.namespace ?? "authentik";
}

/** What authentik calls an outpost's objects. */
function objectName(name: string): string {
  const slug = name
    .normalize("NFKD")
    .replaceAll(/[^\w\s-]/g, "")
    .toLowerCase()
    .trim()
    .replaceAll(/[-\s]+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "");
  return `ak-outpost-${slug}`;
}

function baseUrl(site: Site): string {
  return site.authentik.url.replace(/\/+$/, "");
}
