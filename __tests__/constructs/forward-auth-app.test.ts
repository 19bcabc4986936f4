import { DefaultTokenResolver, StringConcat, Tokenization } from "cdktf";
import { ForwardAuthApp, FORWARD_AUTH_HEADERS } from "../../constructs/forward-auth-app";
import type { ForwardAuthAppProps } from "../../constructs/forward-auth-app";
import { HostAccess } from "../../constructs/host-access";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, all, only, synth } from "../synth";
import type { Scope, Synthesized } from "../synth";

type Change = Partial<ForwardAuthAppProps>;

const MODES = {
  forward_single: { mode: "forward_single", externalHost: "https://wiki.example.org" },
  forward_domain: { mode: "forward_domain", externalHost: "https://auth.example.org", cookieDomain: "example.org" },
  proxy: { mode: "proxy", externalHost: "https://wiki.example.org", internalHost: "http://wiki.wiki.svc:8080" },
} satisfies Record<string, Change>;

function props({ lookups }: Scope, change: Change): ForwardAuthAppProps {
  const access = [{ group: "${authentik_group.staff.id}" }];
  return { title: "Wiki", slug: "wiki", access, lookups, ...MODES.forward_single, ...change };
}

function app(change: Change = {}): Synthesized {
  return synth((scope) => new ForwardAuthApp(scope.stack, "wiki", props(scope, change)));
}

const provider = (change: Change = {}): Record<string, unknown> => only(app(change), "authentik_provider_proxy");
const refused = (change: Change): string => {
  try {
    app(change);
  } catch (error) {
    return (error as Error).message.replace(/^ForwardAuthApp "test\/wiki": /, "");
  }
  return "";
};

test("says what the provider sends, and nothing that it never sends or the server adds", () => {
  expect(provider()).toEqual({
    name: "wiki-single",
    mode: "forward_single",
    external_host: "https://wiki.example.org",
    authorization_flow: "${data.authentik_flow.lookups_flow-default-provider-authorization-implicit-consent.id}",
    invalidation_flow: "${data.authentik_flow.lookups_flow-default-provider-invalidation-flow.id}",
    skip_path_regex: "no path is open^",
    access_token_validity: "weeks=4",
    lifecycle: { create_before_destroy: true, replace_triggered_by: ["terraform_data.wiki_mode-revision"] },
  });
  expect(only(app(), "authentik_application")).toMatchObject({
    name: "Wiki",
    slug: "wiki",
    protocol_provider: "${authentik_provider_proxy.wiki_provider.id}",
  });
  expect(only(app(), "authentik_policy_binding")).toEqual({
    target: "${authentik_application.wiki.uuid}",
    group: "${authentik_group.staff.id}",
    order: 0,
    lifecycle: { ignore_changes: ["order"] },
  });
});

test.each(Object.entries(MODES))("mode %s: what it needs, and a provider that does not drift", (mode, change) => {
  const json = app({ ...change, access: [{ policy: "${authentik_policy_expression.all.id}" }] });
  const { cookie_domain, internal_host } = only(json, "authentik_provider_proxy");
  expect({ cookie_domain, internal_host }).toEqual({
    cookie_domain: mode === "forward_domain" ? "example.org" : undefined,
    internal_host: mode === "proxy" ? "http://wiki.wiki.svc:8080" : undefined,
  });
  const drift = inspect(json as unknown as TerraformJson).filter(({ rule }) => !/reference|backend/.test(rule));
  expect(drift).toEqual([]);
});

test("what cannot be cleared is got rid of by a new provider", () => {
  const revision = (change: Change): unknown => only(app(change), "terraform_data").input;
  const basicAuth = { usernameAttribute: "wiki_user", passwordAttribute: "wiki_password" };
  expect(revision({})).toEqual({ mode: "forward_single", basic_auth: "off" });
  expect(revision({ ...MODES.proxy, basicAuth })).toEqual({ mode: "proxy", basic_auth: "on" });
  // Both providers are there for a moment, and a name is unique.
  const names = [{}, MODES.forward_domain, MODES.proxy, { basicAuth }].map((change) => provider(change).name);
  expect(names).toEqual(["wiki-single", "wiki-domain", "wiki-proxy", "wiki-single-basic-auth"]);
  expect(provider({ basicAuth })).toMatchObject({
    basic_auth_enabled: true,
    basic_auth_username_attribute: "wiki_user",
    basic_auth_password_attribute: "wiki_password",
  });
});

test("a scope of our own comes with all five of authentik's", () => {
  const own = "${authentik_property_mapping_provider_scope.own.id}";
  const managed = ["oauth2-scope-openid", "oauth2-scope-profile", "oauth2-scope-email", "oauth2-scope-entitlements"];
  expect(provider({ scopeMappings: [own] }).property_mappings).toEqual([
    ...[...managed, "proxy-scope-proxy"].map(
      (name) => `\${data.authentik_property_mapping_provider_scope.lookups_scope-${name}.id}`,
    ),
    own,
  ]);
});

describe("open paths", () => {
  test("are joined as authentik reads them", () => {
    expect(provider({ unauthenticatedPaths: ["^/health$", "^/public/"] }).skip_path_regex).toBe("^/health$\n^/public/");
  });

  test("without any, the pattern that is sent matches no path and no URL", () => {
    const pattern = new RegExp(String(provider().skip_path_regex));
    for (const text of [
      "",
      "/",
      "/no path is open",
      "no path is open",
      "no path is open^",
      "https://wiki.example.org/",
    ])
      expect(pattern.test(text)).toBe(false);
  });

  test.each([
    ["forward_single", "/health"],
    ["forward_single", "health"],
    ["proxy", "^health"],
    ["forward_single", "^/health|/ready"],
  ] as const)("mode %s refuses %s", (mode, pattern) => {
    expect(refused({ ...MODES[mode], unauthenticatedPaths: [pattern] })).toBe(
      `AK035 unauthenticatedPaths[0] must begin with ^/, got ${JSON.stringify(pattern)}; anywhere else in a path it would match too`,
    );
    expect(
      refused({ ...MODES[mode], unauthenticatedPaths: [pattern], waive: { AK035: "the app has nothing else" } }),
    ).toBe("");
  });

  test.each([
    "^/health",
    "https://wiki\\.example\\.org/health",
    "^https://wiki.example.org/health",
    "^https://.*/health",
  ])("mode forward_domain refuses %s", (pattern) => {
    expect(refused({ ...MODES.forward_domain, unauthenticatedPaths: [pattern] })).toBe(
      `AK035 unauthenticatedPaths[0] must begin with ^https://, one host with its dots as \\. and a slash, got ${JSON.stringify(pattern)}; a domain's patterns are compared with whole URLs, so that another one could match inside a query`,
    );
  });

  test("mode forward_domain takes a host and a path", () => {
    const unauthenticatedPaths = ["^https://wiki\\.example\\.org/public/"];
    expect(provider({ ...MODES.forward_domain, unauthenticatedPaths }).skip_path_regex).toBe(unauthenticatedPaths[0]);
  });

  test.each(["^/(?=a)", "^/(a)\\1", "^/(", "^/(?<!a)b"])("what Go does not know is refused: %s", (pattern) => {
    expect(refused({ unauthenticatedPaths: [pattern], waive: { AK035: "never to be waived" } })).toBe(
      `AK035 unauthenticatedPaths[0] must be a regular expression of Go, got ${JSON.stringify(pattern)}; mend it, Go knows no look-around and no back-reference`,
    );
  });
});

describe("refuses", () => {
  test.each<[string, Change, string]>([
    [
      "a domain without its domain",
      { ...MODES.forward_domain, cookieDomain: undefined },
      'AK035 cookieDomain must be given with mode "forward_domain", got nothing; name the domain whose hosts share one sign-in, such as example.org',
    ],
    [
      "a proxy without its upstream",
      { ...MODES.proxy, internalHost: undefined },
      'AK035 internalHost must be given with mode "proxy", got nothing; name where the outpost passes requests on to, such as http://wiki.wiki.svc:8080',
    ],
    [
      "an upstream nobody passes requests to",
      { internalHost: "http://wiki.wiki.svc" },
      'AK035 internalHost must not be given with mode "forward_single", which would ignore it; remove it',
    ],
    [
      "a cookie domain for one host",
      { cookieDomain: "example.org" },
      'AK035 cookieDomain must not be given with mode "forward_single", which would ignore it; remove it',
    ],
    [
      "another domain",
      { ...MODES.forward_domain, cookieDomain: "ample.org" },
      'AK035 cookieDomain must be the domain of auth.example.org or one above it, got "ample.org"; browsers refuse a cookie for another domain, and sign-in would go round in circles',
    ],
    [
      "unchecked certificates",
      { ...MODES.proxy, internalHostSslValidation: false },
      "AK035 internalHostSslValidation must be true, got false, which the provider never sends: the server keeps true and every plan changes it; trust the certificate's issuer in the outpost, or use http inside the cluster",
    ],
    [
      "an Authorization header that is passed on",
      { interceptHeaderAuth: false },
      "AK035 interceptHeaderAuth must be true, got false, which the provider never sends: the server keeps true and every plan changes it; send the app's own credentials under another header",
    ],
    [
      "a path in the host",
      { externalHost: "https://wiki.example.org/" },
      'AK035 externalHost must be an origin in lower case, got "https://wiki.example.org/"; write https:// and the host, no path and no slash at its end, since outposts look requests up by host alone',
    ],
    ["nobody", { access: [] }, "AK003 access must hold at least one entry, got []; name who may open the app"],
  ])("%s", (_, change, text) => {
    expect(refused({ waive: { AK035: "never to be waived" }, ...change })).toBe(text);
  });

  test("plain http, unless waived", () => {
    const externalHost = "http://wiki.example.org";
    expect(refused({ externalHost })).toBe(
      'AK035 externalHost must use https, got "http://wiki.example.org"; over http the session\'s cookie can be read on the way',
    );
    expect(provider({ externalHost, waive: { AK035: "no TLS in the lab" } }).external_host).toBe(externalHost);
  });
});

test("outputs: the provider's pk, the lifetime of a sign-in, and the headers the app may read", () => {
  synth((scope) => {
    const made = new ForwardAuthApp(scope.stack, "wiki", props(scope, { accessTokenValidity: "days=1" }));
    expect(
      Tokenization.resolve(made.providerId, {
        scope: scope.stack,
        resolver: new DefaultTokenResolver(new StringConcat()),
      }),
    ).toBe("${authentik_provider_proxy.wiki_provider.id}");
    expect(made.accessTokenValidity).toBe("days=1");
    expect(made.cookieDomain).toBeUndefined();
    expect(made.traefikAnnotation({ traefikMiddleware: "authentik-proxy@kubernetescrd" })).toEqual({
      "traefik.ingress.kubernetes.io/router.middlewares": "authentik-proxy@kubernetescrd",
    });
    expect(made.headers).toBe(FORWARD_AUTH_HEADERS);
    expect(made.headers).toContain("X-authentik-username");
    expect(made.node.defaultChild).toBe(made.resource);
  });
});

describe("HostAccess", () => {
  const hosts = {
    "traefik.example.org": { slug: "traefik-example-org", access: [{ group: "${authentik_group.admins.id}" }] },
    "grafana.example.org": {
      slug: "grafana-example-org",
      access: [{ group: "${authentik_group.admins.id}" }, { group: "${authentik_group.staff.id}" }],
      match: "all" as const,
    },
  };
  const made = (): Synthesized =>
    synth(({ stack, lookups }) => new HostAccess(stack, "hosts", { hosts, lookups, section: "Administration" }));

  test("each host has a provider, an application and bindings of its own", () => {
    expect(addresses(made()).filter((address) => !address.startsWith("data."))).toEqual([
      "authentik_application.hosts_grafana-example-org-ba6dd572",
      "authentik_application.hosts_traefik-example-org-5c3c6409",
      "authentik_policy_binding.hosts_grafana-example-org-ba6dd572_access_members-0",
      "authentik_policy_binding.hosts_grafana-example-org-ba6dd572_access_members-1",
      "authentik_policy_binding.hosts_traefik-example-org-5c3c6409_access_members-0",
      "authentik_provider_proxy.hosts_grafana-example-org-ba6dd572_provider",
      "authentik_provider_proxy.hosts_traefik-example-org-5c3c6409_provider",
      "terraform_data.hosts_grafana-example-org-ba6dd572_mode-revision",
      "terraform_data.hosts_traefik-example-org-5c3c6409_mode-revision",
    ]);
  });

  test("for the one host, by its exact name", () => {
    const providers = Object.values(all(made(), "authentik_provider_proxy"));
    expect(providers.map(({ mode, external_host, cookie_domain }) => [mode, external_host, cookie_domain])).toEqual([
      ["forward_single", "https://traefik.example.org", undefined],
      ["forward_single", "https://grafana.example.org", undefined],
    ]);
    const applications = Object.values(all(made(), "authentik_application"));
    expect(
      applications.map(({ name, slug, group, policy_engine_mode }) => [name, slug, group, policy_engine_mode]),
    ).toEqual([
      ["traefik.example.org", "traefik-example-org", "Administration", "any"],
      ["grafana.example.org", "grafana-example-org", "Administration", "all"],
    ]);
  });
});
