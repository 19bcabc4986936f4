import type { Values } from "./plan";

/** The attribute an authentik object is known by, where it is not its name. */
const KNOWN_BY: Readonly<Record<string, string>> = {
  authentik_application: "slug",
  authentik_brand: "domain",
  authentik_flow: "slug",
  authentik_token: "identifier",
  authentik_user: "username",
};

/** What an object is called in authentik; nothing where that is not known. */
export function nameOf(type: string, values: Values | undefined): string | undefined {
  const attribute = KNOWN_BY[type] ?? (type.startsWith("authentik_source_") ? "slug" : "name");
  const name = values?.[attribute];
  return typeof name === "string" && name !== "" ? name : undefined;
}

export function isRecord(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two values are the same JSON, whatever the order of their keys; what is left out is null. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((part, place) => sameJson(part, b[place]));
  }
  if (!isRecord(a) || !isRecord(b)) return (a ?? null) === (b ?? null);
  return (
    Object.keys(a).every((name) => sameJson(a[name], b[name])) &&
    Object.keys(b).every((name) => name in a || (b[name] ?? null) === null)
  );
}

/** Names of the attributes that differ, in order. */
export function differing(before: Values, after: Values): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !sameJson(before[name], after[name])).sort();
}

/** The resource or data source a reference begins with; nothing for variables and the like. */
export function referenced(reference: string): string | undefined {
  const isData = reference.startsWith("data.");
  const [type, name] = (isData ? reference.slice("data.".length) : reference).split(/[.[]/);
  if (type === undefined || name === undefined) return undefined;
  return `${isData ? "data." : ""}${type}.${name}`;
}
