import type { Stored, Values } from "../store";
import type { World } from "../world";

/** Makes what authentik's blueprints make, and finds it again by name. */
export class Maker {
  constructor(readonly world: World) {}

  /** Adds an object that is not there before the blueprints have run. */
  add(path: string, values: Values): Stored {
    const record = this.world.add(path, values);
    this.world.store.markShipped(record);
    return record;
  }

  /** The key of the object of a name. */
  pk(path: string, name: string, field = "name"): Stored["pk"] {
    const found = this.world.store.all(path).find((record) => record[field] === name);
    if (found === undefined) throw new Error(`a fresh authentik has no ${path} of ${field} ${name}`);
    return found.pk;
  }

  flow(slug: string): Stored["pk"] {
    return this.pk("flows/instances", slug, "slug");
  }

  /** Binds policies, in their order, to what steps aside when one fails. */
  bindPolicies(target: Stored["pk"], policies: readonly string[], values: Values = {}): void {
    for (const [index, name] of policies.entries()) {
      this.add("policies/bindings", { target, policy: this.pk("policies/all", name), order: index, ...values });
    }
  }
}
