import { nameOf } from "../objects";
import type { Change, Plan, PlannedObject, Values } from "../plan";
import { Directory, GROUP, isPerson } from "./directory";
import type { Side } from "./directory";
import { list, stand } from "./wording";
import type { Standing } from "./wording";

const REMEDY = "keep somebody active in a group with superuser: true, such as directory.adminGroup";

/** The last active person who may do everything loses the right, or goes. akadmin, the way back in, is no person. */
export function lastSuperuser(plan: Plan, others: readonly Plan[]): Standing[] {
  const before = new Directory("before", [plan, ...others]);
  const after = new Directory("after", [plan, ...others]);
  if (after.superusers().length > 0) return [];
  const had = before.superusers();
  const addresses = new Set(had.map(({ address }) => address));
  // Whoever had the right and is changed has lost it: nobody has it afterwards.
  const causes = plan.changes.filter((change) => addresses.has(change.address) || losesRight(change, before, after));
  if (had.length > 0 && causes.length > 0) return [standing(causes, names(had))];
  return lastMembers(plan, before, after);
}

function standing(causes: readonly Change[], before: string): Standing {
  const addresses = causes.map(({ address }) => address);
  const got = `nobody after this, and before ${before}`;
  return stand("last-superuser", addresses, { where: "people", rule: "keep a superuser", got, remedy: REMEDY });
}

function names(objects: readonly PlannedObject[]): string {
  return list(objects.map(({ name, address }) => name ?? address));
}

function losesRight(change: Change, before: Directory, after: Directory): boolean {
  if (change.type !== GROUP || !hasRight(change.before, before)) return false;
  return change.destroys || !hasRight(change.after, after);
}

function hasRight(group: Values | undefined, directory: Directory): boolean {
  const name = nameOf(GROUP, group);
  return name !== undefined && directory.isSuperuserGroup(name);
}

/** A stack of groups alone knows people as the members that authentik names, whoever they are. */
function lastMembers(plan: Plan, before: Directory, after: Directory): Standing[] {
  if (managed(plan, "before").some(isPerson)) return [];
  const had = groupsWithMembers(plan, "before", before);
  if (had.length === 0 || groupsWithMembers(plan, "after", after).length > 0) return [];
  const causes = plan.changes.filter((change) => losesRight(change, before, after));
  return causes.length === 0 ? [] : [standing(causes, `the members of ${names(had)}`)];
}

function groupsWithMembers(plan: Plan, side: Side, directory: Directory): PlannedObject[] {
  return managed(plan, side).filter(({ type, values }) => {
    const { users } = values;
    return type === GROUP && Array.isArray(users) && users.length > 0 && hasRight(values, directory);
  });
}

function managed(plan: Plan, side: Side): PlannedObject[] {
  return [...plan[side].values()].filter(({ mode }) => mode === "managed");
}
