import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadSite } from "../../config/load";
import type { Site } from "../../config/load";
import { compareStacks, keptAddresses } from "../../delivery/compare";
import type { StackJson } from "../../delivery/compare";
import { changeLines, guard } from "../../delivery/guards";
import { checkConstructs } from "../../stacks/checks";
import { read, ROOT, smallSite, synthSite } from "../synth";

const person = (username: string, rest: Partial<Site["people"][number]> = {}): Site["people"][number] => ({
  username,
  name: username,
  email: `${username}@example.org`,
  groups: ["staff"],
  active: true,
  type: "internal",
  ...rest,
});

/** The one stack of a small site with these people. */
function single(site: object = {}, people: Site["people"] = [person("jane")]): StackJson {
  return synthSite({ ...read({ ...smallSite, ...site }), people }).authentik as unknown as StackJson;
}

const lines = (before: StackJson | undefined, after: StackJson): string[] => changeLines(compareStacks(before, after));

test.each(["single", "split"])("a whole site in the layout %s compared with itself changes nothing", (layout) => {
  const site = loadSite({ file: join(ROOT, "config", "site.ts"), layout, checks: checkConstructs });
  const stacks = Object.values(synthSite(site)) as unknown as StackJson[];
  for (const json of stacks) {
    const plan = compareStacks(json, json);
    expect(plan.changes).toEqual([]);
    expect([...plan.before.keys()]).toEqual([...plan.after.keys()]);
    expect(guard(plan, { maxRemovals: 0 })).toEqual([]);
  }
});

test("without a stack before, everything is made, but for what is imported", () => {
  const site = loadSite({ file: join(ROOT, "examples", "in-server.ts"), checks: checkConstructs });
  const json = synthSite(site).authentik as unknown as StackJson;
  const { changes } = compareStacks(undefined, json);
  expect(new Set(changes.map(({ action }) => action))).toEqual(new Set(["create", "update"]));
  expect(changes.filter(({ imported }) => imported).map(({ address, action }) => [address, action])).toEqual([
    ["authentik_outpost.identity_outposts_embedded", "update"],
  ]);
  expect(keptAddresses(json)).toEqual(new Set(["authentik_outpost.identity_outposts_embedded"]));
  expect(guard(compareStacks(undefined, json), { maxRemovals: 0 })).toEqual([]);
});

test("what is imported already is there", () => {
  const stack = (type: string): StackJson => ({
    resource: { authentik_outpost: { o: { name: "o", type } } },
    import: [{ to: "authentik_outpost.o", id: "x" }],
  });
  expect(lines(undefined, stack("a"))).toEqual(["update authentik_outpost.o (o), imported"]);
  expect(lines(stack("a"), stack("b"))).toEqual(["update authentik_outpost.o (o): type"]);
});

test("what is added, changed and taken out", () => {
  const before = single({}, [person("jane"), person("kim")]);
  const after = single({ groups: { staff: { name: "Staff" }, admins: { superuser: true } } }, [
    person("jane", { active: false }),
    person("lee"),
  ]);
  expect(lines(before, after)).toEqual([
    "update authentik_group.identity_groups_staff (staff): name",
    "update authentik_user.people_jane (jane): is_active",
    "delete authentik_user.people_kim (kim)",
    "create authentik_user.people_lee (lee)",
  ]);
});

describe("a rename with was", () => {
  const before = single();
  const after = single(
    {
      groups: { crew: { was: "staff", name: "staff" }, admins: { superuser: true } },
      apps: { wiki: { ...smallSite.apps.wiki, access: { groups: ["crew"] } } },
    },
    [person("jane", { groups: ["crew"] })],
  );

  test("is a move, and whoever refers to it stays as it is", () => {
    expect(lines(before, after)).toEqual([
      "move authentik_group.identity_groups_staff to authentik_group.identity_groups_crew",
    ]);
    const { before: objects } = compareStacks(before, after);
    expect(objects.get("authentik_user.people_jane")?.unknown.get("groups")).toEqual([
      "authentik_group.identity_groups_crew",
    ]);
  });

  test("and a change is a change that says where it was", () => {
    const changed = single({ groups: { staff: {}, admins: { superuser: true } } }, [
      person("jane.doe", { was: "jane", email: "jane@example.org" }),
    ]);
    expect(lines(before, changed)).toEqual([
      "update authentik_user.people_jane-doe-d48722fc (jane), was authentik_user.people_jane: name, username",
    ]);
  });

  test("that was applied already moves nothing", () => {
    expect(lines(after, after)).toEqual([]);
  });

  test("does nothing where the old address is still used", () => {
    const block = { authentik_group: { a: { name: "a" }, b: { name: "b" } } };
    const moved = [{ from: "authentik_group.a", to: "authentik_group.b" }];
    expect(lines({ resource: { authentik_group: { a: { name: "a" } } } }, { resource: block, moved })).toEqual([
      "create authentik_group.b (b)",
    ]);
  });

  test("does nothing where something is at the new address already", () => {
    const two = { resource: { authentik_group: { a: { name: "a" }, b: { name: "b" } } } };
    const moved = [{ from: "authentik_group.a", to: "authentik_group.b" }];
    expect(lines(two, { resource: { authentik_group: { b: { name: "b" } } }, moved })).toEqual([
      "delete authentik_group.a (a)",
    ]);
  });

  test("follows one move after the other, and ends where they lead back", () => {
    const to = { resource: { authentik_group: { c: { name: "a" } } } };
    const moved = [
      { from: "authentik_group.a", to: "authentik_group.b" },
      { from: "authentik_group.b", to: "authentik_group.c" },
    ];
    const from = { resource: { authentik_group: { a: { name: "a" } } } };
    expect(lines(from, { ...to, moved })).toEqual(["move authentik_group.a to authentik_group.c"]);
    const back = [...moved, { from: "authentik_group.c", to: "authentik_group.a" }];
    expect(lines(from, { ...to, moved: back })).toEqual(["move authentik_group.a to authentik_group.c"]);
  });
});

describe("removed", () => {
  const before = { resource: { authentik_outpost: { o: { name: "o" } } } };
  const removed = (destroy: boolean): StackJson => ({
    removed: [{ from: "authentik_outpost.o", lifecycle: { destroy } }],
  });

  test("without destroying is forgotten, and stays in authentik", () => {
    expect(lines(before, removed(false))).toEqual(["forget authentik_outpost.o (o)"]);
    expect(compareStacks(before, removed(false)).after.has("authentik_outpost.o")).toBe(true);
  });

  test("is deleted otherwise", () => {
    expect(lines(before, removed(true))).toEqual(["delete authentik_outpost.o (o)"]);
    expect(compareStacks(before, removed(true)).after.has("authentik_outpost.o")).toBe(false);
  });

  test("is nothing where there is nothing", () => {
    expect(lines({}, removed(false))).toEqual([]);
  });

  test("by the embedded outpost, when a site leaves it", () => {
    const { outposts: _, ...site } = loadSite({
      file: join(ROOT, "examples", "in-server.ts"),
      checks: checkConstructs,
    });
    const stack = (outposts: Site["outposts"]): StackJson =>
      synthSite({ ...site, apps: {}, outposts }).authentik as unknown as StackJson;
    const plan = compareStacks(
      stack({ embedded: { form: "in-server" }, managed: {} } as unknown as Site["outposts"]),
      stack({ managed: {} }),
    );
    expect(plan.changes.map(({ action, address }) => [action, address])).toEqual([
      ["forget", "authentik_outpost.identity_outposts_embedded"],
    ]);
    expect(guard(plan, { maxRemovals: 0 })).toEqual([]);
  });
});

describe("ignore_changes", () => {
  const stack = (values: object, ignored: unknown): StackJson => ({
    resource: { authentik_user: { u: { username: "u", ...values, lifecycle: { ignore_changes: ignored } } } },
  });

  test.each([
    ["an attribute", { attributes: "{}" }, { attributes: '{"a":1}' }, ["attributes"], []],
    ["an attribute that is taken out", { attributes: "{}" }, {}, ["attributes"], []],
    ["an attribute that is put in", {}, { attributes: "{}" }, ["attributes"], []],
    ["everything", { email: "a" }, { email: "b" }, "all", []],
    [
      "another one",
      { attributes: "{}", email: "a" },
      { attributes: "[]", email: "b" },
      ["attributes"],
      ["update authentik_user.u (u): email"],
    ],
    ["a part", { metadata: { labels: { a: 1 } } }, { metadata: { labels: { a: 2 } } }, ["metadata[0].labels"], []],
    [
      "a part of a list",
      { metadata: [{ labels: 1, name: "a" }] },
      { metadata: [{ labels: 2, name: "a" }] },
      ["metadata[0].labels"],
      [],
    ],
    [
      "a part of the first in a list",
      { metadata: [{ labels: 1 }, { labels: 1 }] },
      { metadata: [{ labels: 1 }, { labels: 2 }] },
      ["metadata[0].labels"],
      ["update authentik_user.u (u): metadata"],
    ],
    [
      "a part beside another",
      { metadata: { labels: 1, name: "a" } },
      { metadata: { labels: 2, name: "b" } },
      ["metadata[0].labels"],
      ["update authentik_user.u (u): metadata"],
    ],
  ])("of %s", (_, before, after, ignored, expected) => {
    expect(lines(stack(before, ignored), stack(after, ignored))).toEqual(expected);
  });

  test("keeps what an ignored attribute was made from", () => {
    const reference = { groups: ["${authentik_group.a.id}"] };
    const plan = compareStacks(stack(reference, ["groups"]), stack({ groups: [] }, ["groups"]));
    expect(plan.after.get("authentik_user.u")?.unknown.get("groups")).toEqual(["authentik_group.a"]);
  });
});

describe("replace_triggered_by", () => {
  const apps = (options: object): object => ({ apps: { wiki: { ...smallSite.apps.wiki, ...options } } });

  test("of a new revision replaces the provider", () => {
    expect(lines(single(apps({})), single(apps({ secretRevision: 2 })))).toEqual([
      "replace authentik_provider_oauth2.identity_apps_wiki_provider (wiki)",
      "update terraform_data.identity_apps_wiki_secret-revision: input",
    ]);
  });

  test("of an attribute only when that one changes, or its object is replaced", () => {
    const stack = (revision: number, email: string): StackJson => ({
      resource: {
        terraform_data: { r: { input: revision } },
        authentik_user: { u: { username: "u", email, lifecycle: { replace_triggered_by: ["terraform_data.r"] } } },
        authentik_token: {
          id: { identifier: "a", lifecycle: { replace_triggered_by: ["authentik_user.u.id"] } },
          email: { identifier: "b", lifecycle: { replace_triggered_by: ["authentik_user.u.email"] } },
        },
      },
    });
    expect(lines(stack(1, "a"), stack(1, "b"))).toEqual([
      "replace authentik_token.email (b)",
      "update authentik_user.u (u): email",
    ]);
    expect(lines(stack(1, "a"), stack(2, "a"))).toEqual([
      "replace authentik_token.email (b)",
      "replace authentik_token.id (a)",
      "replace authentik_user.u (u)",
      "update terraform_data.r: input",
    ]);
  });
});

describe("the stacks of the layout split, judged together", () => {
  const groups = { staff: {}, admins: { superuser: true } };
  const base = read({ ...smallSite, groups, layout: "split" });
  const stacks = (site: object, everybody: Site["people"]): Record<string, StackJson> =>
    synthSite({ ...base, ...site, people: everybody }) as unknown as Record<string, StackJson>;
  const judged = (before: Record<string, StackJson>, after: Record<string, StackJson>): Record<string, string[]> => {
    const plans = Object.entries(after).map(([name, json]) => [name, compareStacks(before[name], json)] as const);
    return Object.fromEntries(
      plans.map(([name, plan]) => {
        const others = plans.filter(([other]) => other !== name).map(([, other]) => other);
        return [name, guard(plan, { maxRemovals: 3, others }).map((standing) => standing.guard)];
      }),
    );
  };
  const admin = person("ann", { groups: ["admins"] });
  const before = stacks({}, [admin, person("ben")]);
  const nothing = { authentik: [], "authentik-users": [] };

  test("the last superuser who leaves the group is missed", () => {
    expect(judged(before, stacks({}, [person("ann"), person("ben")]))).toEqual({
      ...nothing,
      "authentik-users": ["last-superuser"],
    });
  });

  test("so is the group that loses the right", () => {
    const plain = { groups: { staff: base.groups.staff, admins: { ...base.groups.admins, superuser: false } } };
    expect(judged(before, stacks(plain, [admin, person("ben")]))).toEqual({
      ...nothing,
      authentik: ["last-superuser"],
    });
  });

  test("nobody is, when the right moves along", () => {
    const swapped = {
      groups: { staff: { ...base.groups.staff, superuser: true }, admins: { ...base.groups.admins, superuser: false } },
    };
    expect(judged(before, stacks(swapped, [admin, person("ben")]))).toEqual(nothing);
    expect(judged(before, stacks({}, [person("ann"), person("ben", { groups: ["admins"] })]))).toEqual(nothing);
  });

  test("an app's key that changes without was is a rename and another client id", () => {
    const wiki = base.apps.wiki as Extract<Site["apps"][string], { kind: "oidc" }>;
    const docs = { apps: { docs: { ...wiki, slug: "docs", clientId: "docs" } } };
    const everybody = [admin, person("ben")];
    expect(judged(before, stacks(docs, everybody)).authentik).toEqual(["client-id-replaced", "renamed"]);
    const moved = { apps: { docs: { ...wiki, was: "wiki" } } };
    expect(judged(before, stacks(moved, everybody))).toEqual(nothing);
  });
});

test("what is no attribute is no change", () => {
  const stack = (rest: object): StackJson => ({ resource: { authentik_group: { a: { name: "a", ...rest } } } });
  expect(
    lines(
      stack({}),
      stack({ "//": {}, depends_on: ["a.b"], lifecycle: { create_before_destroy: true }, provider: "x" }),
    ),
  ).toEqual([]);
});

test("data sources are looked at, never changed", () => {
  const data = (name: string): StackJson => ({ data: { authentik_group: { g: { name } } } });
  const plan = compareStacks(data("a"), data("b"));
  expect(plan.changes).toEqual([]);
  expect(plan.after.get("data.authentik_group.g")).toMatchObject({ mode: "data", name: "b" });
});

test("texts that Terraform would take for templates are what they say", () => {
  const stack = (name: string): StackJson => ({ resource: { authentik_group: { a: { name } } } });
  expect(compareStacks(undefined, stack("a $${b} %%{c}")).changes[0]?.name).toBe("a ${b} %{c}");
  expect(compareStacks(undefined, stack("${authentik_group.b.name}")).changes[0]?.name).toBeUndefined();
  expect(compareStacks(undefined, stack("authentik_group.b")).after.get("authentik_group.a")?.unknown.size).toBe(0);
  const nested: StackJson = {
    resource: { terraform_data: { d: { input: { text: "$${a}", list: ["${terraform_data.e.id}"] } } } },
  };
  const { values, unknown } = compareStacks(undefined, nested).after.get("terraform_data.d") ?? {};
  expect(values?.input).toEqual({ text: "${a}", list: [{ expression: "${terraform_data.e.id}" }] });
  expect(unknown?.get("input")).toEqual(["terraform_data.e"]);
});

test("the rendered stacks hold no moved secret: values are compared, never told", () => {
  const stack = (secret: string): StackJson => ({
    resource: { authentik_provider_oauth2: { p: { name: "p", client_id: "p", client_secret: secret } } },
  });
  expect(lines(stack("topsecret"), stack("othersecret"))).toEqual([
    "update authentik_provider_oauth2.p (p): client_secret",
  ]);
});

test("the comparison needs neither Node nor cdktf, so that the webhook can hold it", () => {
  const files = ["plan.ts", "shown-plan.ts", "objects.ts", "compare.ts", "guards.ts"];
  const sources = files.map((file) => readFileSync(join(ROOT, "delivery", file), "utf8")).join("\n");
  expect(
    [...sources.matchAll(/^import (?!type).*from "([^"]+)"/gm)]
      .map(([, from]) => from)
      .filter((from) => !from?.startsWith("./")),
  ).toEqual([]);
});
