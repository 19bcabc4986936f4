import { sorted } from "./world";
import type { World } from "./world";

/** Something as it was and as it is; one of the two may be missing, never both. */
export type Pair<T> = readonly [before: T | undefined, after: T | undefined];

interface Addressed {
  readonly address?: string | undefined;
}

/**
 * Brings together what is the same in two worlds: by its address, by the address it was moved to in either of them, or by
 * its name. In order of names.
 */
export function pairs<T extends Addressed>(
  [before, after]: readonly [World, World],
  of: (world: World) => readonly T[],
  name: (value: T) => string,
): Pair<T>[] {
  const left = new Set(of(before));
  const right = new Set(of(after));
  const found: Pair<T>[] = [];
  const match = (key: (value: T, side: 0 | 1) => string | undefined): void => {
    const known = new Map([...right].map((value) => [key(value, 1), value]));
    known.delete(undefined);
    for (const value of [...left]) {
      const other = known.get(key(value, 0));
      if (other === undefined || !right.has(other)) continue;
      left.delete(value);
      right.delete(other);
      found.push([value, other]);
    }
  };
  match(({ address }) => address);
  match(({ address }, side) => (side === 0 ? moved(after, address) : address));
  match(({ address }, side) => (side === 0 ? address : moved(before, address)));
  match(name);
  const rest = [
    ...[...left].map((value): Pair<T> => [value, undefined]),
    ...[...right].map((value): Pair<T> => [undefined, value]),
  ];
  return sorted([...found, ...rest], ([a, b]) => nameIn([a, b], name));
}

function nameIn<T>([before, after]: Pair<T>, name: (value: T) => string): string {
  const value = after ?? before;
  return value === undefined ? "" : name(value);
}

/** Where an address ends when it is moved; nothing when it stays. */
function moved({ moved: moves }: World, address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const seen = new Set<string>();
  let at = address;
  for (let next = moves.get(at); next !== undefined && !seen.has(next); next = moves.get(at)) {
    seen.add(next);
    at = next;
  }
  return at === address ? undefined : at;
}
