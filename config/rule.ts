import type { Loose } from "./lenient";
import { suggest } from "./names";
import { locate, show } from "./problems";
import type { Problem } from "./problems";
import type { SiteData, UsersData } from "./schema";

/** A site and its people as far as they could be read. */
export interface LooseSite extends Loose<Omit<SiteData, "users">> {
  readonly users: Loose<UsersData>;
}

export type Path = readonly PropertyKey[];

export function problem(code: string, path: Path, text: string, waivable = false): Problem {
  return { ...locate(path), code, text, waivable };
}

export function entries<T>(record: Readonly<Record<string, T | undefined>> | undefined): [string, T][] {
  return Object.entries(record ?? {}).filter((entry): entry is [string, T] => entry[1] !== undefined);
}

export function keys(record: object | undefined): string[] {
  return Object.keys(record ?? {});
}

export function unknownName(path: Path, kind: string, name: string, known: readonly string[]): Problem {
  return problem("AK002", path, `must name ${kind}, got ${show(name)}; ${suggest(name, known)}`);
}

export function unknownNames(
  path: Path,
  kind: string,
  names: readonly (string | undefined)[] | undefined,
  known: readonly string[],
): Problem[] {
  return (names ?? []).flatMap((name, index) =>
    name === undefined || known.includes(name) ? [] : [unknownName([...path, index], kind, name, known)],
  );
}

export function duplicates(path: Path, names: readonly (string | undefined)[] | undefined): Problem[] {
  return (names ?? []).flatMap((name, index, all) =>
    name !== undefined && all.indexOf(name) < index
      ? [problem("AK012", [...path, index], `must be listed once, got ${show(name)} again; remove it`)]
      : [],
  );
}

/** Records that make one name where each needs its own. */
export function clashes(what: string, made: readonly (readonly [Path, string])[]): Problem[] {
  const first = new Map<string, Path>();
  return made.flatMap(([path, name]) => {
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, path);
      return [];
    }
    return [
      problem(
        "AK001",
        path,
        `must have ${/^[aeio]/.test(what) ? "an" : "a"} ${what} of its own, got ${show(name)}, which ${earlier.map(String).join(".")} has; rename one of them`,
      ),
    ];
  });
}
