import { adoptedDestroyed } from "./guards/adopted-destroyed";
import { clientIdReplaced } from "./guards/client-id-replaced";
import { flowOrGroupReplaced } from "./guards/flow-or-group-replaced";
import { identityMissing } from "./guards/identity-missing";
import { lastSuperuser } from "./guards/last-superuser";
import { peopleRemoved } from "./guards/people-removed";
import { renamed } from "./guards/renamed";
import type { Standing } from "./guards/wording";
import type { Action, Change, Plan } from "./plan";

export type { Standing } from "./guards/wording";

export interface GuardOptions {
  /** People one plan may remove. */
  readonly maxRemovals: number;
  /**
   * The site's other stacks, which tell a plan of the layout `split` who is in which group. A stack whose plan is not
   * known stands for itself: `compareStacks(json, json)`.
   * @default - the plan is judged by what it holds
   */
  readonly others?: readonly Plan[];
  /**
   * Addresses that must not be destroyed, which a plan's JSON does not tell: `keptAddresses` of the rendered stack.
   * @default - those the plan tells
   */
  readonly kept?: ReadonlySet<string>;
}

/** Everything the guards have to say of a plan, in the order of GUARDS; the caller leaves out what is passed by name. */
export function guard(plan: Plan, { maxRemovals, others = [], kept = new Set() }: GuardOptions): Standing[] {
  const inOrder = { ...plan, changes: [...plan.changes].sort(byAddress) };
  return [
    ...peopleRemoved(inOrder, maxRemovals),
    ...lastSuperuser(inOrder, others),
    ...adoptedDestroyed(inOrder, kept),
    ...clientIdReplaced(inOrder),
    ...identityMissing(inOrder),
    ...flowOrGroupReplaced(inOrder),
    ...renamed(inOrder, others),
  ];
}

function byAddress(a: Change, b: Change): number {
  const [one, other] = [a, b].map(({ address, deposed = "" }) => `${address} ${deposed}`);
  return (one ?? "") < (other ?? "") ? -1 : 1;
}

/** A change as people and programs read it: names of attributes, never what is in them. */
export interface ChangeSummary {
  readonly address: string;
  readonly action: Action;
  readonly name?: string | undefined;
  /** The address it had before. */
  readonly was?: string | undefined;
  readonly imported?: true | undefined;
  readonly fields: readonly string[];
}

/** The changes of a plan in order of their addresses, for `--json`. */
export function describeChanges({ changes }: Plan): ChangeSummary[] {
  return [...changes].sort(byAddress).map(({ address, action, name, previousAddress, imported, fields }) => ({
    address,
    action,
    name,
    was: previousAddress,
    imported: imported ? true : undefined,
    fields,
  }));
}

/** The changes of a plan as lines, and the objects that only get another address. */
export function changeLines(plan: Plan): string[] {
  const lines = describeChanges(plan).map(({ address, action, name, was, imported, fields }) => {
    const notes = [imported ? "imported" : [], was === undefined ? [] : `was ${was}`].flat();
    return [
      `${action} ${address}`,
      name === undefined ? "" : ` (${name})`,
      notes.length === 0 ? "" : `, ${notes.join(", ")}`,
      fields.length === 0 ? "" : `: ${fields.join(", ")}`,
    ].join("");
  });
  const quiet = [
    ...plan.imports.map((address) => `import ${address}`),
    ...plan.moves.map(({ from, to }) => `move ${from} to ${to}`),
  ];
  return [...lines, ...quiet.sort()];
}
