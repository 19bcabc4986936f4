import { ldap, ldapApp } from "../../config/ldap-app-shape";
import { Group } from "../../constructs/group";
import { LdapApp, checkBaseDns, checkLdapApp } from "../../constructs/ldap-app";
import type { LdapAppProps } from "../../constructs/ldap-app";
import { LdapBindFlow } from "../../constructs/ldap-bind-flow";
import type { LdapBindFlowProps } from "../../constructs/ldap-bind-flow";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, all, only, synth } from "../synth";
import type { Scope, Synthesized } from "../synth";

type Change = Partial<LdapAppProps> | ((scope: Scope) => Partial<LdapAppProps>);

function addApp(scope: Scope, id: string, bindFlow: string, change: Change = {}): LdapApp {
  return new LdapApp(scope.stack, id, {
    title: "Jellyfin",
    slug: "jellyfin",
    access: [{ group: "${authentik_group.family.id}" }],
    root: "dc=example,dc=org",
    bindFlow,
    lookups: scope.lookups,
    ...(typeof change === "function" ? change(scope) : change),
  });
}

function app(change: Change = {}): Synthesized {
  return synth((scope) => {
    new Group(scope.stack, "family", { name: "family" });
    addApp(scope, "jellyfin", new LdapBindFlow(scope.stack, "bind").flowId, change);
  });
}

const provider = (change: Change = {}): Record<string, unknown> => only(app(change), "authentik_provider_ldap");
const application = (change: Change = {}): Record<string, unknown> => only(app(change), "authentik_application");
const publishTo = { mount: "secret", path: "apps/jellyfin/ldap" };

describe("the provider", () => {
  test("says everything authentik's provider would leave to itself", () => {
    expect(provider()).toEqual({
      name: "jellyfin-ldap",
      base_dn: "ou=jellyfin,dc=example,dc=org",
      bind_flow: "${authentik_flow.bind_flow.uuid}",
      unbind_flow: "${data.authentik_flow.lookups_flow-default-invalidation-flow.id}",
      bind_mode: "direct",
      search_mode: "direct",
      uid_start_number: 2000,
      gid_start_number: 4000,
      // The provider's own default cuts passwords that end in a semicolon and six digits.
      mfa_support: false,
    });
  });

  test("passes on every option", () => {
    const change: Partial<LdapAppProps> = {
      baseDn: "dc=media,dc=example,dc=org",
      bindMode: "cached",
      searchMode: "cached",
      certificate: "ldap",
      uidStartNumber: 10_000,
      gidStartNumber: 20_000,
      mfaSupport: true,
    };
    expect(provider(change)).toMatchObject({
      base_dn: "dc=media,dc=example,dc=org",
      bind_mode: "cached",
      search_mode: "cached",
      certificate: "${data.authentik_certificate_key_pair.lookups_certificate-ldap.id}",
      uid_start_number: 10_000,
      gid_start_number: 20_000,
      mfa_support: true,
    });
  });
});

describe("the application", () => {
  test("is bound to its provider's pk", () => {
    expect(application({ launchUrl: "https://jellyfin.example.org" })).toMatchObject({
      name: "Jellyfin",
      slug: "jellyfin",
      protocol_provider: "${authentik_provider_ldap.jellyfin_provider.id}",
      policy_engine_mode: "any",
      meta_launch_url: "https://jellyfin.example.org",
    });
  });

  const bindings = (change: Change = {}): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(all(app(change), "authentik_policy_binding")).map(
        ([name, { "//": _, target: __, lifecycle: ___, ...block }]) => [name.replace("jellyfin_access_", ""), block],
      ),
    );
  const account = { "account-0": { user: "${authentik_user.jellyfin_account.id}", order: 200_000 } };

  test("is open to the account that searches, beside those it names", () => {
    expect(bindings()).toEqual({ "members-0": { group: "${authentik_group.family.id}", order: 0 }, ...account });
  });

  test("is open to that account also where a policy lets in everybody, who are people", () => {
    const policy = "${authentik_policy_expression.everyone.id}";
    expect(bindings({ access: [{ policy }] })).toEqual({ "members-0": { policy, order: 0 }, ...account });
  });
});

describe("the account that searches", () => {
  test("holds a role that may search this provider's directory, by reference, and no other's", () => {
    const json = app();
    expect(only(json, "authentik_rbac_role")).toEqual({ name: "iac-ldap-jellyfin" });
    expect(only(json, "authentik_rbac_permission_role")).toEqual({
      role: "${authentik_rbac_role.jellyfin_search-role.id}",
      permission: "authentik_providers_ldap.search_full_directory",
      model: "authentik_providers_ldap.ldapprovider",
      object_id: "${authentik_provider_ldap.jellyfin_provider.id}",
    });
    expect(only(json, "authentik_user")).toMatchObject({
      username: "ldap-jellyfin",
      name: "Jellyfin (LDAP)",
      type: "service_account",
      groups: [],
      roles: ["${authentik_rbac_role.jellyfin_search-role.id}"],
    });
  });

  test("has an app password that does not expire", () => {
    expect(only(app(), "authentik_token")).toMatchObject({
      identifier: "iac-ldap-jellyfin",
      intent: "app_password",
      expiring: false,
      user: "${authentik_user.jellyfin_account.id}",
      description: "Password an app binds to LDAP with",
    });
  });

  test("gets another password when the revision is raised", () => {
    const revision = all(app({ passwordRevision: 3 }), "terraform_data")["jellyfin_account_token-revision"];
    expect(revision).toMatchObject({ input: { revision: 3 } });
    expect(only(app(), "authentik_token").lifecycle).toMatchObject({
      replace_triggered_by: expect.arrayContaining(["terraform_data.jellyfin_account_token-revision"]) as unknown,
    });
  });

  test("published: what the app has to be told, in one place", () => {
    const secret = only(app({ publishTo, host: "ak-outpost-ldap.authentik.svc" }), "vault_kv_secret_v2");
    expect(secret).toMatchObject({
      mount: "secret",
      name: "apps/jellyfin/ldap",
      data_json_wo:
        '${jsonencode({"base_dn" = "ou=jellyfin,dc=example,dc=org", "bind_dn" = "cn=ldap-jellyfin,ou=users,ou=jellyfin,dc=example,dc=org", "host" = "ak-outpost-ldap.authentik.svc", "bind_password" = authentik_token.jellyfin_account_token.key})}',
    });
    expect(only(app({ publishTo }), "vault_kv_secret_v2").data_json_wo).not.toContain("host");
    expect(addresses(app())).not.toContain("vault_kv_secret_v2.jellyfin_account_credentials");
  });
});

test("its outputs", () => {
  synth((scope) => {
    const flow = new LdapBindFlow(scope.stack, "bind");
    const made = addApp(scope, "jellyfin", flow.flowId);
    expect(made.node.defaultChild).toBe(made.resource);
    expect(made.baseDn).toBe("ou=jellyfin,dc=example,dc=org");
    expect(made.bindDn).toBe("cn=ldap-jellyfin,ou=users,ou=jellyfin,dc=example,dc=org");
    const other = addApp(scope, "emby", flow.flowId, { slug: "emby", bindUsername: "svc", baseDn: "dc=emby" });
    expect(other.bindDn).toBe("cn=svc,ou=users,dc=emby");
  });
});

test("another slug changes every object in place", () => {
  expect(addresses(app({ slug: "films" }))).toEqual(addresses(app()));
  expect(only(app({ slug: "films" }), "authentik_token").lifecycle).toEqual(only(app(), "authentik_token").lifecycle);
});

describe("the bind flow", () => {
  function flow(props?: LdapBindFlowProps): Synthesized {
    return synth(({ stack }) => {
      const made = new LdapBindFlow(stack, "bind", props);
      expect(made.node.defaultChild).toBe(made.resource);
    });
  }
  const lifecycle = { create_before_destroy: true };

  test("cannot be run in a browser, where it would be a way around the second factor", () => {
    expect(only(flow(), "authentik_flow")).toMatchObject({
      slug: "iac-ldap-bind",
      designation: "authentication",
      authentication: "require_outpost",
    });
  });

  test("asks for username and password at once, and signs in; an outpost answers nothing else", () => {
    const json = flow();
    expect(only(json, "authentik_stage_identification")).toEqual({
      name: "iac-ldap-identification",
      user_fields: ["username"],
      case_insensitive_matching: true,
      password_stage: "${authentik_stage_password.bind_password.id}",
      lifecycle,
    });
    const steps = Object.values(all(json, "authentik_flow_stage_binding"));
    expect(steps.map(({ stage, order }) => [order, stage])).toEqual([
      [10, "${authentik_stage_identification.bind_identification.id}"],
      [100, "${authentik_stage_user_login.bind_login.id}"],
    ]);
  });

  test("takes the person's password and app passwords, from a stage that is never gone before the next is there", () => {
    expect(only(flow(), "authentik_stage_password")).toEqual({
      name: "iac-ldap-password",
      backends: ["authentik.core.auth.InbuiltBackend", "authentik.core.auth.TokenBackend"],
      lifecycle,
    });
  });

  test("ends its sessions, since cached binds last as long", () => {
    expect(only(flow(), "authentik_stage_user_login")).toMatchObject({ session_duration: "minutes=30" });
    expect(only(flow({ sessionMinutes: 5 }), "authentik_stage_user_login")).toMatchObject({
      session_duration: "minutes=5",
    });
    expect(() => flow({ sessionMinutes: 0 })).toThrow(
      'LdapBindFlow "test/bind": sessionMinutes must be 1 to 1440, got 0',
    );
  });
});

test("two apps and their flow would apply, and the second plan would be empty", () => {
  const json = synth((scope) => {
    new Group(scope.stack, "family", { name: "family" });
    const { flowId } = new LdapBindFlow(scope.stack, "bind");
    addApp(scope, "jellyfin", flowId, { publishTo, certificate: "ldap", bindMode: "cached" });
    addApp(scope, "emby", flowId, { slug: "emby", title: "Emby", certificate: "ldap" });
  });
  expect(inspect(json as unknown as TerraformJson)).toEqual([]);
});

describe("fails", () => {
  test.each<[string, Change, string]>([
    [
      "when all entries would have to match",
      { match: "all" },
      'LdapApp "test/jellyfin": AK037 match must be "any" for an LDAP app, got "all"; the account the app searches with would have to match every entry too: name groups alone, or one policy that asks for the group itself',
    ],
    [
      "without an entry",
      { access: [] },
      'LdapApp "test/jellyfin": AK003 access must hold at least one entry, got []; name who may open the app',
    ],
    [
      "on names and numbers authentik or LDAP would not take, all at once",
      {
        root: "dc=example, dc=org",
        baseDn: "example.org",
        bindUsername: "a,b",
        uidStartNumber: 0,
        gidStartNumber: 3e9,
      },
      'LdapApp "test/jellyfin": root must be a distinguished name such as dc=example,dc=org, without white space beside a comma, got "dc=example, dc=org"\n' +
        '  baseDn must be a distinguished name such as dc=example,dc=org, without white space beside a comma, got "example.org"\n' +
        '  bindUsername must be letters, digits and ._@-, which need no escape in a distinguished name, got "a,b"\n' +
        "  uidStartNumber must be 1 to 2000000000, got 0\n" +
        "  gidStartNumber must be 1 to 2000000000, got 3000000000",
    ],
    ["on a revision below one", { passwordRevision: 0 }, "passwordRevision must be 1 to 1000000, got 0"],
  ])("%s", (_, change, text) => {
    expect(() => app(change)).toThrow(text);
  });

  test("nothing while a site is read as far as it goes", () => {
    expect(checkLdapApp({})).toEqual([]);
    expect(checkLdapApp({ match: "any", baseDn: "ou=a,dc=example,dc=org" })).toEqual([]);
  });
});

describe("base DNs", () => {
  const check = (...names: string[]): string[] =>
    checkBaseDns(names.map((baseDn, index) => ({ where: `apps.${index}`, baseDn }))).map(
      ({ where, code, field, text }) => `${where}: ${code ?? ""} ${field} ${text}`,
    );

  test("beside one another", () => {
    expect(check("ou=emby,dc=example,dc=org", "ou=jellyfin,dc=example,dc=org", "dc=example,dc=net")).toEqual([]);
  });

  test.each([
    ["equal", "ou=a,dc=example,dc=org", "OU=A, DC = example,dc=org", "equals"],
    ["inside another", "dc=example,dc=org", "ou=a,dc=example,dc=org", "lies inside"],
    ["around another", "ou=a,dc=example,dc=org", "dc=Example,dc=org", "contains"],
    // An outpost compares the letters at the end of a name.
    ["ending alike", "c=de", "dc=de", "lies inside"],
  ])("%s", (_, first, second, relation) => {
    expect(check(first, second)).toEqual([
      `apps.1: AK036 baseDn must lie beside those of other LDAP apps, got "${second}", which ${relation} that of apps.0, which has "${first}"; give one of them another`,
    ]);
  });

  test("each pair once", () => {
    expect(check("ou=a,dc=x", "ou=b,dc=x", "dc=x").map((text) => /that of (apps\.\d)/.exec(text)?.[1])).toEqual([
      "apps.0",
      "apps.1",
    ]);
  });
});

describe("config", () => {
  const input = { kind: "ldap", name: "Jellyfin", access: { groups: ["family"] } };

  test("states what authentik would choose", () => {
    expect(ldapApp.parse(input)).toMatchObject({
      searchMode: "direct",
      bindMode: "direct",
      uidStartNumber: 2000,
      gidStartNumber: 4000,
      passwordRevision: 1,
      openInNewTab: false,
    });
    expect(ldap.parse({ root: "dc=example,dc=org" })).toEqual({ root: "dc=example,dc=org", sessionMinutes: 30 });
  });

  test.each([
    "dc=example, dc=org",
    "example.org",
    "dc=example,,dc=org",
    "dc=example,dc=org,",
    "dc=a+b=c",
    "dc= example",
  ])("refuses %j as a distinguished name", (root) => {
    const messages = ldap.safeParse({ root }).error?.issues.map(({ message }) => message);
    expect(messages).toEqual([
      `must be a distinguished name such as dc=example,dc=org, without white space beside a comma, got ${JSON.stringify(root)}`,
    ]);
    expect(ldapApp.safeParse({ ...input, baseDn: root }).success).toBe(false);
    expect(checkLdapApp({ root })).toHaveLength(1);
  });

  test.each(["dc=example,dc=org", "OU=Media apps,DC=example,DC=org", "o=Müller"])("takes %j", (root) => {
    expect(ldap.safeParse({ root }).success).toBe(true);
    expect(checkLdapApp({ root })).toEqual([]);
  });
});
