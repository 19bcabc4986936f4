import fc from "fast-check";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { Authentik } from "../../../api/authentik";
import { COLLECTIONS } from "../../../cli/adopt/collections";
import { Instance } from "../../../cli/adopt/instance";
import type { Live } from "../../../cli/adopt/instance";
import { match } from "../../../cli/adopt/match";
import { personAddress, writePeople } from "../../../cli/adopt/people";
import type { PeopleOptions, PeopleWritten } from "../../../cli/adopt/people";
import { usersShape } from "../../../config/schema";
import { Progress } from "../../../delivery/progress";
import type { AuthentikServer } from "../../server/authentik";
import { startAuthentik } from "../../server/authentik";
import type { State } from "../../server/authentik";
import type { Values } from "../../server/store";
import { read as readSite, ROOT, smallSite, synthSite } from "../../synth";

let server: AuthentikServer;
let fresh: State;
let folder: string;
let told: string;
let groups: Readonly<Record<"admins" | "other" | "staff" | "wiki", string>>;

const progress = new Progress(
  new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      told += chunk.toString();
      done();
    },
  }),
);
const clock = { now: () => 0, wait: () => Promise.resolve() };

beforeAll(async () => {
  server = await startAuthentik({ withDefaults: true });
  const made = server.add(
    "core/groups",
    { name: "staff" },
    { name: "admins", is_superuser: true },
    { name: "app-wiki" },
    { name: "other" },
  );
  const [staff = "", admins = "", wiki = "", other = ""] = made.map(({ pk }) => String(pk));
  groups = { staff, admins, wiki, other };
  fresh = server.state();
});

beforeEach(() => {
  server.load(fresh);
  server.faults.clear();
  folder = mkdtempSync(join(tmpdir(), "people-"));
  told = "";
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

afterAll(() => server.stop());

const person = (values: Values): Values => ({
  name: "Jane Doe",
  email: `${String(values["username"])}@example.org`.replaceAll(/[^\w@.]/g, ""),
  ...values,
});

function write(options: Partial<PeopleOptions> = {}): Promise<PeopleWritten> {
  const keys = new Map<unknown, string>([
    [groups.staff, "staff"],
    [groups.admins, "admins"],
  ]);
  return writePeople(new Authentik({ url: server.url, token: server.token, clock }), {
    folder,
    instance: new Instance(server.url, {}, new Map([["core/groups", server.objects("core/groups") as Live[]]])),
    keyOfGroup: (pk) => keys.get(pk),
    imports: new Map([["authentik_group.identity_app-groups_wiki", groups.wiki]]),
    progress,
    ...options,
  });
}

const file = (name: string): string => readFileSync(join(folder, name), "utf8");
const users = (): Record<string, Values> => (JSON.parse(file("users.json")) as { users: Record<string, Values> }).users;
const imports = (): Record<string, string> =>
  (JSON.parse(file("imports.json")) as { imports: Record<string, string> }).imports;

describe("people", () => {
  test("are written as config has them, those before them in imports.json kept, in the order of their usernames", async () => {
    const [zoe, jane] = server.add(
      "core/users",
      person({ username: "zoe", type: "external", is_active: false, groups: [groups.admins, groups.staff] }),
      // Attributes and roles stay as they are, since the site says none.
      person({ username: "jane.doe", attributes: { avatar: "data:image/png;base64,AAAA" }, roles: ["role"] }),
    );
    const written = await write();
    expect(written).toEqual({
      usernames: new Set(["jane.doe", "zoe"]),
      count: 2,
      notes: [],
      reordered: [],
      skipped: 2,
    });
    expect(Object.entries(users())).toEqual([
      ["jane.doe", { name: "Jane Doe", email: "jane.doe@example.org", groups: [] }],
      [
        "zoe",
        { name: "Jane Doe", email: "zoe@example.org", groups: ["admins", "staff"], active: false, type: "external" },
      ],
    ]);
    expect(usersShape.safeParse(JSON.parse(file("users.json"))).success).toBe(true);
    expect(imports()).toEqual({
      "authentik_group.identity_app-groups_wiki": groups.wiki,
      [personAddress("jane.doe")]: String(jane?.pk),
      "authentik_user.people_zoe": String(zoe?.pk),
    });
    expect(server.writes).toEqual([]);
    expect(told).toBe("");
  });

  test("are written as the project formats its files, many groups one a line", async () => {
    const many = server.add(
      "core/groups",
      ...Array.from({ length: 12 }, (_, index) => ({ name: `department-${index}` })),
    );
    server.add(
      "core/users",
      person({ username: "jane", groups: many.map(({ pk }) => pk) }),
      person({ username: "joe", type: "external" }),
    );
    await write({ keyOfGroup: (pk) => `department-${many.findIndex((group) => group.pk === pk)}` });
    const prettier = join(ROOT, "node_modules", "prettier", "bin", "prettier.cjs");
    const files = ["users.json", "imports.json"].map((name) => join(folder, name));
    expect(file("users.json")).toContain('"groups": [\n        "department-0",\n');
    execFileSync(process.execPath, [prettier, "--check", "--print-width", "120", ...files]);
  });

  test("nobody is a file of nobody", async () => {
    await write({ imports: new Map() });
    expect([file("users.json"), file("imports.json")]).toEqual(['{\n  "users": {}\n}\n', '{\n  "imports": {}\n}\n']);
  });

  test("are read over many pages, each once, though somebody comes meanwhile", async () => {
    server.add(
      "core/users",
      ...Array.from({ length: 350 }, (_, index) => person({ username: `person-${String(index).padStart(3, "0")}` })),
    );
    let asked = 0;
    const slow: typeof fetch = async (...args) => {
      // Everybody after the newcomer moves on by one, so that somebody is on two pages.
      if (++asked === 2) server.add("core/users", person({ username: "aaa" }));
      return fetch(...args);
    };
    const authentik = new Authentik({ url: server.url, token: server.token, clock, fetch: slow });
    const { instance, keyOfGroup } = { instance: new Instance(server.url, {}, new Map()), keyOfGroup: () => undefined };
    const written = await writePeople(authentik, { folder, instance, keyOfGroup, imports: new Map(), progress });
    expect(written.count).toBe(350);
    expect(Object.keys(users())).toHaveLength(350);
    expect(written.notes).toEqual([]);
  });

  test("a server that is busy or away for a moment is asked again, and a refusal ends it with files that parse", async () => {
    server.add("core/users", ...Array.from({ length: 150 }, (_, index) => person({ username: `person-${index}` })));
    const path = "/core/users/";
    server.script(
      { path, status: 429, headers: { "retry-after": "1" } },
      { path, status: 503 },
      { path, cut: "after" },
    );
    expect((await write()).count).toBe(150);
    server.script({ path, status: 403, after: 1 });
    await expect(write()).rejects.toMatchObject({ kind: "forbidden" });
    expect(Object.keys(users())).toHaveLength(98);
  });
});

describe("whom users.json cannot say stays as they are, and is told", () => {
  test.each<[string, Values, string]>([
    ["another path", { path: "ldap/people" }, 'must have the path "users", got "ldap/people"; it stays as it is'],
    ["no e-mail address", { email: "" }, 'email must be an e-mail address, got ""; it stays as it is'],
    [
      "an e-mail address without a domain",
      { email: "jane@localhost" },
      'email must be an e-mail address, got "jane@localhost"; it stays as it is',
    ],
    [
      "no name",
      { name: "" },
      'name must be a text without white space at its ends and without control characters, got ""; it stays as it is',
    ],
    [
      "a name that is a credential",
      { name: `ghp_${"a".repeat(30)}` },
      "must not be a credential, got one (not shown); revoke it, put a new one into Vault and name its place",
    ],
    [
      "the name of what every object has",
      { username: "constructor" },
      `must have a key that is another name; this one is Node's own, got "constructor"; it stays as it is`,
    ],
    [
      "the name of what every object is made of",
      { username: "__proto__" },
      'must be another name, got "__proto__"; it stays as it is',
    ],
  ])("%s", async (_what, values, why) => {
    const username = (values["username"] as string | undefined) ?? "jane";
    server.add("core/users", person({ username, ...values }), person({ username: "joe" }));
    const written = await write();
    expect(written.notes).toEqual([{ what: `person ${username}`, why }]);
    expect(Object.keys(users())).toEqual(["joe"]);
    expect(Object.keys(imports())).toEqual(["authentik_group.identity_app-groups_wiki", "authentik_user.people_joe"]);
  });

  test("a group that is not in the site", async () => {
    server.add("core/users", person({ username: "jane", groups: [groups.staff, groups.other] }));
    expect((await write()).notes).toEqual([
      { what: "person jane", why: 'must be in groups of the site alone, got the group "other"; it stays as it is' },
    ]);
  });

  test("a name that differs in upper and lower case alone", async () => {
    server.add("core/users", person({ username: "Jane" }), person({ username: "jane" }));
    const { notes, usernames } = await write();
    expect(usernames.size).toBe(1);
    expect(notes.map(({ why }) => why)).toEqual([
      "must differ from other usernames in more than upper and lower case; it stays as it is",
    ]);
  });

  test("akadmin and accounts of machines are no people", async () => {
    server.add("core/users", { username: "robot", type: "service_account" }, { username: "Akadmin", type: "internal" });
    // akadmin, another of that name, the robot and the account of the embedded outpost.
    expect(await write()).toMatchObject({ count: 0, notes: [], skipped: 4 });
  });
});

test("the group of those an app names is none that users.json says; a plan puts it last", async () => {
  server.add(
    "core/users",
    person({ username: "jane", groups: [groups.staff, groups.wiki] }),
    person({ username: "joe", groups: [groups.wiki, groups.staff] }),
  );
  const { notes, reordered } = await write();
  expect([notes, reordered]).toEqual([[], ["joe"]]);
  expect(users()["joe"]).toMatchObject({ groups: ["staff"] });
  const left = await write({ imports: new Map() });
  expect(left.notes.map(({ what }) => what)).toEqual(["person jane", "person joe"]);
});

test("a person's address is that of the stacks, for any name", () => {
  const name = fc.oneof(
    fc.string({ minLength: 1, maxLength: 150, unit: "grapheme" }),
    fc.stringMatching(/^[a-z0-9.@_{}$%-]{1,40}$/),
  );
  // Config refuses it.
  const isAllowed = (username: string): boolean => username !== "constructor";
  const site = { ...readSite(smallSite), layout: "split" } as const;
  fc.assert(
    fc.property(fc.uniqueArray(name.filter(isAllowed), { minLength: 20, maxLength: 30 }), (usernames) => {
      const people = usernames.map((username) => ({ username, name: "A", email: "a@example.org", groups: [] }));
      const { "authentik-users": json } = synthSite({ ...site, people } as never);
      const made = Object.keys(json?.resource?.["authentik_user"] ?? {});
      expect(made.map((id) => `authentik_user.${id}`).sort()).toEqual(usernames.map(personAddress).sort());
    }),
    { numRuns: 30 },
  );
});

test("the plan of the people's stack only imports", async () => {
  server.add(
    "core/users",
    person({ username: "jane.doe", groups: [groups.staff], attributes: { locale: "de" } }),
    person({ username: "joe ${x}", groups: [groups.admins, groups.staff], is_active: false }),
    person({ username: "mary", type: "external", name: "Mary %{ }" }),
  );
  await write();
  const users_json = join(folder, "users.json");
  const { "authentik-users": json } = synthSite(readSite({ ...smallSite, layout: "split", users: users_json }, folder));
  const lists = new Map(
    COLLECTIONS.map(({ path }) => [
      path,
      server.objects(path).map((one) => ({ ...one, pk: one["pk"] ?? "" })) as Live[],
    ]),
  );
  const matched = match(json as never, new Instance(server.url, {}, lists));
  expect(matched).toMatchObject({ created: [], stateOnly: [], differences: [] });
  const { "authentik_group.identity_app-groups_wiki": _, ...people } = imports();
  expect(Object.fromEntries(matched.imports)).toEqual(people);
});
