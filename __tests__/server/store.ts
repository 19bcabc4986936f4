import type { Collection } from "./collections";
import { collections, family, stored } from "./collections";
import { uuid } from "./ids";
import { referenceOf } from "./references";
import { uniqueFields } from "./unique-fields";

/** The fields of an object, as clients write them. */
export type Values = Record<string, unknown>;

/** An object of authentik as it is kept: what clients wrote, and what only the server knows. */
export interface Stored extends Values {
  readonly pk: number | string;
}

interface Shelf {
  readonly collection: Collection;
  readonly records: Map<string, Stored>;
  readonly indexed: readonly string[];
  readonly indexes: Map<string, Map<string, Set<Stored>>>;
  /** Counts the changes, so that what was sorted once is sorted again only after one. */
  revision: number;
  order?: { readonly by: string; readonly revision: number; readonly records: readonly Stored[] };
}

const EXTRA = ["key", "email", "managed", "domain"];

function shelf(collection: Collection, properties: Iterable<string>): Shelf {
  const references = [...properties].filter((name) => referenceOf(collection, name) !== undefined);
  const indexed = [...new Set([collection.key, ...uniqueFields(collection), ...references, ...EXTRA])];
  return {
    collection,
    records: new Map(),
    indexed,
    indexes: new Map(indexed.map((name) => [name, new Map<string, Set<Stored>>()])),
    revision: 0,
  };
}

function valuesOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Everything a server holds, found by key, by unique name and by what it points at, without walking through it. */
export class Store {
  private readonly shelves = new Map<string, Shelf>();
  private readonly last = new Map<string, number>();
  /** What authentik's own blueprints made. */
  private readonly shipped = new Set<Stored["pk"]>();
  /** Whether the blueprints have not run yet, so that nothing of theirs is there. */
  beforeBlueprints = false;

  constructor(properties: (collection: Collection) => Iterable<string>) {
    for (const collection of collections.values()) {
      if (collection.members === undefined) {
        this.shelves.set(collection.path, shelf(collection, properties(collection)));
      }
    }
  }

  /** A new key: the next number, or a UUID that is the same on every run. */
  nextKey(collection: Collection): number | string {
    const sequence = family(collection.path)[0]?.path ?? collection.path;
    let key: number | string;
    do {
      const next = (this.last.get(sequence) ?? 0) + 1;
      this.last.set(sequence, next);
      key = collection.numeric ? next : uuid(`${sequence}/${next}`);
    } while (
      this.get(
        family(collection.path).map(({ path }) => path),
        key,
      ) !== undefined
    );
    return key;
  }

  put(collection: Collection, record: Stored): void {
    const { records, indexed, indexes } = this.shelf(collection);
    const before = records.get(String(record.pk));
    if (before !== undefined) this.unindex(collection, before);
    records.set(String(record.pk), record);
    for (const name of indexed) {
      for (const value of valuesOf(record[name])) {
        const index = indexes.get(name);
        const found = index?.get(String(value));
        if (found === undefined) index?.set(String(value), new Set([record]));
        else found.add(record);
      }
    }
    this.shelf(collection).revision++;
    const sequence = family(collection.path)[0]?.path ?? collection.path;
    if (typeof record.pk === "number") this.last.set(sequence, Math.max(this.last.get(sequence) ?? 0, record.pk));
  }

  remove(collection: Collection, record: Stored): void {
    this.unindex(collection, record);
    this.shelf(collection).records.delete(String(record.pk));
    this.shelf(collection).revision++;
  }

  /** Remembers that an object is made by authentik's blueprints. */
  markShipped(record: Stored): void {
    this.shipped.add(record.pk);
  }

  /** Every object of a collection, or of all that are shown in it. */
  all(path: string): Stored[] {
    return stored(path)
      .flatMap((collection) => [...this.shelf(collection).records.values()])
      .filter((record) => this.isVisible(record));
  }

  /** As `all`, sorted; sorted anew only when something changed. */
  sorted(path: string, by: string, compare: (a: Stored, b: Stored) => number): readonly Stored[] {
    const [only, ...others] = stored(path);
    if (only === undefined || others.length > 0) return this.all(path).sort(compare);
    const shelf = this.shelf(only);
    if (shelf.order?.by !== by || shelf.order.revision !== shelf.revision) {
      const records = [...shelf.records.values()].sort(compare);
      shelf.order = { by, revision: shelf.revision, records };
    }
    return this.beforeBlueprints ? shelf.order.records.filter((record) => this.isVisible(record)) : shelf.order.records;
  }

  /** The object with a primary key, in one of the given collections. */
  get(paths: readonly string[], pk: unknown): Stored | undefined {
    for (const path of paths) {
      for (const collection of stored(path)) {
        const record = this.shelf(collection).records.get(String(pk));
        if (record !== undefined && this.isVisible(record)) return record;
      }
    }
    return undefined;
  }

  /** The object that has a value in a field which is indexed. */
  having(path: string, field: string, value: unknown): Stored[] {
    return stored(path).flatMap((collection) => {
      const index = this.shelf(collection).indexes.get(field);
      if (index === undefined) throw new Error(`${path} has no index of ${field}`);
      return [...(index.get(String(value)) ?? [])].filter((record) => this.isVisible(record));
    });
  }

  isIndexed(path: string, field: string): boolean {
    return stored(path).every((collection) => this.shelf(collection).indexes.has(field));
  }

  /** The fields of one collection that may point at objects of another. */
  pointers(from: Collection, to: Collection): string[] {
    const isThere = (place: string): boolean => stored(place).some(({ path }) => path === to.path);
    return this.shelf(from).indexed.filter((field) => referenceOf(from, field)?.to.some(isThere) === true);
  }

  /** Every collection that holds objects itself. */
  get collections(): Collection[] {
    return [...this.shelves.values()].map(({ collection }) => collection);
  }

  clear(): void {
    for (const shelf of this.shelves.values()) {
      shelf.records.clear();
      for (const index of shelf.indexes.values()) index.clear();
      shelf.revision++;
    }
    this.shipped.clear();
    this.last.clear();
  }

  private unindex(collection: Collection, record: Stored): void {
    const { indexed, indexes } = this.shelf(collection);
    for (const name of indexed) {
      for (const value of valuesOf(record[name])) indexes.get(name)?.get(String(value))?.delete(record);
    }
  }

  private isVisible({ pk }: Stored): boolean {
    return !this.beforeBlueprints || !this.shipped.has(pk);
  }

  private shelf(collection: Collection): Shelf {
    const found = this.shelves.get(collection.path);
    if (found === undefined) throw new Error(`nothing is stored in ${collection.path}`);
    return found;
  }
}
