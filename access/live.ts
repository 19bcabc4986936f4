import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import type { Authentik } from "../api/authentik";
import { pages } from "../api/pages";
import { Access } from "./decide";
import type { Member } from "./decide";
import { superuserText } from "./words";
import { sorted } from "./world";
import type { Group, World } from "./world";

/** Somebody whom authentik knows and the site does not. */
export interface LivePerson {
  readonly username: string;
  readonly name: string;
  readonly active: boolean;
  readonly groups: readonly string[];
  /** How they are superuser, in words. */
  readonly superuser?: string | undefined;
  /** Names of the apps they may open, and of those that decide at login. */
  readonly opens: readonly string[];
  readonly atLogin: readonly string[];
}

/**
 * People who exist in authentik alone, and what they may open by the groups they are in there.
 * @throws ApiError when authentik cannot be asked
 */
export async function onlyThere(authentik: Authentik, world: World): Promise<LivePerson[]> {
  const core = authentik.use(CoreApi);
  const access = new Access({ ...world, groups: [...world.groups, ...(await otherGroups(core, world))] });
  const known = new Set([...world.people, ...world.machines].map(({ username }) => username));
  const found: LivePerson[] = [];
  for await (const user of pages((page) => core.coreUsersList({ ...page, includeGroups: true }))) {
    if (known.has(user.username) || (user.type ?? "").includes("service_account")) continue;
    const groups = (user.groupsObj ?? []).map(({ name }) => name).sort();
    const member: Member = { username: user.username, active: user.isActive !== false, groups };
    const appsOf = (verdict: string): string[] =>
      world.apps.filter((app) => access.verdict(member, app) === verdict).map(({ name }) => name);
    found.push({
      username: user.username,
      name: user.name,
      active: member.active,
      groups,
      superuser: superuserText(access.superuserBy(member)),
      opens: appsOf("open"),
      atLogin: appsOf("at login"),
    });
  }
  return sorted(found, ({ username }) => username);
}

/** Groups the site does not make, with the groups above them. */
async function otherGroups(core: CoreApi, world: World): Promise<Group[]> {
  const made = new Set(world.groups.filter(({ address }) => address !== undefined).map(({ name }) => name));
  const found: Group[] = [];
  for await (const group of pages((page) =>
    core.coreGroupsList({ ...page, includeUsers: false, includeParents: true }),
  )) {
    if (made.has(group.name)) continue;
    const parents = (group.parentsObj ?? []).map(({ name }) => name);
    found.push({ name: group.name, superuser: group.isSuperuser === true, parents });
  }
  return found;
}
