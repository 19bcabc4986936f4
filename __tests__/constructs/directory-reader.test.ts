import { OidcApp } from "../../constructs/oidc-app";
import type { OidcAppProps } from "../../constructs/oidc-app";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, all, only, synth } from "../synth";
import type { Synthesized } from "../synth";

function netbird(change: Partial<OidcAppProps> = {}): Synthesized {
  return synth(({ stack, lookups }) => {
    new OidcApp(stack, "netbird", {
      title: "NetBird",
      slug: "netbird",
      authentikUrl: "https://auth.example.org",
      lookups,
      redirectUris: [{ url: "https://netbird.example.org/auth" }],
      access: [{ group: "${authentik_group.vpn.id}" }],
      subMode: "user_id",
      directoryReader: {},
      ...change,
    });
  });
}

test("may see all people, and nothing else", () => {
  const json = netbird();
  expect(only(json, "authentik_rbac_role")).toEqual({ name: "iac-netbird-directory" });
  expect(only(json, "authentik_rbac_permission_role")).toEqual({
    role: "${authentik_rbac_role.netbird_directory-reader_role.id}",
    permission: "authentik_core.view_user",
  });
  expect(only(json, "authentik_user")).toMatchObject({
    username: "netbird-directory",
    type: "service_account",
    groups: [],
    roles: ["${authentik_rbac_role.netbird_directory-reader_role.id}"],
  });
  expect(only(json, "authentik_token")).toMatchObject({
    identifier: "iac-netbird-directory",
    intent: "app_password",
    expiring: false,
  });
  expect(only(json, "authentik_token")).not.toHaveProperty("retrieve_key");
});

test("is let into the app, and its token opens the API", () => {
  const json = netbird();
  const bindings = Object.values(all(json, "authentik_policy_binding"));
  expect(bindings.map(({ group, user }) => group ?? user)).toEqual([
    "${authentik_group.vpn.id}",
    "${authentik_user.netbird_directory-reader_account.id}",
  ]);
  expect(only(json, "authentik_provider_oauth2").property_mappings).toContain(
    "${data.authentik_property_mapping_provider_scope.lookups_scope-oauth2-scope-authentik-api.id}",
  );
});

test("what the app has to know is published", () => {
  const json = netbird({
    directoryReader: { username: "nb", passwordRevision: 2, publishTo: { mount: "kv", path: "nb" } },
  });
  const { mount, name, data_json_wo: data } = only(json, "vault_kv_secret_v2");
  expect([mount, name]).toEqual(["kv", "nb"]);
  for (const value of [
    '"username" = "nb"',
    '"client_id" = "netbird"',
    '"issuer" = "https://auth.example.org/application/o/netbird/"',
    '"token_endpoint" = "https://auth.example.org/application/o/token/"',
    '"password" = authentik_token.netbird_directory-reader_account_token.key',
  ]) {
    expect(data).toContain(value);
  }
  expect(only(json, "authentik_user")).toMatchObject({ username: "nb" });
});

test("is refused where its account would have to match every entry", () => {
  expect(() => netbird({ match: "all" })).toThrow(
    'OidcApp "test/netbird": AK037 match must be "any" with a directoryReader, got "all"; its account would have to match every entry too: name groups alone, or one policy that asks for the group itself',
  );
  expect(() => netbird({ match: "any" })).not.toThrow();
});

test("conforms, and its addresses are public", () => {
  const json = synth(({ stack, lookups }) => {
    new OidcApp(stack, "netbird", {
      title: "NetBird",
      slug: "netbird",
      authentikUrl: "https://auth.example.org",
      lookups,
      redirectUris: [{ url: "https://netbird.example.org/auth" }],
      access: [{ policy: "${data.authentik_flow.x.id}" }],
      directoryReader: {},
    });
  });
  expect(addresses(json).filter((address) => address.includes("directory-reader"))).toEqual([
    "authentik_rbac_permission_role.netbird_directory-reader_view-people",
    "authentik_rbac_role.netbird_directory-reader_role",
    "authentik_token.netbird_directory-reader_account_token",
    "authentik_user.netbird_directory-reader_account",
    "terraform_data.netbird_directory-reader_account_publication",
    "terraform_data.netbird_directory-reader_account_token-revision",
  ]);
  const findings = inspect(json as unknown as TerraformJson).filter(({ address }) =>
    address.includes("directory-reader"),
  );
  expect(findings).toEqual([]);
});
