import type { StackJson } from "./workspace";

/** Data sources that find one object, what people call it, and what it can be found by. */
const KINDS = {
  authentik_brand: { noun: "brand", by: ["domain"] },
  authentik_certificate_key_pair: { noun: "certificate", by: ["name"] },
  authentik_flow: { noun: "flow", by: ["slug"] },
  authentik_group: { noun: "group", by: ["name"] },
  authentik_outpost: { noun: "outpost", by: ["name"] },
  authentik_property_mapping_provider_scope: { noun: "scope mapping", by: ["managed", "name", "scope_name"] },
  authentik_service_connection_kubernetes: { noun: "Kubernetes connection", by: ["name"] },
  authentik_source: { noun: "source", by: ["slug", "managed"] },
  authentik_stage: { noun: "stage", by: ["name"] },
  authentik_user: { noun: "account", by: ["username"] },
} as const;

export type LookupType = keyof typeof KINDS;

/** An object a stack finds in authentik, and does not make. */
export interface Lookup {
  /** Address of the data source. */
  readonly address: string;
  readonly type: LookupType;
  readonly attribute: string;
  /** What the attribute must be: text, and the uuids of other lookups. */
  readonly value: readonly Part[];
}

/** Text, or the uuid of another lookup with one text replaced in it. */
type Part = string | { readonly of: string; readonly from: string; readonly to: string };

export interface StackLookups {
  readonly lookups: readonly Lookup[];
  /** Addresses of data sources that nobody but an engine can make sense of. */
  readonly unknown: readonly string[];
}

type Blocks = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/**
 * What stacks look up in authentik, their imports by way of it, and no stack makes: each object once, however many
 * stacks look for it.
 */
export function lookupsOf(stacks: readonly StackJson[]): StackLookups {
  const lookups = new Map<string, Lookup>();
  const unknown: string[] = [];
  const made = new Set(stacks.flatMap(madeBy));
  for (const [type, name, block] of stacks.flatMap(({ data }) => blocksOf((data ?? {}) as Blocks))) {
    if (!type.startsWith("authentik_")) continue;
    const lookup = lookupOf(type, name, block);
    if (lookup === undefined) unknown.push(`data.${type}.${name}`);
    else if (!made.has(keyOf(lookup))) lookups.set(keyOf(lookup), lookups.get(keyOf(lookup)) ?? lookup);
  }
  return { lookups: [...lookups.values()], unknown };
}

/** What a lookup looks for, once the uuids it is made of are known. */
export function valueOf({ value }: Lookup, uuids: ReadonlyMap<string, string>): string | undefined {
  let text = "";
  for (const part of value) {
    if (typeof part === "string") text += part;
    else {
      const uuid = uuids.get(part.of);
      if (uuid === undefined) return undefined;
      text += uuid.replaceAll(part.from, part.to);
    }
  }
  return text;
}

/** A lookup as people call it, such as `flow default-invalidation-flow`. */
export function nameOf({ type, value }: Lookup): string {
  const { noun } = KINDS[type];
  const text = value.map((part) => (typeof part === "string" ? part : "…")).join("");
  return /\s/.test(text) ? `${noun} "${text}"` : `${noun} ${text}`;
}

function blocksOf(blocks: Blocks): [string, string, Readonly<Record<string, unknown>>][] {
  return Object.entries(blocks).flatMap(([type, named]) =>
    Object.entries(named).map(([name, block]): [string, string, typeof block] => [type, name, block]),
  );
}

function keyOf({ type, attribute, value }: Pick<Lookup, "type" | "attribute" | "value">): string {
  return JSON.stringify([type, attribute, value]);
}

/** Everything a stack makes, as a lookup would look for it; what it adopts has to be there before. */
function madeBy(stack: StackJson): string[] {
  const imports = (stack.import ?? []) as readonly { readonly to: string }[];
  const adopted = new Set(imports.map(({ to }) => to));
  return blocksOf((stack.resource ?? {}) as Blocks).flatMap(([resource, name, block]) => {
    // Stages and sources are made by type and found whatever their type is.
    const type = Object.keys(KINDS).find((kind) => resource === kind || resource.startsWith(`${kind}_`));
    if (type === undefined || !isKnown(type) || adopted.has(`${resource}.${name}`)) return [];
    return KINDS[type].by.flatMap((attribute) => {
      const written = block[attribute];
      const value = typeof written === "string" ? parse(written) : undefined;
      return value === undefined ? [] : [keyOf({ type, attribute, value })];
    });
  });
}

function lookupOf(type: string, name: string, block: Readonly<Record<string, unknown>>): Lookup | undefined {
  if (!isKnown(type)) return undefined;
  for (const attribute of KINDS[type].by) {
    const written = block[attribute];
    const value = typeof written === "string" ? parse(written) : undefined;
    if (value !== undefined) return { address: `data.${type}.${name}`, type, attribute, value };
  }
  return undefined;
}

function isKnown(type: string): type is LookupType {
  return type in KINDS;
}

const REFERENCE = /^(data\.[a-z_0-9]+\.[\w-]+)\.id$/;
const REPLACED = /^replace\((data\.[a-z_0-9]+\.[\w-]+)\.id, "([^"\\]*)", "([^"\\]*)"\)$/;
/** An escaped template, an expression, or text. */
const TOKEN = /([$%])\1(?=\{)|\$\{([^}]*)\}|[$%](?!\{)|[^$%]+/gy;

/** Reads a text of Terraform's JSON, or gives up when it is made of anything but text and uuids. */
function parse(template: string): Part[] | undefined {
  const parts: Part[] = [];
  let length = 0;
  for (const [token, escaped, expression] of template.matchAll(TOKEN)) {
    length += token.length;
    const part = expression === undefined ? (escaped ?? token) : reference(expression);
    if (part === undefined) return undefined;
    const last = parts.at(-1);
    if (typeof part === "string" && typeof last === "string") parts[parts.length - 1] = last + part;
    else parts.push(part);
  }
  return length === template.length ? parts : undefined;
}

function reference(expression: string): Part | undefined {
  const [, whole] = REFERENCE.exec(expression) ?? [];
  if (whole !== undefined) return { of: whole, from: "", to: "" };
  const [, of, from, to] = REPLACED.exec(expression) ?? [];
  return of === undefined || from === undefined || to === undefined ? undefined : { of, from, to };
}
