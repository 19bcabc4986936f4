import type { Objects, Plan, PlannedObject } from "../plan";

/** Which side of a change is looked at. */
export type Side = "before" | "after";

interface KnownGroup {
  readonly isSuperuser: boolean;
  readonly parents: readonly string[];
}

export const GROUP = "authentik_group";
export const USER = "authentik_user";

/** Whether an account is a person's, and no service's. */
export function isPerson({ type, values }: Pick<PlannedObject, "type" | "values">): boolean {
  return type === USER && values.type !== "service_account" && values.type !== "internal_service_account";
}

/** People and groups on one side of a change, over all stacks of a site that are known; groups go by their names. */
export class Directory {
  private readonly managed = new Map<string, KnownGroup>();
  private readonly lookedUp = new Map<string, KnownGroup>();
  private readonly names = new Map<string, string>();
  /** Groups that some stack owns, whether they are there on this side or not: what a lookup says of them is older. */
  private readonly owned = new Set<string>();
  private readonly rights = new Map<string, boolean>();
  private inside: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  private opened: ReadonlyMap<string, ReadonlySet<string>> | undefined;

  constructor(
    private readonly side: Side,
    private readonly plans: readonly Plan[],
  ) {
    const groups = plans.flatMap((plan) => ofType(plan[side], GROUP).map((group) => ({ group, objects: plan[side] })));
    for (const { name, values } of groups.map(({ group }) => group)) {
      if (name !== undefined && typeof values.id === "string") this.names.set(values.id, name);
    }
    for (const { group, objects } of groups) {
      if (group.name === undefined) continue;
      const known = {
        isSuperuser: group.values.is_superuser === true,
        parents: this.groupsIn(group, "parents", objects),
      };
      (group.mode === "managed" ? this.managed : this.lookedUp).set(group.name, known);
    }
    const sides = plans.flatMap(({ before, after }) => [...ofType(before, GROUP), ...ofType(after, GROUP)]);
    for (const { mode, name } of sides) if (mode === "managed" && name !== undefined) this.owned.add(name);
  }

  /** Whether members of a group may do everything, by the group itself or one above it. */
  isSuperuserGroup(name: string): boolean {
    const known = this.rights.get(name);
    if (known !== undefined) return known;
    this.rights.set(name, false);
    const group = this.group(name);
    const is =
      group !== undefined && (group.isSuperuser || group.parents.some((parent) => this.isSuperuserGroup(parent)));
    this.rights.set(name, is);
    return is;
  }

  /** Active people who may do everything and open the admin interface, which takes internal accounts only. */
  superusers(): PlannedObject[] {
    return this.people().flatMap(({ person, groups }) => {
      const { type, is_active: active, username } = person.values;
      if (active === false || type === "external" || username === "akadmin") return [];
      return groups.some((name) => this.isSuperuserGroup(name)) ? [person] : [];
    });
  }

  /** Addresses of the people in a group itself. */
  members(group: string): ReadonlySet<string> {
    this.inside ??= gather(this.people().map(({ person, groups }) => [person.address, groups]));
    return this.inside.get(group) ?? new Set();
  }

  /** What a group's bindings open, as text to compare. */
  openedBy(group: string): ReadonlySet<string> {
    this.opened ??= gather(
      this.plans.flatMap((plan) =>
        ofType(plan[this.side], "authentik_policy_binding").map((binding) => {
          const target = JSON.stringify([binding.values.target, binding.unknown.get("target")]);
          return [target, this.groupsIn(binding, "group", plan[this.side])] as const;
        }),
      ),
    );
    return this.opened.get(group) ?? new Set();
  }

  /** Names of the groups above a group. */
  parents(group: string): readonly string[] {
    return this.group(group)?.parents ?? [];
  }

  private group(name: string): KnownGroup | undefined {
    return this.managed.get(name) ?? (this.owned.has(name) ? undefined : this.lookedUp.get(name));
  }

  private people(): { readonly person: PlannedObject; readonly groups: readonly string[] }[] {
    return this.plans.flatMap((plan) =>
      ofType(plan[this.side], USER)
        .filter((user) => user.mode === "managed" && isPerson(user))
        .map((person) => ({ person, groups: this.groupsIn(person, "groups", plan[this.side]) })),
    );
  }

  /** Names of the groups an attribute points at, by uuid where that is known, else by what it is made from. */
  private groupsIn({ values, unknown }: PlannedObject, attribute: string, objects: Objects): string[] {
    const ids = [values[attribute]].flat().filter((id) => typeof id === "string");
    const names = [
      ...ids.map((id) => this.names.get(id)),
      ...(unknown.get(attribute) ?? []).map((address) => objects.get(address)?.name),
    ];
    return [...new Set(names.filter((name) => name !== undefined))];
  }
}

/** What points at groups, by group. */
function gather(pointing: readonly (readonly [string, readonly string[]])[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [one, groups] of pointing) {
    for (const group of groups) found.set(group, (found.get(group) ?? new Set()).add(one));
  }
  return found;
}

function ofType(objects: Objects, type: string): PlannedObject[] {
  return [...objects.values()].filter((object) => object.type === type);
}
