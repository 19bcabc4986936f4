import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Authentik } from "../../../api/authentik";
import { accessOf } from "../../../cli/adopt/access";
import type { Basis } from "../../../cli/adopt/basis";
import { Expressions } from "../../../cli/adopt/expressions";
import { groupsOf } from "../../../cli/adopt/groups";
import { Instance } from "../../../cli/adopt/instance";
import type { Live } from "../../../cli/adopt/instance";
import { isKey, Keys } from "../../../cli/adopt/keys";
import { OutFolder, refuseTaken } from "../../../cli/adopt/out-folder";
import { writePeople } from "../../../cli/adopt/people";
import { Places } from "../../../cli/adopt/place";
import { unrecognised } from "../../../cli/adopt/unrecognised";
import { loadSite } from "../../../config/load";
import { Failure } from "../../../delivery/failure";
import { Progress } from "../../../delivery/progress";
import { checkConstructs } from "../../../stacks/checks";
import type { AuthentikServer } from "../../server/authentik";
import { startAuthentik } from "../../server/authentik";
import { call } from "../../server/call";
import { runCli } from "../run-cli";

const folder = mkdtempSync(join(tmpdir(), "adverse-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What is on an instance, by the paths of lists. */
function basis(lists: Readonly<Record<string, readonly object[]>>, more: Partial<Basis> = {}): Basis {
  const instance = new Instance("https://auth.example.org", {}, new Map(Object.entries(lists)) as never);
  const known = { base: {}, leftOut: new Map(), sourceSecrets: new Map(), members: new Map(), notes: [] };
  return { instance, ...known, ...more };
}

const expression = (name: string, text = "return True"): Live => ({ pk: name, name, expression: text });

describe("names that somebody chose to do harm", () => {
  test("are no keys as they are, nor longer than a file's name may be", () => {
    const keys = new Keys();
    expect(keys.of("x", "../../etc/x")).toBe("x");
    expect(keys.of("constructor", "constructor")).toBe("unnamed");
    const long = "y".repeat(3000);
    expect([keys.of(long).length, keys.of(long).length, keys.of("z", long)]).toEqual([80, 82, "z"]);
    expect(isKey(keys.of(`${"a".repeat(79)} b`))).toBe(true);
  });

  test("lead to no file outside of the site's folder, and a policy's to none of a scope", () => {
    const known = basis({});
    const policies = new Expressions("policies", known, () => ({}));
    const scopes = new Expressions("scopeMappings", known, () => ({}));
    for (const name of ["iac-custom-../../../x", "iac-custom-usual", "scope x", "policy scope x"]) {
      policies.keyOf(expression(name));
    }
    scopes.keyOf(expression("x", "return {}"));
    const files = [...policies.files.keys(), ...scopes.files.keys()];
    expect(files).toEqual([
      "policies/iac_custom_x.py",
      "policies/usual.py",
      "policies/policy_scope_x.py",
      "policies/policy_policy_scope_x.py",
      "policies/scope_x.py",
    ]);
    expect(policies.site()).toMatchObject({
      "iac-custom-x": { name: "iac-custom-../../../x" },
      usual: { file: "./policies/usual.py" },
    });
    expect(policies.site()?.["usual"]).not.toHaveProperty("name");
  });

  test("give the same keys whichever app asks first", () => {
    const all = [expression("Office hours"), expression("office-hours"), expression("iac-custom-office-hours")];
    for (const order of [all, [...all].reverse()]) {
      const policies = new Expressions("policies", basis({ "policies/expression": all }), () => ({}));
      const keys = new Map(order.map((one) => [one["name"], policies.keyOf(one)]));
      expect(Object.fromEntries(keys)).toEqual({
        "iac-custom-office-hours": "office-hours",
        "Office hours": "office-hours-2",
        "office-hours": "office-hours-3",
      });
    }
  });

  test("are shown on one line", async () => {
    const server = await startAuthentik({ withDefaults: true });
    const [group] = server.add("core/groups", { name: "red\u001b[31m\nexit 0" });
    const [app] = server.add("core/applications", { name: "x", slug: "x" });
    server.add("policies/bindings", { target: app?.["pk"], group: group?.["pk"], order: 0 });
    const out = join(folder, "shown");
    const { stdout } = await runCli(["adopt", "--out", out, "--url", server.url, "--dry-run"], {
      AUTHENTIK_TOKEN: server.token,
    });
    await server.stop();
    expect(stdout).toContain("group red\\u{1b}[31m\\u{a}exit 0");
    expect(stdout).not.toContain("\u001b");
  }, 60_000);
});

describe("secrets", () => {
  const token = `ghp_${"0".repeat(36)}`;

  test("in an expression leave it out, and are not shown", () => {
    const known = basis({});
    const policies = new Expressions("policies", known, () => ({}));
    expect(policies.keyOf(expression("hook", `requests.get("${token}")\nreturn True`))).toBeUndefined();
    expect([policies.files.size, policies.site()]).toEqual([0, undefined]);
    expect(known.notes).toEqual([{ what: "policy hook", why: expect.stringContaining("(not shown)") as string }]);
    expect(JSON.stringify(known.notes)).not.toContain(token);
  });

  test.each([
    [{ floor: 3, wifi_password: "hunter2" }, "wifi_password"],
    [{ deep: { list: [{ apiKey: 7 }] } }, "apiKey"],
    [{ note: token }, "note"],
    [{ panel_login: "hunter2" }, "panel_login"],
  ])("in a group's attributes leave these as they are: %j", (attributes, name) => {
    const group = { pk: "1", name: "Ops", attributes, parents: [] };
    const known = basis({
      "core/groups": [group],
      "providers/proxy": [{ basic_auth_password_attribute: "panel_login" }],
    });
    expect(groupsOf(known).site).toEqual({ ops: { name: "Ops" } });
    expect(known.notes).toEqual([
      {
        what: "group Ops",
        why: `has an attribute "${name}" that seems to be a secret (not shown); no attribute of it is in the site, and all stay as they are`,
      },
    ]);
    const base = { groups: { ops: { name: "Ops", attributes: { floor: 3 } } } };
    expect(groupsOf(basis({ "core/groups": [group] }, { base })).site).toEqual({ ops: { name: "Ops", attributes } });
  });
});

test("a group that is left out, and an entitlement, are told", () => {
  const known = basis(
    {
      "core/groups": [{ pk: "1", name: " Pad ", parents: [] }],
      "core/applications": [{ pk: "2", slug: "wiki" }],
      "core/application_entitlements": [{ pk: "3", name: "admin", app: "2" }],
    },
    { leftOut: new Map([["groups.pad", "name must be trimmed"]]) },
  );
  expect(groupsOf(known).site).toEqual({});
  expect(known.notes).toEqual([{ what: "group  Pad ", why: "name must be trimmed" }]);
  expect(unrecognised(known.instance)).toEqual([
    { what: "entitlement admin", why: "must be none, since a site has no entitlements, got one of wiki" },
  ]);
});

test.each(["constructor", " lead", `ghp_${"0".repeat(36)}`])(
  "whoever is let in by a name that users.json cannot hold leaves out the app alone: %s",
  (name) => {
    const known = basis(
      {
        "core/groups": [{ pk: "g", name: "app-wiki" }],
        "core/applications": [{ pk: "a", slug: "wiki" }],
        "policies/bindings": [{ pk: "b", target: "a", group: "g", order: 0 }],
      },
      { members: new Map([["g", ["jane", name]]]) },
    );
    const app = known.instance.get("core/applications", "a") as Live;
    const parts = {
      groups: groupsOf(known),
      policies: new Expressions("policies", known, () => ({})),
      accounts: new Set(),
    };
    expect(accessOf(known, app, parts)).toEqual({
      why: expect.stringMatching(/^lets in .* by name, which no username in users\.json can be$/) as string,
    });
  },
);

test("what belongs to a restricted host is that host's, not all hosts'", () => {
  const id = "wiki-example-org-0a1b2c3d";
  const places = new Places({
    resource: {
      authentik_policy_binding: { [`identity_hosts_${id}_access_members-0`]: {} },
      authentik_group: { [`identity_app-groups_${id}`]: {} },
    },
  });
  for (const address of [
    `authentik_policy_binding.identity_hosts_${id}_access_members-0`,
    `authentik_provider_proxy.identity_hosts_${id}`,
    `authentik_group.identity_app-groups_${id}`,
  ]) {
    expect(places.of(address)).toEqual(["hostAccess.wiki-example-org"]);
  }
});

describe("the folder", () => {
  test("with policies of somebody else is refused, and they stay", () => {
    const out = join(folder, "mine");
    mkdirSync(join(out, "policies"), { recursive: true });
    expect(() => {
      refuseTaken(out);
    }).not.toThrow();
    const made = new OutFolder(out, false);
    mkdirSync(join(made.path, "policies"));
    writeFileSync(join(made.path, "policies", "a.py"), "ours");
    writeFileSync(join(out, "policies", "a.py"), "theirs");
    expect(() => {
      made.place();
    }).toThrow(`must be a folder without a site, got ${out}, which has policies`);
    made.close();
    expect(readFileSync(join(out, "policies", "a.py"), "utf8")).toBe("theirs");
    expect(readdirSync(folder).filter((name) => name.startsWith(".adopt-"))).toEqual([]);
    rmSync(out, { recursive: true });
  });

  test("gets what was written, beside what else it has", () => {
    const out = join(folder, "beside");
    mkdirSync(join(out, "policies"), { recursive: true });
    writeFileSync(join(out, "README.md"), "theirs");
    const made = new OutFolder(out, false);
    mkdirSync(join(made.path, "policies"));
    writeFileSync(join(made.path, "policies", "a.py"), "ours");
    writeFileSync(join(made.path, "site.ts"), "ours");
    made.place();
    made.close();
    expect(readdirSync(out).sort()).toEqual(["README.md", "policies", "site.ts"]);
    expect(readFileSync(join(out, "policies", "a.py"), "utf8")).toBe("ours");
  });

  test("that cannot be one is refused before anything is asked", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    for (const out of [file, join(file, "deep", "site")]) {
      expect(() => {
        refuseTaken(out);
      }).toThrow(new Failure(`--out: must be a folder, got ${out}, and ${file} is a file; name another`, 2));
      expect(() => new OutFolder(join(out, "site"), false)).toThrow("--out: must be a folder that can be written");
    }
  });

  test("and the folders above it are not made for a run that writes nothing", () => {
    for (const isDry of [true, false]) {
      const made = new OutFolder(join(folder, "above", "deep", "site"), isDry);
      expect(existsSync(join(folder, "above"))).toBe(!isDry);
      made.place = () => undefined;
      made.close();
      expect([existsSync(made.path), existsSync(join(folder, "above"))]).toEqual([false, false]);
    }
  });
});

describe("an instance", () => {
  let server: AuthentikServer;
  const one = (path: string, values: object): { pk: number | string } => server.add(path, values as never)[0] as never;
  const by = (path: string, field: string, value: string): string =>
    String(server.objects(path).find((object) => object[field] === value)?.["pk"]);
  const run = (...args: string[]) =>
    runCli(["adopt", "--out", join(folder, "site"), "--url", server.url, ...args], { AUTHENTIK_TOKEN: server.token });

  beforeEach(async () => {
    server = await startAuthentik({ withDefaults: true, version: "2026.5.6" });
  });
  afterEach(() => server.stop());

  test.each(["https://jane:hunter2@auth.example.org", "https://exa mple.org", "https://auth.example.org?token=x"])(
    "is not asked at %s",
    async (url) => {
      const { code, stderr } = await runCli(["adopt", "--out", join(folder, "x"), "--url", url], {
        AUTHENTIK_TOKEN: "x",
      });
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^--url: must be a URL without credentials/) as string]);
      expect(stderr).not.toContain("hunter2");
    },
  );

  test("whose people come into the group of an app meanwhile, or leave it, would lose or get nothing by the first plan", async () => {
    const wiki = one("core/groups", { name: "app-wiki" });
    for (const [username, groups] of [
      ["came", [wiki.pk]],
      ["left", []],
      ["stayed", [wiki.pk]],
    ] as const) {
      one("core/users", { username, name: username, email: `${username}@example.org`, groups });
    }
    const authentik = new Authentik({ url: server.url, token: server.token });
    const { notes, usernames } = await writePeople(authentik, {
      folder,
      keyOfGroup: () => undefined,
      imports: new Map([["authentik_group.identity_app-groups_wiki", String(wiki.pk)]]),
      members: new Map([[wiki.pk, ["left", "stayed"]]]),
      progress: new Progress({ write: () => true } as never),
    });
    expect([...usernames]).toEqual(["stayed"]);
    expect(notes.map(({ what }) => what)).toEqual(["person came", "person left"]);
    expect(notes[0]?.why).toMatch(/^must stay in the same groups while all is read, got the group .*; adopt again$/);
  });

  test("that holds one bad thing of each kind loses these alone", async () => {
    const flows = {
      authorization_flow: by("flows/instances", "slug", "default-provider-authorization-implicit-consent"),
      invalidation_flow: by("flows/instances", "slug", "default-provider-invalidation-flow"),
    };
    const crew = one("core/groups", { name: "Crew" });
    const bind = (target: { pk: unknown }, subject: object): void => {
      one("policies/bindings", { target: target.pk, order: 0, ...subject });
    };
    const providers: unknown[] = [];
    const host = (name: string, values: object = {}): { pk: unknown } => {
      const slug = name.replaceAll(".", "-");
      const provider = one("providers/proxy", {
        name: `${slug}-single`,
        mode: "forward_single",
        external_host: `https://${name}`,
        access_token_validity: "weeks=4",
        ...flows,
      });
      providers.push(provider.pk);
      return one("core/applications", { name, slug, provider: provider.pk, ...values });
    };
    bind(host("a.example.org"), { group: crew.pk });
    bind(host("b.example.org", { group: "Other" }), { group: crew.pk });
    host("open.example.org");
    const embedded = by("outposts/instances", "managed", "goauthentik.io/outposts/embedded");
    await call(server, `PATCH outposts/instances/${embedded}/`, { providers });
    for (const [slug, dn] of Object.entries({ "ldap-a": "weird dn, x", "ldap-b": "DC=ldap,DC=goauthentik,DC=io" })) {
      const provider = one("providers/ldap", { name: slug, base_dn: dn, ...flows });
      bind(one("core/applications", { name: slug, slug, provider: provider.pk }), { group: crew.pk });
    }
    bind(one("core/applications", { name: "odd", slug: "B_example-org" }), { group: crew.pk });
    const out = join(folder, "bad");
    const { code, json, stderr } = await run("--json", "--out", out);
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    const { default: site } = jest.requireActual<{ default: Record<string, object> }>(join(out, "site.ts"));
    expect(Object.keys(site["apps"] ?? {})).toEqual(["b-example-org"]);
    expect(site["hostAccess"]).toEqual({
      hosts: { "a.example.org": { groups: ["crew"] }, "open.example.org": "everyone" },
    });
    expect(site).not.toHaveProperty("ldap");
    expect(json()).toMatchObject({
      open: ["open-example-org"],
      plan: {
        creates: [
          expect.stringMatching(/^authentik_policy_binding\.identity_hosts_open-example-org-.*_access_members-0$/),
          "authentik_policy_expression.identity_policies_everyone",
        ],
      },
    });
    expect(() => loadSite({ file: join(out, "site.ts"), layout: "split", checks: checkConstructs })).not.toThrow();
  }, 120_000);

  describe("whose login asks for the password twice", () => {
    const LOGIN = "default-authentication-flow";
    const IDENTIFICATION = "default-authentication-identification";
    const step = (stage: string): string =>
      String(
        server
          .objects("flows/bindings")
          .find(
            (one) =>
              one["target"] === by("flows/instances", "slug", LOGIN) &&
              one["stage"] === by("stages/all", "name", stage),
          )?.["pk"],
      );
    const remove = (id: string, ...more: string[]) => run("--remove-password-step", id, ...more);
    const askFirst = (password: string | null) =>
      call(server, `PATCH stages/identification/${by("stages/identification", "name", IDENTIFICATION)}/`, {
        password_stage: password,
        user_fields: ["username"],
      });

    beforeEach(async () => {
      expect((await askFirst(by("stages/password", "name", "default-authentication-password"))).status).toBe(200);
    });

    test("loses the step that was shown", async () => {
      const id = step("default-authentication-password");
      const { code, stdout, stderr } = await remove(id);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toContain("removed step 20");
      expect(server.writes).toHaveLength(2);
      expect((await remove(id)).code).toBe(1);
    });

    test("keeps every other step, and all in a dry run", async () => {
      for (const id of ["", "x", step(IDENTIFICATION), step("default-authentication-login")]) {
        const { code, stderr } = await remove(id);
        expect([code, stderr]).toEqual([
          1,
          expect.stringContaining("must be the step of default-authentication-flow") as string,
        ]);
      }
      expect((await remove(step("default-authentication-password"), "--dry-run")).code).toBe(2);
      expect(server.writes).toHaveLength(1);
    });

    test.each([
      ["asks for no password", () => askFirst(null)],
      ["is no step", () => call(server, `DELETE flows/bindings/${step(IDENTIFICATION)}/`)],
      ["comes after it", () => call(server, `PATCH flows/bindings/${step(IDENTIFICATION)}/`, { order: 25 })],
      [
        "is skipped by a policy",
        () => {
          const [policy] = server.add("policies/expression", expression("skip"));
          server.add("policies/bindings", { target: step(IDENTIFICATION), policy: policy?.["pk"], order: 0 });
          return Promise.resolve();
        },
      ],
    ])("keeps it where the first screen %s", async (_, change) => {
      await change();
      const writes = server.writes.length;
      const { code, stderr } = await remove(step("default-authentication-password"));
      expect([code, stderr]).toEqual([1, expect.stringContaining("anybody would get in by a name alone") as string]);
      expect(server.writes).toHaveLength(writes);
    });
  });
});
