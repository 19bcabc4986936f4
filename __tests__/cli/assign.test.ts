import type { AuthentikServer } from "../server/authentik";
import { startAuthentik } from "../server/authentik";
import type { Stored, Values } from "../server/store";
import { runCli, writeSite } from "./run-cli";
import type { Ran } from "./run-cli";

let server: AuthentikServer;
let site: string;
let ada: Stored;

const person = (name: string): object => ({ name, email: "jane@example.org", groups: [] });

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true });
  const groups = {
    staff: { name: "Staff" },
    engineers: { name: "Engineers", parents: ["staff"] },
    vpn: {},
    root: { name: "Root", superuser: true },
    "on-call": { name: "On call", parents: ["root"] },
    planned: { name: "Planned" },
  };
  site = writeSite(
    { authentik: { url: server.url, apiToken: { from: "env" } }, groups },
    { "jane.doe": person("Jane"), john: person("John") },
  );
  const [staff, root] = server.add("core/groups", { name: "Staff" }, { name: "Root", is_superuser: true });
  server.add(
    "core/groups",
    { name: "Engineers", parents: [staff?.pk] },
    { name: "vpn" },
    { name: "Guests" },
    // Nobody has deployed yet that it is below Root.
    { name: "On call" },
    { name: "Old admins", parents: [root?.pk] },
  );
  const [added] = server.add("core/users", { username: "ada", name: "Ada Example", groups: [staff?.pk] });
  ada = added as Stored;
});

afterEach(() => server.stop());

const assign = (...args: string[]): Promise<Ran> =>
  runCli(["assign", ...args], { AUTHENTIK_SITE: site, AUTHENTIK_TOKEN: server.token });

const groupsOf = (pk: unknown): unknown[] => {
  const user = server.objects("core/users").find((one) => one["pk"] === pk);
  return (user?.["groups_obj"] as Values[]).map(({ name }) => name);
};

test("adds to groups by key and by name, each once, and says what was so already", async () => {
  const ran = await assign("ada", "engineers", "Guests", "staff", "Engineers");
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(ran.stdout).toBe("ada: added to Engineers\nada: added to Guests\nada: was already in Staff\n");
  expect(groupsOf(ada.pk)).toEqual(["Staff", "Engineers", "Guests"]);
  expect(server.writes.map(({ path }) => path.replace(/[0-9a-f-]{36}/, "…"))).toEqual([
    "/api/v3/core/groups/…/add_user/",
    "/api/v3/core/groups/…/add_user/",
  ]);
});

test("somebody who is a member already is left alone", async () => {
  const ran = await assign("ada", "staff", "--json");
  expect(ran.code).toBe(0);
  expect(ran.json()).toEqual({
    username: "ada",
    name: "Ada Example",
    active: true,
    groups: [{ group: "Staff", state: "already" }],
  });
  expect(server.writes).toEqual([]);
});

test("a group of 250 has 251 members afterwards, and usernames are found beyond the first page", async () => {
  const [crowd] = server.add("core/groups", { name: "Crowd" });
  const people = Array.from({ length: 250 }, (_, n) => ({ username: `guest${n}`, name: "Guest", groups: [crowd?.pk] }));
  server.add("core/users", ...people, { username: "zoe", name: "Zoe" });
  server.add("core/groups", ...Array.from({ length: 120 }, (_, n) => ({ name: `Group ${n}` })));
  expect(await assign("zoe", "Crowd", "Group 119")).toMatchObject({ code: 0 });
  const members = server.objects("core/groups").find(({ name }) => name === "Crowd")?.["users"] as unknown[];
  expect(members).toHaveLength(251);
  expect((await assign("Zoe", "Crowd")).stderr).toBe(
    'assign: the username must be one that authentik has, got "Zoe"; did you mean "zoe"?\n',
  );
});

describe("refuses", () => {
  const refused = async (text: string, ...args: string[]): Promise<void> => {
    const ran = await assign(...args);
    expect(ran.stderr).toBe(`${text}\n`);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(server.writes).toEqual([]);
  };

  test("people of users.json, by line, without asking authentik", async () => {
    await refused(
      'assign: "john" must not be in users.json, got an entry at users.json:8; edit its "groups" there and deploy: the next apply would take away what is given here',
      "john",
      "staff",
    );
    expect(server.requests).toEqual([]);
  });

  test("a username that nobody has", async () => {
    await refused(
      'assign: the username must be one that authentik has, got "aad"; did you mean "ada"?',
      "aad",
      "staff",
    );
  });

  test("machines", async () => {
    server.add("core/users", { username: "robot", name: "Robot", type: "service_account" });
    await refused(
      'assign: the account must be a person\'s, got the service account "robot"; groups of machines are set where their accounts are made',
      "robot",
      "staff",
    );
  });

  test("groups that are nowhere, not there yet, or make superusers, all at once", async () => {
    const text = [
      'assign: the group must be one of the site or of authentik, got "Geusts"; did you mean "Guests"?',
      'assign: the group "planned" must be in authentik, got none called "Planned"; deploy first',
      'assign: the group must make no superusers, got "Root", which does, itself; give --allow-superuser if they are to do everything',
      'assign: the group must make no superusers, got "On call", which does, through "Root" above it; give --allow-superuser if they are to do everything',
      'assign: the group must make no superusers, got "Old admins", which does, through "Root" above it; give --allow-superuser if they are to do everything',
    ];
    await refused(text.join("\n"), "ada", "staff", "Geusts", "planned", "root", "on-call", "Old admins");
  });

  test("a command without groups, as wrong usage", async () => {
    const ran = await assign("ada");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("missing required argument 'groups'");
  });
});

test("superuser groups are given when asked for; akadmin is a person", async () => {
  expect(await assign("akadmin", "root", "--allow-superuser")).toMatchObject({ code: 0 });
  expect(groupsOf(1)).toContain("Root");
});

test("roles of a group, and an account that is not active, are told", async () => {
  const [role] = server.objects("rbac/roles");
  server.add("core/groups", { name: "Readers", roles: [role?.["pk"]] });
  server.add("core/users", { username: "zoe", name: "Zoe", is_active: false });
  const ran = await assign("zoe", "Readers");
  expect(ran.stderr).toBe("Readers holds roles: its members may do what these allow\n");
  expect(ran.stdout).toBe("zoe: added to Readers\nzoe is not active, and signs in nowhere\n");
});

test("a group that every object in JavaScript seems to have is none of the site", async () => {
  server.add("core/groups", { name: "Object" });
  const ran = await assign("ada", "constructor");
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr).toContain('the group must be one of the site or of authentik, got "constructor"');
});

test("a group above that the token may not see may give everything", async () => {
  server.add("core/groups", { name: "Hidden below", parents: [server.objects("core/groups")[0]?.["pk"]] });
  const [above] = server.objects("core/groups");
  const groups = server.objects("core/groups").filter((group) => group !== above && group["pk"] !== above?.["pk"]);
  const pagination = { next: 0, previous: 0, count: 9, current: 1, total_pages: 1, start_index: 1, end_index: 9 };
  server.script({
    method: "get",
    path: "/core/groups/",
    status: 200,
    body: { pagination, autocomplete: {}, results: groups },
  });
  const ran = await assign("ada", "Hidden below");
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr).toContain(
    "authentik: the token must be allowed to see every group, got one that does not see what is above",
  );
  expect(server.writes).toEqual([]);
});

test("names that others chose cannot harm a terminal", async () => {
  server.add("core/users", { username: "eve\u001b[2J", name: "Eve" });
  const ran = await assign("eve\u001b[2K", "staff");
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain("\\u{1b}[2J");
  expect(ran.stderr).not.toContain("\u001b");
});

describe("a failure", () => {
  test("in the middle says what is done and what is not", async () => {
    server.script({ method: "post", path: "add_user", after: 1, status: 403, body: { detail: "no permission" } });
    const ran = await assign("ada", "engineers", "vpn", "Guests", "staff", "--json");
    expect(ran.code).toBe(1);
    const vpn = server.objects("core/groups").find(({ name }) => name === "vpn");
    expect(ran.json()["groups"]).toEqual([
      { group: "Engineers", state: "added" },
      {
        group: "vpn",
        state: "failed",
        error: `authentik: POST /core/groups/${String(vpn?.["pk"])}/add_user/ must be allowed, got 403 (no permission); give the token's account the right to it`,
      },
      { group: "Guests", state: "untried" },
      { group: "Staff", state: "already" },
    ]);
    const again = await assign("ada", "engineers", "vpn", "Guests");
    expect(again.stdout).toBe("ada: was already in Engineers\nada: added to vpn\nada: added to Guests\n");
  });

  test("of the only group is the command's own", async () => {
    server.script({ method: "post", path: "add_user", status: 403, body: { detail: "no permission" } });
    const ran = await assign("ada", "vpn");
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain("must be allowed, got 403 (no permission); give the token's account the right to it");
  });

  test("of a token that is not taken", async () => {
    const ran = await runCli(["assign", "ada", "vpn"], { AUTHENTIK_SITE: site, AUTHENTIK_TOKEN: "wrong" });
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toBe(
      "authentik: GET /core/users/ must be allowed, got 403 (Token invalid/expired); use a token of intent API that has not expired\n",
    );
  });

  test("of a server that is busy passes", async () => {
    server.script({ method: "post", path: "add_user", status: 429, headers: { "retry-after": "1" } });
    server.script({ method: "get", path: "/core/groups/", status: 503 });
    const ran = await assign("ada", "vpn");
    expect(ran).toMatchObject({ code: 0, stdout: "ada: added to vpn\n" });
    expect(ran.stderr).toMatch(/^adding to vpn …\nadding to vpn: done after \d+ s\n$/);
  });

  test("inside the server is told, when nothing was done", async () => {
    server.script({ method: "post", path: "add_user", status: 500 });
    const ran = await assign("ada", "vpn");
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(/got 500 .*\nit was not done: run it again\n$/);
  });
});

test("what takes long is told", async () => {
  server.script({ path: "/core/users/", slow: 1200 });
  const ran = await assign("ada", "vpn");
  expect(ran.stderr).toMatch(/^looking for the account …\nlooking for the account: done after \d+ s\n$/);
});

describe("a cut connection", () => {
  test("after the write is taken for done", async () => {
    server.script({ method: "post", path: "add_user", cut: "after" });
    expect(await assign("ada", "vpn")).toMatchObject({ code: 0, stdout: "ada: added to vpn\n", stderr: "" });
    expect(server.writes).toHaveLength(1);
  });

  test("before it leaves nothing, and is told", async () => {
    server.script({ method: "post", path: "add_user", cut: "before" });
    const ran = await assign("ada", "vpn");
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toMatch(/^authentik: http:\S+ must answer, got \S.*\nit was not done: run it again\n$/);
    expect(groupsOf(ada.pk)).toEqual(["Staff"]);
  });

  test("that nobody can look behind is told as such", async () => {
    server.script({ method: "post", path: "add_user", cut: "after" });
    server.script({ method: "get", path: `/core/users/${ada.pk}/`, status: 403 });
    const ran = await assign("ada", "vpn");
    expect(ran.code).toBe(3);
    expect(ran.stderr).toMatch(/\nnobody knows whether "ada" was added to "vpn": look before you run it again\n$/);
  });

  test("while reading is tried again", async () => {
    server.script({ method: "get", path: "/core/users/", cut: "before" });
    expect(await assign("ada", "vpn")).toMatchObject({ code: 0 });
  });
});
