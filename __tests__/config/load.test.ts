import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSite } from "../../config/load";
import { read, ROOT, smallSite } from "../synth";
import { errorOf as refusal, lines as refusals } from "./lines";

const folder = mkdtempSync(join(tmpdir(), "site-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const errorOf = (site: unknown, at = folder): string => refusal(site, at);
const lines = (site: unknown): string[] => refusals(site, folder);

function withUsers(users: unknown): object {
  writeFileSync(join(folder, "users.json"), typeof users === "string" ? users : JSON.stringify({ users }));
  return { ...smallSite, users: "users.json" };
}

const wiki = smallSite.apps.wiki;
const jane = { name: "Jane Doe", email: "jane@example.org", groups: [] };
const secret = { mount: "secret", path: "authentik/x", key: "value" };
const vault = { address: "https://vault.example.org", mounts: ["secret"], auth: { method: "token" } };
const platform = {
  secret: { from: "vault", secretKey: secret },
  database: { host: "db.example.org", password: secret },
};

test("fills in defaults and names that default to a key", () => {
  const site = read(smallSite, folder);
  expect(site.apps.wiki).toMatchObject({ slug: "wiki", clientId: "wiki", clientType: "confidential", scopes: [] });
  expect(site.layout).toBe("single");
  expect(site.people).toEqual([]);
  expect(site.backend.type).toBe("kubernetes");
});

test("gives people of is_admin the admin group once", () => {
  const site = withUsers({ jane: { ...jane, groups: ["admins"], is_admin: true } });
  expect(read({ ...site, directory: { adminGroup: "admins" } }, folder).people).toEqual([
    {
      username: "jane",
      name: "Jane Doe",
      email: "jane@example.org",
      groups: ["admins"],
      active: true,
      type: "internal",
    },
  ]);
});

test("the layout of the environment wins, and a misspelt one is refused", () => {
  const file = join(ROOT, "examples", "minimal.ts");
  expect(loadSite({ file, layout: "split" }).layout).toBe("split");
  expect(() => loadSite({ file, layout: "splt" })).toThrow('AUTHENTIK_LAYOUT: must be "single" or "split", got "splt"');
});

test("paths are relative to the site file, and a file that is missing is named", () => {
  const site = {
    ...smallSite,
    users: "people.json",
    backend: "nowhere.tf.json",
    policies: { late: { file: "late.py" } },
  };
  expect(lines(site)).toEqual([
    'policies.late: file must name a file, got "late.py"; there is none at that place, seen from the site file',
    'users: must name a file, got "people.json"; there is none at that place, seen from the site file',
    'backend: must name a file, got "nowhere.tf.json"; there is none at that place, seen from the site file',
  ]);
});

test("lists five problems of five kinds in one error", () => {
  const site = {
    ...smallSite,
    vault,
    groups: { ...smallSite.groups, twin: { name: "staff" } },
    platform: {
      secret: { from: "vault", secretKey: secret },
      database: { host: "db.example.org", password: "hunter2" },
      values: { authentik: { log_level: "debug" } },
    },
    apps: {
      grafana: { ...wiki, access: { groups: ["stff"] } },
      wiki: { ...wiki, access: { groups: [] } },
    },
  };
  const message = errorOf(site);
  expect(message).toBe(
    [
      "site.ts has 5 problems:",
      "  AK004 platform: database.password must be a Vault reference { mount, path, key }, got a literal (not shown); put the value into Vault and name its place",
      "  AK020 platform: values.authentik.log_level must not stand beside an existing Secret, with which the chart renders no authentik.* value; set AUTHENTIK_LOG_LEVEL in values.global.env instead",
      '  AK002 apps.grafana: access.groups[0] must name a group, got "stff"; did you mean "staff"?',
      '  AK003 apps.wiki: access.groups must hold at least one entry, got []; name who may open the app, or say access: "everyone"',
      '  AK001 groups.twin: must have a group name of its own, got "staff", which groups.staff has; rename one of them',
      "docs/refusals.md explains each code",
    ].join("\n"),
  );
  expect(message).not.toContain("hunter2");
});

describe("shape", () => {
  test.each<[string, object, string]>([
    ["a missing field", { name: undefined }, "name: must be given, got nothing"],
    ["a wrong type", { name: 7 }, "name: must be a string, got 7"],
    [
      "an unknown field",
      { layuot: "split" },
      'site: must have known fields only, got "layuot"; did you mean "layout"?',
    ],
    [
      "a bad key",
      { groups: { "Staff Members": {}, staff: {} } },
      'groups.Staff Members: must have a key that is lower-case letters, digits and single dashes, got "Staff Members"',
    ],
    [
      "a bad URL",
      { authentik: { ...smallSite.authentik, url: "auth" } },
      'authentik: url must be a URL that begins with http:// or https:// and holds no credentials, query or fragment, got "auth"',
    ],
    [
      "a name in a URL",
      { authentik: { ...smallSite.authentik, url: "https://jane@auth.example.org" } },
      'authentik: url must be a URL that begins with http:// or https:// and holds no credentials, query or fragment, got "https://jane@auth.example.org"',
    ],
    [
      "an unknown way to a token",
      { authentik: { ...smallSite.authentik, apiToken: { from: "valt" } } },
      'authentik: apiToken.from must be "vault" or "env", got "valt"',
    ],
    [
      "no redirect URI",
      { apps: { wiki: { ...wiki, redirectUris: [] } } },
      "apps.wiki: redirectUris must hold at least 1 entry, got []",
    ],
    [
      "a lifetime out of range",
      { apps: { wiki: { ...wiki, accessTokenMinutes: 1441 } } },
      "apps.wiki: accessTokenMinutes must be at most 1440, got 1441",
    ],
    [
      "an app of unknown kind",
      { apps: { wiki: { ...wiki, kind: "oicd" } } },
      'apps.wiki: kind must be "oidc" or "forward-auth" or "ldap", got "oicd"',
    ],
    [
      "access left out",
      { apps: { wiki: { ...wiki, access: undefined } } },
      'AK003 apps.wiki: access must be given, got nothing; name groups, users or policies, or say "everyone"; an app is never open by omission',
    ],
    [
      "access misspelt",
      { apps: { wiki: { ...wiki, access: { group: ["staff"] } } } },
      'apps.wiki: access must have known fields only, got "group"; did you mean "groups"?',
    ],
  ])("%s", (_, change, expected) => {
    expect(lines({ ...smallSite, ...change })).toContain(expected);
  });

  test("people and site are checked together", () => {
    const site = withUsers({ jane: { ...jane, email: "jane", groups: ["stff"] } });
    expect(lines({ ...site, name: "Test Site" })).toEqual([
      'name: must be lower-case letters, digits and single dashes, got "Test Site"',
      'users.jane: email must be an e-mail address, got "jane"',
      'AK002 users.jane: groups[0] must name a group, got "stff"; did you mean "staff"?',
    ]);
  });

  test("a users.json that does not parse, or names somebody twice", () => {
    expect(lines(withUsers("{"))[0]).toMatch(
      /^users: must name a JSON file, got one that does not parse \(.+\); mend users\.json$/,
    );
    const twice = `{"users": {\n"jane": ${JSON.stringify(jane)},\n"jane": ${JSON.stringify(jane)}}}`;
    expect(lines(withUsers(twice))).toEqual([
      'users: must name everything once, got "jane" again on line 3 of users.json; merge the two',
    ]);
  });
});

describe("rules", () => {
  test.each<[string, object, string]>([
    [
      "AK001",
      { apps: { wiki, docs: { ...wiki, slug: "wiki", clientId: "docs" } } },
      'AK001 apps.docs: must have a slug of its own, got "wiki", which apps.wiki has; rename one of them',
    ],
    [
      "AK001",
      { apps: { wiki, docs: { ...wiki, clientId: "wiki" } } },
      'AK001 apps.docs: must have a client id of its own, got "wiki", which apps.wiki has; rename one of them',
    ],
    [
      "AK002",
      { apps: { wiki: { ...wiki, scopes: ["ofline_access"] } } },
      'AK002 apps.wiki: scopes[0] must name a scope mapping, got "ofline_access"; did you mean "offline_access"?',
    ],
    [
      "AK002",
      { apps: { wiki: { ...wiki, access: { policies: ["hours"] } } } },
      'AK002 apps.wiki: access.policies[0] must name a policy, got "hours"; there are none yet',
    ],
    [
      "AK002",
      { groups: { staff: { parents: ["stuff"] }, admins: {} } },
      'AK002 groups.staff: parents[0] must name a group, got "stuff"; did you mean "staff"?',
    ],
    [
      "AK002",
      { directory: { adminGroup: "root" } },
      'AK002 directory: adminGroup must name a group, got "root"; known are staff, admins',
    ],
    [
      "AK003",
      { apps: { wiki: { ...wiki, access: {} } } },
      'AK003 apps.wiki: access must hold at least one entry, got []; name who may open the app, or say access: "everyone"',
    ],
    [
      "AK005",
      { apps: { wiki: { ...wiki, description: `token ghp_${"a".repeat(36)}` } } },
      "AK005 apps.wiki: description must not be a credential, got one (not shown); revoke it, put a new one into Vault and name its place",
    ],
    [
      "AK007",
      { version: { ...smallSite.version, chart: "2026.8.0" } },
      "AK007 version: must be versions known to work together, got server 2026.5.6, chart 2026.8.0, provider 2026.5.0; use server 2026.5.6, chart 2026.5.6, provider 2026.5.0",
    ],
    [
      "AK008",
      { groups: { staff: { parents: ["admins"] }, admins: { parents: ["staff"] } } },
      "AK008 groups.admins: parents must not lead back to the group itself; remove one of the parents",
    ],
    [
      "AK009",
      {
        vault,
        platform: {
          ...platform,
          smtp: { host: "smtp.example.org", from: "a@example.org", useTls: true, useSsl: true },
        },
      },
      "AK009 platform: smtp.useSsl must not be true beside useTls, got both; keep useTls for port 587 or useSsl for port 465",
    ],
    [
      "AK010",
      {
        vault,
        platform: { ...platform, database: { ...platform.database, pooler: "session", connMaxAgeSeconds: 60 } },
      },
      "AK010 platform: database.connMaxAgeSeconds must be 0 behind a session-mode pooler, got 60; kept connections use up the pool, so set 0 or pool by transaction",
    ],
    [
      "AK012",
      { apps: { wiki: { ...wiki, access: { groups: ["staff", "staff"] } } } },
      'AK012 apps.wiki: access.groups[1] must be listed once, got "staff" again; remove it',
    ],
    [
      "AK013",
      { vault, platform, apps: { wiki: { ...wiki, clientSecret: { ...secret, key: "client_secret" } } } },
      'AK013 apps.wiki: clientSecret.path must be a path of its own, got "authentik/x", which also holds platform.secret.secretKey; Terraform stores a client secret\'s whole path in its state, so move one of them',
    ],
    [
      "AK014",
      { apps: { wiki: { ...wiki, clientSecret: secret } } },
      "AK014 apps.wiki: clientSecret must have a Vault to be in, got a site without one; describe it under vault",
    ],
    [
      "AK002",
      { vault, apps: { wiki: { ...wiki, clientSecret: { ...secret, mount: "secrets" } } } },
      'AK002 apps.wiki: clientSecret.mount must name one of vault.mounts, got "secrets"; did you mean "secret"?',
    ],
    [
      "AK016",
      { vault, platform, apps: { wiki: { ...wiki, publishTo: { mount: "secret", path: "authentik/x" } } } },
      'AK016 apps.wiki: publishTo.path must be a path nothing else uses, got "authentik/x", which holds platform.secret.secretKey; publishing would overwrite it',
    ],
    [
      "AK017",
      { vault, platform: { ...platform, database: { host: "db.example.org" } } },
      'AK017 platform: database.password must be given when the Secret is made from Vault, got nothing; name its place in Vault, or say secret: { from: "existing" }',
    ],
    [
      "AK017",
      { vault, platform: { ...platform, secret: { from: "existing", name: "authentik" } } },
      "AK017 platform: database.password must not be given beside an existing Secret, which would not hold it; put AUTHENTIK_POSTGRESQL__PASSWORD into that Secret and remove it here",
    ],
    [
      "AK018",
      { groups: { ...smallSite.groups, boss: { name: "authentik Admins" } } },
      'AK018 groups.boss: name must not be a group authentik makes itself, got "authentik Admins"; choose a name of your own and say superuser: true where it is meant',
    ],
    [
      "AK019",
      { groups: { ...smallSite.groups, crew: { was: "staff" } } },
      'AK019 groups.crew: was must be a key that is gone and claimed once, got "staff"; remove it here or rename the other record',
    ],
    [
      "AK030",
      { apps: { wiki: { ...wiki, redirectUris: ["http://wiki.example.org"] } } },
      'AK030 apps.wiki: redirectUris[0] must use https, got "http://wiki.example.org"; over http the authorization code can be read on the way',
    ],
    [
      "AK032",
      { vault, apps: { wiki: { ...wiki, clientType: "public", clientSecret: secret } } },
      'AK032 apps.wiki: clientSecret must not be given to a public client, which has no secret; remove it, or say clientType: "confidential"',
    ],
    [
      "AK032",
      { vault, apps: { wiki: { ...wiki, clientSecret: secret, secretRevision: 2 } } },
      "AK032 apps.wiki: secretRevision must not be given without a generated secret, and this one is in Vault already; remove it",
    ],
  ])("%s", (_, change, expected) => {
    expect(lines({ ...smallSite, ...change })).toContain(expected);
  });

  const strategy = (server: object): object => ({
    vault,
    platform: { ...platform, server: { deploymentStrategy: server } },
  });
  test.each<[string, object, string]>([
    [
      "AK001",
      {
        vault,
        authentik: { ...smallSite.authentik, bootstrap: { token: secret, password: secret, email: "a@example.org" } },
        platform: { ...platform, secret: { ...platform.secret, name: "authentik-bootstrap" }, release: "authentik" },
      },
      'AK001 platform: secret.name must have a Secret of its own, got "authentik-bootstrap", which authentik.bootstrap has; rename one of them',
    ],
    [
      "AK004",
      { vault, authentik: { ...smallSite.authentik, apiToken: "hunter2" } },
      'authentik: apiToken must be an object, got a string (not shown); say { from: "vault", ref } or { from: "env" }',
    ],
    [
      "AK004",
      { vault, platform: { ...platform, database: { host: "db.example.org", password: 12345 } } },
      "AK004 platform: database.password must be a Vault reference { mount, path, key }, got a literal (not shown); put the value into Vault and name its place",
    ],
    [
      "AK005",
      { vault: { ...vault, namespace: "x//u:hunter2@y" } },
      "AK005 vault: namespace must not be a credential, got one (not shown); revoke it, put a new one into Vault and name its place",
    ],
    [
      "AK007",
      { version: { ...smallSite.version, provider: "2026.8.0" }, waive: { AK007: "a trial of the next one" } },
      'AK007 version: provider must be the provider the bindings are made of, got "2026.8.0"; use 2026.5.0; AK007 cannot be waived',
    ],
    [
      "AK012",
      { apps: { wiki: { ...wiki, scopes: ["offline_access", "offline_access"] } } },
      'AK012 apps.wiki: scopes[1] must be listed once, got "offline_access" again; remove it',
    ],
    [
      "AK012",
      { apps: { wiki: { ...wiki, grantTypes: ["password", "password"] } } },
      'AK012 apps.wiki: grantTypes[1] must be listed once, got "password" again; remove it',
    ],
    [
      "AK012",
      { groups: { staff: {}, admins: { parents: ["staff", "staff"] } } },
      'AK012 groups.admins: parents[1] must be listed once, got "staff" again; remove it',
    ],
    [
      "AK016",
      {
        vault,
        apps: {
          wiki: { ...wiki, publishTo: { mount: "secret", path: "a" } },
          docs: { ...wiki, publishTo: { mount: "secret", path: "a" } },
        },
      },
      'AK001 apps.docs: publishTo must have a Vault path of its own, got "secret/a", which apps.wiki.publishTo has; rename one of them',
    ],
    [
      "AK017",
      {
        vault,
        authentik: { ...smallSite.authentik, bootstrap: { token: secret, password: secret, email: "a@example.org" } },
      },
      "AK017 authentik: bootstrap must not be given without a platform, whose worker alone reads it; remove it",
    ],
    [
      "AK018",
      { apps: { token: wiki } },
      'AK018 apps.token: must have a slug of its own, got "token", which is part of authentik\'s URLs; give another slug',
    ],
    [
      "AK018",
      { groups: { staff: {}, admins: { name: "authentik Read-only" } } },
      'AK018 groups.admins: name must not be a group authentik makes itself, got "authentik Read-only"; choose a name of your own and say superuser: true where it is meant',
    ],
    [
      "AK019",
      { groups: { staff: {}, a: { was: "x" }, b: { was: "x" } } },
      'AK019 groups.b: was must be a key that is gone and claimed once, got "x"; remove it here or rename the other record',
    ],
    [
      "AK025",
      strategy({ type: "Recreate", rollingUpdate: { maxSurge: 1 } }),
      "AK025 platform: server.deploymentStrategy.rollingUpdate must not stand beside Recreate, got one; remove it, or say RollingUpdate",
    ],
    [
      "AK025",
      strategy({ type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: "0%" } }),
      "AK025 platform: server.deploymentStrategy.rollingUpdate must let a pod come or go, got 0 for both; raise maxSurge or maxUnavailable",
    ],
    [
      "paths",
      { vault, apps: { wiki: { ...wiki, clientSecret: { ...secret, path: "apps/../authentik/x" } } } },
      'apps.wiki: clientSecret.path must be names of letters, digits, dots, dashes and underscores, joined by slashes, got "apps/../authentik/x"',
    ],
    [
      "mounts",
      { vault: { ...vault, mounts: ["secret/"] } },
      'vault: mounts[0] must be names of letters, digits, dots, dashes and underscores, joined by slashes, got "secret/"',
    ],
    [
      "white space",
      { apps: { wiki: { ...wiki, name: "Wiki " } } },
      'apps.wiki: name must be a text without white space at its ends and without control characters, got "Wiki "',
    ],
    [
      "Node's own names",
      { groups: { constructor: {} } },
      'groups.constructor: must have a key that is lower-case letters, digits and single dashes, got "constructor"',
    ],
    [
      "the URL of the API",
      { authentik: { ...smallSite.authentik, url: "https://auth.example.org/api/v3" } },
      'authentik: url must be the address people open, without /api, got "https://auth.example.org/api/v3"',
    ],
  ])("%s: %j", (_, change, expected) => {
    expect(lines({ ...smallSite, ...change })).toContain(expected);
  });

  test("AK002 an admin where no group stands for admins", () => {
    expect(lines(withUsers({ jane: { ...jane, is_admin: true } }))).toEqual([
      "AK002 users.jane: is_admin must have a group to stand for, got none; set directory.adminGroup",
    ]);
  });

  test("AK004 and AK005 in the backend and in Python", () => {
    const site = { ...smallSite, backend: "backend.tf.json", policies: { hours: { file: "hours.py" } } };
    writeFileSync(
      join(folder, "backend.tf.json"),
      '{"terraform":{"backend":{"pg":{"conn_str":"postgres://u:hunter2@db"}}}}',
    );
    writeFileSync(
      join(folder, "hours.py"),
      `TOKEN = "ghp_${"a".repeat(36)}"\n\n\ndef evaluate(request):\n    return True\n`,
    );
    expect(lines(site)).toEqual([
      'AK005 policies.hours: file must hold no credential, got one in "hours.py" (not shown); revoke it, put a new one into Vault',
      "AK004 backend: conn_str must not stand in the file, got a literal (not shown); give it in the environment or with terraform init -backend-config",
    ]);
  });

  test("AK001 people whose usernames differ in case only, or whose ids meet", () => {
    expect(lines(withUsers({ jane, Jane: jane }))).toContain(
      'AK001 users.Jane: must have a username of its own, got "jane", which users.jane has; rename one of them',
    );
    expect(lines(withUsers({ "jane.doe": jane, "jane-doe-d48722fc": jane }))).toEqual([
      'AK001 users.jane-doe-d48722fc: must have an id of its own, got "jane-doe-d48722fc", which users.jane.doe has; rename one of them',
    ]);
  });

  test("AK001 the group of the people an app names", () => {
    const site = withUsers({ jane });
    const apps = { wiki: { ...wiki, access: { users: ["jane"] } } };
    expect(lines({ ...site, apps, groups: { ...smallSite.groups, other: { name: "app-wiki" } } })).toEqual([
      'AK001 apps.wiki: access.users must have a group name of its own, got "app-wiki", which groups.other has; rename one of them',
    ]);
  });

  test("AK005 in users.json", () => {
    const attributes = { note: `hvs.${"A".repeat(24)}` };
    expect(lines(withUsers({ jane: { ...jane, attributes } }))).toEqual([
      "AK005 users.jane: attributes.note must not be a credential, got one (not shown); revoke it, put a new one into Vault and name its place",
    ]);
  });

  test("AK006 akadmin stays out of Terraform", () => {
    expect(lines(withUsers({ akadmin: jane }))).toEqual([
      "AK006 users.akadmin: must not be declared; akadmin is the way back in and stays out of Terraform, remove it",
    ]);
  });

  test("AK011 a policy beside groups is an or, unless all are asked for or a reason is given", () => {
    writeFileSync(join(folder, "hours.py"), "def evaluate(request):\n    return True\n");
    const access = { groups: ["staff"], policies: ["hours"] };
    const site = (app: object): object => ({
      ...smallSite,
      policies: { hours: { file: "hours.py" } },
      apps: { wiki: { ...wiki, access, ...app } },
    });
    expect(lines(site({}))).toEqual([
      'AK011 apps.wiki: access.match must be "all" when policies stand beside groups or people, got "any"; with "any" a policy that passes lets in people who are in none of the groups',
    ]);
    expect(read(site({ access: { ...access, match: "all" } }), folder).waivers).toEqual([]);
    expect(read(site({ waive: { AK011: "both are meant to open it" } }), folder).waivers).toMatchObject([
      { code: "AK011", where: "apps.wiki", reason: "both are meant to open it" },
    ]);
  });

  test("AK015 a backend that cannot tell stacks apart", () => {
    const site = { ...smallSite, backend: "backend.tf.json" };
    const write = (backend: object): void => {
      writeFileSync(join(folder, "backend.tf.json"), JSON.stringify({ terraform: { backend } }));
    };
    write({ s3: { bucket: "state", key: "one" } });
    expect(lines(site)).toEqual([
      "AK015 backend: must leave s3.key to the stacks, got one; remove it, each stack adds its own",
    ]);
    write({ swift: {} });
    expect(lines(site)).toEqual([
      'AK015 backend: must be a backend that can tell stacks apart, got "swift"; use azurerm, consul, gcs, http, kubernetes, local, pg, s3',
    ]);
    write({ http: {} });
    expect(lines(site)).toEqual([
      "AK015 backend: must give http an address without a query, to which each stack adds its name; a partial one would be shared by all",
    ]);
    write({ s3: { bucket: "state" }, pg: {} });
    expect(lines(site)).toEqual(["backend: must hold one state backend, got 2; keep one"]);
  });

  test("AK040 a Python file authentik would run with another meaning", () => {
    writeFileSync(join(folder, "broken.py"), "def check(request):\n    return True\n");
    expect(lines({ ...smallSite, policies: { broken: { file: "broken.py" } } })).toEqual([
      "AK040 policies.broken: file must define evaluate(request) at the top level, got a file without it; authentik's answer is what that function returns",
    ]);
  });
});

describe("waivers", () => {
  const plain = { ...wiki, redirectUris: ["http://wiki.example.org/callback"] };

  test("let a refusal pass with a reason, which is reported", () => {
    const site = read(
      { ...smallSite, apps: { wiki: { ...plain, waive: { AK030: "no TLS on the lab network" } } } },
      folder,
    );
    expect(site.waivers).toMatchObject([
      { code: "AK030", where: "apps.wiki", field: "redirectUris[0]", reason: "no TLS on the lab network" },
    ]);
  });

  test("need a reason worth reading", () => {
    expect(lines({ ...smallSite, apps: { wiki: { ...plain, waive: { AK030: "ok" } } } })).toContain(
      'apps.wiki: waive.AK030 must hold at least 10 characters, got "ok"',
    );
  });

  test("never let a hard refusal pass, nor stay where nothing is refused", () => {
    const waive = { AK003: "everybody knows who it is", AK030: "no TLS on the lab network" };
    expect(lines({ ...smallSite, apps: { wiki: { ...wiki, access: { groups: [] }, waive } } })).toEqual([
      'AK003 apps.wiki: access.groups must hold at least one entry, got []; name who may open the app, or say access: "everyone"; AK003 cannot be waived',
      "apps.wiki: waive.AK030 must waive a refusal that applies, got AK030, which does not; remove it",
    ]);
  });
});

test("never shows a credential, wherever it was put", () => {
  const token = `ghp_${"z".repeat(36)}`;
  const places = (value: unknown): unknown[] => {
    if (typeof value !== "object" || value === null) return [token];
    const entries = Object.entries(value) as [string, unknown][];
    const changed = entries.flatMap(([key, inner]) => [
      ...places(inner).map((other): unknown => (Array.isArray(value) ? [other] : { ...value, [key]: other })),
      ...(Array.isArray(value) ? [] : [{ ...value, [token]: inner }]),
    ]);
    return [token, ...changed];
  };
  const site = { ...smallSite, vault, platform, apps: { wiki: { ...wiki, clientSecret: { ...secret, path: "b" } } } };
  const broken = places(site);
  expect(broken.length).toBeGreaterThan(80);
  for (const one of broken) expect(errorOf(one)).not.toContain(token);
});

test("never shows a credential it complains about", () => {
  const token = `glpat-${"x".repeat(20)}`;
  expect(errorOf({ ...smallSite, name: token, [token]: 1 })).not.toContain(token);
});
