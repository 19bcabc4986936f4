import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../json";
import type { Argument, BlockSchema, Type } from "./schema";

/** The provider version that the schema and the facts describe. */
export const AUTHENTIK_VERSION = "2026.5.0";

type RawType = string | readonly [string, RawType | Readonly<Record<string, RawType>>];

interface RawAttribute {
  readonly type: RawType;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
}

interface RawBlock {
  readonly block: { readonly attributes: Readonly<Record<string, RawAttribute>> };
}

interface RawSchema {
  readonly provider: RawBlock;
  readonly resource_schemas: Readonly<Record<string, RawBlock>>;
  readonly data_source_schemas: Readonly<Record<string, RawBlock>>;
}

interface Fact {
  readonly type?: string;
  readonly elem?: string;
  readonly default?: Json;
  readonly enum?: readonly string[];
  readonly validate?: string;
  readonly diff_suppress?: string;
  readonly exactly_one_of?: readonly string[];
  readonly conflicts_with?: readonly string[];
}

type FactTable = Readonly<Record<string, Readonly<Record<string, Fact>>>>;

interface Facts {
  readonly resources: FactTable;
  readonly data_sources: FactTable;
}

/** Choices that the provider leaves to the server to check. */
const SERVER_VALUES: Readonly<Record<string, readonly string[]>> = {
  "authentik_flow.denied_action": ["message_continue", "message", "continue"],
  "authentik_provider_ldap.bind_mode": ["direct", "cached"],
  "authentik_provider_ldap.search_mode": ["direct", "cached"],
};

interface Vendored {
  readonly schema: RawSchema | undefined;
  readonly facts: Facts;
}

let loaded: Vendored | undefined;

function load(): Vendored {
  if (loaded) return loaded;
  const schemas = JSON.parse(vendored("schema")) as { readonly provider_schemas: Readonly<Record<string, RawSchema>> };
  const [schema] = Object.values(schemas.provider_schemas);
  return (loaded = { schema, facts: JSON.parse(vendored("facts")) as Facts });
}

function vendored(kind: string): string {
  const name = `authentik-${AUTHENTIK_VERSION}.${kind}.json`;
  return readFileSync(join(__dirname, "..", "..", "..", "schema", name), "utf8");
}

export function authentikSchema(mode: string, type: string): BlockSchema | undefined {
  const { schema, facts } = load();
  if (mode === "provider") return blockSchema(type, schema?.provider, {}, true);
  if (mode === "resource") return blockSchema(type, schema?.resource_schemas[type], facts.resources[type], false);
  if (mode === "data") return blockSchema(type, schema?.data_source_schemas[type], facts.data_sources[type], false);
  return undefined;
}

function blockSchema(
  type: string,
  raw: RawBlock | undefined,
  facts: Readonly<Record<string, Fact>> = {},
  isProvider: boolean,
): BlockSchema | undefined {
  if (!raw) return undefined;
  const all = new Map<string, Argument>();
  for (const [name, attribute] of Object.entries(raw.block.attributes)) {
    const argument = toArgument(type, name, attribute, facts[name]);
    // The token can come from AUTHENTIK_TOKEN instead.
    all.set(name, isProvider && name === "token" ? { ...argument, required: false } : argument);
  }
  return { arguments: all, exports: (name) => all.has(name) };
}

function toArgument(type: string, name: string, raw: RawAttribute, fact: Fact | undefined): Argument {
  const values = fact?.enum ?? SERVER_VALUES[`${type}.${name}`];
  const form = formOf(fact);
  return {
    type: toType(raw.type),
    required: raw.required === true,
    // Every block has an `id` in the schema; only where the facts name it is it an argument.
    settable: (raw.required ?? raw.optional) === true && (name !== "id" || fact !== undefined),
    computed: raw.computed === true,
    sensitive: raw.sensitive === true,
    ...(values && { values }),
    ...(form && { form }),
    integer: isInteger(fact),
    ...(fact?.default !== undefined && { default: fact.default }),
    ...(fact?.exactly_one_of && { exactlyOneOf: fact.exactly_one_of }),
    ...(fact?.conflicts_with && { conflictsWith: fact.conflicts_with }),
  };
}

function isInteger(fact: Fact | undefined): boolean {
  return fact?.type === "int" || fact?.elem === "int";
}

function formOf(fact: Fact | undefined): Argument["form"] {
  if (fact?.validate?.includes("ValidateRelativeDuration")) return "duration";
  if (fact?.validate?.includes("ValidateJSON") || fact?.diff_suppress?.includes("DiffSuppressJSON")) return "json";
  return fact?.diff_suppress?.includes("DiffSuppressExpression") ? "expression" : undefined;
}

function toType(raw: RawType): Type {
  if (raw === "string" || raw === "number" || raw === "bool") return raw;
  if (typeof raw === "string") return "any";
  const [container, inner] = raw;
  if (typeof inner !== "string" && !Array.isArray(inner)) return "any";
  const type = toType(inner as RawType);
  return container === "map" ? { map: type } : { list: type };
}
