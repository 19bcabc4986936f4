import { readPlan } from "../../../delivery/plan";
import leftOver from "../fixtures/left-over.json";
import { plan, texts, names, group } from "../fixtures/guarded";
import { shownPlan } from "../fixtures/shown-plan";

const objects: [string, object, string, string][] = [
  [
    "authentik_flow.identity_login_flow",
    { slug: "iac-login", name: "x" },
    'flow "iac-login"',
    "the providers that use it",
  ],
  [
    "authentik_stage_user_login.identity_login_session",
    { name: "iac-login-session" },
    'stage "iac-login-session"',
    "its places in flows",
  ],
  ["authentik_group.identity_groups_staff", { name: "staff" }, 'group "staff"', "its bindings and who is in it"],
];
test.each(objects)("refuses a replaced %s", (address, values, what, along) => {
  const judged = plan({
    state: { [address]: values },
    config: { [address]: values },
    replaced: { [address]: "replace_because_tainted" },
  });
  expect(texts(judged)).toEqual([
    `flow-or-group-replaced: ${address}: must not be deleted and made again, since ${along} would go with it, got replace of ${what} (replace_because_tainted); look at it in authentik, and terraform untaint ${address} when it is whole, or let flow-or-group-replaced pass`,
  ]);
});

test.each([
  ["replace_by_request", "plan without -replace"],
  ["replace_by_triggers", "find out what replaces it, and change it in place"],
])("says what to do about %s", (reason, remedy) => {
  const judged = plan({
    state: group("staff"),
    config: group("staff"),
    replaced: { "authentik_group.identity_groups_staff": reason },
  });
  expect(texts(judged)[0]).toContain(`(${reason}); ${remedy}, or let`);
});

test("refuses what a replacement left over", () => {
  const judged = plan({ state: group("staff"), config: group("staff"), leftOver: group("staff") });
  expect(texts(judged)).toEqual([
    'flow-or-group-replaced: authentik_group.identity_groups_staff: must not be deleted and made again, since its bindings and who is in it would go with it, got delete of a left-over of group "staff"; see in authentik that nothing points at it any more, or let flow-or-group-replaced pass',
  ]);
  expect(names(readPlan(leftOver))).toEqual([]);
});

test("passes what is changed, made, deleted, and replaced of other kinds", () => {
  const [flow, stage] = objects.map(([address, values]) => ({ [address]: values }));
  const state = { ...flow, ...stage, ...group("staff") };
  expect(names(plan({ state, config: { ...state, ...group("staff", { name: "Staff" }) } }))).toEqual([]);
  expect(names(plan({ state: {}, config: state }))).toEqual([]);
  expect(names(plan({ state, config: { ...flow, ...group("staff") } }))).toEqual([]);
  const others = {
    "authentik_flow_stage_binding.identity_login_flow_mfa": { target: "f", stage: "s", order: 10 },
    "authentik_stage_prompt_field.identity_x": { name: "x" },
    "authentik_policy_binding.identity_x": { target: "a", group: "b", order: 0 },
  };
  const replaced = Object.fromEntries(Object.keys(others).map((address) => [address, "replace_by_request"]));
  expect(names(plan({ state: others, config: others, replaced }))).toEqual([]);
});

test("passes one that is forgotten instead of deleted, as OpenTofu can", () => {
  const shown = shownPlan({
    state: group("staff"),
    config: group("staff"),
    replaced: { "authentik_group.identity_groups_staff": "replace_by_request" },
  });
  const [change] = shown.resource_changes as { change: object }[];
  const forgets = { ...change, change: { ...change?.change, actions: ["create", "forget"] } };
  expect(names(readPlan({ ...shown, resource_changes: [forgets] }))).toEqual([]);
});
