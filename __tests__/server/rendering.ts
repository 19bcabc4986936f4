import type { Collection } from "./collections";
import { derivation, partDerivation } from "./derived-fields";
import type { Schema } from "./document";
import { schemaName, schemaNamed } from "./document";
import { emptyValue } from "./model-defaults";
import { referenceOf } from "./references";
import type { Stored, Values } from "./store";
import type { World } from "./world";

/** Which of an object's neighbours come with it, by the name of the field. */
export type Included = Readonly<Record<string, boolean>>;

interface Shown {
  /** A schema that shows another part of the object than its own does. */
  readonly as?: string | undefined;
  /** @default - what authentik includes unasked */
  readonly included?: Included;
}

interface Neighbours {
  readonly place: string;
  /** The field with their keys. */
  readonly field: string;
}

const UNASKED: Included = { children_obj: false, parents_obj: false, inherited_roles_obj: false };

/** Fields that show other objects, and are named after no field with keys, or after one that is computed. */
const NEIGHBOURS: Readonly<Record<string, Neighbours>> = {
  children_obj: { place: "core/groups", field: "children" },
  created_by: { place: "core/users", field: "created_by" },
  flow_set: { place: "flows/instances", field: "flow_set" },
  prompt_stages_obj: { place: "stages/prompt/stages", field: "prompt_stages_obj" },
  token_obj: { place: "core/tokens", field: "token" },
  users_obj: { place: "core/users", field: "users" },
};

function neighboursIn(collection: Collection, name: string): Neighbours | undefined {
  const field = name.endsWith("_obj") ? name.slice(0, -"_obj".length) : undefined;
  const [place] = field === undefined ? [] : (referenceOf(collection, field)?.to ?? []);
  return field === undefined || place === undefined ? NEIGHBOURS[name] : { place, field };
}

/** Shows objects of one server. */
export class Rendering {
  constructor(private readonly world: World) {}

  /** An object as the API shows it. */
  show(collection: Collection, record: Stored, { as = collection.model, included = {} }: Shown = {}): Values {
    const shown: [string, unknown][] = [];
    for (const [name, schema] of Object.entries(schemaNamed(as).properties ?? {})) {
      if (schema.writeOnly === true) continue;
      const isLeftOut = (included[name] ?? UNASKED[name]) === false;
      shown.push([name, isLeftOut ? null : this.field(collection, record, as, name, schema)]);
    }
    return Object.fromEntries(shown);
  }

  private field(collection: Collection, record: Stored, as: string, name: string, schema: Schema): unknown {
    const neighbours = neighboursIn(collection, name);
    if (neighbours === undefined) return this.value(collection, record, as, name) ?? emptyValue(schema);
    const keys = this.value(collection, record, as, neighbours.field);
    const list = (Array.isArray(keys) ? (keys as unknown[]) : [keys]).flatMap((pk) =>
      this.neighbour(neighbours.place, pk, schemaName(schema.items ?? schema)),
    );
    return schema.type === "array" ? list : (list[0] ?? null);
  }

  private neighbour(place: string, pk: unknown, as: string | undefined): Values[] {
    const record = this.world.store.get([place], pk);
    return record === undefined ? [] : [this.show(this.world.home(place, record), record, { as })];
  }

  private value(collection: Collection, record: Stored, as: string, name: string): unknown {
    const part = partDerivation(as, collection, name);
    if (part !== undefined) return part(record, this.world, collection);
    if (name in record) return record[name];
    const isKey = name === collection.key && name !== "slug" && name !== "identifier";
    return isKey ? record.pk : derivation(collection, name)?.(record, this.world, collection);
  }
}
