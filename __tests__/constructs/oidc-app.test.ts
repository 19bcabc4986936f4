import type { AccessEntry } from "../../constructs/access-bindings";
import { OidcApp } from "../../constructs/oidc-app";
import type { OidcAppProps } from "../../constructs/oidc-app";
import { all, only, synth } from "../synth";
import type { Scope, Synthesized } from "../synth";

type Change = Partial<OidcAppProps> | ((scope: Scope) => Partial<OidcAppProps>);

function props(scope: Scope, change: Change): OidcAppProps {
  return {
    title: "Grafana",
    slug: "grafana",
    authentikUrl: "https://auth.example.org",
    redirectUris: [{ url: "https://grafana.example.org/callback" }],
    access: [{ group: "${authentik_group.staff.id}" }],
    lookups: scope.lookups,
    ...(typeof change === "function" ? change(scope) : change),
  };
}

function app(change: Change = {}): Synthesized {
  return synth((scope) => new OidcApp(scope.stack, "grafana", props(scope, change)));
}

const provider = (change: Change = {}): Record<string, unknown> => only(app(change), "authentik_provider_oauth2");
const application = (change: Change = {}): Record<string, unknown> => only(app(change), "authentik_application");
const secretOfVault = ({ vault }: Scope): Partial<OidcAppProps> => ({
  clientSecret: vault.stored({ mount: "secret", path: "apps/grafana", key: "client_secret" }),
});

test("the default child is the application", () => {
  synth((scope) => {
    const made = new OidcApp(scope.stack, "grafana", props(scope, {}));
    expect(made.node.defaultChild).toBe(made.resource);
  });
});

test("says everything the provider would leave to itself", () => {
  expect(provider()).toEqual({
    name: "grafana",
    client_id: "grafana",
    client_type: "confidential",
    authorization_flow: "${data.authentik_flow.lookups_flow-default-provider-authorization-implicit-consent.id}",
    invalidation_flow: "${data.authentik_flow.lookups_flow-default-provider-invalidation-flow.id}",
    signing_key:
      "${data.authentik_certificate_key_pair.lookups_certificate-authentik-self-signed-certificate-60c1a85b.id}",
    property_mappings: ["openid", "email", "profile"].map(
      (scope) => `\${data.authentik_property_mapping_provider_scope.lookups_scope-oauth2-scope-${scope}.id}`,
    ),
    allowed_redirect_uris: [
      { matching_mode: "strict", redirect_uri_type: "authorization", url: "https://grafana.example.org/callback" },
    ],
    access_code_validity: "minutes=1",
    access_token_validity: "minutes=10",
    refresh_token_validity: "days=30",
    sub_mode: "hashed_user_id",
    issuer_mode: "per_provider",
    include_claims_in_id_token: true,
    logout_method: "backchannel",
    lifecycle: {
      ignore_changes: ["logout_uri"],
      replace_triggered_by: ["terraform_data.grafana_secret-revision"],
    },
  });
});

test("binds the application to its provider's pk", () => {
  expect(application()).toEqual({
    name: "Grafana",
    slug: "grafana",
    protocol_provider: "${authentik_provider_oauth2.grafana_provider.id}",
    policy_engine_mode: "any",
    open_in_new_tab: false,
    lifecycle: { ignore_changes: ["group", "meta_description", "meta_icon", "meta_launch_url", "meta_publisher"] },
  });
});

test("passes on every option", () => {
  const options: Partial<OidcAppProps> = {
    clientId: "graf",
    consent: "explicit",
    signingKey: "site",
    encryptionKey: "secret",
    accessCodeMinutes: 2,
    accessTokenMinutes: 20,
    refreshTokenDays: 7,
    subMode: "user_uuid",
    issuerMode: "global",
    includeClaimsInIdToken: false,
    logoutUri: "https://grafana.example.org/logout",
    logoutMethod: "frontchannel",
    scopeMappings: ["${authentik_property_mapping_provider_scope.groups.id}"],
    emailMapping: "${authentik_property_mapping_provider_scope.email.id}",
    grantTypes: ["client_credentials", "authorization_code"],
  };
  expect(provider(options)).toMatchObject({
    client_id: "graf",
    authorization_flow: expect.stringContaining("explicit-consent") as string,
    signing_key: expect.stringContaining("certificate-site") as string,
    encryption_key: expect.stringContaining("certificate-secret") as string,
    access_code_validity: "minutes=2",
    access_token_validity: "minutes=20",
    refresh_token_validity: "days=7",
    sub_mode: "user_uuid",
    issuer_mode: "global",
    include_claims_in_id_token: false,
    logout_uri: "https://grafana.example.org/logout",
    logout_method: "frontchannel",
    // In the order authentik lists them, whatever order they were given in.
    grant_types: ["authorization_code", "client_credentials"],
    lifecycle: { replace_triggered_by: ["terraform_data.grafana_secret-revision"] },
  });
  expect(provider(options).property_mappings).toEqual([
    "${data.authentik_property_mapping_provider_scope.lookups_scope-oauth2-scope-openid.id}",
    "${authentik_property_mapping_provider_scope.email.id}",
    "${data.authentik_property_mapping_provider_scope.lookups_scope-oauth2-scope-profile.id}",
    "${authentik_property_mapping_provider_scope.groups.id}",
  ]);
});

test("the tile shows what it is given and ignores only what it is not", () => {
  const tile = { launchUrl: "https://grafana.example.org", icon: "/g.png", description: "Charts", publisher: "Ops" };
  const block = application({ ...tile, section: "Monitoring", openInNewTab: true, match: "all" });
  expect(block).toMatchObject({
    meta_launch_url: "https://grafana.example.org",
    meta_icon: "/g.png",
    meta_description: "Charts",
    meta_publisher: "Ops",
    group: "Monitoring",
    open_in_new_tab: true,
    policy_engine_mode: "all",
  });
  expect(block).not.toHaveProperty("lifecycle");
});

test("knows its issuer and client id", () => {
  synth((scope) => {
    const made = new OidcApp(scope.stack, "a", props(scope, {}));
    expect(made.issuer).toBe("https://auth.example.org/application/o/grafana/");
    expect(made.clientId).toBe("grafana");
    const global = new OidcApp(scope.stack, "b", props(scope, { issuerMode: "global" }));
    expect(global.issuer).toBe("https://auth.example.org/");
  });
});

describe("access", () => {
  const group = (name: string): AccessEntry => ({ group: `\${authentik_group.${name}.id}` });
  const policy = (name: string): AccessEntry => ({ policy: `\${authentik_policy_expression.${name}.id}` });
  const bindings = (...access: AccessEntry[]): Record<string, unknown> => {
    const blocks = Object.entries(all(app({ access }), "authentik_policy_binding"));
    return Object.fromEntries(
      blocks.map(([name, { "//": _, lifecycle: __, ...block }]) => [name.replace("grafana_access_", ""), block]),
    );
  };
  const target = "${authentik_application.grafana.uuid}";

  test("one binding an entry, to the application's uuid; policies after groups", () => {
    expect(bindings(policy("hours"), group("a"), group("b"))).toEqual({
      "members-0": { target, ...group("a"), order: 0 },
      "members-1": { target, ...group("b"), order: 10 },
      "condition-0": { target, ...policy("hours"), order: 100_000 },
    });
  });

  test("a change of the list changes a binding in place, so that an app never loses its last one", () => {
    expect(bindings(group("a"))).toEqual({ "members-0": { target, ...group("a"), order: 0 } });
    expect(bindings(group("b"))).toEqual({ "members-0": { target, ...group("b"), order: 0 } });
    expect(bindings(policy("everyone"))).toEqual({ "members-0": { target, ...policy("everyone"), order: 0 } });
  });

  test("fails without an entry", () => {
    expect(() => app({ access: [] })).toThrow(
      'OidcApp "test/grafana": AK003 access must hold at least one entry, got []; name who may open the app',
    );
  });
});

describe("secret", () => {
  test("generated: the provider is made anew when the revision is raised", () => {
    expect(only(app({ secretRevision: 2 }), "terraform_data")).toEqual({ input: { source: "generated", revision: 2 } });
    expect(provider().lifecycle).toMatchObject({ replace_triggered_by: ["terraform_data.grafana_secret-revision"] });
    expect(provider({ secretRevision: 2 })).not.toHaveProperty("client_secret");
  });

  test("from Vault: through a data source, with no revision of ours", () => {
    const json = app(secretOfVault);
    expect(only(json, "authentik_provider_oauth2").client_secret).toBe(
      '${data.vault_kv_secret_v2.vault_stored-secret-apps-grafana-c301041f.data["client_secret"]}',
    );
    expect(only(json, "terraform_data")).toEqual({ input: { source: "vault", revision: 1 } });
    expect(only(json, "authentik_provider_oauth2").lifecycle).toEqual({ ignore_changes: ["logout_uri"] });
  });

  test("a public client has none", () => {
    const json = app({ clientType: "public" });
    expect(only(json, "authentik_provider_oauth2")).not.toHaveProperty("client_secret");
    // Kept, so that becoming confidential is a change of it, which replaces the provider.
    expect(only(json, "terraform_data")).toEqual({ input: { source: "none", revision: 1 } });
  });

  test("published: written without reaching the state, and again whenever the provider is made anew", () => {
    const json = app({ publishTo: { mount: "secret", path: "apps/grafana" } });
    expect(only(json, "vault_kv_secret_v2")).toEqual({
      mount: "secret",
      name: "apps/grafana",
      data_json_wo:
        '${jsonencode({"client_id" = "grafana", "issuer" = "https://auth.example.org/application/o/grafana/", "client_secret" = authentik_provider_oauth2.grafana_provider.client_secret})}',
      data_json_wo_version: expect.stringMatching(
        /^\$\{\(\(authentik_provider_oauth2\.grafana_provider\.id \* 65536\) \+ \d+\)\}$/,
      ) as string,
    });
  });

  test("fails on a literal without showing it", () => {
    const build = (): Synthesized => app({ clientSecret: "hunter2" });
    expect(build).toThrow(
      'OidcApp "test/grafana": AK004 clientSecret must come from Vault, got a literal (not shown); pass Vault.stored(ref)',
    );
    expect(build).not.toThrow(/hunter2/);
  });
});

describe("fails", () => {
  test.each<[string, Change, string]>([
    [
      "on lifetimes out of range, all at once",
      { accessTokenMinutes: 0, refreshTokenDays: 4000 },
      'OidcApp "test/grafana": accessTokenMinutes must be 1 to 1440, got 0\n  refreshTokenDays must be 1 to 3650, got 4000',
    ],
    ["on a code that lives too long", { accessCodeMinutes: 61 }, "accessCodeMinutes must be 1 to 60, got 61"],
    ["on a revision below one", { secretRevision: 0 }, "secretRevision must be 1 to 1000000, got 0"],
    [
      "without a signing key",
      { signingKey: "" },
      "AK031 signingKey must name a certificate, got nothing; without one the JWKS is empty and apps cannot verify a token",
    ],
    [
      "without a redirect URI",
      { redirectUris: [] },
      "AK030 redirectUris must hold at least one URL, got []; say where the app may send people back to",
    ],
    [
      "on a public client that publishes",
      { clientType: "public", publishTo: { mount: "secret", path: "x" } },
      "AK032 publishTo must not be given without a generated secret, and a public client has none; remove it",
    ],
    [
      "on a rotated secret that is in Vault",
      (scope) => ({ ...secretOfVault(scope), secretRevision: 2 }),
      "AK032 secretRevision must not be given without a generated secret, and this one is in Vault already; remove it",
    ],
  ])("%s", (_, change, message) => {
    expect(() => app(change)).toThrow(message);
  });

  test("not on what is waived with a reason", () => {
    const redirectUris = [{ url: "http://grafana.example.org" }];
    expect(() => app({ redirectUris })).toThrow("AK030");
    expect(() => app({ redirectUris, waive: { AK030: "no TLS on the lab network" } })).not.toThrow();
  });
});
