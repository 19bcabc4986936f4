import { Access, memberOf } from "../../access/decide";
import { answering } from "../../access/openings";
import { openTo, reason } from "../../access/words";
import type { Plan } from "./build";
import { worldOf } from "./build";

const EVERYONE = `"""Lets in everybody."""


def evaluate(request):
    return True

return evaluate(request)`;

/** Eight people; what each is in is worked out by hand below. */
const plan: Plan = {
  groups: {
    staff: {},
    engineers: { parents: ["staff"] },
    oncall: { parents: ["engineers"] },
    banned: {},
    admins: { superuser: true },
    deputies: { parents: ["admins"] },
  },
  people: {
    ann: { groups: ["staff"] },
    // Also staff, by engineers.
    ben: { groups: ["engineers"] },
    // Also engineers and staff.
    cat: { groups: ["oncall"] },
    dan: { groups: ["oncall", "banned"] },
    eve: { groups: ["admins"] },
    // Also admins.
    fay: { groups: ["deputies"] },
    gil: {},
    // May not sign in.
    hal: { groups: ["engineers", "admins"], active: false },
  },
  policies: { everyone: EVERYONE, nobody: "return False", hours: "return 8 < now().hour < 18" },
  defaultAppAccess: false,
  apps: {
    "one group": { bindings: [{ group: "staff" }] },
    "group in the middle": { bindings: [{ group: "engineers" }] },
    "either of two": { bindings: [{ group: "admins" }, { group: "banned" }] },
    "both of two": { match: "all", bindings: [{ group: "staff" }, { group: "oncall" }] },
    "one account": { bindings: [{ user: "gil" }] },
    "all but an account": { match: "all", bindings: [{ group: "staff" }, { user: "ann", negate: true }] },
    "who is not in": { bindings: [{ group: "banned", negate: true }] },
    "in and not in": { match: "all", bindings: [{ group: "staff" }, { group: "banned", negate: true }] },
    "in or not in": { bindings: [{ group: "staff" }, { group: "banned", negate: true }] },
    "one disabled": { bindings: [{ group: "staff", enabled: false }, { group: "oncall" }] },
    "one of all disabled": { match: "all", bindings: [{ group: "staff", enabled: false }, { group: "engineers" }] },
    "all disabled": { bindings: [{ group: "staff", enabled: false }] },
    "no binding": {},
    "superusers' group": { bindings: [{ group: "admins" }] },
    everyone: { bindings: [{ policy: "everyone" }] },
    nobody: { bindings: [{ policy: "nobody" }] },
    "not nobody": { bindings: [{ policy: "nobody", negate: true }] },
    "in, or at some hours": { bindings: [{ group: "staff" }, { policy: "hours" }] },
    "in, and at some hours": { match: "all", bindings: [{ group: "staff" }, { policy: "hours" }] },
    "not at some hours": { bindings: [{ policy: "hours", negate: true }] },
    "a disabled policy": { match: "all", bindings: [{ group: "staff" }, { policy: "hours", enabled: false }] },
    "a group by its uuid": { bindings: [{ group: "8d0a6d5e-0000-4000-8000-000000000000" }] },
  },
};

const PEOPLE = ["ann", "ben", "cat", "dan", "eve", "fay", "gil", "hal"];
/** x may, . may not, ? decided at login; in the order of the people. */
const EXPECTED: Readonly<Record<string, string>> = {
  "one group": "xxxx....",
  "group in the middle": ".xxx....",
  "either of two": "...xxx..",
  "both of two": "..xx....",
  "one account": "......x.",
  "all but an account": ".xxx....",
  "who is not in": "xxx.xxx.",
  "in and not in": "xxx.....",
  "in or not in": "xxxxxxx.",
  "one disabled": "..xx....",
  "one of all disabled": ".xxx....",
  "all disabled": "........",
  "no binding": "........",
  "superusers' group": "....xx..",
  everyone: "xxxxxxx.",
  nobody: "........",
  "not nobody": "xxxxxxx.",
  "in, or at some hours": "xxxx???.",
  "in, and at some hours": "????....",
  "not at some hours": "???????.",
  "a disabled policy": "xxxx....",
  "a group by its uuid": "???????.",
};

const world = worldOf(plan);
const access = new Access(world);
const MARK = { open: "x", closed: ".", "at login": "?" };

function person(username: string, of = world): (typeof world.people)[number] {
  const found = of.people.find((one) => one.username === username);
  if (found === undefined) throw new Error(`no ${username}`);
  return found;
}

function app(slug: string, of = world): (typeof world.apps)[number] {
  const found = of.apps.find((one) => one.slug === slug);
  if (found === undefined) throw new Error(`no ${slug}`);
  return found;
}

function why(username: string, slug: string): string {
  return reason(access.decision(person(username), app(slug)), app(slug));
}

test("the table has every app of the site", () => {
  expect(Object.keys(EXPECTED).sort()).toEqual(world.apps.map(({ slug }) => slug));
});

test.each(Object.entries(EXPECTED))("%s: %s", (slug, expected) => {
  expect(PEOPLE.map((username) => MARK[access.verdict(person(username), app(slug))]).join("")).toBe(expected);
});

test.each([
  [true, "xxxxxxx."],
  [undefined, "???????."],
])("without an enabled binding the setting decides: %s", (defaultAppAccess, expected) => {
  const { defaultAppAccess: _, ...rest } = plan;
  const other = worldOf(defaultAppAccess === undefined ? rest : { ...rest, defaultAppAccess });
  const rules = new Access(other);
  for (const slug of ["no binding", "all disabled"]) {
    const verdicts = PEOPLE.map((username) => MARK[rules.verdict(person(username, other), app(slug, other))]);
    expect(verdicts.join("")).toBe(expected);
  }
});

test("superusers are who is in such a group or below one, and active; it opens no app by itself", () => {
  expect(PEOPLE.filter((username) => access.superuserBy(person(username)) !== undefined)).toEqual(["eve", "fay"]);
  expect(access.superuserBy(person("fay"))).toEqual(["deputies", "admins"]);
  expect(access.verdict(person("eve"), app("one group"))).toBe("closed");
});

test.each([
  ["ann", "one group", "in staff"],
  ["cat", "one group", "in oncall, part of engineers, part of staff"],
  ["gil", "one group", "not in staff"],
  ["gil", "either of two", "in none of admins and banned"],
  ["ben", "both of two", "not in oncall"],
  ["gil", "both of two", "not in staff; not in oncall"],
  ["cat", "both of two", "in oncall, part of engineers, part of staff; in oncall"],
  ["gil", "one account", "named by a binding of its own"],
  ["ann", "one account", "not one of the accounts it is open to"],
  ["ann", "all but an account", "kept out by a binding of its own"],
  ["dan", "in and not in", "in banned, which is kept out"],
  ["gil", "who is not in", "not in banned"],
  ["hal", "group in the middle", "the account is not active"],
  ["ann", "no binding", "it has no binding, and such apps are closed"],
  ["ann", "everyone", "everybody who signs in may, by everyone"],
  ["ann", "nobody", "nobody passes the policy nobody"],
  ["ann", "in, and at some hours", "decided at login by hours"],
  ["gil", "in, and at some hours", "not in staff"],
  ["gil", "a group by its uuid", "decided at login by group 8d0a6d5e-0000-4000-8000-000000000000"],
])("%s and %s: %s", (username, slug, expected) => {
  expect(why(username, slug)).toBe(expected);
});

test("says who an app is open to", () => {
  expect(openTo(app("in and not in"))).toBe("staff and not banned");
  expect(openTo(app("in, or at some hours"))).toBe("staff or the policy hours");
  expect(openTo(app("all disabled"))).toBe("no binding");
});

test("groups that go round in a circle end", () => {
  const round = new Access(worldOf({ groups: { a: { parents: ["b"] }, b: { parents: ["a"] } } }));
  expect([...round.groupsOf(memberOf("a")).values()]).toEqual([["a"], ["a", "b"]]);
});

test.each([
  ["return True", true],
  ["return False", false],
  ["# everybody\nreturn True", true],
  [EVERYONE, true],
  [EVERYONE.replace("True", "False"), false],
  [EVERYONE.replace("return True", "return request.user.is_active"), undefined],
  [EVERYONE.replace("    return True", "    x = 1\n    return True"), undefined],
  ["return True or ak_user_by", undefined],
  ["if request.user.email:\n    return True\nreturn True", undefined],
  ['return "True"', undefined],
  ["", undefined],
])("an expression that is more than an answer is not run: %j", (expression, always) => {
  expect(worldOf({ policies: { p: expression } }).policies[0]?.always).toBe(always);
});

describe("hosts", () => {
  const single = (host: string): Record<string, unknown> & { type: string } => ({
    type: "proxy",
    mode: "forward_single",
    external_host: `https://${host}`,
  });
  const domain = (host: string): Record<string, unknown> & { type: string } => ({
    type: "proxy",
    mode: "forward_domain",
    external_host: `https://auth.${host}`,
    cookie_domain: host,
  });
  const hosts = worldOf({
    apps: {
      all: { provider: domain("example.org") },
      lab: { provider: domain("lab.example.org") },
      traefik: { provider: single("traefik.example.org") },
      proxied: { provider: { type: "proxy", mode: "proxy", external_host: "https://nas.example.org:8443/" } },
      unserved: { provider: single("gone.example.org"), served: false },
    },
  });

  test.each([
    ["traefik.example.org", "traefik"],
    ["TRAEFIK.example.org", "traefik"],
    ["nas.example.org", "proxied"],
    ["wiki.example.org", "all"],
    ["example.org", "all"],
    ["gone.example.org", "all"],
    ["a.lab.example.org", "lab"],
    ["lab.example.org", "lab"],
    ["notexample.org", undefined],
    ["example.com", undefined],
  ])("%s is answered by %s", (host, slug) => {
    expect(answering(hosts, host).map((found) => found.slug)).toEqual(slug === undefined ? [] : [slug]);
  });
});
