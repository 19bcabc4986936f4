import { compareStacks } from "../../../delivery/compare";
import type { StackJson } from "../../../delivery/compare";
import { plan, texts, names, people, group } from "../fixtures/guarded";
import type { Situation } from "../fixtures/shown-plan";

const state = people("ann", "ben", "cat", "dan", "eve");

test("refuses more than may go at once", () => {
  expect(texts(plan({ state, config: people("eve") }))).toEqual([
    'people-removed: people: must lose no more than 3 accounts at once (delivery.maxRemovals), got 4: ann, ben, cat, dan; say "active": false to keep an account that nobody may use, or let people-removed pass',
  ]);
});

test("passes as many as may go, and counts to what it is told", () => {
  expect(names(plan({ state, config: people("dan", "eve") }))).toEqual([]);
  expect(names(plan({ state, config: people("dan", "eve") }), { maxRemovals: 2 })).toEqual(["people-removed"]);
  expect(names(plan({ state, config: people("ann", "ben", "cat", "dan") }), { maxRemovals: 0 })).toEqual([
    "people-removed",
  ]);
});

test("counts those who are replaced: their accounts are deleted", () => {
  const replaced = Object.fromEntries(Object.keys(state).map((address) => [address, "replace_by_request"]));
  expect(names(plan({ state, config: state, replaced }))).toEqual(["people-removed"]);
});

test("shows ten names and how many more there are", () => {
  const many = people("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m");
  expect(texts(plan({ state: people("a", "b", "c", "d", "e", "f", "g", "h", "i", "j") }))[0]).toContain(
    "got 10: a, b, c, d, e, f, g, h, i, j; say",
  );
  expect(texts(plan({ state: many, config: {} }))[0]).toContain("got 13: a, b, c, d, e, f, g, h, i, j and 3 more;");
});

const renamed = Object.fromEntries(Object.keys(state).map((address) => [`${address}-x`, address]));
test.each<[string, Situation]>([
  [
    "deactivated",
    {
      state,
      config: Object.fromEntries(
        Object.entries(state).map(([address, values]) => [address, { ...values, is_active: false }]),
      ),
    },
  ],
  ["forgotten", { state, config: {}, forgotten: Object.keys(state) }],
  [
    "moved",
    {
      state,
      config: Object.fromEntries(
        Object.keys(renamed).map((address, place) => [address, Object.values(state)[place] ?? {}]),
      ),
      moved: renamed,
    },
  ],
  ["added", { state: {}, config: state }],
  [
    "accounts of services",
    {
      state: Object.fromEntries(
        Object.entries(state).map(([address, values]) => [address, { ...values, type: "service_account" }]),
      ),
      config: {},
    },
  ],
  [
    "accounts of outposts",
    {
      state: Object.fromEntries(
        Object.entries(state).map(([address, values]) => [address, { ...values, type: "internal_service_account" }]),
      ),
      config: {},
    },
  ],
  [
    "groups",
    {
      state: { ...group("a"), ...group("b"), ...group("c"), ...group("d"), ...group("keep") },
      config: group("keep"),
    },
  ],
])("passes people who are %s", (_, situation) => {
  expect(names(plan(situation))).toEqual([]);
});

test("counts external people, and those of rendered stacks", () => {
  const stack = (...usernames: string[]): StackJson => ({
    resource: {
      authentik_user: Object.fromEntries(
        usernames.map((username) => [`people_${username}`, { username, type: "external" }]),
      ),
    },
  });
  expect(names(compareStacks(stack("a", "b", "c", "d"), stack()))).toEqual(["people-removed"]);
  expect(names(compareStacks(stack("a", "b", "c"), stack()))).toEqual([]);
});
