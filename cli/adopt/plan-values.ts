import { list } from "../../access/stack";
import facts from "../../schema/authentik-2026.5.0.facts.json";
import type { Live } from "./instance";
import type { ResourceType } from "./resources";
import { Unknown } from "./template";

/** What the provider knows of an argument. */
interface Fact {
  readonly type: string;
  readonly elem?: string;
  readonly computed?: boolean;
  readonly default?: unknown;
  readonly diff_suppress?: string;
  readonly sensitive?: boolean;
}

type Facts = Readonly<Record<string, Fact>>;

const FACTS: Readonly<Record<string, Facts | undefined>> = facts.resources;

/** Something that the first plan after an import would send. */
export interface Difference {
  /** Address of the resource or data source. */
  readonly address: string;
  /** The argument; `bindings` and `stages` are what else authentik has there. */
  readonly attribute: string;
  /** What authentik has. */
  readonly live: unknown;
  /** What config, or the provider's default, says. */
  readonly planned: unknown;
  /** Whether it is sent again though nothing changes, because the provider does not read it back as it is. */
  readonly resent?: boolean;
}

/** What stands for a secret. */
const HIDDEN = "(not shown)";

export interface Compared {
  readonly address: string;
  /** Such as `authentik_flow`. */
  readonly name: string;
  readonly type: ResourceType;
  /** The block's arguments, expressions worked out. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly live: Live;
  /** Arguments under `ignore_changes`, or all of them. */
  readonly ignored: "all" | readonly string[];
}

/** What of a resource the first plan after its import would send, argument by argument. */
export function differences(compared: Compared): Difference[] {
  return Object.entries(FACTS[compared.name] ?? {}).flatMap(([attribute, fact]) => {
    const isRead = compared.type.neverRead?.includes(attribute) !== true;
    return (isRead ? readBack : sentAgain)(compared, attribute, fact) ?? [];
  });
}

/** A value of config as the provider's schema has it. */
export function coerced(name: string, attribute: string, value: unknown): unknown {
  const { elem, type } = FACTS[name]?.[attribute] ?? { type: "string" };
  if (Array.isArray(value)) return value.map((item: unknown) => ofType(item, elem ?? "string"));
  return ofType(value, type);
}

function ofType(value: unknown, type: string): unknown {
  if (value instanceof Unknown || value === undefined || value === null) return value;
  if (type === "int" || type === "float") return Number(value);
  if (type === "bool") return value === true || value === "true";
  return type === "string" && typeof value !== "object" ? asText(value) : value;
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A value that an import reads, compared with what config, the default or nothing says. */
function readBack(compared: Compared, attribute: string, fact: Fact): Difference | undefined {
  const live = liveOf(compared, attribute);
  const isIgnored = isUnder(compared.ignored, attribute);
  if (isIgnored && live !== undefined && live !== null) return undefined;
  const planned = (isIgnored ? undefined : givenOf(compared, attribute)) ?? defaultOf(fact);
  if (planned === undefined && fact.computed === true) return undefined;
  const sameness = compare(planned, live, fact);
  const isFirm = sameness === "reordered" && compared.type.ordered?.includes(attribute) === true;
  if (sameness === "same") return undefined;
  const isResent = isStored(planned) || (sameness === "reordered" && !isFirm);
  return difference(compared, attribute, fact, { live, planned, isResent });
}

/** A value that an import leaves empty, so that a plan sends whatever there is to send. */
function sentAgain(compared: Compared, attribute: string, fact: Fact): Difference | undefined {
  const given = isUnder(compared.ignored, attribute) ? undefined : givenOf(compared, attribute);
  const planned = given ?? defaultOf(fact);
  if (planned === undefined || planned === "" || isEmpty(planned)) return undefined;
  const live = liveOf(compared, attribute);
  const isResent = live === undefined || isStored(planned) || compare(planned, live, fact) !== "different";
  return difference(compared, attribute, fact, { live, planned, isResent });
}

function liveOf({ live, type }: Compared, attribute: string): unknown {
  return live[type.renamed?.[attribute] ?? attribute];
}

function givenOf({ given, name }: Compared, attribute: string): unknown {
  return coerced(name, attribute, given[attribute]) ?? undefined;
}

function defaultOf({ default: value, type }: Fact): unknown {
  return ofType(value, type) ?? undefined;
}

function isUnder(ignored: Compared["ignored"], attribute: string): boolean {
  return ignored === "all" || ignored.includes(attribute);
}

function difference(
  { address }: Compared,
  attribute: string,
  { sensitive }: Fact,
  { isResent, live, planned }: { live: unknown; planned: unknown; isResent: boolean },
): Difference {
  const shown = (value: unknown): unknown => (sensitive === true && !isNothing(value) ? HIDDEN : value);
  return {
    address,
    attribute,
    live: shown(live),
    planned: planned instanceof Unknown ? planned.expression : shown(planned),
    ...(isResent ? { resent: true } : {}),
  };
}

type Sameness = "different" | "reordered" | "same";

/** How a planned value and a live one stand to each other, as the provider compares them. */
function compare(planned: unknown, live: unknown, { diff_suppress: suppress, type }: Fact): Sameness {
  const isSame = (same: boolean): Sameness => (same ? "same" : "different");
  if (hasUnknown(planned)) return "different";
  if (suppress?.endsWith("JSON") === true) return isSame(canonical(parsed(planned)) === canonical(parsed(live)));
  if (isNothing(planned) || isNothing(live)) return isSame(isNothing(planned) && isNothing(live));
  if (type === "list") return compareLists(list(planned), list(live));
  if (suppress !== undefined) return isSame(asText(planned).replace(/\n$/, "") === asText(live));
  return isSame(planned === ofType(live, type));
}

function compareLists(planned: readonly unknown[], live: readonly unknown[]): Sameness {
  const [ours, theirs] = [planned.map(written), live.map(written)];
  const asOne = (elements: readonly string[]): string => JSON.stringify(elements);
  if (asOne(ours) === asOne(theirs)) return "same";
  return asOne([...ours].sort()) === asOne([...theirs].sort()) ? "reordered" : "different";
}

/** An element as text; a map is one of texts, and has no entries that say nothing. */
function written(element: unknown): string {
  if (typeof element !== "object" || element === null) return String(element);
  const entries = Object.entries(element).filter(([, value]) => value !== null && value !== undefined);
  return canonical(Object.fromEntries(entries.map(([name, value]) => [name, String(value)])));
}

/** JSON whose members are in order. */
function canonical(value: unknown): string {
  const inOrder = (_name: string, member: unknown): unknown =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member;
  return JSON.stringify(value, inOrder);
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value ?? null;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function isStored(planned: unknown): boolean {
  return planned instanceof Unknown && planned.isStored;
}

function hasUnknown(value: unknown): boolean {
  return value instanceof Unknown || (Array.isArray(value) && value.some(hasUnknown));
}

/** What Terraform's SDK does not tell from nothing at all. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === "" || value === false || value === 0 || isEmpty(value);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
