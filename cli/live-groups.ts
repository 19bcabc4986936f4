import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import type { Authentik } from "../api/authentik";
import { pages } from "../api/pages";
import type { Site } from "../config/load";
import { show } from "../config/problems";
import { Failure } from "../delivery/failure";

/** A group as it is in authentik. */
export interface LiveGroup {
  readonly pk: string;
  readonly name: string;
  readonly superuser: boolean;
  readonly parents: readonly string[];
  readonly hasRoles: boolean;
}

/** The groups of an instance, by name. */
export class LiveGroups {
  private readonly byName: ReadonlyMap<string, LiveGroup>;
  private readonly byPk: ReadonlyMap<string, LiveGroup>;

  private constructor(
    groups: readonly LiveGroup[],
    private readonly site: Site,
  ) {
    this.byName = new Map(groups.map((group) => [group.name, group]));
    this.byPk = new Map(groups.map((group) => [group.pk, group]));
  }

  /**
   * Reads all groups of an instance.
   * @param site whose groups count as what they will be as well as what they are
   * @throws Failure when one is above another and cannot be seen, so that nobody knows what it gives
   */
  static async read(authentik: Authentik, site: Site): Promise<LiveGroups> {
    const core = authentik.use(CoreApi);
    const groups: LiveGroup[] = [];
    for await (const { isSuperuser, name, parents, pk, roles } of pages((page) =>
      core.coreGroupsList({ ...page, includeUsers: false }),
    )) {
      const hasRoles = (roles ?? []).length > 0;
      groups.push({ pk, name, superuser: isSuperuser === true, parents: parents ?? [], hasRoles });
    }
    const seen = new Set(groups.map(({ pk }) => pk));
    const below = groups.find(({ parents }) => parents.some((pk) => !seen.has(pk)));
    if (below === undefined) return new LiveGroups(groups, site);
    throw new Failure(
      `authentik: the token must be allowed to see every group, got one that does not see what is above ${show(below.name)}; use a superuser's, or run it again if a group was just deleted`,
    );
  }

  /** The names of all of them. */
  get names(): string[] {
    return [...this.byName.keys()];
  }

  named(name: string): LiveGroup | undefined {
    return this.byName.get(name);
  }

  /** The name of the group by which members of a group are superusers: itself, or one above it. */
  superuserBy(name: string): string | undefined {
    return this.above(name, (one) => this.byName.get(one)?.superuser === true || this.ofSite(one)?.superuser === true);
  }

  /** The name of the group by which members of a group hold roles: itself, or one above it. */
  rolesBy(name: string): string | undefined {
    return this.above(name, (one) => this.byName.get(one)?.hasRoles === true);
  }

  /** The nearest group of which something is true, from a group upwards. */
  private above(name: string, is: (name: string) => boolean): string | undefined {
    const seen = new Set([name]);
    for (const one of seen) {
      if (is(one)) return one;
      for (const parent of this.parentsOf(one)) seen.add(parent);
    }
    return undefined;
  }

  private parentsOf(name: string): string[] {
    const live = this.byName.get(name)?.parents.flatMap((pk) => this.byPk.get(pk)?.name ?? []) ?? [];
    const planned = this.ofSite(name)?.parents.map((key) => groupName(this.site, key)) ?? [];
    return [...live, ...planned];
  }

  private ofSite(name: string): Site["groups"][string] | undefined {
    return Object.entries(this.site.groups).find(([key]) => groupName(this.site, key) === name)?.[1];
  }
}

/** What authentik calls a group of the site. */
export function groupName({ groups }: Site, key: string): string {
  return Object.hasOwn(groups, key) ? (groups[key]?.name ?? key) : key;
}
