import { join } from "node:path";
import { connections, hostConnections, IDENTITY_HEADERS, OUTPOST_HEADERS } from "../../config/connection";
import type { ForwardAuthConnection } from "../../config/connection";
import { loadSite } from "../../config/load";
import type { Site } from "../../config/load";
import { authProxyObjects } from "../../constructs/auth-proxy-objects";
import { EMBEDDED_OUTPOST } from "../../constructs/embedded-outpost";
import { FORWARD_AUTH_HEADERS } from "../../constructs/forward-auth-app";
import { LdapApp } from "../../constructs/ldap-app";
import { OidcApp } from "../../constructs/oidc-app";
import { outpostNames } from "../../constructs/outpost-config";
import { checkConstructs } from "../../stacks/checks";
import { read, ROOT, smallSite, synth } from "../synth";
import type { Scope } from "../synth";

const site = (parts: object): Site => read({ ...smallSite, ...parts });
const facts = (made: Site, key: string): Record<string, string> =>
  Object.fromEntries(connections(made).find((one) => one.key === key)?.facts ?? []);
const app = ({ lookups }: Scope, slug: string) => ({
  title: "App",
  slug,
  access: [{ group: "${authentik_group.staff.id}" }],
  lookups,
});
const annotation = (middleware: string): string => `traefik.ingress.kubernetes.io/router.middlewares: ${middleware}`;
const wiki = { kind: "forward-auth", name: "Wiki", externalHost: "https://wiki.example.org", access: "everyone" };
const platform = { secret: { from: "existing", name: "env" }, database: { host: "db" }, namespace: "identity" };
const outposts = { embedded: { form: "in-server" } };

test("every app of the default site has a place, in config's order, restricted hosts last", () => {
  const made = loadSite({ file: join(ROOT, "config", "site.ts"), checks: checkConstructs });
  expect(connections(made).map(({ key }) => key)).toEqual([...Object.keys(made.apps), "hostAccess"]);
});

test.each(["per_provider", "global"] as const)(
  "OpenID Connect: the issuer is the construct's, mode %s",
  (issuerMode) => {
    const redirectUris = ["https://wiki.example.org/callback"];
    const oidc = { ...smallSite.apps.wiki, slug: "the-wiki", clientId: "w1", issuerMode };
    synth((scope) => {
      const made = new OidcApp(scope.stack, "wiki", {
        ...app(scope, "the-wiki"),
        authentikUrl: "https://auth.example.org",
        clientId: "w1",
        redirectUris: redirectUris.map((url) => ({ url })),
        issuerMode,
      });
      expect(facts(site({ apps: { wiki: oidc } }), "wiki")).toMatchObject({
        Issuer: made.issuer,
        "Client id": made.clientId,
        "Redirect URI": redirectUris[0],
      });
    });
  },
);

test.each<[string, object, string]>([
  ["a public client", { clientType: "public" }, "none, the client is public"],
  ["one from Vault", { clientSecret: { mount: "kv", path: "apps/wiki", key: "cs" } }, "Vault: kv/apps/wiki, field cs"],
  ["one that is published", { publishTo: { mount: "kv", path: "wiki" } }, "Vault: kv/wiki, field client_secret"],
  ["one that authentik keeps", {}, "in authentik, on the page of the provider"],
])("the secret of %s", (_, change, text) => {
  const vault = { address: "https://vault.example.org", mounts: ["kv"], auth: { method: "token" } };
  expect(facts(site({ vault, apps: { wiki: { ...smallSite.apps.wiki, ...change } } }), "wiki")["Client secret"]).toBe(
    text,
  );
});

test("OpenID Connect: a client asks for scopes by their names, each once", () => {
  const file = join(ROOT, "policies", "groups_scope.py");
  const scopeMappings = { who: { scopeName: "groups", file }, mail: { scopeName: "email", file } };
  const wiki = { ...smallSite.apps.wiki, scopes: ["who", "mail", "offline_access"] };
  expect(facts(site({ scopeMappings, apps: { wiki } }), "wiki").Scopes).toBe(
    "openid email profile groups offline_access",
  );
});

test("OpenID Connect: the account that reads people is the construct's", () => {
  const reads = { ...smallSite.apps.wiki, slug: "the-wiki", directoryReader: {} };
  synth((scope) => {
    const made = new OidcApp(scope.stack, "wiki", {
      ...app(scope, "the-wiki"),
      authentikUrl: "https://auth.example.org",
      redirectUris: [{ url: "https://wiki.example.org/callback" }],
      directoryReader: {},
    });
    const account = made.directoryReader?.account;
    expect(facts(site({ apps: { wiki: reads } }), "wiki")).toMatchObject({
      "Directory account": account?.username,
      "Directory password": `in authentik, under Directory > Tokens: ${account?.tokenIdentifier ?? ""}`,
    });
  });
  const vault = { address: "https://vault.example.org", mounts: ["kv"], auth: { method: "token" } };
  const directoryReader = { username: "reader", publishTo: { mount: "kv", path: "wiki" } };
  expect(facts(site({ vault, apps: { wiki: { ...reads, directoryReader } } }), "wiki")).toMatchObject({
    "Directory account": "reader",
    "Directory password": "Vault: kv/wiki, field password",
  });
});

describe("forward auth names the Middleware of whoever answers", () => {
  test("the embedded outpost", () => {
    const names = outpostNames(EMBEDDED_OUTPOST, "identity");
    expect(facts(site({ platform, outposts, apps: { wiki } }), "wiki")).toMatchObject({
      Host: "https://wiki.example.org",
      "Traefik annotation": annotation(names.traefikMiddleware),
    });
    const hosts = { hostAccess: { hosts: { "a.example.org": "everyone" } } };
    expect(facts(site({ platform, outposts, ...hosts }), "hostAccess")["Traefik annotation"]).toBe(
      annotation(names.traefikMiddleware),
    );
  });

  test("the proxy before it", () => {
    const proxied = { ...platform, authProxy: { name: "gatekeeper" } };
    expect(facts(site({ platform: proxied, outposts, apps: { wiki } }), "wiki")["Traefik annotation"]).toBe(
      annotation("identity-gatekeeper@kubernetescrd"),
    );
  });

  test("an outpost of our own, whatever it is called", () => {
    const managed = { edge: { name: "Édge (blue) proxy-", namespace: "edge" } };
    const names = outpostNames("Édge (blue) proxy-", "edge");
    const served = { ...wiki, outpost: "edge" };
    expect(facts(site({ outposts: { managed }, apps: { wiki: served } }), "wiki")["Traefik annotation"]).toBe(
      annotation(names.traefikMiddleware),
    );
    const proxied = { ...served, mode: "proxy", internalHost: "http://wiki.svc" };
    expect(facts(site({ outposts: { managed }, apps: { wiki: proxied } }), "wiki")["Ingress backend"]).toBe(
      `http://${names.serviceHost}:9000`,
    );
  });

  test("restricted hosts that another outpost serves", () => {
    const managed = { edge: { namespace: "edge" } };
    const made = site({
      outposts: { managed },
      hostAccess: { hosts: { "a.example.org": "everyone" }, outpost: "edge" },
    });
    const { traefikMiddleware } = outpostNames("edge", "edge");
    expect(facts(made, "hostAccess")["Traefik annotation"]).toBe(annotation(traefikMiddleware));
    expect(hostConnections(made)).toMatchObject([
      { key: "a.example.org", slug: "a-example-org", origins: ["https://a.example.org"], mode: "forward_single" },
    ]);
  });

  test("headers that the outpost sends", () => {
    expect(OUTPOST_HEADERS).toEqual(FORWARD_AUTH_HEADERS);
    expect(FORWARD_AUTH_HEADERS).toEqual(expect.arrayContaining([...IDENTITY_HEADERS]));
  });

  const asked = (parts: object): ForwardAuthConnection => {
    const [found] = connections(site({ outposts, apps: { wiki }, ...parts }));
    if (found?.kind !== "forward-auth") throw new Error("no forward auth");
    return found;
  };

  test("where a proxy asks, and what of the answer the app is given, are the proxy's own", () => {
    const emergency = { from: "existing", name: "emergency" } as const;
    const authProxy = { name: "gatekeeper", responseHeaders: ["X-Team"], emergency };
    const [middleware] = authProxyObjects({
      namespace: "identity",
      name: "gatekeeper",
      outpostHost: "outpost",
      emergency: true,
      responseHeaders: ["X-Team"],
    });
    const { askAt, answerHeaders, middleware: named } = asked({ platform: { ...platform, authProxy } });
    expect({ address: askAt, authResponseHeaders: answerHeaders }).toEqual({
      address: (middleware as { spec?: { forwardAuth?: { address: string } } }).spec?.forwardAuth?.address,
      authResponseHeaders: [...FORWARD_AUTH_HEADERS, "X-Team", "X-Auth-Fallback"],
    });
    expect(named).toEqual({ name: "gatekeeper", namespace: "identity" });
  });

  test("the outpost is asked itself where no proxy stands before it", () => {
    const { serviceHost } = outpostNames(EMBEDDED_OUTPOST, "identity");
    expect(asked({ platform })).toMatchObject({
      askAt: `http://${serviceHost}:9000/outpost.goauthentik.io/auth/traefik`,
      hasIngress: true,
    });
    expect(asked({ outposts: { embedded: { form: "in-server", ingress: "none" } } }).hasIngress).toBe(false);
  });
});

test("LDAP: the names are the construct's", () => {
  const films = { kind: "ldap", name: "Films", slug: "movies", access: { groups: ["staff"] } };
  const named = { managed: {}, ldap: { name: "Directory", namespace: "media" } };
  synth((scope) => {
    const root = "dc=example,dc=org";
    const made = new LdapApp(scope.stack, "films", { ...app(scope, "movies"), root, bindFlow: "uuid" });
    expect(facts(site({ ldap: { root }, outposts: named, apps: { films } }), "films")).toMatchObject({
      Host: outpostNames("Directory", "media").serviceHost,
      "Base DN": made.baseDn,
      "Bind DN": made.bindDn,
      "Bind password": `in authentik, under Directory > Tokens: ${made.account.tokenIdentifier}`,
    });
  });
});
