import { pairs } from "./pair";
import type { Binding, Group, World } from "./world";

/**
 * The first world with its groups called as in the second, so that a group that is only renamed is the same group. One
 * that has no counterpart and is called as another is now gets a name of its own.
 */
export function withNewNames(
  before: World,
  after: World,
): { readonly world: World; readonly oldName: (name: string) => string } {
  const kept = new Map<string, string>();
  for (const [was, is] of pairs<Group>(
    [before, after],
    ({ groups }) => groups,
    ({ name }) => name,
  )) {
    if (was !== undefined && is !== undefined) kept.set(was.name, is.name);
  }
  const taken = new Set(kept.values());
  const rename = (name: string): string => kept.get(name) ?? (taken.has(name) ? `${name} (before)` : name);
  const old = new Map([...kept].map(([was, is]) => [is, was]));
  const oldName = (name: string): string => old.get(name) ?? name;
  if ([...kept].every(([was, is]) => was === is)) return { world: before, oldName };
  const inBinding = (binding: Binding): Binding =>
    binding.to.kind === "group" ? { ...binding, to: { ...binding.to, name: rename(binding.to.name) } } : binding;
  const world = {
    ...before,
    people: before.people.map((person) => ({ ...person, groups: person.groups.map(rename) })),
    machines: before.machines.map((person) => ({ ...person, groups: person.groups.map(rename) })),
    groups: before.groups.map((group) => ({ ...group, name: rename(group.name), parents: group.parents.map(rename) })),
    apps: before.apps.map((app) => ({ ...app, bindings: app.bindings.map(inBinding) })),
  };
  return { world, oldName };
}
