import type { Instance, Live } from "./instance";
import type { Difference } from "./plan-values";

/** Policies, groups and people that are bound to something beside those a stack says: they would go on to count. */
export function bindingsBeside(
  instance: Instance,
  address: string,
  target: Live,
  claimed: ReadonlySet<Live>,
): Difference[] {
  const others = instance
    .having("policies/bindings", "target", target.pk)
    .filter((binding) => !claimed.has(binding) && binding["enabled"] !== false);
  return listed(
    address,
    "bindings",
    others.map((binding) => subjectOf(instance, binding)),
  );
}

/** Stages of a flow beside those a stack says: people would still go through them. */
export function stepsBeside(instance: Instance, address: string, flow: Live, claimed: ReadonlySet<Live>): Difference[] {
  const others = instance.having("flows/bindings", "target", flow.pk).filter((step) => !claimed.has(step));
  return listed(
    address,
    "stages",
    others.map(({ order, stage }) => `${nameOf(instance, "stages/all", stage)} at order ${String(order)}`),
  );
}

function listed(address: string, attribute: string, live: readonly string[]): Difference[] {
  return live.length === 0 ? [] : [{ address, attribute, live, planned: [] }];
}

function subjectOf(instance: Instance, { group, negate, policy, user }: Live): string {
  const not = negate === true ? "not " : "";
  if (policy !== null && policy !== undefined) return `${not}policy ${nameOf(instance, "policies/all", policy)}`;
  if (group !== null && group !== undefined) return `${not}group ${nameOf(instance, "core/groups", group)}`;
  return `${not}account ${nameOf(instance, "core/users", user, "username")}`;
}

function nameOf(instance: Instance, path: string, pk: unknown, field = "name"): string {
  return String(instance.get(path, pk)?.[field] ?? pk);
}
