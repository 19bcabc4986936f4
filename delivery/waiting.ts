import type { EngineFailure } from "./engine";
import type { Plan } from "./plan";
import type { StackFolder } from "./workspace";

const GROUP = "authentik_group";

/** Names that no group has before the plan and one has after it. */
export function newGroups({ changes }: Plan): ReadonlySet<string> {
  const names = changes.flatMap(({ type, before, after }) => {
    const name = after?.name;
    return type === GROUP && typeof name === "string" && name !== before?.name ? [name] : [];
  });
  return new Set(names);
}

/**
 * The new groups a stack looks up, when they are the only reason it cannot be planned; nothing when it failed for
 * another one as well.
 */
export function waitsFor({ words }: EngineFailure, { json }: StackFolder, groups: ReadonlySet<string>): string[] {
  const places = [...words.matchAll(/^\W*with (\S+),$/gm)].map(([, address = ""]) => address);
  const errors = words.match(/^\W*Error: /gm)?.length ?? 0;
  const names = places.map((address) => lookedUp(json, address)).filter((name) => name !== undefined);
  const isWhole = errors > 0 && errors === places.length && places.length === names.length;
  return isWhole && names.every((name) => groups.has(name)) ? [...new Set(names)].sort() : [];
}

/** The name a group lookup asks for. */
function lookedUp(json: StackFolder["json"], address: string): string | undefined {
  const [, type, id] = /^data\.([^.]+)\.([^.]+)$/.exec(address) ?? [];
  if (type !== GROUP || id === undefined) return undefined;
  const { data } = json as { data?: Record<string, Record<string, { name?: string } | undefined> | undefined> };
  return data?.[GROUP]?.[id]?.name?.replaceAll(/([$%])\1\{/g, "$1{");
}
