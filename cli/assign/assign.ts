import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import type { User } from "@goauthentik/api/dist/models/User";
import { ApiError } from "../../api/api-error";
import type { Site } from "../../config/load";
import { suggest } from "../../config/names";
import { show } from "../../config/problems";
import { Failure } from "../../delivery/failure";
import { visible } from "../../delivery/visible";
import { entryOf, findAccount, isService } from "../accounts";
import type { Context, Outcome } from "../command";
import { groupName, LiveGroups } from "../live-groups";
import type { LiveGroup } from "../live-groups";
import { sendOnce } from "../writes";

export interface AssignOptions {
  /** Whether groups may make superusers.  @default false */
  readonly allowSuperuser?: boolean;
}

/** What became of one group. */
interface Result {
  readonly group: string;
  readonly state: "added" | "already" | "failed" | "untried";
  /** Why it failed. */
  readonly error?: string;
}

/**
 * Adds an account to groups, one after the other, and changes no other member of any.
 * @throws Failure before anything is changed, on people of users.json, machines, and groups that are not there or give too much
 * @throws ApiError when there is one group, and nobody could be added to it
 */
export async function assign(
  context: Context,
  username: string,
  names: readonly string[],
  { allowSuperuser = false }: AssignOptions,
): Promise<Outcome> {
  const site = context.site();
  refuseWhoIsListed(site, username);
  const account = await findAccount(context, "assign", username);
  if (isService(account)) {
    const rule = "must be a person's";
    const remedy = "groups of machines are set where their accounts are made";
    throw new Failure(`assign: the account ${rule}, got the service account ${show(username)}; ${remedy}`);
  }
  const authentik = await context.authentik();
  const live = await context.progress.step("reading the groups", () => LiveGroups.read(authentik, site));
  const groups = chosen(site, live, names, allowSuperuser);
  for (const { name } of groups) warnOfRoles(context, live, name);
  return outcome(account, await addTo(context, authentik.use(CoreApi), account, groups));
}

function refuseWhoIsListed(site: Site, username: string): void {
  const entry = entryOf(site, username);
  if (entry === undefined) return;
  throw new Failure(
    `assign: ${show(username)} must not be in ${site.users ?? "users.json"}, got an entry at ${entry}; edit its "groups" there and deploy: the next apply would take away what is given here`,
  );
}

/** The groups that are asked for, each once. */
function chosen(site: Site, live: LiveGroups, names: readonly string[], allowSuperuser: boolean): LiveGroup[] {
  const found = names.map((name): LiveGroup | string => {
    const group = live.named(groupName(site, name));
    if (group === undefined) return missing(site, live, name);
    const superuser = live.superuserBy(group.name);
    return superuser === undefined || allowSuperuser ? group : tooMuch(group.name, superuser);
  });
  const problems = found.filter((one) => typeof one === "string");
  if (problems.length > 0) throw new Failure([...new Set(problems)].join("\n"));
  return [...new Set(found.filter((one) => typeof one !== "string"))];
}

function missing(site: Site, live: LiveGroups, name: string): string {
  const keys = Object.keys(site.groups);
  if (keys.includes(name)) {
    return `assign: the group ${show(name)} must be in authentik, got none called ${show(groupName(site, name))}; deploy first`;
  }
  const known = [...new Set([...keys, ...live.names])];
  return `assign: the group must be one of the site or of authentik, got ${show(name)}; ${suggest(name, known)}`;
}

function tooMuch(name: string, by: string): string {
  const how = by === name ? "itself" : `through ${show(by)} above it`;
  return `assign: the group must make no superusers, got ${show(name)}, which does, ${how}; give --allow-superuser if they are to do everything`;
}

function warnOfRoles(context: Context, live: LiveGroups, name: string): void {
  const by = live.rolesBy(name);
  if (by === undefined) return;
  const how = by === name ? "" : ` through ${visible(by)} above it`;
  context.progress.say(`${visible(name)} holds roles${how}: its members may do what these allow`);
}

/** Adds to one group after the other until one fails. */
async function addTo(context: Context, core: CoreApi, account: User, groups: readonly LiveGroup[]): Promise<Result[]> {
  const results: Result[] = [];
  let failure: ApiError | undefined;
  for (const { name, pk } of groups) {
    if (account.groups?.includes(pk)) results.push({ group: name, state: "already" });
    else if (failure !== undefined) results.push({ group: name, state: "untried" });
    else {
      try {
        await context.progress.step(`adding to ${visible(name)}`, () => add(core, account, { name, pk }));
        results.push({ group: name, state: "added" });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        failure = error;
        results.push({ group: name, state: "failed", error: error.message });
      }
    }
  }
  const isAlone = groups.length === 1;
  if (failure !== undefined && isAlone) throw failure;
  return results;
}

function add(core: CoreApi, { pk: id, username }: User, group: Pick<LiveGroup, "name" | "pk">): Promise<unknown> {
  return sendOnce(
    `${show(username)} was added to ${show(group.name)}`,
    async () => {
      await core.coreGroupsAddUserCreate({ groupUuid: group.pk, userAccountRequest: { pk: id } });
      return true;
    },
    async () => {
      const { groups = [] } = await core.coreUsersRetrieve({ id });
      return groups.includes(group.pk) ? true : undefined;
    },
  );
}

const WORDS: Readonly<Record<Result["state"], string>> = {
  added: "added to",
  already: "was already in",
  failed: "not added to",
  untried: "not tried",
};

function outcome({ isActive, name, username }: User, groups: readonly Result[]): Outcome {
  const active = isActive !== false;
  const lines = groups.map(({ error, group, state }) => {
    const why = error === undefined ? "" : `: ${error}`;
    return `${visible(username)}: ${WORDS[state]} ${visible(group)}${why}`;
  });
  if (!active) lines.push(`${visible(username)} is not active, and signs in nowhere`);
  return {
    document: { username, name, active, groups },
    text: lines.join("\n"),
    problems: groups.some(({ state }) => state === "failed"),
  };
}
