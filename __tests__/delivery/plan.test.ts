import { Failure } from "../../delivery/failure";
import { changeLines, describeChanges } from "../../delivery/guards";
import { readPlan } from "../../delivery/plan";
import everyAction from "./fixtures/every-action.json";
import failed from "./fixtures/ended-in-an-error.json";
import leftOver from "./fixtures/left-over.json";
import part from "./fixtures/part-of-a-stack.json";
import sensitive from "./fixtures/sensitive.json";
import { ref, shownPlan } from "./fixtures/shown-plan";

describe("a plan as Terraform shows it", () => {
  const plan = readPlan(everyAction);
  const change = (address: string): unknown => plan.changes.find((one) => one.address === address);

  test("says what happens to which object, and nothing of what stays", () => {
    expect(changeLines(plan)).toEqual([
      "update terraform_data.a: input",
      "delete terraform_data.del",
      "forget terraform_data.fgt",
      "update terraform_data.imported, imported: input",
      "create terraform_data.listing",
      "create terraform_data.new",
      "replace terraform_data.rep: triggers_replace",
      "replace terraform_data.repc: triggers_replace",
      "update terraform_data.upd: input",
      "move terraform_data.old to terraform_data.moved",
    ]);
  });

  test("what is forgotten or made is not destroyed; what is replaced either way is", () => {
    const destroyed = plan.changes.filter(({ destroys }) => destroys).map(({ address }) => address);
    expect(destroyed).toEqual(["terraform_data.del", "terraform_data.rep", "terraform_data.repc"]);
    expect(change("terraform_data.repc")).toMatchObject({ reason: "replace_because_cannot_update" });
  });

  test("what is imported is known to have been there", () => {
    expect([...plan.kept]).toEqual(["terraform_data.imported"]);
    expect(change("terraform_data.imported")).toMatchObject({ action: "update", imported: true });
  });

  test("objects are known before and after, data sources among them, whatever is forgotten too", () => {
    expect([...plan.before.keys()]).toContain("terraform_data.del");
    expect([...plan.after.keys()].sort()).toEqual([
      "data.terraform_remote_state.other",
      "terraform_data.a",
      "terraform_data.fgt",
      "terraform_data.imported",
      "terraform_data.listing",
      "terraform_data.moved",
      "terraform_data.new",
      "terraform_data.rep",
      "terraform_data.repc",
      "terraform_data.same",
      "terraform_data.upd",
    ]);
    expect(plan.before.get("terraform_data.moved")).toMatchObject({ mode: "managed", values: { input: "moved" } });
    expect(plan.before.has("terraform_data.old")).toBe(false);
    expect(plan.after.get("data.terraform_remote_state.other")?.mode).toBe("data");
  });

  test("what is not known yet is known by what it is made from", () => {
    expect(plan.after.get("terraform_data.listing")?.unknown.get("input")).toEqual([
      "terraform_data.new",
      "terraform_data.same",
      "data.terraform_remote_state.other",
    ]);
    expect(plan.before.get("terraform_data.same")?.unknown.size).toBe(0);
    expect([...(plan.after.get("terraform_data.repc")?.unknown.keys() ?? [])]).toEqual(["id", "output"]);
  });
});

test("an object left over from a replacement is told from the one that is there", () => {
  const { changes, before, after } = readPlan(leftOver);
  expect(after.has("terraform_data.g")).toBe(true);
  expect(changes.map(({ action, deposed, reason }) => ({ action, deposed, reason }))).toEqual([
    { action: "replace", deposed: undefined, reason: "replace_because_tainted" },
    { action: "delete", deposed: "256e1a92", reason: undefined },
  ]);
  expect(before.get("terraform_data.g")?.values.triggers_replace).toEqual(["2"]);
});

test("part of a stack is a plan; what is not planned stays", () => {
  const { changes, after } = readPlan(part);
  expect(changes.map(({ address }) => address)).toEqual(["terraform_data.platform"]);
  expect([...after.keys()]).toContain("terraform_data.gone");
});

test("what is in a sensitive attribute is left out; that it changes is said", () => {
  const plan = readPlan(sensitive);
  expect(JSON.stringify(sensitive)).toMatch(/topsecret[^]*othersecret/);
  const secret = plan.changes.find(({ address }) => address === "terraform_data.s");
  expect(secret?.fields).toEqual(["input"]);
  for (const values of [
    secret?.before,
    secret?.after,
    plan.before.get("terraform_data.s")?.values,
    plan.after.get("terraform_data.s")?.values,
  ]) {
    expect(values).toHaveProperty("id");
    expect(values).not.toHaveProperty("input");
  }
});

test("what is in an attribute is in no description", () => {
  const provider = "authentik_provider_oauth2.identity_apps_wiki_provider";
  const plan = readPlan(
    shownPlan({
      state: { [provider]: { name: "wiki", client_id: "wiki", client_secret: "topsecret", logout_uri: "https://a" } },
      config: {
        [provider]: { name: "wiki", client_id: "wiki", client_secret: "othersecret", logout_uri: "https://b" },
      },
    }),
  );
  expect(JSON.stringify([describeChanges(plan), changeLines(plan)])).toBe(
    JSON.stringify([
      [{ address: provider, action: "update", name: "wiki", fields: ["client_secret", "logout_uri"] }],
      [`update ${provider} (wiki): client_secret, logout_uri`],
    ]),
  );
  expect(JSON.stringify([plan.changes, [...plan.before.values()], [...plan.after.values()]])).not.toMatch(
    /(top|other)secret/,
  );
});

test("a stack without a state has nothing before", () => {
  const { prior_state: _, ...first } = shownPlan({ config: { "authentik_group.identity_groups_a": { name: "a" } } });
  const plan = readPlan(first);
  expect(plan.before.size).toBe(0);
  expect(plan.changes).toMatchObject([{ action: "create", name: "a", fields: [], destroys: false }]);
});

test("data sources are read, never changed", () => {
  const address = "data.authentik_group.lookups_group-admins";
  const shown = shownPlan({ data: { [address]: { name: "admins", is_superuser: true } } });
  const read = {
    address,
    mode: "data",
    type: "authentik_group",
    change: { actions: ["read"], before: null, after: { name: "admins" }, after_unknown: { is_superuser: true } },
  };
  const plan = readPlan({ ...shown, resource_changes: [read] });
  expect(plan.changes).toEqual([]);
  expect(plan.after.get(address)?.unknown).toEqual(new Map([["is_superuser", []]]));
});

test.each(["delete", "update"])("data sources do not count, were it said that one is to %s", (action) => {
  const shown = shownPlan({ state: { "authentik_user.people_jane": { username: "jane", type: "internal" } } });
  const [change] = shown.resource_changes as { change: object }[];
  const data = { ...change, mode: "data", change: { ...change?.change, actions: [action] } };
  expect(readPlan({ ...shown, resource_changes: [data] }).changes).toEqual([]);
});

test("an attribute of which nothing is unknown is no change, one that is secret as a whole is left out", () => {
  const address = "authentik_user.people_jane";
  const values = { id: "1", username: "jane", groups: ["a"] };
  const change = {
    actions: ["update"],
    before: values,
    after: { ...values, username: "jane.doe" },
    after_unknown: { groups: [false] },
    before_sensitive: false,
    after_sensitive: true,
  };
  const shown = { address, mode: "managed", type: "authentik_user", change };
  const expressions = { groups: [{ nested: { references: ["authentik_group.a.id", "var.x"] } }] };
  const configuration = { root_module: { resources: [{ address, expressions }] } };
  const plan = readPlan({ format_version: "1.2", resource_changes: [shown], configuration });
  expect(plan.changes[0]).toMatchObject({ fields: ["username"], before: values, after: {} });
  const open = readPlan({
    format_version: "1.2",
    resource_changes: [{ ...shown, change: { ...change, after_unknown: { groups: [true] } } }],
    configuration,
  });
  expect(open.changes[0]?.fields).toEqual(["groups", "username"]);
  expect(open.after.get(address)?.unknown).toEqual(new Map([["groups", ["authentik_group.a", "var.x"]]]));
});

test.each([
  ["authentik_source_oauth", { slug: "github", name: "GitHub" }, "github"],
  ["authentik_application", { slug: "wiki", name: "Wiki" }, "wiki"],
  ["authentik_brand", { domain: "auth.example.org" }, "auth.example.org"],
  ["authentik_token", { identifier: "ci" }, "ci"],
  ["authentik_stage_email", { name: "mail", username: "mailer" }, "mail"],
  ["authentik_group", { name: "" }, undefined],
  ["authentik_policy_binding", { target: "t" }, undefined],
])("%s %j is known as %s", (type, values, name) => {
  expect(readPlan(shownPlan({ config: { [`${type}.identity_x`]: values } })).changes[0]?.name).toBe(name);
});

test("the objects of modules count", () => {
  const resource = {
    address: "module.people.authentik_user.jane",
    mode: "managed",
    type: "authentik_user",
    values: { username: "jane" },
  };
  const root = { child_modules: [{ resources: [resource] }] };
  const { before } = readPlan({
    format_version: "1.2",
    planned_values: {},
    prior_state: { values: { root_module: root } },
  });
  expect(before.get(resource.address)?.name).toBe("jane");
});

describe("OpenTofu", () => {
  test.each([
    [["forget"], "forget"],
    [["forget", "create"], "replace"],
    [["create", "forget"], "replace"],
    [["CreateThenForget"], "replace"],
    [["ForgetThenCreate"], "replace"],
  ])("%j leaves what was there alone", (actions, action) => {
    const shown = shownPlan({ state: { "authentik_group.identity_groups_a": { name: "a" } } });
    const [gone] = shown.resource_changes as { change: object }[];
    const forgets = { ...gone, change: { ...gone?.change, actions } };
    expect(readPlan({ ...shown, resource_changes: [forgets] }).changes).toMatchObject([{ action, destroys: false }]);
  });

  test("a plan that is read while an ephemeral value is open", () => {
    const address = "ephemeral.vault_kv_secret_v2.token";
    const open = { address, mode: "ephemeral", type: "vault_kv_secret_v2", change: { actions: ["open"] } };
    expect(readPlan({ ...shownPlan({}), resource_changes: [open] }).changes).toEqual([]);
  });
});

test("what the server fills in is no change; what config changes is, though it is not known yet", () => {
  const provider = "authentik_provider_oauth2.identity_apps_wiki_provider";
  const before = { name: "wiki", client_id: "wiki", signing_key: "k" };
  const plan = readPlan(
    shownPlan({
      state: { [provider]: before },
      config: { [provider]: { ...before, signing_key: ref("authentik_certificate_key_pair.identity_new") } },
      replaced: { [provider]: "replace_by_triggers" },
    }),
  );
  expect(plan.changes.map(({ fields }) => fields)).toEqual([["signing_key"]]);
});

describe("refuses", () => {
  const plan = shownPlan({});
  test.each([
    [
      "nothing",
      undefined,
      'plan: must be what "show -json" prints of a plan file, got something else; plan again and show that plan',
    ],
    [
      "a format that is no text",
      { ...plan, format_version: 1 },
      'plan: must be what "show -json" prints of a plan file, got something else; plan again and show that plan',
    ],
    [
      "a list",
      [],
      'plan: must be what "show -json" prints of a plan file, got something else; plan again and show that plan',
    ],
    [
      "something else",
      { format_version: "1.0" },
      'plan: must be what "show -json" prints of a plan file, got something else; plan again and show that plan',
    ],
    [
      "a state",
      { format_version: "1.0", values: {} },
      'plan: must be what "show -json" prints of a plan file, got a state; plan again and show that plan',
    ],
    [
      "a format of the future",
      { ...plan, format_version: "2.0" },
      'plan: format_version must be 1.x, got "2.0"; use Terraform or OpenTofu 1.x',
    ],
    [
      "one that ended in an error",
      failed,
      "plan: must be whole, got one that ended in an error; mend what the engine says and plan again",
    ],
    [
      "one that puts changes off",
      { ...plan, complete: false, deferred_changes: [{}] },
      "plan: must be whole, got one that puts changes off; plan again without -allow-deferral",
    ],
    [
      "changes that are no list",
      { ...plan, resource_changes: {} },
      'plan: must be what "show -json" prints of a plan file, got something else; plan again and show that plan',
    ],
    [
      "a change without actions",
      { ...plan, resource_changes: [{ address: "a.b", type: "a" }] },
      'plan: must be what "show -json" prints of a plan file, got something else; plan again and show that plan',
    ],
    [
      "an action nobody knows",
      { ...plan, resource_changes: [{ address: "a.b", mode: "managed", type: "a", change: { actions: ["conjure"] } }] },
      'plan: a.b: actions must be ones known here, got ["conjure"]; use an older engine',
    ],
  ])("%s", (_, shown, message) => {
    expect(() => readPlan(shown)).toThrow(new Failure(message));
  });
});
