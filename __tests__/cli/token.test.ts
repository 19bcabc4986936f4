import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { applyRights, LOOKUPS, MACHINES, planRights, RESOURCES } from "../../cli/token/permissions";
import type { Site } from "../../config/load";
import type { AuthentikServer } from "../server/authentik";
import { startAuthentik } from "../server/authentik";
import { call } from "../server/call";
import { schemaNamed } from "../server/document";
import type { Stored, Values } from "../server/store";
import { runCli, writeSite } from "./run-cli";
import type { Ran } from "./run-cli";

let server: AuthentikServer;

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true });
});

afterEach(() => server.stop());

const VAULT = { address: "https://vault.example.org", mounts: ["secret"], auth: { method: "token" } };

function siteOf(more: Readonly<Record<string, unknown>> = {}): string {
  return writeSite({ authentik: { url: server.url, apiToken: { from: "env" } }, ...more });
}

const create = (args: readonly string[], site = siteOf(), token = server.token): Promise<Ran> =>
  runCli(["token", "create", ...args], { AUTHENTIK_SITE: site, AUTHENTIK_TOKEN: token });

const account = (username: string): Values | undefined =>
  server.objects("core/users").find((user) => user["username"] === username);
const token = (identifier: string): Values | undefined =>
  server.objects("core/tokens").find((one) => one["identifier"] === identifier);
const rolesOf = (username: string): unknown => (account(username)?.["roles_obj"] as Values[]).map(({ name }) => name);

async function keyOf(identifier: string): Promise<string> {
  const { body } = await call(server, `GET core/tokens/${identifier}/view_key/`);
  return String((body as Values)["key"]);
}

async function rightsOf(role: string): Promise<{ all: string[]; single: string[] }> {
  const rights = async (path: string): Promise<Values[]> => {
    const { body } = await call(server, `GET rbac/permissions/${path}&page_size=100`);
    return (body as { results: Values[] }).results;
  };
  const uuid = server.objects("rbac/roles").find(({ name }) => name === role)?.["pk"];
  const [byModel = []] = await Promise.all(
    ["authentik_core.user", "authentik_providers_ldap.ldapprovider"].map(async (model) => {
      const { body } = await call(server, `GET rbac/permissions/assigned_by_roles/?model=${model}&search=${role}`);
      return (body as { results: { model_permissions: Values[] }[] }).results.flatMap((one) => one.model_permissions);
    }),
  );
  const single = await rights(`roles/?uuid=${String(uuid)}`);
  return {
    all: byModel.map((right) => `${String(right["app_label"])}.${String(right["codename"])}`),
    single: single.map((right) => `${String(right["codename"])} ${String(right["object_pk"])}`),
  };
}

describe("the tables of rights", () => {
  const code = ["constructs", "stacks"].flatMap((folder) => {
    const path = join(__dirname, "..", "..", folder);
    return readdirSync(path).map((name) => readFileSync(join(path, name), "utf8"));
  });
  const used = new Set(
    code.flatMap((text) => [...text.matchAll(/\.gen\/providers\/authentik\/([a-z0-9-]+)"/g)].map(([, name]) => name)),
  );
  const types = [...used].map((name) => String(name).replaceAll("-", "_"));

  test("know every type that the stacks write and look up, and no other", () => {
    const written = types.filter((type) => !type.startsWith("data_authentik_"));
    const known = [...Object.keys(RESOURCES), ...Object.keys(MACHINES), "provider", "system_settings"];
    expect(written.sort()).toEqual(known.sort());
    const looked = types.flatMap((type) => /^data_authentik_(.*)/.exec(type)?.[1] ?? []);
    expect(looked.sort()).toEqual(Object.keys(LOOKUPS).sort());
  });

  test("name models as authentik does", () => {
    const models = new Set(schemaNamed("ModelEnum").enum);
    const unknown = [RESOURCES, MACHINES, LOOKUPS].flatMap((table) =>
      Object.values(table).filter((one) => !models.has(one)),
    );
    // Shown by its kinds alone.
    expect(unknown).toEqual(["authentik_flows.stage"]);
  });

  const site = (more: object): Site => ({ apps: {}, groups: {}, ...more }) as unknown as Site;

  test("give nothing that the site does not need", () => {
    expect(planRights(site({})).filter((right) => !/\.view_/.test(right))).toEqual([]);
    expect(planRights(site({})).filter((right) => /token|role|settings|permission/.test(right))).toEqual([]);
    expect(applyRights(site({})).filter((right) => /token|role|settings|superuser/.test(right))).toEqual([]);
    expect(applyRights(site({ groups: { a: { superuser: true } }, systemSettings: {} }))).toEqual(
      expect.arrayContaining([
        "authentik_core.enable_group_superuser",
        "authentik_core.disable_group_superuser",
        "authentik_rbac.edit_system_settings",
      ]),
    );
    const ldap = { kind: "ldap", publishTo: { mount: "secret", path: "apps/a" } };
    expect(planRights(site({ apps: { a: { kind: "ldap" } }, systemSettings: {} }))).toEqual(
      expect.arrayContaining([
        "authentik_core.view_token",
        "authentik_rbac.view_role",
        "authentik_rbac.view_system_settings",
        "auth.view_permission",
        "guardian.view_roleobjectpermission",
      ]),
    );
    expect(planRights(site({ apps: { a: { kind: "ldap" } } }))).not.toContain("authentik_core.view_token_key");
    expect(planRights(site({ apps: { a: ldap } }))).toContain("authentik_core.view_token_key");
  });
});

describe("apply", () => {
  test("makes an account that may do what the stacks do, and shows its key with the way to Vault", async () => {
    const ref = { mount: "secret", path: "authentik/terraform", key: "api_token" };
    const site = siteOf({
      vault: VAULT,
      authentik: { url: server.url, apiToken: { from: "vault", ref } },
      groups: { admins: { superuser: true } },
    });
    const ran = await create(["--for", "apply"], site);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const key = await keyOf("authentik-iac-apply");
    expect(ran.stdout).toBe(
      [
        "account  iac-apply",
        "role     authentik-iac-apply, 125 rights",
        "token    authentik-iac-apply, without end",
        "",
        "It may read and write what the stacks make: apps, flows, policies, groups, people, brands.",
        "It is no superuser, but expressions that it writes are run inside authentik: whoever has the key can become one.",
        "",
        "The key, shown this once:",
        key,
        "",
        "The site reads it from Vault; this asks for it, and puts it there:",
        'read -rs VALUE; printf %s "$VALUE" | vault kv patch -mount=secret authentik/terraform api_token=-',
        "",
      ].join("\n"),
    );
    expect(ran.stdout.split(key)).toHaveLength(2);
    expect(account("iac-apply")).toMatchObject({
      type: "service_account",
      is_superuser: false,
      path: "goauthentik.io/service-accounts",
      attributes: { "authentik-iac": "apply" },
      groups: [],
    });
    expect(rolesOf("iac-apply")).toEqual(["authentik-iac-apply"]);
    expect(token("authentik-iac-apply")).toMatchObject({
      intent: "api",
      expiring: false,
      user: account("iac-apply")?.["pk"],
    });
    const { all, single } = await rightsOf("authentik-iac-apply");
    expect(all).toHaveLength(125);
    expect(single).toEqual([]);
    expect(all).toEqual(
      expect.arrayContaining(["authentik_core.delete_user", "authentik_core.enable_group_superuser"]),
    );
    expect((await call(server, "GET core/users/me/", undefined, key)).body).toMatchObject({
      user: { username: "iac-apply" },
    });
  });

  test("gives it what it may do last of all", async () => {
    await create(["--for", "apply"]);
    expect(server.writes.map(({ path }) => path.replace(/[0-9a-f-]{36}/, "…"))).toEqual([
      "/api/v3/rbac/roles/",
      "/api/v3/rbac/permissions/assigned_by_roles/…/assign/",
      "/api/v3/core/users/",
      "/api/v3/core/tokens/",
      "/api/v3/rbac/roles/…/add_user/",
    ]);
  });

  test("tells programs the same, and makes a second one by another name", async () => {
    await create(["--for", "apply"]);
    const ran = await create(["--for", "apply", "--name", "ci", "--json"], siteOf({ vault: VAULT }));
    expect(ran.json()).toEqual({
      account: "iac-apply-ci",
      for: "apply",
      token: "authentik-iac-apply-ci",
      intent: "api",
      superuser: false,
      role: "authentik-iac-apply-ci",
      permissions: expect.arrayContaining(["authentik_core.add_application"]) as unknown,
      words: [expect.any(String), expect.any(String)],
      key: await keyOf("authentik-iac-apply-ci"),
      keep: { mount: "secret", path: "authentik/apply-ci", key: "token" },
      command: 'read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret authentik/apply-ci token=-',
    });
  });

  test("leaves the place of the bootstrap token alone", async () => {
    const ref = { mount: "secret", path: "authentik/bootstrap", key: "token" };
    const bootstrap = { token: ref, password: { ...ref, key: "password" }, email: "admin@example.org" };
    const authentik = { url: server.url, apiToken: { from: "vault", ref }, bootstrap };
    const platform = {
      namespace: "authentik",
      secret: { from: "vault", secretKey: { ...ref, key: "secret_key" } },
      database: { host: "postgres.example.org", password: { ...ref, key: "database" }, sslMode: "require" },
      server: { replicas: 1 },
      worker: { replicas: 1 },
      ingress: { kind: "ingress", className: "traefik", tlsSecretName: "tls" },
    };
    const { stderr, stdout } = await create(["--for", "apply"], siteOf({ vault: VAULT, authentik, platform }));
    expect(stderr).toBe("");
    expect(stdout).toContain(
      "authentik.apiToken names the place of the bootstrap token, which is better left alone. This asks for it, and puts it at secret/authentik/apply token:\n",
    );
  });

  const LDAP = {
    ldap: { root: "dc=example,dc=org" },
    groups: { media: {} },
    apps: { jellyfin: { kind: "ldap", name: "Jellyfin", access: { groups: ["media"] } } },
  };

  test("refuses a site whose apps have accounts, unless it is to be a superuser", async () => {
    const refused = await create(["--for", "apply"], siteOf(LDAP));
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toBe(
      "token: --for apply must be given --superuser with this site, got none; apps.jellyfin has an account with a token, and a token that anybody but a superuser makes belongs to whoever makes it\n",
    );
    expect(server.requests).toEqual([]);
    const ran = await create(["--for", "apply", "--superuser"], siteOf(LDAP));
    expect(ran.stdout).toBe(
      [
        "account  iac-apply",
        "group    authentik-iac-apply",
        "token    authentik-iac-apply, without end",
        "",
        "It is a superuser: whoever has the key may do everything.",
        "",
        "The key, shown this once:",
        await keyOf("authentik-iac-apply"),
        "",
        "Terraform finds it in AUTHENTIK_TOKEN.",
        "",
      ].join("\n"),
    );
    expect(account("iac-apply")).toMatchObject({ is_superuser: true, roles: [] });
    expect(server.writes.at(-1)?.path).toContain("add_user");
    const otherwise = await create(["--for", "apply"]);
    expect(otherwise.stderr).toBe(
      'token: the account "iac-apply" must be made as it was, with --superuser, got the opposite; delete it in authentik first, or make another with --name\n',
    );
  });

  test("does not take a group that makes no superusers", async () => {
    server.add("core/groups", { name: "authentik-iac-apply" });
    const ran = await create(["--for", "apply", "--superuser"]);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(
      /^token: the group "authentik-iac-apply" must make superusers, got one that does not; delete it if nobody needs it\nnot there: /,
    );
  });
});

describe("plan", () => {
  test("makes an account that only looks", async () => {
    const ran = await create(["--for", "plan"], siteOf({ vault: VAULT }));
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain(
      "\nIt changes nothing. It reads what a plan reads, client secrets of OIDC apps and everybody's address among it.\n\n",
    );
    expect(ran.stdout).toContain(
      "Plans find it in AUTHENTIK_TOKEN. This asks for it, and puts it at secret/authentik/plan token:\n",
    );
    const { all } = await rightsOf("authentik-iac-plan");
    expect(all.every((right) => right.includes(".view_"))).toBe(true);
  });

  test("says so where it has to read the keys of tokens", async () => {
    const apps = {
      jellyfin: {
        kind: "ldap",
        name: "Jellyfin",
        access: "everyone",
        publishTo: { mount: "secret", path: "apps/jellyfin/ldap" },
      },
    };
    const ran = await create(["--for", "plan"], siteOf({ vault: VAULT, ldap: { root: "dc=example,dc=org" }, apps }));
    expect(ran.stdout).toContain(
      "It reads the keys of all tokens as well, those of superusers among them, because apps.jellyfin publishes a password: whoever has the key can become one.",
    );
    expect((await rightsOf("authentik-iac-plan")).all).toEqual(
      expect.arrayContaining(["authentik_core.view_token_key", "guardian.view_roleobjectpermission"]),
    );
  });
});

/** An application of authentik with a provider, which a group may open. */
function addApp(path: string, slug: string, more: Values = {}, app: Values = {}): { provider: Stored; pk: unknown } {
  const [any] = server.objects("flows/instances");
  const flows = { authorization_flow: any?.["pk"], invalidation_flow: any?.["pk"] };
  const [provider] = server.add(path, { name: slug, ...flows, ...more });
  const [application] = server.add("core/applications", { name: slug, slug, provider: provider?.pk, ...app });
  const [group] = server.objects("core/groups");
  server.add("policies/bindings", { target: application?.pk, group: group?.["pk"], order: 0 });
  return { provider: provider as Stored, pk: application?.pk };
}

const bindingsOf = (pk: unknown): Values[] => server.objects("policies/bindings").filter(({ target }) => target === pk);

describe("ldap", () => {
  let jellyfin: { provider: Stored; pk: unknown };

  beforeEach(() => {
    jellyfin = addApp("providers/ldap", "jellyfin", { base_dn: "ou=jellyfin,dc=example,dc=org" });
  });

  const ldap = (...args: string[]): Promise<Ran> => create(["--for", "ldap", "--app", "jellyfin", ...args]);

  test("makes an account that searches one directory, and lets it into that app", async () => {
    const ran = await ldap();
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toBe(
      [
        "account       iac-ldap",
        "role          authentik-iac-ldap, 1 right",
        "bind DN       cn=iac-ldap,ou=users,ou=jellyfin,dc=example,dc=org",
        "app password  authentik-iac-ldap, without end",
        "",
        "It may bind to jellyfin and search the whole directory there, and do nothing else.",
        "",
        "The key, shown this once:",
        await keyOf("authentik-iac-ldap"),
        "",
        "The app is told the bind DN, and the key as its password.",
        "",
      ].join("\n"),
    );
    expect(token("authentik-iac-ldap")).toMatchObject({ intent: "app_password", expiring: false });
    expect(await rightsOf("authentik-iac-ldap")).toEqual({
      all: [],
      single: [`search_full_directory ${String(jellyfin.provider.pk)}`],
    });
    expect(bindingsOf(jellyfin.pk)).toMatchObject([
      { order: 0 },
      { order: 300_000, user: account("iac-ldap")?.["pk"] },
    ]);
    await ldap("--name", "second");
    expect(bindingsOf(jellyfin.pk).at(-1)).toMatchObject({ order: 300_010 });
  });

  test("finds the only LDAP app of a site by itself, and asks where there are more", async () => {
    const app = (name: string): object => ({ kind: "ldap", name, access: "everyone" });
    const site = (apps: object): string => siteOf({ ldap: { root: "dc=example,dc=org" }, apps });
    const one = await create(["--for", "ldap", "--json"], site({ media: { ...app("Media"), slug: "jellyfin" } }));
    expect(one.json()).toMatchObject({ app: "jellyfin", bindDn: "cn=iac-ldap,ou=users,ou=jellyfin,dc=example,dc=org" });
    const two = await create(["--for", "ldap"], site({ a: app("A"), b: app("B") }));
    expect(two).toMatchObject({
      code: 2,
      stderr: "token: --app must name the app the account is for, got nothing; known are a, b\n",
    });
  });

  test("takes back what authentik gives for a provider that is gone meanwhile", async () => {
    const [shown] = server.objects("providers/ldap");
    const path = `/providers/ldap/${String(jellyfin.provider.pk)}/`;
    // Another pk than there is: as if the provider were replaced between the question and the grant.
    server.script({ method: "get", path, after: 1, status: 200, body: { ...shown, pk: 999 } });
    const ran = await ldap();
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr.split("\n")).toEqual([
      'token: the role "authentik-iac-ldap" must have authentik_providers_ldap.search_full_directory on 999 alone, got authentik_providers_ldap.search_full_directory; the right to all of them was taken back: see whether the app is being replaced',
      "there: the role authentik-iac-ldap",
      "not there: its rights, the account iac-ldap, its way into jellyfin, the token authentik-iac-ldap, the key, its place in the role",
      "Nobody has seen a key. The same command goes on from here.",
      "",
    ]);
    expect(await rightsOf("authentik-iac-ldap")).toEqual({ all: [], single: [] });
    expect(await ldap()).toMatchObject({ code: 0 });
  });

  test("says that the right to all is there when it cannot be taken back", async () => {
    const [shown] = server.objects("providers/ldap");
    const path = `/providers/ldap/${String(jellyfin.provider.pk)}/`;
    server.script({ method: "get", path, after: 1, status: 200, body: { ...shown, pk: 999 } });
    server.script({ method: "patch", path: "/unassign/", status: 500 });
    const ran = await ldap();
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain(
      'the role "authentik-iac-ldap" may have authentik_providers_ldap.search_full_directory on everything now, and not on one app: take that from it in authentik at once\n',
    );
    expect(account("iac-ldap")).toBeUndefined();
  });

  describe("refuses", () => {
    const refused = async (text: string, ...args: string[]): Promise<void> => {
      const ran = await create(["--for", "ldap", ...args]);
      expect(ran.stderr).toBe(`${text}\n`);
      expect(ran).toMatchObject({ code: 1, stdout: "" });
      expect(server.writes).toEqual([]);
    };

    test("an app that is not there", () =>
      refused('token: --app must be an application of authentik, got "jelly"; there are none yet', "--app", "jelly"));

    test("an app of another kind", async () => {
      addApp("providers/oauth2", "wiki");
      await refused(
        'token: the app "wiki" must have an LDAP provider, got another; name another --app',
        "--app",
        "wiki",
      );
    });

    test("an app that every binding has to let in", async () => {
      addApp("providers/ldap", "strict", { base_dn: "dc=x" }, { policy_engine_mode: "all" });
      await refused(
        'token: the app "strict" must let in whoever one binding lets in, got one that asks for all of them; an account of its own would shut out everybody else: set match: "any"',
        "--app",
        "strict",
      );
    });

    test("an app without a provider", async () => {
      server.add("core/applications", { name: "Bare", slug: "bare" });
      await refused('token: the app "bare" must have a provider, got none; deploy first', "--app", "bare");
    });

    test("an app whose binding shuts the account out", async () => {
      await ldap();
      const [own] = bindingsOf(jellyfin.pk).filter(({ user }) => user === account("iac-ldap")?.["pk"]);
      await call(server, `PATCH policies/bindings/${String(own?.["pk"])}/`, { negate: true });
      const ran = await ldap("--rotate");
      expect(ran).toMatchObject({ code: 1, stdout: "" });
      expect(ran.stderr).toContain("must let in the account, got a binding of it that is off or shuts it out");
    });

    test("an app that nobody is said to open, before it could be shut", async () => {
      const [any] = server.objects("flows/instances");
      const flows = { authorization_flow: any?.["pk"], invalidation_flow: any?.["pk"] };
      const [provider] = server.add("providers/ldap", { name: "open", base_dn: "dc=x", ...flows });
      server.add("core/applications", { name: "Open", slug: "open", provider: provider?.pk });
      const ran = await create(["--for", "ldap", "--app", "open"]);
      expect(ran).toMatchObject({ code: 1, stdout: "" });
      expect(ran.stderr).toMatch(
        /^token: the app "open" must say who may open it, got no bindings; a first one would shut out everybody else: deploy first\nthere: the role authentik-iac-ldap, its rights, the account iac-ldap\nnot there: its way into open, /,
      );
      expect(rolesOf("iac-ldap")).toEqual([]);
    });
  });
});

describe("netbird", () => {
  const scope = (): unknown =>
    server
      .objects("propertymappings/provider/scope")
      .find(({ managed }) => managed === "goauthentik.io/providers/oauth2/scope-authentik_api")?.["pk"];
  const oidc = {
    kind: "oidc",
    name: "NetBird",
    access: "everyone",
    redirectUris: ["https://netbird.example.org/auth"],
  };

  test("makes an account that sees people, for an app that opens the API", async () => {
    const { pk } = addApp("providers/oauth2", "netbird", { property_mappings: [scope()] });
    const ran = await create(
      ["--for", "netbird"],
      siteOf({ apps: { netbird: oidc, wiki: { ...oidc, name: "Wiki" } } }),
    );
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toContain(
      "It gets a token of netbird with its name and password, and sees who is there: names, addresses, groups. It changes nobody.",
    );
    expect(ran.stdout).toContain(
      'NetBird is told ExtraConfig.Username "iac-netbird" and the key as ExtraConfig.Password.',
    );
    expect(await rightsOf("authentik-iac-netbird")).toEqual({ all: ["authentik_core.view_user"], single: [] });
    expect(bindingsOf(pk).at(-1)).toMatchObject({ user: account("iac-netbird")?.["pk"] });
  });

  test("refuses an app whose provider does not open the API", async () => {
    addApp("providers/oauth2", "netbird");
    const ran = await create(["--for", "netbird", "--app", "netbird"]);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toBe(
      'token: the provider of "netbird" must offer the scope goauthentik.io/api, got none; give the app a directoryReader in the site, which makes its account as well, and deploy\n',
    );
    expect(server.writes).toEqual([]);
  });

  test("refuses what the site makes, and says where its password is", async () => {
    const apps = { netbird: { ...oidc, directoryReader: {} } };
    const ran = await create(["--for", "netbird"], siteOf({ apps }));
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toBe(
      'token: --for netbird must be for an app without a directoryReader, got apps.netbird, whose account "netbird-directory" the site makes; its password is there already: in authentik, under Directory > Tokens: iac-netbird-directory\n',
    );
    expect(server.requests).toEqual([]);
  });
});

describe("usage", () => {
  test.each([
    [
      ["--for", "plan", "--superuser"],
      "token: --superuser must be left out with --for plan, got one; only apply may need it",
    ],
    [
      ["--for", "apply", "--app", "x"],
      "token: --app must be left out with --for apply, got one; it is for the whole site",
    ],
    [
      ["--for", "netbird"],
      "token: --app must name the app the account is for, got nothing; known are none in the site",
    ],
  ])("%j", async (args, text) => {
    expect(await create(args)).toMatchObject({ code: 2, stdout: "", stderr: `${text}\n` });
    expect(server.requests).toEqual([]);
  });

  test("a purpose has to be given, and a name that fits", async () => {
    expect((await create([])).stderr).toContain("required option '--for <purpose>' not specified");
    expect((await create(["--for", "everything"])).stderr).toContain("Allowed choices are apply, plan, netbird, ldap.");
    const named = await create(["--for", "plan", "--name", "C I"]);
    expect(named.code).toBe(2);
    expect(named.stderr).toContain("It must be at most 40 lower-case letters, digits and single dashes.");
  });

  test("help says what keys can do", async () => {
    const { code, stdout } = await create(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("expressions that it writes are run inside");
    expect(stdout).toContain("It takes the token of a superuser.");
  });
});

describe("what is there already", () => {
  test("a finished account gets another key only when asked", async () => {
    await create(["--for", "plan"]);
    const before = await keyOf("authentik-iac-plan");
    const again = await create(["--for", "plan"]);
    expect(again).toMatchObject({ code: 1, stdout: "" });
    expect(again.stderr).toBe(
      'token: the account "iac-plan" must not be there yet, got one with all it needs; --rotate gives it another key, and --name makes another account\n',
    );
    const rotated = await create(["--for", "plan", "--rotate"]);
    const after = await keyOf("authentik-iac-plan");
    expect(rotated.stdout).toContain(
      `The new key, shown this once; the one before is good for nothing now:\n${after}\n`,
    );
    expect(after).toMatch(/^[0-9a-f]{64}$/);
    expect(after).not.toBe(before);
    expect((await call(server, "GET core/users/me/", undefined, before)).status).toBe(403);
  });

  test("--rotate gives a token back that somebody deleted, and rights that the site needs by now", async () => {
    await create(["--for", "apply"]);
    await call(server, "DELETE core/tokens/authentik-iac-apply/");
    const ran = await create(["--for", "apply", "--rotate"], siteOf({ systemSettings: {} }));
    expect(ran.code).toBe(0);
    expect(token("authentik-iac-apply")).toBeDefined();
    expect((await rightsOf("authentik-iac-apply")).all).toContain("authentik_rbac.edit_system_settings");
  });

  test("--rotate needs an account", async () => {
    const ran = await create(["--for", "plan", "--rotate"]);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toBe('token: --rotate must find the account "iac-plan", got none; leave it out to make one\n');
  });

  test("accounts, tokens and roles of others are not taken", async () => {
    server.add("core/users", { username: "iac-plan", name: "Mine", type: "service_account" });
    expect((await create(["--for", "plan"])).stderr).toBe(
      'token: the account "iac-plan" must be one that this command made for plan, got another; choose a --name that makes another username\n',
    );
    server.add("core/tokens", { identifier: "authentik-iac-plan-b", intent: "api", user: 1, expiring: false });
    expect((await create(["--for", "plan", "--name", "b"])).stderr).toMatch(
      /^token: the token "authentik-iac-plan-b" must be "iac-plan-b"'s, of intent api and without end, got another; delete it in authentik under Directory, Tokens\nthere: the role/,
    );
    const [role] = server.add("rbac/roles", { name: "authentik-iac-plan-c" });
    await call(server, `POST rbac/permissions/assigned_by_roles/${String(role?.pk)}/assign/`, {
      permissions: ["authentik_core.impersonate"],
    });
    expect((await create(["--for", "plan", "--name", "c"])).stderr).toMatch(
      /^token: the role "authentik-iac-plan-c" must have what this account needs and no more, got also authentik_core\.impersonate; take that from it, or delete it if nobody needs it\nthere: the role authentik-iac-plan-c\nnot there: its rights, /,
    );
    expect(account("iac-plan-c")).toBeUndefined();
  });
});

describe("what was changed meanwhile", () => {
  const plan = (...args: string[]): Promise<Ran> => create(["--for", "plan", ...args]);

  test("an account that was given more gets no key that is said to do little", async () => {
    await plan();
    const [admins] = server.objects("core/groups").filter(({ name }) => name === "authentik Admins");
    const group = `POST core/groups/${String(admins?.["pk"])}`;
    await call(server, `${group}/add_user/`, { pk: account("iac-plan")?.["pk"] });
    const ran = await plan("--rotate");
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toBe(
      'token: the account "iac-plan" must have what it needs and no more, got also the group "authentik Admins"; take that back in authentik first, or make another with --name\n',
    );
  });

  test("an account that was shut out gets no key that would not work", async () => {
    await plan();
    await call(server, `PATCH core/users/${String(account("iac-plan")?.["pk"])}/`, { is_active: false });
    const ran = await plan("--rotate");
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain('the account "iac-plan" must be active, got one that was shut out');
  });

  test("a person who has the attribute is not taken for an account of ours", async () => {
    server.add("core/users", { username: "iac-plan", name: "Eve", attributes: { "authentik-iac": "plan" } });
    const ran = await plan();
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain('the account "iac-plan" must be one that this command made for plan, got another');
    expect(server.writes).toEqual([]);
  });

  test("a role that somebody else holds is given nothing", async () => {
    const [role] = server.add("rbac/roles", { name: "authentik-iac-plan" });
    server.add("core/users", { username: "eve", name: "Eve", roles: [role?.pk] });
    server.add("core/groups", { name: "Eves", roles: [role?.pk] });
    const ran = await plan();
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain(
      'token: the role "authentik-iac-plan" must be that of "iac-plan" alone, got also "eve", the group "Eves"; take it from them, or delete it if nobody needs it\n',
    );
    expect(server.writes).toEqual([]);
  });
});

describe("a command that breaks off", () => {
  const WRITES = [
    ["/rbac/roles/", "the role authentik-iac-plan"],
    ["/assign/", "its rights"],
    ["/core/users/", "the account iac-plan"],
    ["/core/tokens/", "the token authentik-iac-plan"],
    ["/add_user/", "its place in the role"],
  ] as const;

  test.each(WRITES)("before %s leaves nothing that may do anything, and goes on from there", async (path, part) => {
    server.script({ method: "post", path, cut: "before" });
    const ran = await create(["--for", "plan"]);
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    const [first, undone, ...rest] = ran.stderr.trimEnd().split("\n");
    expect(first).toMatch(/^authentik: http:\S+ must answer, got /);
    expect(undone).toBe("it was not done: run it again");
    expect(rest.find((line) => line.startsWith("not there: "))).toMatch(new RegExp(`^not there: ${part}(,|$)`));
    expect(rest.at(-1)).toBe("Nobody has seen a key. The same command goes on from here.");
    expect(account("iac-plan")?.["roles"] ?? []).toEqual([]);
    const again = await create(["--for", "plan"]);
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(again.stdout).toContain(await keyOf("authentik-iac-plan"));
    expect(rolesOf("iac-plan")).toEqual(["authentik-iac-plan"]);
  });

  test.each(WRITES)("after %s is taken for done", async (path) => {
    server.script({ method: "post", path, cut: "after" });
    expect(await create(["--for", "plan"])).toMatchObject({ code: 0, stderr: "" });
    for (const place of ["rbac/roles", "core/users", "core/tokens"]) {
      const names = server.objects(place).map((one) => one["name"] ?? one["identifier"]);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test.each(["before", "after"] as const)("%s another key", async (cut) => {
    await create(["--for", "plan"]);
    const old = await keyOf("authentik-iac-plan");
    server.script({ method: "post", path: "/set_key/", cut });
    const ran = await create(["--for", "plan", "--rotate"]);
    const now = await keyOf("authentik-iac-plan");
    expect(ran.code).toBe(cut === "before" ? 3 : 0);
    expect(now === old).toBe(cut === "before");
    if (cut === "before") expect(ran.stderr).toContain("\nnot there: another key\n");
    else expect(ran.stdout).toContain(now);
    expect(ran.stderr).not.toContain(now);
  });

  test.each(["before", "after"] as const)("%s the way into an app", async (cut) => {
    const { pk } = addApp("providers/ldap", "jellyfin", { base_dn: "dc=x" });
    server.script({ method: "post", path: "/policies/bindings/", cut });
    const ran = await create(["--for", "ldap", "--app", "jellyfin"]);
    expect(ran.code).toBe(cut === "before" ? 3 : 0);
    expect(bindingsOf(pk)).toHaveLength(cut === "before" ? 1 : 2);
    if (cut === "before") expect(rolesOf("iac-ldap")).toEqual([]);
  });

  test.each(["before", "after"] as const)("%s the group of superusers", async (cut) => {
    server.script(
      { method: "post", path: /\/core\/groups\/$/, cut },
      { method: "post", path: /\/groups\/.+add_user/, cut },
    );
    const ran = await create(["--for", "apply", "--superuser"]);
    expect(ran.code).toBe(cut === "before" ? 3 : 0);
    expect(server.objects("core/groups").filter(({ name }) => name === "authentik-iac-apply")).toHaveLength(
      cut === "before" ? 0 : 1,
    );
  });

  test("without a right, on a busy server, and inside the server", async () => {
    server.script({ method: "post", path: "/core/users/", status: 403, body: { detail: "no permission" } });
    const denied = await create(["--for", "plan"]);
    expect(denied).toMatchObject({ code: 1, stdout: "" });
    expect(denied.stderr.split("\n").slice(0, 2)).toEqual([
      "authentik: POST /core/users/ must be allowed, got 403 (no permission); give the token's account the right to it",
      "there: the role authentik-iac-plan, its rights",
    ]);
    server.script({ method: "post", path: "/core/users/", status: 500 });
    const broken = await create(["--for", "plan"]);
    expect(broken).toMatchObject({ code: 1, stdout: "" });
    expect(broken.stderr).toMatch(/got 500 .*\nit was not done: run it again\nthere: /);
    server.script({ method: "post", path: "/core/users/", status: 429, headers: { "retry-after": "1" } });
    server.script({ method: "get", path: "/rbac/roles/", status: 502 });
    const busy = await create(["--for", "plan"]);
    expect(busy.code).toBe(0);
    expect(busy.stderr).toMatch(/^the account iac-plan …\nthe account iac-plan: done after \d+ s\n$/);
  });

  test("says what takes long", async () => {
    server.script({ path: "/core/users/me/", slow: 1100 });
    const ran = await create(["--for", "plan"]);
    expect(ran.stderr).toMatch(/^looking whose token this is …\nlooking whose token this is: done after \d+ s\n$/);
  });
});

describe("the token it runs with", () => {
  test("has to be a superuser's", async () => {
    const [bot] = server.add("core/users", { username: "bot", name: "Bot", type: "service_account" });
    server.add("core/tokens", { identifier: "bot", intent: "api", user: bot?.pk, key: "bots", expiring: false });
    const ran = await create(["--for", "plan"], undefined, "bots");
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toBe(
      'token: the token this runs with must be a superuser\'s, got that of "bot"; a token that anybody else makes belongs to whoever makes it\n',
    );
  });

  test("has to be taken", async () => {
    const ran = await create(["--for", "plan"], undefined, "wrong");
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain("GET /core/users/me/ must be allowed, got 403 (Token invalid/expired)");
  });
});

test("rights are read beyond the first page", async () => {
  await create(["--for", "apply"]);
  const ran = await create(["--for", "apply", "--rotate"]);
  expect(ran.code).toBe(0);
  const read = server.requests.filter(
    ({ path, query }) => path.endsWith("/rbac/permissions/") && query["page"] === "2",
  );
  expect(read.length).toBeGreaterThan(0);
  // Nothing was missing.
  expect(server.writes.filter(({ path }) => path.endsWith("/assign/"))).toHaveLength(1);
});
