import { compareStacks } from "../../../delivery/compare";
import type { StackJson } from "../../../delivery/compare";
import { guard } from "../../../delivery/guards";
import { plan, texts, names, person, people, group, inGroup, lookup, lookedUp } from "../fixtures/guarded";
import type { Given, Situation } from "../fixtures/shown-plan";

const admins = group("admins", { is_superuser: true });
const state = {
  ...admins,
  ...group("staff"),
  ...person("ann", { groups: [inGroup("admins")] }),
  ...person("ben", { groups: [inGroup("staff")] }),
};
const without = (address: string): Given =>
  Object.fromEntries(Object.entries(state).filter(([one]) => one !== address));
const TEXT =
  "last-superuser: people: must keep a superuser, got nobody after this, and before ann; keep somebody active in a group with superuser: true, such as directory.adminGroup, or let last-superuser pass";

test.each<[string, Situation]>([
  ["goes", { state, config: without("authentik_user.people_ann") }],
  ["leaves the group", { state, config: { ...state, ...person("ann") } }],
  [
    "is deactivated",
    { state, config: { ...state, ...person("ann", { groups: [inGroup("admins")], is_active: false }) } },
  ],
  [
    "becomes external, to whom the admin interface is closed",
    { state, config: { ...state, ...person("ann", { groups: [inGroup("admins")], type: "external" }) } },
  ],
  ["loses the right with the group's", { state, config: { ...state, ...group("admins") } }],
  [
    "moves to a new group without the right",
    { state, config: { ...state, ...group("crew"), ...person("ann", { groups: [inGroup("crew")] }) } },
  ],
])("refuses when the last one %s", (_, situation) => {
  expect(texts(plan(situation))).toEqual([TEXT]);
});

test("refuses when the last one's group goes", () => {
  const config = { ...without("authentik_group.identity_groups_admins"), ...person("ann") };
  const [standing] = guard(plan({ state, config }), { maxRemovals: 3 });
  expect(standing).toEqual({
    guard: "last-superuser",
    addresses: ["authentik_group.identity_groups_admins", "authentik_user.people_ann"],
    text: TEXT.replace("last-superuser: ", ""),
  });
});

test("refuses when accounts of services, and akadmin, are all that is left", () => {
  const service = {
    "authentik_user.identity_ci": {
      username: "ci",
      type: "service_account",
      is_active: true,
      groups: [inGroup("admins")],
    },
  };
  const config = { ...state, ...person("ann"), ...service, ...person("akadmin", { groups: [inGroup("admins")] }) };
  expect(texts(plan({ state, config }))).toEqual([TEXT]);
});

test.each<[string, Situation]>([
  [
    "another one stays",
    {
      state: { ...state, ...person("kim", { groups: [inGroup("admins")] }) },
      config: {
        ...without("authentik_user.people_ann"),
        ...person("kim", { groups: [inGroup("admins")] }),
      },
    },
  ],
  [
    "another one comes",
    { state, config: { ...without("authentik_user.people_ann"), ...person("kim", { groups: [inGroup("admins")] }) } },
  ],
  [
    "the right comes from a new group",
    {
      state,
      config: {
        ...state,
        ...group("admins"),
        ...group("crew", { is_superuser: true }),
        ...person("ann", { groups: [inGroup("crew")] }),
      },
    },
  ],
  [
    "the right comes from above",
    {
      state,
      config: {
        ...state,
        ...group("admins", { parents: [inGroup("root")] }),
        ...group("root", { is_superuser: true }),
      },
    },
  ],
  ["the group is renamed", { state, config: { ...state, ...group("admins", { name: "Admins", is_superuser: true }) } }],
  [
    "the last one's name changes",
    { state, config: { ...state, ...person("ann", { groups: [inGroup("admins")], name: "Ann" }) } },
  ],
  [
    "the last one is forgotten, and still there",
    { state, config: without("authentik_user.people_ann"), forgotten: ["authentik_user.people_ann"] },
  ],
  ["somebody else goes", { state, config: without("authentik_user.people_ben") }],
  ["nobody ever was one", { state: { ...state, ...person("ann") }, config: without("authentik_user.people_ann") }],
  [
    "only akadmin was one",
    {
      state: { ...admins, ...person("akadmin", { groups: [inGroup("admins")] }) },
      config: { ...admins, ...person("akadmin") },
    },
  ],
  [
    "somebody inactive goes",
    {
      state: { ...state, ...person("ann", { groups: [inGroup("admins")], is_active: false }) },
      config: without("authentik_user.people_ann"),
    },
  ],
  ["a stack is made", { config: state }],
])("passes when %s", (_, situation) => {
  expect(names(plan(situation))).toEqual([]);
});

test("descends through the groups above", () => {
  const nested = {
    ...group("root", { is_superuser: true }),
    ...group("middle", { parents: [inGroup("root")] }),
    ...group("leaf", { parents: [inGroup("middle")] }),
    ...person("ann", { groups: [inGroup("leaf")] }),
  };
  expect(names(plan({ state: nested, config: { ...nested, ...person("ann") } }))).toEqual(["last-superuser"]);
  expect(names(plan({ state: nested, config: { ...nested, ...group("middle") } }))).toEqual(["last-superuser"]);
  expect(
    names(plan({ state: nested, config: { ...nested, ...group("leaf", { parents: [inGroup("root")] }) } })),
  ).toEqual([]);
});

describe("in the stack of the people", () => {
  const data = { ...lookup("admins", { is_superuser: true }), ...lookup("staff") };
  const before = person("ann", { groups: [lookedUp("admins")] });

  test("knows the right by the groups that are looked up", () => {
    expect(texts(plan({ state: before, data, config: person("ann", { groups: [lookedUp("staff")] }) }))).toEqual([
      TEXT,
    ]);
    expect(texts(plan({ state: before, data, config: {} }))).toEqual([TEXT]);
    expect(names(plan({ state: before, data, config: { ...before, ...people("ben") } }))).toEqual([]);
  });

  test("knows it by the groups above them", () => {
    const nested = { ...lookup("root", { is_superuser: true }), ...lookup("admins", { parents: ["uuid-of-root"] }) };
    expect(texts(plan({ state: before, data: nested, config: people("ann") }))).toEqual([TEXT]);
  });

  test("says nothing of a group that was no superuser's", () => {
    expect(names(plan({ state: before, data: lookup("admins"), config: people("ann") }))).toEqual([]);
  });

  test("takes the word of the stack that has the group", () => {
    const identity = {
      resource: { authentik_group: { identity_groups_admins: { name: "admins", is_superuser: true } } },
    };
    const plain = {
      resource: { authentik_group: { identity_groups_admins: { name: "admins", is_superuser: false } } },
    };
    const change = { state: before, config: people("ann") };
    expect(texts(plan({ ...change, data: lookup("admins") }), { others: [compareStacks(identity, identity)] })).toEqual(
      [TEXT],
    );
    expect(names(plan({ ...change, data }), { others: [compareStacks(plain, plain)] })).toEqual([]);
  });
});

describe("in the stack of the groups", () => {
  const people = {
    data: { authentik_group: { "lookups_group-admins": { name: "admins" } } },
    resource: {
      authentik_user: {
        people_ann: { username: "ann", groups: ["${data.authentik_group.lookups_group-admins.id}"] },
      },
    },
  };
  const others = [compareStacks(people, people)];
  const members = group("admins", { is_superuser: true, users: [7] });

  test("knows people by the other stack", () => {
    expect(texts(plan({ state: admins, config: group("admins") }), { others })).toEqual([TEXT]);
    expect(
      names(plan({ state: admins, config: group("admins", { is_superuser: true, parents: [inGroup("staff")] }) }), {
        others,
      }),
    ).toEqual([]);
    expect(names(plan({ state: { ...admins, ...group("staff") }, config: admins }), { others })).toEqual([]);
  });

  test("knows them by the members authentik names, when it is alone", () => {
    const text = TEXT.replace("before ann", "before the members of admins");
    expect(texts(plan({ state: members, config: group("admins") }))).toEqual([text]);
    expect(texts(plan({ state: members, config: {} }))).toContain(text);
    const change = plan({ state: { ...members, ...group("a") }, config: { ...group("admins"), ...group("b") } });
    expect(guard(change, { maxRemovals: 3 }).map(({ addresses }) => addresses)).toEqual([
      ["authentik_group.identity_groups_admins"],
    ]);
  });

  test("refuses when the group is made again, without its members", () => {
    const replaced = { "authentik_group.identity_groups_admins": "replace_by_request" };
    expect(names(plan({ state: members, config: admins, replaced }))).toEqual([
      "last-superuser",
      "flow-or-group-replaced",
    ]);
  });

  test("looked-up groups and accounts are no reason to think that somebody is left, or known", () => {
    const data = {
      ...lookup("authentik", { is_superuser: true, users: [1] }),
      "data.authentik_user.lookups_outpost-user": { username: "ak-outpost", type: "internal" },
    };
    expect(names(plan({ state: members, data, config: group("admins") }))).toEqual(["last-superuser"]);
  });

  test("goes by the people of the config, where the stack has them", () => {
    const ben = person("ben");
    expect(names(plan({ state: { ...members, ...ben }, config: { ...group("admins"), ...ben } }))).toEqual([]);
  });

  test.each<[string, Situation]>([
    ["had no members", { state: admins, config: group("admins") }],
    ["had no right", { state: group("admins", { users: [7] }), config: { ...group("staff") } }],
    ["keeps it", { state: members, config: { ...admins, ...group("staff") } }],
    [
      "is not the last",
      {
        state: { ...members, ...group("root", { is_superuser: true, users: [8] }) },
        config: { ...group("root", { is_superuser: true }) },
      },
    ],
    [
      "gets it from above",
      {
        state: members,
        config: { ...group("admins", { parents: [inGroup("root")] }), ...group("root", { is_superuser: true }) },
      },
    ],
  ])("passes a group that %s", (_, situation) => {
    expect(names(plan(situation)).filter((name) => name === "last-superuser")).toEqual([]);
  });

  test("passes when whoever is in another group has the right afterwards", () => {
    const change = {
      state: { ...members, ...group("crew") },
      config: { ...group("admins"), ...group("crew", { is_superuser: true }) },
    };
    const crew = {
      data: { authentik_group: { "lookups_group-crew": { name: "crew" } } },
      resource: {
        authentik_user: {
          people_ann: { username: "ann", groups: ["${data.authentik_group.lookups_group-crew.id}"] },
        },
      },
    };
    expect(names(plan(change), { others: [compareStacks(crew, crew)] })).toEqual([]);
    expect(names(plan(change))).toEqual(["last-superuser"]);
  });
});

test("is told by the stack that takes the right, and by no other", () => {
  const identity = (isSuperuser: boolean): StackJson => ({
    resource: { authentik_group: { identity_groups_admins: { name: "admins", is_superuser: isSuperuser } } },
  });
  const people = (email: string): StackJson => ({
    data: { authentik_group: { "lookups_group-admins": { name: "admins" } } },
    resource: {
      authentik_user: {
        people_ann: { username: "ann", email: "a", groups: ["${data.authentik_group.lookups_group-admins.id}"] },
        people_ben: { username: "ben", email },
      },
    },
  });
  const stacks = [compareStacks(identity(true), identity(false)), compareStacks(people("a"), people("b"))] as const;
  expect(names(stacks[0], { others: [stacks[1]] })).toEqual(["last-superuser"]);
  expect(names(stacks[1], { others: [stacks[0]] })).toEqual([]);
});

test("is told by none that changes something else", () => {
  const identity = (isSuperuser: boolean): StackJson => ({
    resource: {
      authentik_group: { identity_groups_admins: { name: "admins", is_superuser: isSuperuser } },
      authentik_user: { people_ann: { username: "ann", groups: ["${authentik_group.identity_groups_admins.id}"] } },
    },
  });
  const roles = (name: string): StackJson => ({ resource: { authentik_rbac_role: { identity_x: { name } } } });
  const others = [compareStacks(identity(true), identity(false))];
  expect(names(compareStacks(roles("admins"), roles("others")), { others })).toEqual([]);
  const plain = (name: string): StackJson => ({ resource: { authentik_group: { identity_groups_x: { name } } } });
  expect(names(compareStacks(plain("crew"), plain("others")), { others })).toEqual([]);
});

test("a group that goes gives no right, whatever was looked up before", () => {
  const people = plan({
    state: person("ann", { groups: [lookedUp("admins")] }),
    config: person("ann", { groups: [lookedUp("admins")] }),
    data: lookup("admins", { is_superuser: true }),
  });
  expect(texts(plan({ state: { ...admins, ...group("rest") }, config: group("rest") }), { others: [people] })).toEqual([
    TEXT,
  ]);
});

test("accounts that are looked up do not count", () => {
  const data = {
    ...lookup("admins", { is_superuser: true }),
    "data.authentik_user.lookups_somebody": { username: "somebody", type: "internal", groups: ["uuid-of-admins"] },
  };
  const change = { state: person("ann", { groups: [lookedUp("admins")] }), config: person("ann") };
  expect(texts(plan({ ...change, data }))).toEqual([TEXT]);
});

test("a group is no other object of its name", () => {
  const others = { "authentik_rbac_role.identity_admins": { name: "admins" } };
  const change = { state: { ...state, ...others }, config: { ...state, ...others, ...person("ann") } };
  expect(texts(plan(change))).toEqual([TEXT]);
});
