import { compareStacks } from "../../../delivery/compare";
import { plan, texts, names, group } from "../fixtures/guarded";

const EMBEDDED = "authentik_outpost.identity_outposts_embedded";
const embedded = { [EMBEDDED]: { name: "authentik Embedded Outpost", protocol_providers: [] } };
const rest = group("staff");

test("refuses to delete what authentik made itself", () => {
  expect(texts(plan({ state: { ...embedded, ...rest }, config: rest }))).toEqual([
    `adopted-destroyed: ${EMBEDDED}: must stay, since authentik made it itself, got delete of outpost "authentik Embedded Outpost"; let it leave the state alone with removed { from = ${EMBEDDED}, lifecycle { destroy = false } }, or let adopted-destroyed pass`,
  ]);
});

test("refuses to replace it", () => {
  expect(texts(plan({ state: embedded, config: embedded, replaced: { [EMBEDDED]: "replace_by_request" } }))).toEqual([
    `adopted-destroyed: ${EMBEDDED}: must stay, since authentik made it itself, got replace of outpost "authentik Embedded Outpost"; find out what replaces it, and undo that, or let adopted-destroyed pass`,
  ]);
});

const shipped: [string, object][] = [
  ["authentik_flow", { slug: "default-authentication-flow", name: "Welcome" }],
  ["authentik_flow", { slug: "initial-setup", name: "x" }],
  ["authentik_stage_identification", { name: "default-authentication-identification" }],
  ["authentik_stage_password", { name: "stage-default-oobe-password" }],
  ["authentik_policy_expression", { name: "default-user-settings-authorization" }],
  ["authentik_event_rule", { name: "default-notify-update" }],
  ["authentik_brand", { domain: "authentik-default" }],
  ["authentik_brand", { domain: "auth.example.org", default: true }],
  ["authentik_group", { name: "authentik Admins" }],
  ["authentik_user", { username: "akadmin", type: "internal" }],
  ["authentik_certificate_key_pair", { name: "authentik Self-signed Certificate" }],
  ["authentik_service_connection_kubernetes", { name: "Local Kubernetes Cluster" }],
  ["authentik_property_mapping_provider_scope", { name: "authentik default OAuth Mapping: OpenID 'openid'" }],
  ["authentik_rbac_role", { name: "authentik Read-only" }],
];
test.each(shipped)("refuses to delete %s %j, which every authentik has", (type, values) => {
  expect(names(plan({ state: { [`${type}.identity_x`]: values, ...rest }, config: rest }))).toEqual([
    "adopted-destroyed",
  ]);
});

test.each<[string, object]>([
  ["authentik_flow", { slug: "iac-login", name: "default-authentication-flow" }],
  ["authentik_stage_identification", { name: "iac-login-identification" }],
  ["authentik_application", { slug: "default-app", name: "x" }],
  ["authentik_brand", { domain: "auth.example.org" }],
  ["authentik_group", { name: "Site Admins" }],
  ["authentik_user", { username: "default-jane", type: "internal" }],
  ["authentik_outpost", { name: "ldap" }],
])("passes a deleted %s %j, which is a site's own", (type, values) => {
  expect(names(plan({ state: { [`${type}.identity_x`]: values, ...rest }, config: rest }))).toEqual([]);
});

test("passes it changed, forgotten, and moved", () => {
  const moved = { "authentik_outpost.identity_other": EMBEDDED };
  const other = { "authentik_outpost.identity_other": embedded[EMBEDDED] as object };
  expect(names(plan({ state: embedded, config: { [EMBEDDED]: { ...embedded[EMBEDDED], config: "{}" } } }))).toEqual([]);
  expect(names(plan({ state: { ...embedded, ...rest }, config: rest, forgotten: [EMBEDDED] }))).toEqual([]);
  expect(names(plan({ state: embedded, config: other, moved }))).toEqual([]);
});

test("refuses to delete what was adopted, wherever that is said", () => {
  const OUTPOST = "authentik_outpost.identity_mine";
  const block = { name: "mine" };
  const other = { authentik_group: { identity_groups_a: { name: "a" } } };
  const after = { resource: other };
  const adopted = [
    { resource: { ...other, authentik_outpost: { identity_mine: block } }, import: [{ to: OUTPOST, id: "x" }] },
    {
      resource: {
        ...other,
        authentik_outpost: { identity_mine: { ...block, lifecycle: { prevent_destroy: true } } },
      },
    },
  ];
  const text = `adopted-destroyed: ${OUTPOST}: must stay, since it was adopted or is never to be destroyed, got delete of outpost "mine"; let it leave the state alone with removed { from = ${OUTPOST}, lifecycle { destroy = false } }, or let adopted-destroyed pass`;
  for (const before of adopted) expect(texts(compareStacks(before, after))).toEqual([text]);
  expect(names(compareStacks({ resource: adopted[0]?.resource }, after))).toEqual([]);
  const gone = plan({ state: { [OUTPOST]: block, ...rest }, config: rest });
  expect(texts(gone, { kept: new Set([OUTPOST]) })).toEqual([text]);
  expect(names(gone)).toEqual([]);
  const moved = { moved: [{ from: OUTPOST, to: "authentik_outpost.identity_new" }] };
  expect(
    names(
      compareStacks(adopted[0], {
        ...after,
        resource: { ...other, authentik_outpost: { identity_new: block } },
        ...moved,
      }),
    ),
  ).toEqual([]);
});

test("knows what was adopted by the address it had, and needs no name", () => {
  const [old, now] = ["authentik_policy_binding.identity_old", "authentik_policy_binding.identity_now"];
  const binding = { target: "t", group: "g", order: 0 };
  const replaced = plan({
    state: { [old]: binding },
    config: { [now]: binding },
    moved: { [now]: old },
    replaced: { [now]: "replace_by_request" },
  });
  expect(names(replaced)).toEqual([]);
  expect(texts(replaced, { kept: new Set([old]) })[0]).toContain("got replace of policy binding; find out");
  expect(names(replaced, { kept: new Set([now]) })).toEqual(["adopted-destroyed"]);
});

test("refuses what is imported and replaced at once", () => {
  const OUTPOST = "authentik_outpost.identity_mine";
  const config = { [OUTPOST]: { name: "mine" } };
  const imported = { [OUTPOST]: { name: "mine", type: "ldap" } };
  const replaced = { [OUTPOST]: "replace_because_cannot_update" };
  expect(names(plan({ config, imported, replaced }))).toEqual(["adopted-destroyed"]);
  expect(names(plan({ config, imported }))).toEqual([]);
});
