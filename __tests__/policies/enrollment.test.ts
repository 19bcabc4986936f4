import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RESERVED } from "../../cli/invite/options";
import type { Constants } from "../../constructs/expression";
import { pythonObject, pythonUser } from "./harness";
import type { PolicyGroup, PolicyOutcome, PolicyUser } from "./harness";
import { policyRunner } from "./policy-runner";
import type { Run } from "./policy-runner";
import { ROOT } from "../synth";

const policies = policyRunner();

function run(name: string, options: Run, constants: Constants = {}): Promise<PolicyOutcome> {
  return policies.run(`enrollment_${name}.py`, { flow: true, user: null, ...options }, constants);
}

const jane: PolicyUser = { username: "jane", email: "jane@example.org" };

describe("enrollment_groups.py", () => {
  const groups: readonly PolicyGroup[] = [
    { name: "Staff", parents: ["People"] },
    { name: "People" },
    { name: "Wiki" },
    { name: "Root", superuser: true },
    { name: "Operators", parents: ["Root"] },
    { name: "On call", parents: ["Operators"] },
    { name: "Helpdesk", roles: ["reset passwords"] },
    { name: "First line", parents: ["Helpdesk"] },
    { name: "Hen", parents: ["Egg"] },
    { name: "Egg", parents: ["Hen"] },
  ];
  const ALL = { ALLOWED_GROUPS: ["authentik Admins", ...groups.map(({ name }) => name)] };
  const invited = (fixed_data: unknown): unknown => pythonObject("Invitation", { fixed_data });

  async function joined(context: Run["context"], constants: Constants = ALL, person = jane): Promise<unknown[]> {
    const pending = { pending_user: pythonUser(person.username), prompt_data: {}, ...context };
    const { passing, messages, saved } = await run("groups", { users: [person], groups, context: pending }, constants);
    expect({ passing, messages }).toEqual({ passing: true, messages: [] });
    return saved.map((user) => [user.username, user.groups]);
  }

  const nobody: unknown[] = [];

  test.each<[string, unknown, string[]]>([
    ["a list of names", { groups: ["Staff", "Wiki"] }, ["Staff", "Wiki"]],
    ["one name", { groups: "Staff" }, ["Staff"]],
    ["one name, as seed 002 has it", { group: "Staff" }, ["Staff"]],
    ["both", { groups: ["Wiki"], group: "Staff" }, ["Staff", "Wiki"]],
    ["a name twice", { groups: ["Staff", "Staff"] }, ["Staff"]],
    ["groups above each other in a circle", { groups: ["Hen"] }, ["Hen"]],
    [
      "some that are none",
      { groups: ["Staff", "Nobody knows", "staff", 7, null, ["Wiki"], { name: "Wiki" }] },
      ["Staff"],
    ],
  ])("adds to what the invitation names: %s", async (_, fixed, expected) => {
    expect(await joined({ invitation: invited(fixed) })).toEqual([["jane", expected]]);
  });

  test.each<[string, unknown]>([
    ["no data", null],
    ["an empty one", {}],
    ["a list", ["Staff"]],
    ["a text", "Staff"],
    ["a number for groups", { groups: 7 }],
    ["an object for groups", { groups: { Staff: true } }],
    ["keys with another meaning", { "attributes.groups": ["Staff"], attributes: { groups: ["Staff"] } }],
    ["a group that makes superusers", { groups: ["authentik Admins", "Root"] }],
    ["a group whose parent makes superusers", { groups: ["Operators"] }],
    ["a group whose grandparent makes superusers", { groups: ["On call"], group: "On call" }],
    ["a group that holds a role, or whose parent does", { groups: ["Helpdesk", "First line"] }],
  ])("adds nobody to anything for %s", async (_, fixed) => {
    expect(await joined({ invitation: invited(fixed) })).toEqual(nobody);
  });

  test("adds to what the list allows, which allows nothing unless it is told", async () => {
    const invitation = invited({ groups: ["Staff", "Wiki"] });
    expect(await joined({ invitation }, { ALLOWED_GROUPS: ["Wiki"] })).toEqual([["jane", ["Wiki"]]]);
    expect(await joined({ invitation }, {})).toEqual(nobody);
  });

  test("reads no form, and nothing a source says", async () => {
    const groups = ["Staff", "authentik Admins"];
    const forged = { prompt_data: { groups, group: "Staff", "attributes.groups": groups }, groups, source_groups: {} };
    expect(await joined(forged)).toEqual(nobody);
    expect(await joined({ ...forged, invitation: null })).toEqual(nobody);
    expect(await joined({ ...forged, invitation: { fixed_data: { groups } } })).toEqual(nobody);
    expect(await joined({ ...forged, invitation: invited({}) })).toEqual(nobody);
  });

  test("takes nobody out of a group", async () => {
    const inPeople = { ...jane, groups: ["People"] };
    expect(await joined({ invitation: invited({ groups: ["Wiki"] }) }, ALL, inPeople)).toEqual([
      ["jane", ["People", "Wiki"]],
    ]);
  });

  test.each<[string, Partial<PolicyUser>]>([
    ["has signed in before", { lastLogin: "2026-01-01T00:00:00+00:00" }],
    ["is older than a day", { joined: "2026-01-01T00:00:00+00:00" }],
  ])("leaves alone who %s", async (_, change) => {
    expect(await joined({ invitation: invited({ groups: ["Staff"] }) }, ALL, { ...jane, ...change })).toEqual(nobody);
  });

  test("is asked again without harm", async () => {
    const inStaff = { ...jane, groups: ["Staff"] };
    expect(await joined({ invitation: invited({ groups: ["Staff"] }) }, ALL, inStaff)).toEqual(nobody);
  });

  test.each<[string, Run["context"]]>([
    ["nobody", {}],
    ["nothing", { pending_user: null }],
    ["somebody who was never written", { pending_user: pythonUser("jane", { pk: null }) }],
  ])("passes for no session of %s", async (_, context) => {
    const invitation = invited({ groups: ["Staff"] });
    const answer = await run("groups", { users: [jane], groups, context: { ...context, invitation } }, ALL);
    expect(answer).toMatchObject({ passing: false, messages: [], saved: [] });
  });

  test("never touches the administrator who looks on", async () => {
    const admin: PolicyUser = { username: "admin", groups: ["Root"] };
    const context = { pending_user: pythonUser("jane"), invitation: invited({ groups: ["Wiki"] }) };
    const { saved } = await run("groups", { user: admin, users: [jane], groups, context }, ALL);
    expect(saved.map(({ username }) => username)).toEqual(["jane"]);
  });
});

describe("enrollment_fields.py", () => {
  async function kept(prompt_data: unknown): Promise<unknown> {
    const { passing, context } = await run("fields", { context: { prompt_data } });
    expect(passing).toBe(true);
    return context.prompt_data;
  }

  test("keeps what the form asks for, and attributes", async () => {
    const data = { username: "jane", name: "Jane", email: "jane@example.org", password: "p" };
    const attributes = { attributes: { quota: 1 }, "attributes.jellyfin_libraries": ["Films"] };
    expect(await kept({ ...data, ...attributes, password_repeat: "p", token: "t", component: "c" })).toEqual({
      ...data,
      ...attributes,
    });
  });

  test("drops attributes that are powers, alone and among others", async () => {
    const powers = ["memberOf", "AK-superuser", "goauthentik.io/user/debug", "settings.locale", "avatar", "uidNumber"];
    const written = Object.fromEntries(powers.map((name) => [`attributes.${name}`, "x"]));
    const attributes = { ...Object.fromEntries(powers.map((name) => [name, "x"])), settingsx: 1, team: "a" };
    expect(await kept({ ...written, "attributes.avatars": 1, attributes })).toEqual({
      "attributes.avatars": 1,
      attributes: { settingsx: 1, team: "a" },
    });
    expect(await kept({ attributes: "x" })).toEqual({});
  });

  test("knows the same powers as the command that makes invitations", () => {
    const source = readFileSync(join(ROOT, "policies", "enrollment_fields.py"), "utf8");
    const [, list = ""] = /RESERVED = \[([^\]]*)\]/.exec(source) ?? [];
    const names = [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
    expect(names).toEqual([...new Set(Object.keys(RESERVED).map((name) => name.toLowerCase()))].sort());
  });

  test.each([
    "pk",
    "id",
    "uuid",
    "groups",
    "ak_groups",
    "roles",
    "user_permissions",
    "is_active",
    "is_superuser",
    "type",
    "path",
    "last_login",
    "date_joined",
    "unusable_password",
    "attributes_avatar",
    "attributesx",
    "Username",
    "",
  ])("drops %p, whoever says it", async (key) => {
    expect(await kept({ username: "jane", [key]: 1 })).toEqual({ username: "jane" });
  });

  test.each([undefined, null, [], "username"])("nobody is written of %j", async (prompt_data) => {
    expect(await run("fields", { context: prompt_data === undefined ? {} : { prompt_data } })).toMatchObject({
      passing: false,
      messages: [],
    });
  });
});

describe("enrollment_names.py", () => {
  const NAME = "This username is taken.";
  const ADDRESS = "This e-mail address is taken.";
  const users: PolicyUser[] = [jane, { username: "joe@example.org", active: false }, { username: "service" }];

  test.each<[string, unknown, string[]]>([
    ["a new person", { username: "new", email: "new@example.org" }, []],
    ["a username", { username: "jane", email: "new@example.org" }, [NAME]],
    ["a username in another case", { username: "JANE", email: "new@example.org" }, [NAME]],
    ["an address in another case", { username: "new", email: "Jane@Example.org" }, [ADDRESS]],
    ["an address as username", { username: "jane@example.org", email: "new@example.org" }, [NAME]],
    ["a username as address", { username: "new", email: "JOE@example.org" }, [ADDRESS]],
    ["both", { username: "jane", email: "jane@example.org" }, [NAME, ADDRESS]],
    ["no address, which others have none of either", { username: "new", email: "" }, []],
    ["nothing", {}, []],
    ["no form at all", undefined, []],
    ["an empty form", null, []],
  ])("%s", async (_, prompt_data, messages) => {
    const context = prompt_data === undefined ? {} : { prompt_data };
    expect(await run("names", { users, context })).toMatchObject({ passing: messages.length === 0, messages });
  });
});

describe("enrollment_code.py", () => {
  const link = (query: unknown): Run => ({ httpRequest: { session: { "authentik/flows/get": query } } });

  test.each<[string, Run, boolean]>([
    ["a link without a code, as after a source", link({ code: "c", state: "s" }), true],
    ["no link", { httpRequest: { session: {} } }, true],
    ["nothing where the link should be", link(null), true],
    ["a code in the link", link({ itoken: "uuid" }), false],
    ["a code in the link, by its other name", link({ token: "uuid" }), false],
    ["an empty code in the link, which the invitation's stage looks at first", link({ itoken: "" }), false],
    ["a code that was entered", { ...link({}), context: { prompt_data: { token: "uuid" } } }, false],
    ["what a source says", { ...link({}), context: { prompt_data: { username: "jane" } } }, true],
    ["no form", { ...link({}), context: { prompt_data: null } }, true],
  ])("%s", async (_, options, passing) => {
    expect(await run("code", options)).toMatchObject({ passing, messages: [] });
  });
});

describe("enrollment_by_passkey.py", () => {
  const constants = { PASSKEY: "A passkey" };

  test.each<[unknown, boolean]>([
    [{ enroll_with: "A passkey" }, true],
    [{ enroll_with: "An account" }, false],
    [{ enroll_with: ["A passkey"] }, false],
    [{}, false],
    [null, false],
  ])("%j", async (prompt_data, passing) => {
    expect(await run("by_passkey", { context: { prompt_data } }, constants)).toMatchObject({ passing, messages: [] });
  });

  test("Python reads a constant as it was written", async () => {
    const PASSKEY = "\"a\"\\n\n\u000b\u0085\u2028\u{1f511} é ${b} '\''";
    const answer = await run("by_passkey", { context: { prompt_data: { enroll_with: PASSKEY } } }, { PASSKEY });
    expect(answer.passing).toBe(true);
  });
});
