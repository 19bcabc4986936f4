import type { AppConfig, ForwardAuthAppConfig, LdapAppConfig, OidcAppConfig, Site } from "./load";

/** What an app has to be told to use authentik, and where what is secret of it lies. */
export interface Connection {
  /** Key of the app, or `hostAccess`. */
  readonly key: string;
  /** Title people see. */
  readonly title: string;
  readonly kind: AppConfig["kind"];
  /** What to set, to the value; a value may be a place in Vault, never a secret. */
  readonly facts: readonly (readonly [what: string, value: string])[];
}

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

/** How each app of a site is connected, restricted hosts last. */
export function connections(site: Site): Connection[] {
  const apps = Object.entries(site.apps).map(([key, app]): Connection => ({
    key,
    title: app.name,
    kind: app.kind,
    facts: factsOf(site, app),
  }));
  const hosts = Object.keys(site.hostAccess?.hosts ?? {});
  if (hosts.length === 0) return apps;
  const title = "Restricted hosts";
  return [...apps, { key: "hostAccess", title, kind: "forward-auth", facts: hostFacts(site, hosts) }];
}

function factsOf(site: Site, app: AppConfig): Connection["facts"] {
  switch (app.kind) {
    case "oidc":
      return oidcFacts(site, app);
    case "forward-auth":
      return forwardAuthFacts(site, app);
    case "ldap":
      return ldapFacts(site, app);
  }
}

function oidcFacts(site: Site, app: OidcAppConfig): Connection["facts"] {
  const url = baseUrl(site);
  const issuer = app.issuerMode === "global" ? `${url}/` : `${url}/application/o/${app.slug}/`;
  return [
    ["Issuer", issuer],
    ["Discovery", `${url}/application/o/${app.slug}/.well-known/openid-configuration`],
    ["Client id", app.clientId],
    ["Client secret", clientSecret(app)],
    ["Scopes", ["openid", "email", "profile", ...app.scopes].join(" ")],
    ...app.redirectUris.map((uri): [string, string] => {
      const { url: target, type } = typeof uri === "string" ? { url: uri, type: "authorization" } : uri;
      return [type === "logout" ? "After sign-out" : "Redirect URI", target];
    }),
    ...readerFacts(app),
  ];
}

/** The account by which an app reads who is there. */
function readerFacts({ slug, directoryReader }: OidcAppConfig): Connection["facts"] {
  if (directoryReader === undefined) return [];
  const { username = `${slug}-directory`, publishTo } = directoryReader;
  return [
    ["Directory account", username],
    [
      "Directory password",
      publishTo === undefined
        ? `in authentik, under Directory > Tokens: iac-${slug}-directory`
        : `Vault: ${publishTo.mount}/${publishTo.path}, field password`,
    ],
  ];
}

function clientSecret({ clientType, clientSecret: stored, publishTo }: OidcAppConfig): string {
  if (clientType === "public") return "none, the client is public";
  if (stored !== undefined) return `Vault: ${stored.mount}/${stored.path}, field ${stored.key}`;
  if (publishTo !== undefined) return `Vault: ${publishTo.mount}/${publishTo.path}, field client_secret`;
  return "in authentik, on the page of the provider";
}

function forwardAuthFacts(site: Site, app: ForwardAuthAppConfig): Connection["facts"] {
  return [
    ["Host", app.mode === "forward_domain" ? `every host of ${app.cookieDomain ?? ""}` : app.externalHost],
    ...proxied(site, app),
    ["Sign in again after", app.accessTokenValidity],
    ...(app.unauthenticatedPaths.length === 0
      ? []
      : [["Open without sign-in", app.unauthenticatedPaths.join(", ")] as const]),
  ];
}

function proxied(site: Site, app: ForwardAuthAppConfig): Connection["facts"] {
  if (app.mode === "proxy") return [["Ingress backend", outpostService(site, app.outpost, 9000)], ...headers()];
  return [["Traefik annotation", annotation(site, app.outpost)], ...headers()];
}

function headers(): Connection["facts"] {
  return [["Headers", IDENTITY_HEADERS.join(", ")]];
}

function hostFacts(site: Site, hosts: readonly string[]): Connection["facts"] {
  return [
    ...hosts.map((host): [string, string] => ["Host", `https://${host}`]),
    ["Traefik annotation", annotation(site, undefined)],
    ...headers(),
  ];
}

function annotation(site: Site, outpost: string | undefined): string {
  const { authProxy, namespace } = site.platform ?? {};
  const middleware =
    outpost === undefined && authProxy !== undefined && namespace !== undefined
      ? `${namespace}-${authProxy.name}`
      : `${namespaceOf(site, outpost)}-${objectName(nameOf(site, outpost))}`;
  return `traefik.ingress.kubernetes.io/router.middlewares: ${middleware}@kubernetescrd`;
}

function ldapFacts(site: Site, app: LdapAppConfig): Connection["facts"] {
  const baseDn = app.baseDn ?? `ou=${app.slug},${site.ldap?.root ?? ""}`;
  const namespace = site.outposts.ldap?.namespace ?? site.platform?.namespace ?? "authentik";
  return [
    ["Host", `${objectName(site.outposts.ldap?.name ?? "ldap")}.${namespace}.svc`],
    ["Ports", "389 (StartTLS), 636 (LDAPS)"],
    ["Base DN", baseDn],
    ["Bind DN", `cn=ldap-${app.slug},ou=users,${baseDn}`],
    [
      "Bind password",
      app.publishTo === undefined
        ? `in authentik, under Directory > Tokens: iac-ldap-${app.slug}`
        : `Vault: ${app.publishTo.mount}/${app.publishTo.path}, field bind_password`,
    ],
    ["People", `below ou=users,${baseDn}; (&(objectClass=user)(cn={username}))`],
    ["Groups", `below ou=groups,${baseDn}`],
  ];
}

const EMBEDDED = "authentik-embedded-outpost";

function nameOf(site: Site, outpost: string | undefined): string {
  return outpost === undefined ? EMBEDDED : (site.outposts.managed[outpost]?.name ?? outpost);
}

function namespaceOf(site: Site, outpost: string | undefined): string {
  const own = outpost === undefined ? undefined : site.outposts.managed[outpost]?.namespace;
  return own ?? site.platform?.namespace ?? "authentik";
}

function outpostService(site: Site, outpost: string | undefined, port: number): string {
  return `http://${objectName(nameOf(site, outpost))}.${namespaceOf(site, outpost)}.svc:${port}`;
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
