import type { Finding, Rule } from "../finding";
import { at, eachBlock, problem } from "../finding";
import type { JsonObject } from "../json";
import type { Block, Stack } from "../stack";

interface Lookup {
  /** Filters of which one must be stated, or the server's first object is taken. */
  readonly by: readonly string[];
  /** Arguments that must have this value, and why. */
  readonly fixed?: Readonly<Record<string, readonly [boolean, string]>>;
  /** Arguments never to use, and why. */
  readonly never?: Readonly<Record<string, string>>;
}

const MAPPING: Lookup = {
  by: ["managed", "name"],
  never: { managed_list: "it returns whatever subset exists, so a typo loses a scope; look them up one by one" },
};
const SECRET_READ = "its default reads the key into the state and logs a secret view at every plan";

const LOOKUPS: Readonly<Record<string, Lookup>> = {
  authentik_brand: { by: ["domain"], never: { default: "it is no filter; use domain" } },
  authentik_certificate_key_pair: {
    by: ["name"],
    fixed: { fetch_key: [false, SECRET_READ], fetch_certificate: [false, "its default costs a call at every plan"] },
  },
  authentik_flow: { by: ["slug"], never: { authentication: "it is no filter; use slug" } },
  authentik_group: {
    by: ["name"],
    fixed: { include_users: [false, "its default puts every member into the state"] },
  },
  authentik_groups: {
    by: [],
    never: { members_by_pk: "the provider crashes on it", members_by_username: "the provider crashes on it" },
  },
  authentik_outpost: { by: ["name"] },
  authentik_property_mapping_provider_rac: MAPPING,
  authentik_property_mapping_provider_radius: MAPPING,
  authentik_property_mapping_provider_saml: MAPPING,
  authentik_property_mapping_provider_scim: MAPPING,
  authentik_property_mapping_provider_scope: MAPPING,
  authentik_property_mapping_source_ldap: MAPPING,
  authentik_service_connection_kubernetes: { by: ["name"] },
  authentik_source: { by: ["slug", "managed"] },
  authentik_stage: { by: ["name"] },
  authentik_user: { by: ["username"] },
  authentik_users: {
    by: [],
    never: { groups_by_name: "the provider crashes on it", groups_by_pk: "the provider crashes on it" },
  },
};

/** A lookup finds exactly what it is meant to, can be read at plan, and reads no more than it must. */
export const lookupsAreExact = eachBlock(function* ({ body, mode, type }) {
  if (mode !== "data") return;
  if ("depends_on" in body) {
    yield problem("lookup-depends-on", "a lookup with depends_on is deferred at every change of it; remove depends_on");
  }
  const lookup = LOOKUPS[type];
  if (!lookup) return;
  if (lookup.by.length > 0 && !lookup.by.some((filter) => isStated(body, filter))) {
    const filters = lookup.by.join(" or ");
    yield problem("lookup-filter", `${filters} must be stated; without it the server's first object is taken`);
  }
  for (const [name, [value, why]] of Object.entries(lookup.fixed ?? {})) {
    if (body[name] !== value) yield problem("lookup-reads-too-much", `${name} must be ${String(value)}; ${why}`);
  }
  for (const [name, why] of Object.entries(lookup.never ?? {})) {
    if (name in body) yield problem("lookup-filter", `${name} must not be used; ${why}`);
  }
});

/** However many blocks need an object, it is looked up once. */
export const lookedUpOnce: Rule = function* (stack) {
  const seen = new Map<string, string>();
  for (const { address, body, mode, type } of stack.blocks) {
    if (mode !== "data") continue;
    const entries = Object.entries(body).filter(([name]) => name !== "//");
    const key = JSON.stringify([type, entries.sort(([a], [b]) => (a < b ? -1 : 1))]);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, address);
    else yield at(address, problem("lookup-twice", `finds the same object as ${first}; share one lookup`));
  }
};

/** What this stack creates cannot be looked up before the first apply; what it adopts can. */
export const noLookupsOfOwn: Rule = function* (stack) {
  for (const lookup of stack.blocks) {
    if (lookup.mode !== "data") continue;
    yield* ownCopies(lookup, stack);
  }
};

function* ownCopies(lookup: Block, stack: Stack): Generator<Finding> {
  for (const filter of LOOKUPS[lookup.type]?.by ?? []) {
    const value = lookup.body[filter];
    if (value === undefined) continue;
    const types = lookup.type === "authentik_stage" ? stageTypes(stack) : [lookup.type];
    for (const own of types.flatMap((type) => stack.resources(type))) {
      if (own.body[filter] !== value || stack.imported.has(own.address)) continue;
      const text = `looks up what ${own.address} creates, which is not there at the first plan; refer to the resource`;
      yield at(lookup.address, problem("lookup-of-own", text));
    }
  }
}

function stageTypes(stack: Stack): readonly string[] {
  const types = stack.blocks.filter(({ mode }) => mode === "resource").map(({ type }) => type);
  return [...new Set(types)].filter((type) => type.startsWith("authentik_stage_") && !type.endsWith("_prompt_field"));
}

function isStated(body: JsonObject, name: string): boolean {
  return body[name] !== undefined && body[name] !== "" && body[name] !== null;
}
