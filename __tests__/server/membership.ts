import type { Stored } from "./store";
import type { World } from "./world";

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The groups a person is in, and every group above those. */
export function groupsOf(world: World, user: Stored): Stored[] {
  const found = new Map<Stored["pk"], Stored>();
  const visit = (pk: unknown): void => {
    const group = world.store.get(["core/groups"], pk);
    if (group === undefined || found.has(group.pk)) return;
    found.set(group.pk, group);
    listOf(group["parents"]).forEach(visit);
  };
  listOf(user["groups"]).forEach(visit);
  return [...found.values()];
}

export function isSuperuser(world: World, user: Stored): boolean {
  return groupsOf(world, user).some((group) => group["is_superuser"] === true);
}

export function membersOf(world: World, group: Stored): Stored[] {
  return world.store.having("core/users", "groups", group.pk).sort((a, b) => Number(a.pk) - Number(b.pk));
}

/** Puts a person into a group or takes them out. */
export function setMember(world: World, group: Stored, user: Stored, isMember: boolean): void {
  const others = listOf(user["groups"]).filter((pk) => pk !== group.pk);
  const users = world.store.collections.find(({ path }) => path === "core/users");
  if (users === undefined) throw new Error("the API document has no users");
  world.change(users, user, { groups: isMember ? [...others, group.pk] : others });
}

/** Makes the given people the members of a group, and nobody else. */
export function setMembers(world: World, group: Stored, members: readonly unknown[]): void {
  const wanted = new Set(members.map(String));
  for (const user of membersOf(world, group)) {
    if (!wanted.delete(String(user.pk))) setMember(world, group, user, false);
  }
  for (const pk of wanted) {
    const user = world.store.get(["core/users"], pk);
    if (user !== undefined) setMember(world, group, user, true);
  }
}
