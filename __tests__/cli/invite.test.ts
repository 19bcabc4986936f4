import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ENROLLMENT_FLOW } from "../../config/flow-names";
import { ENROLLMENT } from "../../constructs/enrollment-steps";
import { program } from "../../cli/main";
import type { AuthentikServer } from "../server/authentik";
import { startAuthentik } from "../server/authentik";
import type { Stored, Values } from "../server/store";
import { runCli, writeSite } from "./run-cli";
import type { Ran } from "./run-cli";

let server: AuthentikServer;
let flow: Stored;

const GROUPS = {
  staff: { name: "Staff" },
  family: { name: "Family", parents: ["staff"] },
  admins: { name: "Site Admins", superuser: true },
};

function siteWith(more: Readonly<Record<string, unknown>>): string {
  const authentik = { url: server.url, apiToken: { from: "env" } };
  const jane = { name: "Jane Doe", email: "jane@example.org", groups: [] };
  return writeSite({ authentik, groups: GROUPS, ...more }, { jane });
}

const by = (kind: string): Record<string, unknown> => ({
  enrollment: { by: kind, ...(kind === "open" ? {} : { assignableGroups: ["staff", "family"] }) },
});

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true });
  const [made] = server.add("flows/instances", { name: ENROLLMENT, slug: ENROLLMENT, designation: "enrollment" });
  flow = made as Stored;
  const [staff] = server.add("core/groups", { name: "Staff" });
  server.add("core/groups", { name: "Family", parents: [staff?.pk] }, { name: "Site Admins", is_superuser: true });
});

afterEach(() => server.stop());

const INVITATIONS = "stages/invitation/invitations";

const invite = (args: readonly string[], site = siteWith(by("invitation")), token = server.token): Promise<Ran> =>
  runCli(["invite", ...args], { AUTHENTIK_SITE: site, AUTHENTIK_TOKEN: token });

const all = (): Values[] => server.objects(INVITATIONS);
const names = (): unknown[] => all().map(({ name }) => name);

function add(...invitations: Values[]): Stored[] {
  return server.add(
    INVITATIONS,
    ...invitations.map((one) => ({ flow: flow.pk, created_by: 1, single_use: true, fixed_data: {}, ...one })),
  );
}

const EMPTY = {
  pagination: { next: 0, previous: 0, count: 0, current: 1, total_pages: 1, start_index: 0, end_index: 0 },
  autocomplete: {},
  results: [],
};

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

test("the flow is the one that the stacks make", () => {
  expect(ENROLLMENT_FLOW).toBe(ENROLLMENT);
});

describe("create", () => {
  const full = [
    "create",
    ...["--group", "staff", "family", "--full-name", "Ada Example", "--email", "ada@example.org"],
    ...["--username", "ada", "--attribute", 'jellyfin_libraries:=["films"]', "--attribute", "desk.room=4.11"],
  ];

  test("makes an invitation that the enrollment reads, and shows link and code", async () => {
    const before = Date.now();
    const ran = await invite(full);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const [made] = all();
    expect(made).toMatchObject({
      name: expect.stringMatching(/^ada-[0-9a-f]{8}$/) as string,
      flow: flow.pk,
      single_use: true,
      fixed_data: {
        username: "ada",
        name: "Ada Example",
        email: "ada@example.org",
        groups: ["Staff", "Family"],
        "attributes.jellyfin_libraries": ["films"],
        "attributes.desk.room": "4.11",
      },
    });
    const expires = String(made?.["expires"]);
    expect((Date.parse(expires) - before) / 86_400_000).toBeCloseTo(7, 3);
    expect(ran.stdout).toBe(
      [
        `${server.url}/if/flow/iac-enrollment/?itoken=${String(made?.["pk"])}`,
        String(made?.["pk"]),
        "",
        `name        ${String(made?.["name"])}`,
        "for         Ada Example <ada@example.org>, as ada",
        "groups      Staff, Family",
        "attributes  jellyfin_libraries, desk.room",
        `good for    one person, until ${expires.slice(0, 16).replace("T", " ")} UTC (in 7 days)`,
        "",
        "The link holds the code, which is shown this once.",
        "",
      ].join("\n"),
    );
  });

  test("writes what the policies of the enrollment let through and read", async () => {
    await invite(full);
    const python = `
import json, sys
names = {}
exec(open(sys.argv[1]).read(), names)
class Request: context = {"prompt_data": json.loads(sys.argv[2])}
before = sorted(k for k in Request.context["prompt_data"] if k != "groups")
assert names["evaluate"](Request) is True
assert sorted(Request.context["prompt_data"]) == before, Request.context
source = open(sys.argv[3]).read().split("def is_new")[1].split("def grants_power")[0]
exec("ALLOWED_GROUPS = ['Staff', 'Family', 'Other']\\ndef is_new" + source, names)
class Invitation: fixed_data = json.loads(sys.argv[2])
print(json.dumps(names["wanted"](Invitation)))`;
    const policy = (name: string): string => join(__dirname, "..", "..", "policies", `${name}.py`);
    const data = JSON.stringify(all()[0]?.["fixed_data"]);
    const args = ["-c", python, policy("enrollment_fields"), data, policy("enrollment_groups")];
    expect(JSON.parse(execFileSync("python3", args, { encoding: "utf8" }))).toEqual(["Staff", "Family"]);
    expect(readFileSync(policy("enrollment_groups"), "utf8")).toContain("def wanted(invitation)");
  });

  test("tells programs the same", async () => {
    const ran = await invite(["create", "--days", "365", "--reusable", "--name", "open-day", "--json"]);
    const [made] = all();
    expect(ran.json()).toEqual({
      name: "open-day",
      for: {},
      groups: [],
      attributes: {},
      singleUse: false,
      flow: "iac-enrollment",
      expires: made?.["expires"],
      link: `${server.url}/if/flow/iac-enrollment/?itoken=${String(made?.["pk"])}`,
      code: made?.["pk"],
    });
  });

  test("a name is made from who it is for", async () => {
    await invite(["create", "--full-name", "Zoë  van der Åa"]);
    await invite(["create", "--email", "x.y+z@example.org"]);
    await invite(["create"]);
    await invite(["create", "--username", "u".repeat(100)]);
    expect(names().map((name) => String(name).replace(/[0-9a-f]{8}$/, "…"))).toEqual(
      expect.arrayContaining(["zoe-van-der-aa-…", "x-y-z-…", "guest-…", `${"u".repeat(41)}-…`]),
    );
    expect(names().every((name) => String(name).length <= 50)).toBe(true);
  });

  test("with social logins the code is asked for, and without groups none are read", async () => {
    const sources = {
      github: {
        kind: "github",
        name: "GitHub",
        clientId: "x",
        clientSecret: { mount: "secret", path: "authentik/github", key: "client_secret" },
      },
    };
    const vault = { address: "https://vault.example.org", mounts: ["secret"], auth: { method: "token" } };
    const ran = await invite(["create"], siteWith({ ...by("social"), sources, vault, login: {}, brand: {} }));
    expect(ran.stdout).toMatch(
      /\nThe code is shown this once\. Send both: who comes from an account elsewhere is asked for the code\.\n$/,
    );
    expect(server.requests.some(({ path }) => path.includes("/core/groups/"))).toBe(false);
  });

  describe("refuses", () => {
    const refused = async (text: string, args: readonly string[], code = 1, site?: string): Promise<void> => {
      const ran = await invite(["create", ...args], site);
      expect(ran.stderr).toBe(`${text}\n`);
      expect(ran).toMatchObject({ code, stdout: "" });
      expect(server.writes).toEqual([]);
    };

    test("a site without enrollment", () =>
      refused(
        'invite: the site must have an enrollment, got none; give it enrollment: { by: "invitation" } and deploy',
        [],
        1,
        siteWith({}),
      ));

    test("an enrollment that is open to everybody", () =>
      refused(
        `invite: enrollment.by must be "invitation" or "social", got "open"; no invitation is asked for there: send people to ${server.url}/if/flow/iac-enrollment/`,
        [],
        1,
        siteWith(by("open")),
      ));

    test("groups that no invitation gives, all at once", () =>
      refused(
        [
          'invite: --group must be one of enrollment.assignableGroups, got "stff"; did you mean "staff"?',
          'invite: --group must be one of enrollment.assignableGroups, got "admins"; add it there and deploy',
        ].join("\n"),
        ["--group", "stff", "staff", "admins"],
        2,
      ));

    test("somebody of users.json", () =>
      refused(
        'invite: --username must be new, got "jane", which is at users.json:3; they need no invitation, but a link: authentik-iac recovery-link',
        ["--username", "jane"],
      ));

    test("somebody who is there, by name and by address", async () => {
      server.add("core/users", { username: "ada", name: "Ada", email: "ada@example.org" });
      await refused(
        'invite: --username must be new, got "ada", which authentik has; choose another, or add them to groups: authentik-iac assign',
        ["--username", "ada"],
      );
      await refused(
        'invite: --email must be new, got "ada@example.org", which is that of "ada"; the form would refuse it: add them to groups, authentik-iac assign',
        ["--email", "ada@example.org"],
      );
    });

    test("an instance that has not been deployed to", async () => {
      const empty = await startAuthentik();
      const authentik = { url: empty.url, apiToken: { from: "env" } };
      const site = writeSite({ authentik, groups: GROUPS, ...by("invitation") });
      const ran = await invite(["create"], site, empty.token);
      expect(ran).toMatchObject({ code: 1, stdout: "" });
      expect(ran.stderr).toBe("invite: authentik must have the flow iac-enrollment, got none; deploy first\n");
      await empty.stop();
    });

    test("groups that are not there, and groups that the enrollment would leave out", async () => {
      const [role] = server.objects("rbac/roles");
      const groups = { ...GROUPS, new: { name: "New" }, readers: {} };
      const enrollment = { by: "invitation", assignableGroups: ["staff", "family", "new", "readers"] };
      server.add("core/groups", { name: "readers", roles: [role?.["pk"]] });
      const [root] = server.add("core/groups", { name: "Root", is_superuser: true });
      const staff = server.objects("core/groups").find(({ name }) => name === "Staff");
      server.add("core/groups", { ...staff, parents: [root?.pk] });
      await refused(
        [
          'invite: the group "Family" must make no superusers and hold no roles, got one that does, through "Root" above it; the enrollment would leave it out: take that away in authentik',
          'invite: the group "New" must be in authentik, got none; deploy first',
          'invite: the group "readers" must make no superusers and hold no roles, got one that does, itself; the enrollment would leave it out: take that away in authentik',
        ].join("\n"),
        ["--group", "family", "new", "readers"],
        1,
        siteWith({ groups, enrollment }),
      );
    });

    test("a name that an invitation has", async () => {
      add({ name: "ada", expires: null });
      await refused(
        'invite: --name must be new, got "ada", of which there is one without end; choose another, or revoke that one',
        ["--name", "ada"],
      );
    });

    test.each([
      [["--days", "0"], "--days <days>", "0", "be a whole number of days from 1 to 365"],
      [["--days", "366"], "--days <days>", "366", "be a whole number of days from 1 to 365"],
      [["--days", "1.5"], "--days <days>", "1.5", "be a whole number of days from 1 to 365"],
      [["--name", "a b"], "--name <slug>", "a b", "be at most 50 letters, digits, dashes and underscores"],
      [["--email", "ada"], "--email <address>", "ada", "be an e-mail address"],
      [
        ["--username", " ada"],
        "--username <username>",
        " ada",
        "be 1 to 150 characters without white space at its ends and without control characters",
      ],
      [
        ["--full-name", "Ada "],
        "--full-name <name>",
        "Ada ",
        "be a text without white space at its ends and without control characters",
      ],
    ])("%j", (args, option, value, rule) =>
      refused(
        `error: option '${option}' argument '${value}' is invalid. It must ${rule}.\n(--help says what there is)`,
        args,
        2,
      ),
    );

    test.each([
      ["desk", "be key=value, or key:=value with a value in JSON"],
      ["=4", "have a key of letters, digits, dashes and underscores, with dots between its parts"],
      ["a..b=4", "have a key of letters, digits, dashes and underscores, with dots between its parts"],
      ["a:=[", "have a value in JSON behind :=, such as 'libraries:=[\"films\"]'"],
      ["avatar=x", "be none of those that are kept for the picture, which policies/avatar.py alone writes"],
      ["settings.locale=de", "be none of those that are kept for what people set themselves"],
      ["goauthentik.io/user/can-change-email=true", "be none of those that are kept for authentik's own switches"],
      ["uidNumber=0", "be none of those that are kept for the number of an account in LDAP apps"],
    ])("the attribute %s", (value, rule) =>
      refused(
        `error: option '--attribute <key=value>' argument '${value}' is invalid. It must ${rule}.\n(--help says what there is)`,
        ["--attribute", value],
        2,
      ),
    );

    test("attributes of which one is inside the other, and credentials", async () => {
      const twice = await invite(["create", "--attribute", "a.b=1", "--attribute", "a=2"]);
      expect(twice.stderr).toContain('It must have a key of its own, which "a.b" is not beside it.');
      const token = `key=hvs.${"a".repeat(24)}`;
      const secret = await invite(["create", "--attribute", token]);
      expect(secret.code).toBe(2);
      expect(secret.stderr).toContain("It must hold no credential");
      expect(secret.stderr).not.toContain("hvs.");
    });

    test.each([
      "memberOf:=[]",
      "memberof=cn=admins",
      "ak-superuser:=true",
      "UID=root",
      "mail=a@example.org",
      "Avatar=x",
      "authentik-iac=plan",
      "GoAuthentik.io/user/debug=1",
    ])("%s, by which LDAP apps, token create or authentik would be fooled", async (text) => {
      const ran = await invite(["create", "--attribute", text]);
      expect(ran).toMatchObject({ code: 2, stdout: "" });
      expect(ran.stderr).toContain("It must be none of those that are kept for");
    });

    test.each(["a:=12345678901234567890", 'a:={"b":[1e999]}'])(
      "%s, which would become another number",
      async (text) => {
        const ran = await invite(["create", "--attribute", text]);
        expect(ran).toMatchObject({ code: 2, stdout: "" });
        expect(ran.stderr).toContain("It must have numbers that stay as they are");
      },
    );
  });

  test("a token without the right is told, and one that is busy is waited for", async () => {
    server.script({ method: "post", path: INVITATIONS, status: 403, body: { detail: "You have no permission." } });
    const denied = await invite(["create"]);
    expect(denied).toMatchObject({ code: 1, stdout: "" });
    expect(denied.stderr).toBe(
      "authentik: POST /stages/invitation/invitations/ must be allowed, got 403 (You have no permission.); give the token's account the right to it\n",
    );
    server.script({ method: "post", path: INVITATIONS, status: 429, headers: { "retry-after": "1" } });
    server.script({ method: "get", path: "/flows/instances/", status: 502 });
    const ran = await invite(["create"]);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/^making the invitation …\nmaking the invitation: done after \d+ s\n$/);
    expect(all()).toHaveLength(1);
  });

  test("a connection cut after the write is taken for done, and none is made twice", async () => {
    server.script({ method: "post", path: INVITATIONS, cut: "after" });
    const ran = await invite(["create", "--username", "ada", "--json"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(all()).toHaveLength(1);
    expect(ran.json()["code"]).toBe(all()[0]?.["pk"]);
  });

  test("an invitation that somebody else gave the same name meanwhile is not shown as ours", async () => {
    server.script({ method: "get", path: INVITATIONS, status: 200, body: EMPTY });
    add({ name: "party", expires: inDays(7), fixed_data: { groups: ["Family"] } });
    server.script({ method: "post", path: INVITATIONS, cut: "before" });
    const ran = await invite(["create", "--name", "party"]);
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toContain("it was not done: run it again\n");
  });

  test("names and addresses are taken in whatever case, and one by the other", async () => {
    server.add("core/users", { username: "Ada", name: "Ada", email: "Ada@Example.org" });
    const refused = async (text: string, ...args: string[]): Promise<void> => {
      const ran = await invite(["create", ...args]);
      expect(ran).toMatchObject({ code: 1, stdout: "" });
      expect(ran.stderr).toContain(text);
    };
    await refused('--username must be new, got "ada", which authentik has as that of "Ada"', "--username", "ada");
    await refused('--email must be new, got "ada@example.org", which is that of "Ada"', "--email", "ada@example.org");
    await refused('--username must be new, got "ada@example.ORG"', "--username", "ada@example.ORG");
    await refused(
      '--email must be new, got "JANE@example.org", which is at users.json:',
      "--email",
      "JANE@example.org",
    );
    await refused('--username must be new, got "Jane", which is at users.json:', "--username", "Jane");
    expect(all()).toEqual([]);
  });

  test("a connection cut before it leaves nothing", async () => {
    server.script({ method: "post", path: INVITATIONS, cut: "before" });
    const ran = await invite(["create"]);
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toMatch(/must answer, got .*\nit was not done: run it again\n$/);
    expect(all()).toEqual([]);
  });

  test("a server that fails inside is looked behind", async () => {
    server.script({ method: "post", path: INVITATIONS, status: 500 });
    const ran = await invite(["create"]);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(/must be answered, got 500 .*\nit was not done: run it again\n$/);
  });
});

describe("list", () => {
  test("shows what is known, beyond the first page, and no codes", async () => {
    const many = Array.from({ length: 130 }, (_, n) => ({ name: `guest-${n}`, expires: inDays(n + 10) }));
    const added = add(
      ...many,
      { name: "ada", expires: inDays(3), fixed_data: { name: "Ada", email: "ada@example.org", group: "Staff" } },
      { name: "old", expires: inDays(-3), fixed_data: { username: "old", groups: ["Family", 7] } },
      { name: "open", expires: null, single_use: false, fixed_data: { "attributes.x": 1, groups: ["Staff"] } },
      { name: "elsewhere", flow: null },
    );
    const ran = await invite(["list"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const lines = ran.stdout.split("\n").map((line) => line.replaceAll(/ {2,}/g, "  "));
    expect(lines[0]).toBe("name  for  groups  good for  ends  made by");
    expect(lines).toContain("ada  Ada <ada@example.org>  Staff  one person  in 3 days  akadmin");
    expect(lines).toContain("old  old  Family  one person  over, 3 days ago  akadmin");
    expect(lines).toContain("open  nobody in particular  Staff  everybody  never  akadmin");
    expect(lines).toContain("guest-129  nobody in particular  none  one person  in 139 days  akadmin");
    expect(ran.stdout).not.toContain("elsewhere");
    expect(ran.stdout).toMatch(/\n\nCodes are secrets and not shown: invite create shows one once\.\n$/);
    for (const { pk } of added) expect(ran.stdout).not.toContain(String(pk));
  });

  test("tells programs the same, of every flow when asked to", async () => {
    const expires = inDays(3);
    add(
      { name: "ada", expires, fixed_data: { username: "ada", "attributes.x": 1 } },
      { name: "elsewhere", flow: null },
    );
    const ran = await invite(["list", "--all", "--json"]);
    const invitations = ran.json()["invitations"] as Values[];
    expect(invitations).toHaveLength(2);
    expect(invitations.find(({ name }) => name === "ada")).toEqual({
      name: "ada",
      createdBy: "akadmin",
      for: { username: "ada" },
      groups: [],
      attributes: ["x"],
      singleUse: true,
      flow: "iac-enrollment",
      expires,
      expired: false,
    });
    expect(invitations.find(({ name }) => name === "elsewhere")).toMatchObject({ flow: null });
    expect((await invite(["list", "--all"])).stdout).toContain("every flow");
  });

  test("what others wrote cannot harm a terminal", async () => {
    add({ name: "x", fixed_data: { name: "\u001b[31mred\u202e" } });
    const { stdout } = await invite(["list"]);
    expect(stdout).toContain("\\u{1b}[31mred\\u{202e}");
    expect(stdout).not.toContain("\u001b");
  });

  test("says when there are none", async () => {
    expect((await invite(["list"])).stdout).toBe("there are no invitations to this enrollment\n");
    expect((await invite(["list", "--all"])).stdout).toBe("there are no invitations\n");
    expect((await invite(["list", "--json"])).json()).toEqual({ invitations: [] });
  });

  test("a token that may not, and one that is none", async () => {
    server.script({ path: INVITATIONS, status: 403, body: { detail: "no permission" } });
    expect(await invite(["list"])).toMatchObject({ code: 1, stdout: "" });
    const ran = await invite(["list", "--json"], undefined, "wrong");
    expect(ran.code).toBe(1);
    expect(ran.json()).toEqual({
      error:
        "authentik: GET /stages/invitation/invitations/ must be allowed, got 403 (Token invalid/expired); use a token of intent API that has not expired",
      exitCode: 1,
    });
  });

  test("what takes long is told, and a cut connection is tried again", async () => {
    server.script({ path: INVITATIONS, cut: "before" }, { path: INVITATIONS, slow: 1100 });
    const ran = await invite(["list"]);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/^reading the invitations …\nreading the invitations: done after \d+ s\n$/);
  });
});

describe("revoke", () => {
  test("by name, and by code", async () => {
    const [, bob] = add({ name: "ada", fixed_data: { email: "ada@example.org" } }, { name: "bob" }, { name: "cem" });
    expect(await invite(["revoke", "ada"])).toMatchObject({
      code: 0,
      stdout: "revoked ada, which was for ada@example.org\n",
    });
    const ran = await invite(["revoke", String(bob?.pk).toUpperCase(), "--json"]);
    expect(ran.json()).toEqual({ revoked: [expect.objectContaining({ name: "bob" })] });
    expect(ran.stdout).not.toContain(String(bob?.pk));
    expect(names()).toEqual(["cem"]);
  });

  test("by link, and by a code without dashes; neither is taken for a name", async () => {
    const [ada, bob] = add({ name: "ada" }, { name: "bob" });
    const link = `https://auth.example.org/if/flow/x/?itoken=${String(ada?.pk)}&next=/`;
    expect(await invite(["revoke", link])).toMatchObject({ code: 0 });
    const gone = await invite(["revoke", link]);
    expect(gone.stderr).toContain("the code must be that of an invitation, got one that none has");
    expect(gone.stderr).not.toContain(String(ada?.pk));
    expect(await invite(["revoke", String(bob?.pk).replaceAll("-", "")])).toMatchObject({ code: 0 });
    expect(names()).toEqual([]);
  });

  test("refuses a name that several have, and says which those are", async () => {
    add({ name: "ada", expires: null, fixed_data: { email: "ada@example.org" } }, { name: "ada", expires: null });
    const ran = await invite(["revoke", "ada"]);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    const [rule, ...rows] = ran.stderr.trimEnd().split("\n");
    expect(rule).toBe(
      'invite: the name must be that of one invitation, got "ada", which 2 have; revoke the one you mean by its code, or in authentik under Directory, Invitations:',
    );
    expect(rows.sort()).toEqual(
      [
        "  for ada@example.org        without end  made by akadmin",
        "  for nobody in particular  without end  made by akadmin",
      ].map((row) => expect.stringMatching(new RegExp(row.replaceAll(/ {2,}/g, " +"))) as string),
    );
    expect(names()).toEqual(["ada", "ada"]);
  });

  test("refuses what none has, and wrong usage", async () => {
    expect((await invite(["revoke", "ada"])).stderr).toBe(
      'invite: the name must be that of an invitation, got "ada"; authentik-iac invite list says which there are\n',
    );
    const code = "7f5d3f0a-4f5b-4b3e-9f57-3f1b1b1b1b1b";
    const ran = await invite(["revoke", code]);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toBe(
      "invite: the code must be that of an invitation, got one that none has; it was used up, revoked or over already\n",
    );
    for (const args of [["revoke"], ["revoke", "ada", "--expired"]]) {
      const wrong = await invite(args);
      expect(wrong).toMatchObject({
        code: 2,
        stderr: "invite: revoke must be given a name or code, or else --expired\n",
      });
    }
  });

  test("all that are over, beyond the first page, those to other flows only when asked to", async () => {
    const over = Array.from({ length: 120 }, (_, n) => ({ name: `old-${n}`, expires: inDays(-1) }));
    add(...over, { name: "ada", expires: inDays(1) }, { name: "open", expires: null });
    add({ name: "elsewhere", flow: null, expires: inDays(-1) });
    const ran = await invite(["revoke", "--expired", "--json"]);
    expect((ran.json()["revoked"] as unknown[]).length).toBe(120);
    expect(names().sort()).toEqual(["ada", "elsewhere", "open"]);
    expect((await invite(["revoke", "--expired"])).stdout).toBe("no invitation is over\n");
    await invite(["revoke", "--expired", "--all"]);
    expect(names().sort()).toEqual(["ada", "open"]);
  });

  test("a failure in the middle says what is done and what is not", async () => {
    add(...["a", "b", "c"].map((name) => ({ name, expires: inDays(-1) })));
    server.script({ method: "delete", after: 1, status: 403, body: { detail: "no permission" } });
    const ran = await invite(["revoke", "--expired"]);
    expect(ran.code).toBe(1);
    expect(ran.stdout.split("\n").map((line) => line.replace(/^authentik: .*/, "…"))).toEqual([
      "revoked a, which was for nobody in particular",
      "not revoked: b",
      "not revoked: c",
      "…",
      "",
    ]);
    expect(ran.stdout).toContain(
      "authentik: DELETE /stages/invitation/invitations/(code)/ must be allowed, got 403 (no permission)",
    );
  });

  test("errors do not show the code", async () => {
    const [ada] = add({ name: "ada" });
    server.script({ method: "delete", status: 500 }, { method: "get", path: String(ada?.pk), status: 403, times: 2 });
    const ran = await invite(["revoke", "ada"]);
    expect(ran.stderr).toMatch(/DELETE \/stages\/invitation\/invitations\/\(code\)\/ must be answered, got 500/);
    expect(ran.stderr).toMatch(
      /\nnobody knows whether the invitation "ada" was revoked: look before you run it again\n$/,
    );
    const byCode = await invite(["revoke", String(ada?.pk)]);
    expect(byCode.stderr).toContain("GET /stages/invitation/invitations/(code)/ must be allowed");
    expect(ran.stderr + byCode.stderr).not.toContain(String(ada?.pk));
  });

  test("a connection cut after it is taken for done, one cut before it is told", async () => {
    add({ name: "ada" });
    server.script({ method: "delete", cut: "before" });
    const before = await invite(["revoke", "ada"]);
    expect(before).toMatchObject({ code: 3, stdout: "" });
    expect(before.stderr).toMatch(/\nit was not done: run it again\n$/);
    server.script({ method: "delete", cut: "after" });
    expect(await invite(["revoke", "ada"])).toMatchObject({ code: 0, stderr: "" });
    expect(names()).toEqual([]);
  });
});

test("help says what there is", () => {
  const command = program().commands.find((one) => one.name() === "invite");
  expect(command?.commands.map((one) => one.name())).toEqual(["create", "list", "revoke"]);
});
