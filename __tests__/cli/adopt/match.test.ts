import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { StackJson } from "../../../access/stack";
import { Authentik } from "../../../api/authentik";
import { COLLECTIONS, PERMISSIONS } from "../../../cli/adopt/collections";
import { Instance } from "../../../cli/adopt/instance";
import type { Live } from "../../../cli/adopt/instance";
import { match } from "../../../cli/adopt/match";
import type { Difference, Matched } from "../../../cli/adopt/match";
import { readInstance } from "../../../cli/adopt/read";
import { ReadInstance } from "../../../cli/adopt/read-instance";
import { LOOKUPS, RESOURCES } from "../../../cli/adopt/resources";
import { evaluate, Unknown } from "../../../cli/adopt/template";
import { loadSite } from "../../../config/load";
import { Progress } from "../../../delivery/progress";
import { checkConstructs } from "../../../stacks/checks";
import { applyStacks, STORED_SECRET } from "../../server/apply";
import type { AuthentikServer } from "../../server/authentik";
import { startAuthentik } from "../../server/authentik";
import type { State } from "../../server/authentik";
import { collectionAt } from "../../server/collections";
import { schemaNamed } from "../../server/document";
import type { Values } from "../../server/store";
import { ROOT, synthSite } from "../../synth";
import facts from "../../../schema/authentik-2026.5.0.facts.json";

let server: AuthentikServer;
let fresh: State;

beforeAll(async () => {
  server = await startAuthentik({ withDefaults: true });
  fresh = server.state();
});

beforeEach(() => {
  server.load(fresh);
});

afterAll(() => server.stop());

type Layout = "single" | "split";
const STACKS = ["authentik-platform", "authentik", "authentik-users"];

function stacksOf(file: string, layout: Layout): StackJson[] {
  const stacks = synthSite(loadSite({ file: join(ROOT, file), layout, checks: checkConstructs }));
  return STACKS.flatMap((name): StackJson[] => (name in stacks ? [stacks[name] as unknown as StackJson] : []));
}

/** Everything that is read of an instance, and its people, which `adopt` reads by themselves. */
interface World {
  settings: Values;
  lists: Map<string, readonly Live[]>;
}

async function world(): Promise<World> {
  const instance = await readInstance(new Authentik({ url: server.url, token: server.token }), new Progress());
  const lists = [...COLLECTIONS, PERMISSIONS].map(({ path }): [string, readonly Live[]] => [path, instance.all(path)]);
  const people = server.objects("core/users") as Live[];
  return { settings: instance.settings, lists: new Map([...lists, ["core/users", people]]) };
}

const instanceOf = ({ lists, settings }: World): Instance => new Instance(server.url, settings, lists);

/** The stack a site's identity is in, what its stacks made, and an instance that has it. */
async function applied(file: string): Promise<{ json: StackJson; made: ReadonlyMap<string, Values>; there: World }> {
  const stacks = stacksOf(file, "split");
  const made = applyStacks(server, stacks);
  const json = stacks.find(({ resource }) => JSON.stringify(resource ?? {}).includes('"identity_')) ?? {};
  return { json, made, there: await world() };
}

const SITE = join("config", "site.ts");
const sites = [
  SITE,
  ...readdirSync(join(ROOT, "examples"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join("examples", name)),
];
const cases = sites.flatMap((file) => (["single", "split"] as const).map((layout) => [file, layout] as const));

/** What the first plan after an import sends again, though nothing of it changes. */
const RESENT = [
  "authentik_provider_oauth2 client_secret",
  "authentik_source_oauth consumer_secret",
  "authentik_stage_user_login geoip_binding",
  "authentik_stage_user_login network_binding",
  "authentik_token expiring",
  "authentik_token retrieve_key",
];

const typeOf = (address: string): string => address.slice(0, address.indexOf("."));
const blockOf = (json: StackJson, address: string): Values => {
  const [type = "", name = ""] = address.split(".");
  return (json.resource as Record<string, Record<string, Values>>)[type]?.[name] ?? {};
};
const addressesOf = (json: StackJson): string[] =>
  Object.entries((json.resource ?? {}) as Record<string, object>).flatMap(([type, named]) =>
    Object.keys(named).map((name) => `${type}.${name}`),
  );
const importedBy = (json: StackJson): string[] => ((json.import ?? []) as { to: string }[]).map(({ to }) => to);
const firm = ({ differences }: Matched): Difference[] => differences.filter(({ resent }) => resent !== true);

describe.each(cases)("%s, %s: an instance to which a site was applied", (file, layout) => {
  test("has an object for every address, and the first plan changes nothing", async () => {
    const stacks = stacksOf(file, layout);
    const made = applyStacks(server, stacks);
    const instance = instanceOf(await world());
    for (const json of stacks) {
      const matched = match(json, instance);
      expect(matched.created).toEqual([]);
      expect(firm(matched)).toEqual([]);
      const resent = matched.differences.map(({ address, attribute }) => `${typeOf(address)} ${attribute}`);
      expect(RESENT).toEqual(expect.arrayContaining(resent));
      const isLive = (address: string): boolean => typeOf(address) in RESOURCES;
      const own = addressesOf(json).filter((address) => address.startsWith("authentik_"));
      expect([...matched.live.keys()].sort()).toEqual(own.filter(isLive).sort());
      expect([...matched.imports.keys()].sort()).toEqual(
        own.filter((address) => isLive(address) && !importedBy(json).includes(address)).sort(),
      );
      for (const [address, live] of matched.live) {
        const { brand_uuid: uuid, pk = uuid ?? "system_settings" } = made.get(address) ?? {};
        expect([address, live.pk]).toEqual([address, pk]);
      }
      expect([...matched.stateOnly].sort()).toEqual(
        addressesOf(json)
          .filter((address) => /^(terraform_data|authentik_rbac_permission_role)\./.test(address))
          .sort(),
      );
    }
  });
});

test("import ids are what the provider imports by", async () => {
  const { json, made, there } = await applied(SITE);
  const { imports } = match(json, instanceOf(there));
  const id = (address: string): unknown => imports.get(address);
  const of = (address: string, field: string): string => String(made.get(address)?.[field]);
  expect(id("authentik_application.identity_apps_grafana")).toBe("grafana");
  expect(id("authentik_flow.identity_login_flow")).toBe("iac-login");
  expect(id("authentik_source_oauth.identity_sources_google")).toBe("google");
  expect(id("authentik_token.identity_apps_jellyfin_account_token")).toBe("iac-ldap-jellyfin");
  expect(id("authentik_system_settings.identity_system-settings")).toBe("system_settings");
  expect(id("authentik_brand.identity_brand")).toBe(of("authentik_brand.identity_brand", "brand_uuid"));
  for (const address of [
    "authentik_provider_oauth2.identity_apps_grafana_provider",
    "authentik_group.identity_groups_staff",
    "authentik_policy_binding.identity_apps_grafana_access_members-0",
    "authentik_user.identity_apps_jellyfin_account",
  ]) {
    expect([address, id(address)]).toEqual([address, of(address, "pk")]);
  }
});

describe("the tables", () => {
  const read = new Set([...COLLECTIONS.map(({ path }) => path), "admin/settings"]);

  test.each(Object.entries(RESOURCES))("%s: every argument is a field of what is read", (name, type) => {
    const known = FACTS[name] ?? {};
    expect(Object.keys(known)).not.toEqual([]);
    const { key = [], neverRead = [], ordered = [], path = "", prefer, renamed = {} } = type ?? {};
    expect(read).toContain(path);
    const model = path === "admin/settings" ? "Settings" : collectionAt(path).model;
    const fields = Object.keys(schemaNamed(model).properties ?? {});
    const without = COLLECTIONS.find((collection) => collection.path === path)?.without ?? [];
    const lost = Object.keys(known).filter((argument) => {
      const field = renamed[argument] ?? argument;
      return !fields.includes(field) || without.includes(field);
    });
    // What is only worked out by the provider, and the members of a group, are compared with nothing.
    const needed = lost.filter((argument) => !neverRead.includes(argument) && known[argument]?.computed !== true);
    expect(needed).toEqual([]);
    for (const argument of [...key, ...neverRead, ...ordered, ...Object.keys(renamed), ...(prefer ? [prefer] : [])]) {
      expect([argument, argument in known]).toEqual([argument, true]);
    }
  });

  test("every lookup is in what is read", () => {
    for (const [name, lookup] of Object.entries(LOOKUPS))
      expect([name, read.has(lookup?.path ?? "")]).toEqual([name, true]);
  });
});

interface Fact {
  readonly type: string;
  readonly elem?: string;
  readonly computed?: boolean;
}

const FACTS: Readonly<Record<string, Readonly<Record<string, Fact>>>> = facts.resources;

interface Argument {
  readonly kind: string;
  readonly address: string;
  readonly name: string;
  readonly argument: string;
  readonly fact: Fact;
  readonly live: Live;
  readonly stated: unknown;
  readonly isStated: boolean;
  readonly isIgnored: boolean;
}

/** Whether a plan shows that authentik has something else. */
function isCompared({ argument, fact, isIgnored, isStated, name, stated }: Argument): boolean {
  if (NOT_COMPARED[name]?.includes(argument) === true) return false;
  if (fact.computed === true && !isStated) return false;
  // These go to what is stated whatever is ignored.
  if (isIgnored) return /^(network|geoip)_binding$/.test(argument);
  // A secret that only Vault knows is taken for the one there is.
  return !JSON.stringify(stated ?? "").includes("data.vault_");
}

/** Of an argument's live value, one that means something else. */
function otherValue(value: unknown, { elem, type }: Fact): unknown {
  switch (type) {
    case "bool":
      return value !== true;
    case "int":
    case "float":
      return Number(value ?? 0) + 7;
    case "list":
      return [...((value ?? []) as unknown[]), elem === "int" ? 4711 : elem === "map" ? { url: "https://x" } : "other"];
    default:
      return typeof value === "object" && value !== null ? { ...value, other: 1 } : `${JSON.stringify(value)}-other`;
  }
}

/** Arguments whose live value no plan compares, as the provider is. */
const NOT_COMPARED: Readonly<Record<string, readonly string[]>> = {
  authentik_provider_oauth2: ["jwks_sources"],
  // Without mappings in config, those of the server are its own business.
  authentik_provider_proxy: ["jwks_sources", "property_mappings"],
  authentik_source_oauth: ["consumer_secret"],
  authentik_stage_authenticator_email: ["password"],
  authentik_stage_email: ["password"],
  authentik_token: ["expires", "retrieve_key"],
  authentik_user: ["password"],
};

/** Arguments by which the object itself is found. */
const FOUND_BY: Readonly<Record<string, readonly string[]>> = {
  authentik_application: ["slug"],
  authentik_brand: ["domain"],
  authentik_flow: ["slug"],
  authentik_flow_stage_binding: ["target", "stage"],
  authentik_policy_binding: ["target", "policy", "group", "user"],
  authentik_provider_ldap: [],
  authentik_provider_oauth2: [],
  authentik_provider_proxy: [],
  authentik_source_oauth: ["slug"],
  authentik_system_settings: [],
  authentik_token: ["identifier"],
  authentik_user: ["username"],
};

describe.each([
  SITE,
  join("examples", "adopted.ts"),
  join("examples", "social.ts"),
  join("examples", "managed-outpost.ts"),
])("%s: whatever is different in authentik is seen", (file) => {
  let there: World;
  let json: StackJson;
  let before: Matched;

  beforeAll(async () => {
    server.load(fresh);
    ({ json, there } = await applied(file));
    before = match(json, instanceOf(there));
  });

  /** What a match says when one field of the object at an address is another. */
  function changed(address: string, field: string, value: unknown): Matched {
    const type = RESOURCES[typeOf(address)];
    if (type?.path === "admin/settings") {
      return match(json, instanceOf({ ...there, settings: { ...there.settings, [field]: value } }));
    }
    const lists = new Map(there.lists);
    const live = before.live.get(address);
    for (const [path, objects] of lists) {
      if (!objects.includes(live as Live)) continue;
      lists.set(
        path,
        objects.map((object) => (object === live ? { ...object, [field]: value } : object)),
      );
    }
    return match(json, instanceOf({ ...there, lists }));
  }

  /** Each argument of each type of resource, as often as it is stated, left out or ignored. */
  function* argumentsOf(): Generator<Argument> {
    const tried = new Set<string>();
    for (const [address, live] of before.live) {
      const name = typeOf(address);
      const block = blockOf(json, address);
      const { ignore_changes: ignored = [] } = (block["lifecycle"] ?? {}) as { ignore_changes?: string[] };
      for (const [argument, fact] of Object.entries(FACTS[name] ?? {})) {
        const isStated = argument in block;
        const isIgnored = ignored.includes(argument);
        const kind = `${name}.${argument}${isStated ? "" : " not stated"}${isIgnored ? " ignored" : ""}`;
        // By a uuid everything else refers to an object; whether a key is read, authentik does not know.
        if (tried.has(kind) || argument === "uuid" || argument === "retrieve_key") continue;
        tried.add(kind);
        yield { address, argument, fact, isIgnored, isStated, kind, live, name, stated: block[argument] };
      }
    }
  }

  test("each argument of each type of resource by itself", () => {
    let count = 0;
    for (const one of argumentsOf()) {
      const { address, argument, fact, kind, live, name } = one;
      const field = RESOURCES[name]?.renamed?.[argument] ?? argument;
      const after = changed(address, field, otherValue(live[field], fact));
      const seen = firm(after).map((difference) => `${difference.address} ${difference.attribute}`);
      const isKey = FOUND_BY[name]?.includes(argument) ?? argument === "name";
      if (isKey && importedBy(json).includes(address)) expect([kind, seen]).not.toEqual([kind, []]);
      else if (isKey) expect([kind, after.created]).toEqual([kind, expect.arrayContaining([address])]);
      else {
        expect([kind, seen]).toEqual([kind, isCompared(one) ? [`${address} ${argument}`] : []]);
        expect([kind, after.created]).toEqual([kind, before.created]);
      }
      count++;
    }
    expect(count).toBeGreaterThan(40);
  });

  test("each element of each list, gone, more and in another order", () => {
    const tried = new Set<string>();
    for (const [address, live] of before.live) {
      const name = typeOf(address);
      const block = blockOf(json, address);
      for (const [argument, stated] of Object.entries(block)) {
        if (!Array.isArray(stated) || stated.length === 0 || FACTS[name]?.[argument] === undefined) continue;
        const field = RESOURCES[name]?.renamed?.[argument] ?? argument;
        const elements = live[field] as unknown[];
        const of = (value: unknown): unknown[] =>
          changed(address, field, value)
            .differences.filter((difference) => difference.attribute === argument && difference.address === address)
            .map(({ resent }) => resent === true);
        expect([address, argument, of(elements.slice(1))]).toEqual([address, argument, [false]]);
        expect([address, argument, of(elements)]).toEqual([address, argument, []]);
        if (elements.length < 2) continue;
        tried.add(argument);
        const isOrdered = RESOURCES[name]?.ordered?.includes(argument) === true;
        expect([address, argument, of([...elements].reverse())]).toEqual([address, argument, [!isOrdered]]);
      }
    }
    if (file === SITE) {
      expect([...tried]).toEqual(
        expect.arrayContaining(["protocol_providers", "property_mappings", "user_fields", "device_classes", "fields"]),
      );
    }
  });

  test("nothing is made of what the provider does not know", () => {
    const one = new Map([...before.live.keys()].map((address) => [typeOf(address), address]));
    for (const address of one.values()) {
      const after = changed(address, "a_field_of_next_year", { any: "thing" });
      expect([address, after.differences]).toEqual([address, before.differences]);
    }
  });
});

describe("a change somebody made by hand is told as it is", () => {
  const path = (collection: string, address: string, made: ReadonlyMap<string, Values>): string => {
    const { pk, slug } = made.get(address) ?? {};
    return `${collection}/${encodeURIComponent(String(slug ?? pk))}/`;
  };
  const patch = (where: string, values: Values): void => {
    const { body, status } = server.answer("patch", where, values);
    if (status !== 200) throw new Error(`${where}: ${status} ${JSON.stringify(body)}`);
  };

  async function after(file: string, change: (made: ReadonlyMap<string, Values>) => void): Promise<Matched> {
    const { json, made } = await applied(file);
    change(made);
    return match(json, instanceOf(await world()));
  }

  test("another title and section of an app, and a provider of another kind", async () => {
    const app = "authentik_application.identity_apps_grafana";
    const [own, other] = [
      "authentik_provider_oauth2.identity_apps_grafana_provider",
      "authentik_provider_ldap.identity_apps_jellyfin_provider",
    ];
    let pks: unknown[] = [];
    const matched = await after(SITE, (made) => {
      pks = [made.get(other)?.["pk"], made.get(own)?.["pk"]];
      server.answer("delete", "core/applications/jellyfin/");
      patch(path("core/applications", app, made), { name: "Metrics", group: "Ops", provider: pks[0] });
    });
    expect(firm(matched).filter(({ address }) => address === app)).toEqual([
      { address: app, attribute: "group", live: "Ops", planned: "Monitoring" },
      { address: app, attribute: "name", live: "Metrics", planned: "Grafana" },
      { address: app, attribute: "protocol_provider", live: pks[0], planned: pks[1] },
    ]);
    expect(matched.imports.get(own)).toBe(String(pks[1]));
    expect(matched.created).toContain("authentik_application.identity_apps_jellyfin");
  });

  test("another flow, a mapping less, a redirect URI more", async () => {
    const provider = "authentik_provider_oauth2.identity_apps_grafana_provider";
    const matched = await after(SITE, (made) => {
      const [explicit] = server
        .objects("flows/instances")
        .filter(({ slug }) => String(slug).endsWith("explicit-consent"));
      const { property_mappings: mappings, redirect_uris: uris } = made.get(provider) ?? {};
      patch(path("providers/oauth2", provider, made), {
        authorization_flow: explicit?.["pk"],
        property_mappings: (mappings as unknown[]).slice(1),
        redirect_uris: [...(uris as object[]), { matching_mode: "regex", url: ".*", redirect_uri_type: "logout" }],
      });
    });
    expect(firm(matched).map(({ address, attribute }) => [address, attribute])).toEqual([
      [provider, "allowed_redirect_uris"],
      [provider, "authorization_flow"],
      [provider, "property_mappings"],
    ]);
  });

  test("somebody else who may open an app, and a step more in a flow", async () => {
    const app = "authentik_application.identity_apps_grafana";
    const flow = "authentik_flow.identity_recovery_flow";
    const matched = await after(SITE, (made) => {
      const family = made.get("authentik_group.identity_groups_family")?.["pk"];
      const target = made.get(app)?.["pk"];
      server.add("policies/bindings", { target, group: family, order: 90 });
      server.add("policies/bindings", { target, user: 1, order: 91, negate: true });
      server.add("policies/bindings", { target, group: family, order: 92, enabled: false });
      const [policy] = server.objects("policies/expression").filter(({ name }) => name === "iac-everyone");
      const step = made.get("authentik_flow_stage_binding.identity_recovery_flow_session")?.["pk"];
      server.add("policies/bindings", { target: step, policy: policy?.["pk"], order: 5 });
      const [deny] = server.objects("stages/user_logout");
      server.add("flows/bindings", { target: made.get(flow)?.["pk"], stage: deny?.["pk"], order: 1 });
    });
    expect(firm(matched)).toEqual(
      [
        { address: app, attribute: "bindings", live: ["group Family", "not account akadmin"], planned: [] },
        {
          address: "authentik_flow_stage_binding.identity_recovery_flow_session",
          attribute: "bindings",
          live: ["policy iac-everyone"],
          planned: [],
        },
        { address: flow, attribute: "stages", live: ["default-invalidation-logout at order 1"], planned: [] },
      ].sort(byPlan(matched)),
    );
    expect(matched.created).toEqual([]);
  });

  test("a binding with other options, and one that is away", async () => {
    const one = "authentik_policy_binding.identity_apps_grafana_access_members-0";
    const two = "authentik_policy_binding.identity_apps_grafana_access_members-1";
    const matched = await after(SITE, (made) => {
      patch(path("policies/bindings", one, made), { enabled: false, timeout: 5 });
      server.answer("delete", path("policies/bindings", two, made));
    });
    expect(firm(matched)).toEqual([
      { address: one, attribute: "enabled", live: false, planned: true },
      { address: one, attribute: "timeout", live: 5, planned: 30 },
    ]);
    expect(matched.created).toEqual([two]);
  });

  test("what an adopted login has beside what is changed of it stays its own", async () => {
    const matched = await after(join("examples", "adopted.ts"), () => {
      const [flow] = server.objects("flows/instances").filter(({ slug }) => slug === "default-authentication-flow");
      const [policy] = server.objects("policies/expression");
      server.add("policies/bindings", { target: flow?.["pk"], policy: policy?.["pk"], order: 0 });
    });
    expect(firm(matched)).toEqual([]);
  });

  test("another provider behind an outpost, and another configuration", async () => {
    const outpost = "authentik_outpost.identity_outposts_embedded";
    const matched = await after(SITE, (made) => {
      const { config, providers } = made.get(outpost) ?? {};
      const flows = { authorization_flow: fresh.collections["flows/instances"]?.[0]?.pk };
      const [more] = server.add("providers/proxy", {
        name: "more",
        external_host: "https://more.example.org",
        ...flows,
      });
      patch(path("outposts/instances", outpost, made), {
        providers: [...(providers as unknown[]), more?.pk],
        config: { ...(config as object), log_level: "trace" },
      });
    });
    expect(firm(matched).map(({ address, attribute }) => [address, attribute])).toEqual([
      [outpost, "config"],
      [outpost, "protocol_providers"],
    ]);
  });

  test("other bindings of a session, which no plan would ever show", async () => {
    const stage = "authentik_stage_user_login.identity_login_session";
    const matched = await after(SITE, (made) => {
      patch(path("stages/user_login", stage, made), { network_binding: "bind_asn" });
    });
    expect(firm(matched)).toEqual([
      { address: stage, attribute: "network_binding", live: "bind_asn", planned: "no_binding" },
    ]);
  });

  test("a right that a role lost is made again", async () => {
    const matched = await after(SITE, (made) => {
      const role = made.get("authentik_rbac_role.identity_apps_jellyfin_search-role")?.["pk"];
      const provider = made.get("authentik_provider_ldap.identity_apps_jellyfin_provider")?.["pk"];
      server.answer("patch", `rbac/permissions/assigned_by_roles/${String(role)}/unassign/`, {
        permissions: ["authentik_providers_ldap.search_full_directory"],
        model: "authentik_providers_ldap.ldapprovider",
        object_pk: String(provider),
      });
    });
    expect(matched.created).toEqual(["authentik_rbac_permission_role.identity_apps_jellyfin_search-permission"]);
    expect(matched.stateOnly).toContain("authentik_rbac_permission_role.identity_apps_emby_search-permission");
  });

  test("a lookup that finds nothing any more, and what hangs on it", async () => {
    const matched = await after(SITE, () => {
      const [mapping] = server
        .objects("propertymappings/provider/scope")
        .filter(({ managed }) => managed === "goauthentik.io/providers/oauth2/scope-openid");
      server.answer("delete", `propertymappings/provider/scope/${String(mapping?.["pk"])}/`);
    });
    const [lost, ...others] = firm(matched);
    expect(lost).toEqual({
      address: "data.authentik_property_mapping_provider_scope.lookups_scope-oauth2-scope-openid",
      attribute: "managed",
      live: undefined,
      planned: "goauthentik.io/providers/oauth2/scope-openid",
    });
    expect(new Set(others.map(({ attribute }) => attribute))).toEqual(new Set(["property_mappings"]));
  });

  test("settings without all flags are made, since the provider cannot import them; those that change nothing change nothing", async () => {
    const settings = "authentik_system_settings.identity_system-settings";
    const { json } = await applied(SITE);
    const there = await world();
    const withFlags = (flags: Values): Matched =>
      match(json, instanceOf({ ...there, settings: { ...there.settings, flags } }));
    const partial = withFlags({ core_default_app_access: false });
    expect(partial.imports.has(settings)).toBe(false);
    expect(partial.stateOnly).toContain(settings);
    expect(partial.created).toEqual([]);
    expect(firm(partial)).toEqual([]);
    // authentik goes by true until it is told otherwise, and the site says false.
    expect(firm(withFlags({})).map(({ address, attribute }) => [address, attribute])).toEqual([[settings, "flags"]]);
  });

  test("settings that could not be read are no settings", async () => {
    const { json } = await applied(SITE);
    const matched = match(json, instanceOf({ ...(await world()), settings: {} }));
    expect(matched.created).toEqual(["authentik_system_settings.identity_system-settings"]);
  });

  function byPlan({ differences }: Matched): (a: { address: string }, b: { address: string }) => number {
    const order = differences.map(({ address }) => address);
    return (a, b) => order.lastIndexOf(a.address) - order.lastIndexOf(b.address);
  }
});

describe("which object it is", () => {
  const [RESOURCE, LIVE] = ["authentik_policy_binding", "policies/bindings"];
  const matchOf = (resource: object, lists: Record<string, object[]>, more: object = {}): Matched =>
    match(
      { resource, ...more },
      new Instance("https://auth.example.org", {}, new Map(Object.entries(lists) as [string, Live[]][])),
    );

  test("the one at the same order, of several bindings of one group; each is one resource's", () => {
    const target = { pk: "app", slug: "app", name: "App" };
    const binding = (pk: string, order: number): object => ({
      pk,
      target: "app",
      group: "staff",
      order,
      enabled: true,
      timeout: 30,
    });
    const block = (order: number): object => ({ target: "${authentik_application.app.uuid}", group: "staff", order });
    const matched = matchOf(
      {
        authentik_application: { app: { slug: "app", name: "App" } },
        [RESOURCE]: { one: block(7), two: block(1), three: block(3) },
      },
      { "core/applications": [target], [LIVE]: [binding("a", 1), binding("b", 2)] },
    );
    expect(matched.imports.get(`${RESOURCE}.two`)).toBe("a");
    expect(matched.imports.get(`${RESOURCE}.one`)).toBe("b");
    expect(matched.created).toEqual([`${RESOURCE}.three`]);
    const isBinding = ({ address }: Difference): boolean => address.startsWith(RESOURCE);
    expect(firm(matched).filter(isBinding)).toEqual([
      { address: `${RESOURCE}.one`, attribute: "order", live: 2, planned: 7 },
    ]);
  });

  test("the provider an app has, whatever it is called, and not another one that has its name", () => {
    const flows = { authorization_flow: "f", invalidation_flow: "f" };
    const live = { ...flows, base_dn: "dc=x", type: "ldap" };
    const matched = matchOf(
      {
        authentik_application: { app: { slug: "app", protocol_provider: "${authentik_provider_ldap.own.id}" } },
        authentik_provider_ldap: { own: { name: "app" }, other: { name: "other" } },
      },
      {
        "core/applications": [{ pk: "u", slug: "app", provider: 3 }],
        "providers/ldap": [
          { pk: 2, name: "app", ...live },
          { pk: 3, name: "Provider of the app", ...live },
          { pk: 4, name: "other", ...live },
        ],
      },
    );
    expect(Object.fromEntries(matched.imports)).toMatchObject({
      "authentik_provider_ldap.own": "3",
      "authentik_provider_ldap.other": "4",
    });
    expect(firm(matched)).toContainEqual({
      address: "authentik_provider_ldap.own",
      attribute: "name",
      live: "Provider of the app",
      planned: "app",
    });
  });

  test("a name that something of another kind has cannot be made", () => {
    const matched = matchOf(
      { authentik_stage_deny: { no: { name: "no" } } },
      { "stages/all": [{ pk: "x", name: "no", verbose_name: "Consent Stage" }] },
    );
    expect(matched.created).toEqual(["authentik_stage_deny.no"]);
    expect(matched.differences).toEqual([
      { address: "authentik_stage_deny.no", attribute: "name", live: "Consent Stage no", planned: "no" },
    ]);
  });

  test("what a stack imports by itself is found by that, and not imported twice", () => {
    const own = { import: [{ to: "authentik_group.one", id: "2" }] };
    const matched = matchOf(
      { authentik_group: { one: { name: "one" } } },
      {
        "core/groups": [
          { pk: "1", name: "one" },
          { pk: "2", name: "two" },
        ],
      },
      own,
    );
    expect(matched.live.get("authentik_group.one")?.pk).toBe("2");
    expect(matched.imports.size).toBe(0);
    expect(firm(matched)).toContainEqual({
      address: "authentik_group.one",
      attribute: "name",
      live: "two",
      planned: "one",
    });
  });

  test("none, where what says it is not there itself", () => {
    const step = { target: "${authentik_flow.f.uuid}", stage: "${authentik_stage_deny.d.id}", order: 1 };
    const matched = matchOf(
      { authentik_flow_stage_binding: { step }, authentik_flow: { f: { slug: "f" } } },
      { "flows/bindings": [{ pk: "b", target: "f", stage: "d", order: 1 }] },
    );
    expect(matched.created).toEqual(["authentik_flow_stage_binding.step", "authentik_flow.f"]);
  });

  test("none is looked for of a resource that no stack of ours has, and of other providers", () => {
    const matched = matchOf(
      { authentik_blueprint: { one: {} }, vault_kv_secret_v2: { two: {} }, terraform_data: { three: {} } },
      {},
    );
    expect(matched).toMatchObject({
      created: ["authentik_blueprint.one"],
      stateOnly: ["terraform_data.three"],
      differences: [],
    });
  });

  test("none can be told where it cannot be read", () => {
    const lists = { "core/applications": [{ pk: "u", slug: "app", name: "App" }] };
    const unread = [
      { path: "policies/bindings", noun: "bindings of policies", needs: "authentik_policies.view_policybinding" },
    ];
    const instance = new ReadInstance(
      "https://auth.example.org",
      {},
      new Map(Object.entries(lists)),
      "2026.5.0",
      unread,
    );
    const { differences } = match(
      { resource: { authentik_application: { app: { slug: "app", name: "App" } } } },
      instance,
    );
    expect(differences[0]).toEqual({
      address: "authentik_application.app",
      attribute: "id",
      live: undefined,
      planned: "bindings of policies cannot be read: authentik_policies.view_policybinding",
    });
  });
});

describe("a secret of Vault", () => {
  const provider = "authentik_provider_oauth2.identity_apps_forgejo_provider";
  const of = ({ differences }: Matched): Difference | undefined =>
    differences.find(({ address, attribute }) => address === provider && attribute === "client_secret");

  test("is taken for the one there is unless it is told, and never shown", async () => {
    const { json, there } = await applied(SITE);
    const asked: unknown[] = [];
    const told = (secret: string): Matched =>
      match(json, instanceOf(there), {
        stored: (place) => {
          asked.push(place);
          return secret;
        },
      });
    expect(of(match(json, instanceOf(there)))).toMatchObject({ live: "(not shown)", resent: true });
    expect(of(told(STORED_SECRET))).toBeUndefined();
    expect(asked).toContainEqual({ mount: "secret", path: "apps/forgejo/oidc", key: "client_secret" });
    const other = told("another secret");
    expect(of(other)).toEqual({
      address: provider,
      attribute: "client_secret",
      live: "(not shown)",
      planned: "(not shown)",
    });
    expect(JSON.stringify(other.differences)).not.toMatch(/another secret|a-secret-of-vault/);
  });
});

describe("a value of Terraform's JSON", () => {
  const find = ({ address, attribute }: { address: string; attribute: string }): unknown =>
    address.endsWith(".lost") ? undefined : `${address}|${attribute}`;

  test.each<[string, unknown, unknown]>([
    ["text", "plain", "plain"],
    ["escaped templates", "$${name} costs 5$ and 100%%{of}", "${name} costs 5$ and 100%{of}"],
    ["a reference", "${authentik_flow.identity_login_flow.uuid}", "authentik_flow.identity_login_flow|uuid"],
    ["a reference to a lookup", "${data.authentik_flow.a-b.id}", "data.authentik_flow.a-b|id"],
    ["a reference to a secret", '${data.vault_kv_secret_v2.x.data["a"]}', 'data.vault_kv_secret_v2.x|data["a"]'],
    ["a reference in text", "ak-${data.authentik_outpost.x.id}", "ak-data.authentik_outpost.x|id"],
    ["text replaced in one", 'ak-${replace(data.authentik_outpost.x.id, "a", "")}', "ak-dt.uthentik_outpost.x|id"],
    [
      "lists and maps",
      [{ a: "${authentik_group.x.id}" }, 1, true, null],
      [{ a: "authentik_group.x|id" }, 1, true, null],
    ],
  ])("%s", (_what, written, meant) => {
    expect(evaluate(written, find)).toEqual(meant);
  });

  test.each([
    "${authentik_group.lost.id}",
    "a${jsonencode({})}",
    "${1 + 1}",
    "${a",
    'x-${replace(authentik_group.lost.id, "a", "b")}',
  ])("%s is for an engine", (written) => {
    expect(evaluate(written, find)).toEqual(new Unknown(written));
  });
});
