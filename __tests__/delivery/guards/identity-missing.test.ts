import { compareStacks } from "../../../delivery/compare";
import { guard } from "../../../delivery/guards";
import { readPlan } from "../../../delivery/plan";
import { plan, names, people, group } from "../fixtures/guarded";
import { shownPlan } from "../fixtures/shown-plan";

const platform = { "authentik_token.platform_x": { identifier: "x" } };
const state = {
  ...group("staff"),
  "authentik_flow.identity_login_flow": { slug: "iac-login", name: "x" },
  ...platform,
};

test("refuses a stack that loses all of it", () => {
  expect(guard(plan({ state, config: platform }), { maxRemovals: 3 })).toEqual([
    {
      guard: "identity-missing",
      addresses: ["authentik_flow.identity_login_flow", "authentik_group.identity_groups_staff"],
      text: "identity: must stay in the stack that has it, got a plan that deletes all of its 2 objects; plan the whole stack, and a part of it with -target, or let identity-missing pass",
    },
  ]);
  expect(names(compareStacks({ resource: { authentik_group: { identity_groups_a: { name: "a" } } } }, {}))).toEqual([
    "identity-missing",
  ]);
});

test("refuses one of which the embedded outpost alone is forgotten", () => {
  const outpost = { "authentik_outpost.identity_outposts_embedded": { name: "authentik Embedded Outpost" } };
  const forgotten = Object.keys(outpost);
  expect(names(plan({ state: { ...state, ...outpost }, config: platform, forgotten }))).toEqual(["identity-missing"]);
});

test("passes one that loses some of it, forgets it, had none, or is planned in part", () => {
  expect(names(plan({ state, config: { ...group("staff"), ...platform } }))).toEqual([]);
  expect(names(plan({ state, config: platform, forgotten: Object.keys(state) }))).toEqual([]);
  expect(names(plan({ state: platform, config: platform, leftOver: group("staff") }))).toEqual([
    "flow-or-group-replaced",
  ]);
  expect(names(plan({ state: people("ann"), config: {} }))).toEqual([]);
  expect(names(plan({ state: platform, config: {} }))).toEqual([]);
  const shown = shownPlan({ state, config: {} });
  const changes = (shown.resource_changes as { address: string }[]).filter(({ address }) =>
    address.includes("platform"),
  );
  expect(names(readPlan({ ...shown, complete: false, resource_changes: changes }))).toEqual([]);
});
