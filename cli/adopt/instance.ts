/** An object of authentik as the API gives it. */
export type Live = Readonly<Record<string, unknown>> & { readonly pk: string | number };

/** What an instance holds besides people. */
export class Instance {
  private readonly indexes = new Map<string, Map<unknown, Live[]>>();

  constructor(
    /** Where it is, without a slash at the end. */
    readonly url: string,
    /** The system settings. */
    readonly settings: Readonly<Record<string, unknown>>,
    private readonly collections: ReadonlyMap<string, readonly Live[]>,
  ) {}

  /** The objects of a collection, by the path of its list, such as `core/groups`. */
  all(path: string): readonly Live[] {
    return this.collections.get(path) ?? [];
  }

  /** The object with a key, if there is one. */
  get(path: string, pk: unknown): Live | undefined {
    return this.having(path, "pk", pk)[0];
  }

  /** The objects whose field has a value; a list has each value it holds. */
  having(path: string, field: string, value: unknown): readonly Live[] {
    const key = `${path} ${field}`;
    const index = this.indexes.get(key) ?? this.index(path, field);
    this.indexes.set(key, index);
    return index.get(value) ?? [];
  }

  private index(path: string, field: string): Map<unknown, Live[]> {
    const index = new Map<unknown, Live[]>();
    for (const object of this.all(path)) {
      const value = object[field];
      for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
        const known = index.get(one);
        if (known === undefined) index.set(one, [object]);
        else known.push(object);
      }
    }
    return index;
  }
}
