import type { Collection } from "./collections";
import { collectionAt } from "./collections";
import { schemaNamed } from "./document";
import { keptWith, modelDefaults } from "./model-defaults";
import { SETTINGS } from "./settings";
import type { Stored, Values } from "./store";
import { Store } from "./store";

export interface WorldOptions {
  /** The version the server says it is. */
  readonly version: string;
  readonly now: () => Date;
}

/** One authentik: what it holds, its settings and its clock. */
export class World {
  readonly store = new Store(({ model, request }) => [
    ...Object.keys(schemaNamed(model).properties ?? {}),
    ...Object.keys(schemaNamed(request ?? model).properties ?? {}),
  ]);
  settings: Values = structuredClone(SETTINGS);
  /** Where clients reach the server. */
  url = "";
  version: string;

  constructor(private readonly options: WorldOptions) {
    this.version = options.version;
  }

  get now(): string {
    return this.options.now().toISOString();
  }

  /** Stores a new object, its other fields as authentik's models say, nothing checked. */
  add(path: string, values: Values): Stored {
    const collection = collectionAt(path);
    const given = values["pk"];
    const pk = typeof given === "string" || typeof given === "number" ? given : this.store.nextKey(collection);
    const { now } = this;
    const record = {
      ...modelDefaults(collection, pk),
      created: now,
      last_updated: now,
      ...keptWith(collection, values),
      pk,
    };
    this.store.put(collection, record);
    return record;
  }

  /** Replaces fields of an object. */
  change(collection: Collection, record: Stored, values: Values): Stored {
    const changed = { ...record, ...values, last_updated: this.now, pk: record.pk };
    this.store.put(collection, changed);
    return changed;
  }

  /** The collection an object is really in, where several are shown together. */
  home(path: string, record: Stored): Collection {
    const { members, ...collection } = collectionAt(path);
    const home = members?.find((member) => this.store.get([member.path], record.pk) === record);
    return home ?? collection;
  }
}
