import { compareStacks } from "../../../delivery/compare";
import type { StackJson } from "../../../delivery/compare";
import { guard } from "../../../delivery/guards";
import { plan, texts, names, PERSON, person, group, inGroup } from "../fixtures/guarded";
import { ref } from "../fixtures/shown-plan";
import type { Given } from "../fixtures/shown-plan";

const rest = group("rest");
const renamed = (before: Given, after: Given): string[] =>
  texts(plan({ state: { ...rest, ...before }, config: { ...rest, ...after } }));

test("a person, by the e-mail address", () => {
  expect(
    renamed(person("jane.doe"), {
      "authentik_user.people_jane-smith": { ...PERSON, username: "jane.smith", email: "Jane.Doe@example.org" },
    }),
  ).toEqual([
    'renamed: users.jane.smith: must say "was": "jane.doe", got account "jane.doe" deleted, and one with the same e-mail address made; add it in users.json, or let renamed pass',
  ]);
});

test("a group, by its name", () => {
  expect(renamed(group("staff"), { "authentik_group.identity_groups_crew": { name: "staff" } })).toEqual([
    'renamed: groups.crew: must say was: "staff", got group "staff" deleted, and one with the same name made; add it to the record, or let renamed pass',
  ]);
});

const app = (key: string, rest: object = {}): Given => ({
  [`authentik_application.identity_apps_${key}`]: {
    slug: key,
    name: "Wiki",
    protocol_provider: ref(`authentik_provider_oauth2.identity_apps_${key}_provider`),
    ...rest,
  },
  [`authentik_provider_oauth2.identity_apps_${key}_provider`]: {
    name: key,
    client_id: key,
    allowed_redirect_uris: [{ url: "https://wiki.example.org/callback" }],
  },
});

test("an app with all that belongs to it is one rename, told by the redirect URIs", () => {
  const judged = plan({ state: { ...rest, ...app("wiki") }, config: { ...rest, ...app("docs") } });
  const found = guard(judged, { maxRemovals: 3 }).filter((standing) => standing.guard === "renamed");
  expect(found).toEqual([
    {
      guard: "renamed",
      addresses: [
        "authentik_provider_oauth2.identity_apps_wiki_provider",
        "authentik_provider_oauth2.identity_apps_docs_provider",
      ],
      text: 'apps.docs: must say was: "wiki", got provider "wiki" deleted, and one with the same redirect URIs made; add it to the record, or let renamed pass',
    },
  ]);
});

test("an app, by its launch URL, slug or host; its own group goes along", () => {
  const launch = { meta_launch_url: "https://wiki.example.org" };
  const groups = (key: string): Given => ({
    [`authentik_group.identity_app-groups_${key}`]: { name: "app-wiki" },
  });
  const found = renamed({ ...app("wiki", launch), ...groups("wiki") }, { ...app("docs", launch), ...groups("docs") });
  expect(found.filter((text) => text.startsWith("renamed"))).toEqual([
    'renamed: apps.docs: must say was: "wiki", got app "wiki" deleted, and one with the same launch URL made; add it to the record, or let renamed pass',
  ]);
  const proxy = (key: string): Given => ({
    [`authentik_provider_proxy.identity_apps_${key}_provider`]: {
      name: key,
      external_host: "https://wiki.example.org",
    },
  });
  expect(renamed(proxy("wiki"), proxy("docs"))[0]).toContain("with the same external host made");
  const ldap = (key: string): Given => ({
    [`authentik_provider_ldap.identity_apps_${key}_provider`]: { name: key, base_dn: "ou=films" },
  });
  expect(renamed(ldap("wiki"), ldap("docs"))[0]).toContain("with the same base dn made");
  expect(renamed(groups("wiki"), groups("docs"))[0]).toContain(
    'identity_app-groups_docs: must keep the construct id "wiki"',
  );
});

test("a managed outpost", () => {
  const outpost = (key: string): Given => ({
    [`authentik_outpost.identity_outposts_managed_${key}`]: { name: "edge", protocol_providers: [] },
  });
  expect(renamed(outpost("a"), outpost("b"))).toEqual([
    'renamed: outposts.managed.b: must say was: "a", got outpost "edge" deleted, and one with the same name made; add it to the record, or let renamed pass',
  ]);
});

test("flows and stages, by the construct id that was changed", () => {
  const login = (id: string): Given => ({
    [`authentik_flow.identity_${id}_flow`]: { slug: "iac-login", name: "x" },
    [`authentik_stage_deny.identity_${id}_guard`]: { name: "iac-login-guard" },
    [`authentik_flow_stage_binding.identity_${id}_flow_guard`]: {
      target: ref(`authentik_flow.identity_${id}_flow`, "uuid"),
      stage: ref(`authentik_stage_deny.identity_${id}_guard`),
      order: 20,
    },
  });
  expect(renamed(login("login"), login("signin"))).toEqual([
    'renamed: identity_signin: must keep the construct id "login", got flow "iac-login" deleted, and one with the same slug made; name it "login" again, or give the construct renamedFrom "login", or let renamed pass',
  ]);
});

test("a step of a flow, by its place", () => {
  const step = (id: string, order = 20): Given => ({
    [`authentik_flow_stage_binding.identity_login_flow_${id}`]: { target: "flow", stage: "stage", order },
  });
  expect(renamed(step("a"), step("b"))).toEqual([
    'renamed: identity_login_flow_b: must keep the construct id "a", got flow stage binding deleted, and one with the same place in a flow made; name it "a" again, or give the construct renamedFrom "a", or let renamed pass',
  ]);
  expect(renamed(step("a"), step("b", 30))).toEqual([]);
});

test("anything else, by both addresses", () => {
  const brand = { domain: "auth.example.org" };
  expect(
    renamed({ "authentik_brand.identity_brand": brand }, { "authentik_brand.identity_look_brand": brand }),
  ).toEqual([
    'renamed: authentik_brand.identity_look_brand: must be moved from authentik_brand.identity_brand, got brand "auth.example.org" deleted, and one with the same domain made; add moved { from = authentik_brand.identity_brand, to = authentik_brand.identity_look_brand }, or let renamed pass',
  ]);
});

test.each<[string, Given, Given]>([
  [
    "a source",
    { "authentik_source_oauth.identity_a": { slug: "s", name: "a" } },
    { "authentik_source_oauth.identity_b": { slug: "s", name: "b" } },
  ],
  [
    "a token",
    { "authentik_token.identity_a": { identifier: "t" } },
    { "authentik_token.identity_b": { identifier: "t" } },
  ],
  [
    "an account of a service",
    { "authentik_user.identity_a": { username: "u", type: "service_account" } },
    { "authentik_user.identity_b": { username: "u", type: "service_account" } },
  ],
  [
    "a client",
    { "authentik_provider_oauth2.identity_a": { name: "a", client_id: "c" } },
    { "authentik_provider_oauth2.identity_b": { name: "b", client_id: "c" } },
  ],
])("%s by what is unique", (_, before, after) => {
  expect(renamed(before, after).map((text) => text.split(":")[0])).toEqual(["renamed"]);
});

describe("a group, by who is in it and what it opens", () => {
  const binding = (key: string, target = "app"): Given => ({
    "authentik_policy_binding.identity_apps_x_access_members-0": { target, group: inGroup(key), order: 0 },
  });
  const members = (key: string, ...who: string[]): Given =>
    Object.assign({}, ...who.map((one) => person(one, { groups: [inGroup(key)] }))) as Given;
  const TEXT =
    'renamed: groups.b: must say was: "a", got group "a" deleted, and one with the same members made; add it to the record, or let renamed pass';

  test("refuses the same people, with the same access", () => {
    expect(
      renamed(
        { ...group("a"), ...members("a", "ann"), ...binding("a") },
        { ...group("b"), ...members("b", "ann"), ...binding("b") },
      ),
    ).toEqual([TEXT]);
    expect(
      renamed({ ...group("a"), ...members("a", "ann", "ben") }, { ...group("b"), ...members("b", "ann", "ben") }),
    ).toEqual([TEXT]);
  });

  test.each<[string, Given, Given]>([
    [
      "other people",
      { ...group("a"), ...members("a", "ann", "ben") },
      { ...group("b"), ...members("b", "ann", "cat") },
    ],
    ["nobody in them", group("a"), group("b")],
    ["one person and no access", { ...group("a"), ...members("a", "ann") }, { ...group("b"), ...members("b", "ann") }],
    [
      "other access",
      { ...group("a"), ...members("a", "ann", "ben"), ...binding("a") },
      { ...group("b"), ...members("b", "ann", "ben") },
    ],
    [
      "access to another app",
      { ...group("a"), ...members("a", "ann", "ben"), ...binding("a") },
      { ...group("b"), ...members("b", "ann", "ben"), ...binding("b", "other") },
    ],
    [
      "another right",
      { ...group("a"), ...members("a", "ann", "ben") },
      { ...group("b", { is_superuser: true }), ...members("b", "ann", "ben") },
    ],
    [
      "other parents",
      { ...group("a"), ...members("a", "ann", "ben") },
      { ...group("b", { parents: [inGroup("rest")] }), ...members("b", "ann", "ben") },
    ],
  ])("passes groups with %s", (_, before, after) => {
    expect(renamed(before, after)).toEqual([]);
  });

  test("knows people by the other stack", () => {
    const identity = (key: string): StackJson => ({
      resource: {
        authentik_group: { [`identity_groups_${key}`]: { name: key }, identity_groups_rest: { name: "rest" } },
      },
    });
    const stack = (name: string): StackJson => ({
      data: { authentik_group: { g: { name } } },
      resource: {
        authentik_user: Object.fromEntries(
          ["ann", "ben"].map((one) => [`people_${one}`, { username: one, groups: ["${data.authentik_group.g.id}"] }]),
        ),
      },
    });
    const others = [compareStacks(stack("a"), stack("b"))];
    expect(texts(compareStacks(identity("a"), identity("b")), { others })).toEqual([TEXT]);
    expect(texts(compareStacks(identity("a"), identity("b")))).toEqual([]);
  });
});

test.each<[string, Given, Given]>([
  ["another person", person("ann"), person("ben")],
  ["another person without e-mail", person("ann", { email: "" }), person("ben", { email: "" })],
  [
    "an account of a service with a person's e-mail",
    person("ann"),
    { "authentik_user.identity_ci": { username: "ci", email: "ann@example.org", type: "service_account" } },
  ],
  ["another app", app("wiki"), { "authentik_application.identity_apps_docs": { slug: "docs", name: "Wiki" } }],
  [
    "an app that hides itself",
    { "authentik_application.identity_apps_a": { slug: "a", meta_launch_url: "blank://blank" } },
    { "authentik_application.identity_apps_b": { slug: "b", meta_launch_url: "blank://blank" } },
  ],
  [
    "another binding",
    { "authentik_policy_binding.identity_a": { target: "t", group: "g", order: 0 } },
    { "authentik_policy_binding.identity_b": { target: "t", group: "g", order: 0 } },
  ],
  [
    "something of another type",
    { "authentik_stage_deny.identity_a": { name: "a" } },
    { "authentik_stage_dummy.identity_b": { name: "a" } },
  ],
  ["something that is not authentik's", { "authentik_group.identity_groups_x": { name: "x" } }, {}],
])("passes %s", (_, before, after) => {
  expect(renamed(before, after)).toEqual([]);
});

test("passes what is moved, forgotten, or kept beside a new one", () => {
  const [old, made] = [group("a"), { "authentik_group.identity_groups_b": { name: "a" } }];
  const moved = { "authentik_group.identity_groups_b": "authentik_group.identity_groups_a" };
  expect(names(plan({ state: old, config: made, moved }))).toEqual([]);
  expect(
    names(plan({ state: { ...rest, ...old }, config: { ...rest, ...made }, forgotten: Object.keys(old) })),
  ).toEqual([]);
  expect(names(plan({ state: old, config: { ...old, ...person("ann") } }))).toEqual([]);
});

test("pairs each object once, surest first", () => {
  const before = { ...person("ann"), ...person("ben", { email: "ann@example.org" }) };
  const after = { "authentik_user.people_cat": { ...PERSON, username: "cat", email: "ann@example.org" } };
  expect(renamed(before, after)).toHaveLength(1);
  const sure = { ...after, "authentik_user.people_zoe": { ...PERSON, username: "ann", email: "x@example.org" } };
  expect(
    renamed(before, sure)
      .map((text) => text.slice(0, 28))
      .sort(),
  ).toEqual(["renamed: users.ann: must say", "renamed: users.cat: must say"]);
  expect(renamed(person("ann"), sure).map((text) => text.slice(0, 28))).toEqual(["renamed: users.ann: must say"]);
});

test("the release, which is authentik itself, and nothing else that is not authentik's", () => {
  const stack = (type: string, id: string): StackJson => ({ resource: { [type]: { [id]: { name: "authentik" } } } });
  expect(texts(compareStacks(stack("helm_release", "platform_a"), stack("helm_release", "platform_b")))).toEqual([
    'renamed: platform_b: must keep the construct id "a", got helm release "authentik" deleted, and one with the same name made; name it "a" again, or give the construct renamedFrom "a", or let renamed pass',
  ]);
  expect(names(compareStacks(stack("vault_kv_secret_v2", "a"), stack("vault_kv_secret_v2", "b")))).toEqual([]);
});

test("passes what a replacement left over, beside something new", () => {
  const made = { "authentik_group.identity_groups_b": { name: "a" } };
  expect(names(plan({ state: rest, config: { ...rest, ...made }, leftOver: group("a") }))).toEqual([
    "flow-or-group-replaced",
  ]);
});

test("an address of one part", () => {
  const of = (id: string): Given => ({ [`authentik_group.${id}`]: { name: "staff" } });
  expect(renamed(of("a"), of("b"))[0]).toMatch(/^renamed: b: must keep the construct id "a", got/);
});
