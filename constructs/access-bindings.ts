import { createHash } from "node:crypto";
import { Construct } from "constructs";
import { PolicyBinding } from "../.gen/providers/authentik/policy-binding";
import { renamedFrom } from "./renamed";

/** One group or policy that lets people in. */
export type AccessEntry = {
  /** Stable name of the entry among its siblings; part of the binding's address. */
  readonly key: string;
  /** The key before a rename.  @default - never renamed */
  readonly previousKey?: string;
} & ({ readonly group: string } | { readonly policy: string });

export interface AccessBindingsProps {
  /** Uuid of what is opened: an application's `uuid`, not its id, which is the slug. */
  readonly target: string;
  /** Who is let in; at least one. */
  readonly entries: readonly AccessEntry[];
}

/** Who may open something: one policy binding for each group or policy. */
export class AccessBindings extends Construct {
  constructor(scope: Construct, id: string, props: AccessBindingsProps) {
    super(scope, id);
    const orders = stableOrders(props.entries.map(({ key }) => key));
    for (const entry of props.entries) {
      const binding = new Construct(this, entry.key);
      renamedFrom(binding, entry.previousKey);
      new PolicyBinding(binding, "Resource", {
        target: props.target,
        ...("group" in entry ? { group: entry.group } : { policy: entry.policy }),
        order: orders.get(entry.key) ?? 0,
      });
    }
  }
}

/**
 * An order for each binding of a target. The order says nothing here, since all bindings are asked, but it has to be
 * unique; made from the key it never changes when another entry comes or goes, so no apply has to swap two of them.
 * @see https://github.com/goauthentik/terraform-provider-authentik/issues/453
 */
function stableOrders(keys: readonly string[]): Map<string, number> {
  const taken = new Set<number>();
  return new Map(
    [...keys].sort().map((key) => {
      let order = (createHash("sha256").update(key).digest().readUInt32BE() % 100_000) * 10;
      while (taken.has(order)) order += 10;
      taken.add(order);
      return [key, order];
    }),
  );
}
