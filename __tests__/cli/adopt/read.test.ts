import { join } from "node:path";
import { Writable } from "node:stream";
import { Authentik } from "../../../api/authentik";
import { COLLECTIONS } from "../../../cli/adopt/collections";
import { Counting } from "../../../cli/adopt/counting";
import { readInstance } from "../../../cli/adopt/read";
import type { ReadInstance } from "../../../cli/adopt/read-instance";
import { loadSite } from "../../../config/load";
import { Progress } from "../../../delivery/progress";
import { checkConstructs } from "../../../stacks/checks";
import { applyStacks } from "../../server/apply";
import type { AuthentikServer } from "../../server/authentik";
import { startAuthentik } from "../../server/authentik";
import type { State } from "../../server/authentik";
import type { Values } from "../../server/store";
import { ROOT, synthSite } from "../../synth";

let server: AuthentikServer;
let whole: State;
let told: string;

const progress = new Progress(
  new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      told += chunk.toString();
      done();
    },
  }),
);

/** On which waiting takes no time. */
const clock = { now: () => 0, wait: () => Promise.resolve() };

const read = (token = server.token): Promise<ReadInstance> =>
  readInstance(new Authentik({ url: server.url, token, clock }), progress);

beforeAll(async () => {
  server = await startAuthentik({ withDefaults: true });
  const file = join(ROOT, "config", "site.ts");
  const site = loadSite({ file, layout: "split", checks: checkConstructs });
  const { authentik, "authentik-users": users } = synthSite(site);
  applyStacks(server, [authentik, users] as never);
  whole = server.state();
});

beforeEach(() => {
  server.load(whole);
  server.faults.clear();
  told = "";
});

afterAll(() => server.stop());

const isMachine = ({ type }: Values): boolean => String(type).includes("service_account");

describe("an instance", () => {
  let instance: ReadInstance;

  beforeAll(async () => {
    instance = await read();
  });

  test.each(COLLECTIONS.map(({ key = "pk", path }) => [path, key]))("has every object of %s", (path, key) => {
    const there = server.objects(path).filter((object) => path !== "core/users" || isMachine(object));
    expect(
      instance
        .all(path)
        .map(({ pk }) => pk)
        .sort(),
    ).toEqual(there.map((object) => object[key]).sort());
    for (const object of there) {
      const live = instance.get(path, object[key]);
      for (const [name, value] of Object.entries(live ?? {})) {
        if (name in object) expect([name, value]).toEqual([name, object[name]]);
      }
    }
  });

  test("has settings and version, and everything was read", () => {
    expect(instance.url).toBe(server.url);
    expect(instance.settings).toMatchObject({ default_token_length: 60, flags: { core_default_app_access: false } });
    expect(instance.version).toBe("2026.5.0");
    expect(instance.unread).toEqual([]);
    expect(told).toBe("");
  });

  test("has the rights of roles, to everything and to one object", () => {
    const of = (role: string): unknown[] => {
      const [live] = instance.having("rbac/roles", "name", role);
      const rights = instance.having("rbac/permissions/roles", "role", live?.pk);
      return rights.map(({ permission, object_pk: object }) => [permission, object]);
    };
    const [jellyfin] = server.objects("providers/ldap").filter(({ name }) => String(name).includes("jellyfin"));
    expect(of("iac-ldap-jellyfin")).toEqual([
      ["authentik_providers_ldap.search_full_directory", String(jellyfin?.["pk"])],
    ]);
    expect(of("iac-netbird-directory")).toEqual([["authentik_core.view_user", null]]);
    expect(of("authentik Read-only")).toEqual([]);
  });

  test("shows several kinds together as the objects they are", () => {
    const [policy] = instance.having("policies/all", "name", "iac-everyone");
    expect(policy).toBe(instance.having("policies/expression", "name", "iac-everyone")[0]);
    expect(policy?.["expression"]).toEqual(expect.stringContaining("return"));
    const [matcher] = instance.having("policies/all", "name", "default-match-update");
    expect(matcher).toMatchObject({ verbose_name: "Event Matcher Policy" });
  });

  test("is read by pages", async () => {
    for (let index = 0; index < 250; index++) server.add("core/groups", { name: `group-${index}` });
    expect((await read()).having("core/groups", "name", "group-249")).toHaveLength(1);
  });

  test("holds no secret but those of clients, no people, and nothing twice", () => {
    const everything = JSON.stringify([...COLLECTIONS].map(({ path }) => instance.all(path)));
    expect(everything).not.toMatch(/_obj"|PRIVATE KEY|kubeconfig|jane/);
    for (const { key } of server.state().collections["core/tokens"] ?? [])
      expect(everything).not.toContain(String(key));
    for (const group of instance.all("core/groups")) expect(group).not.toHaveProperty("users");
    expect(instance.all("core/users").every(isMachine)).toBe(true);
  });

  test("is asked for all apps, and for no member of a group", async () => {
    await read();
    const last = (path: string): Values =>
      server.requests.filter((request) => request.path.endsWith(`${path}/`)).at(-1)?.query ?? {};
    expect(last("core/applications")).toMatchObject({ superuser_full_list: "true" });
    expect(last("core/groups")).toMatchObject({ include_users: "false" });
    expect(server.writes).toEqual([]);
  });
});

test("every permission it names is one authentik has", () => {
  for (const { needs } of COLLECTIONS) {
    const [app, codename = ""] = needs.split(".");
    const { body } = server.answer("get", `rbac/permissions/?codename=${codename}`);
    expect([needs, (body as { results: Values[] }).results.map(({ app_label }) => app_label)]).toEqual([needs, [app]]);
  }
});

describe("what cannot be read", () => {
  const DENIED = { status: 403, body: { detail: "You do not have permission to perform this action." } };

  test("is told and left out, whichever it is", async () => {
    server.script(...COLLECTIONS.map(({ path }) => ({ ...DENIED, path: new RegExp(`/${path}/$`), times: 100 })));
    const instance = await read();
    expect(instance.unread).toEqual(COLLECTIONS.map(({ needs, noun, path }) => ({ path, noun, needs })));
    for (const { path } of COLLECTIONS) expect(instance.all(path)).toEqual([]);
  });

  test("leaves the rest", async () => {
    server.script({ ...DENIED, path: /policies\/expression\/$/, times: 100 });
    const instance = await read();
    expect(instance.unread.map(({ path }) => path)).toEqual(["policies/expression"]);
    expect(instance.all("policies/expression")).toEqual([]);
    expect(instance.having("policies/all", "name", "iac-everyone")[0]).not.toHaveProperty("expression");
    expect(instance.all("core/groups").length).toBeGreaterThan(10);
  });

  test("is told of settings and rights as well", async () => {
    server.script({ ...DENIED, path: "/admin/settings/" }, { ...DENIED, path: "/rbac/permissions/" });
    const instance = await read();
    expect(instance.settings).toEqual({});
    expect(instance.unread).toEqual([
      { path: "admin/settings", noun: "system settings", needs: "authentik_rbac.view_system_settings" },
      { path: "rbac/permissions/roles", noun: "rights of roles", needs: "authentik_rbac.view_role" },
    ]);
  });

  test("is told of apps where the token is no superuser's, which authentik shows in part without a word", async () => {
    server.script({ path: "/core/users/me/", status: 200, body: { user: { is_superuser: false } } });
    expect((await read()).unread).toEqual([
      {
        path: "core/applications",
        noun: "applications",
        needs: "the token of a superuser; others see those they may open",
      },
    ]);
  });

  test("a token that nothing takes ends it", async () => {
    await expect(read("not-a-token")).rejects.toMatchObject({ kind: "forbidden" });
  });

  test("so does an answer that is no refusal", async () => {
    server.script({ path: "/rbac/roles/", status: 500, times: 100 });
    await expect(read()).rejects.toMatchObject({ kind: "server" });
  });
});

test("a server that is busy, away for a moment or cuts the connection is asked again", async () => {
  server.script(
    { path: "/core/applications/", status: 429, headers: { "retry-after": "2" } },
    { path: "/core/groups/", status: 503 },
    { path: "/flows/instances/", cut: "before" },
    { path: "/policies/bindings/", cut: "after" },
  );
  const instance = await read();
  expect(instance.unread).toEqual([]);
  expect(instance.all("core/applications")).toHaveLength(server.objects("core/applications").length);
});

test("what takes long is counted out once a second", () => {
  const clockOf = jest.spyOn(performance, "now");
  let now = 0;
  clockOf.mockImplementation(() => now);
  const counting = new Counting(progress, "policies");
  for (let index = 0; index < 1800; index++) {
    now += 1;
    counting.add();
  }
  clockOf.mockRestore();
  expect(told).toBe("reading policies: 1,000\n");
});
