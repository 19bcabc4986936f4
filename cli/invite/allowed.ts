import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import { FlowsApi } from "@goauthentik/api/dist/apis/FlowsApi";
import type { User } from "@goauthentik/api/dist/models/User";
import type { Authentik } from "../../api/authentik";
import { pages } from "../../api/pages";
import { ENROLLMENT_FLOW } from "../../config/flow-names";
import type { Site } from "../../config/load";
import { suggest } from "../../config/names";
import { show } from "../../config/problems";
import { Failure } from "../../delivery/failure";
import { accountNamed, entryOf } from "../accounts";
import { groupName } from "../live-groups";
import type { LiveGroups } from "../live-groups";
import { named, until } from "./invitations";
import type { CreateOptions } from "./options";

type Enrollment = NonNullable<Site["enrollment"]>;

/** The site's enrollment, if it reads invitations. */
export function invitedTo(site: Site): Enrollment {
  const { enrollment } = site;
  if (enrollment === undefined) {
    throw new Failure(
      'invite: the site must have an enrollment, got none; give it enrollment: { by: "invitation" } and deploy',
    );
  }
  if (enrollment.by !== "open") return enrollment;
  throw new Failure(
    `invite: enrollment.by must be "invitation" or "social", got "open"; no invitation is asked for there: send people to ${enrollmentLink(site)}`,
  );
}

/** Where people enroll. */
export function enrollmentLink({ authentik }: Site): string {
  return `${authentik.url.replace(/\/+$/, "")}/if/flow/${ENROLLMENT_FLOW}/`;
}

/** Names of groups by their keys, each once. */
export function groupNames(site: Site, { assignableGroups }: Enrollment, keys: readonly string[]): string[] {
  const problems = keys
    .filter((key) => !assignableGroups.includes(key))
    .map((key) => {
      const remedy = Object.hasOwn(site.groups, key) ? "add it there and deploy" : suggest(key, assignableGroups);
      return `invite: --group must be one of enrollment.assignableGroups, got ${show(key)}; ${remedy}`;
    });
  if (problems.length > 0) throw new Failure([...new Set(problems)].join("\n"), 2);
  return [...new Set(keys)].map((key) => groupName(site, key));
}

/** Refuses the username and the address of somebody of users.json, in whatever case, as the form would. */
export function refuseWhoIsListed(site: Site, { email, username }: CreateOptions): void {
  for (const [option, given] of [["--username", username] as const, ["--email", email] as const]) {
    const person = site.people.find((one) => given !== undefined && answersTo(one, given));
    const entry = person === undefined ? undefined : entryOf(site, person.username);
    if (entry === undefined) continue;
    throw new Failure(
      `invite: ${option} must be new, got ${show(given)}, which is at ${entry}; they need no invitation, but a link: authentik-iac recovery-link`,
    );
  }
}

/** Whether somebody has a username or an address, in whatever case. */
function answersTo({ email, username }: { readonly email?: string; readonly username: string }, text: string): boolean {
  return [username, email].some((own) => own?.toLowerCase() === text.toLowerCase());
}

/** Who has a username or an address, in whatever case. */
async function whoAnswersTo(core: CoreApi, text: string): Promise<User | undefined> {
  const exact = await accountNamed(core, text);
  if (exact !== undefined) return exact;
  const [owner] = (await core.coreUsersList({ email: text })).results;
  if (owner !== undefined) return owner;
  const some = { search: text, includeGroups: false, includeRoles: false };
  for await (const user of pages((page) => core.coreUsersList({ ...page, ...some }))) {
    if (answersTo(user, text)) return user;
  }
  return undefined;
}

/** The uuid of the enrollment. */
export async function flowOf(authentik: Authentik): Promise<string> {
  const { results } = await authentik.use(FlowsApi).flowsInstancesList({ slug: ENROLLMENT_FLOW });
  const flow = results.find(({ slug }) => slug === ENROLLMENT_FLOW);
  if (flow !== undefined) return flow.pk;
  throw new Failure(`invite: authentik must have the flow ${ENROLLMENT_FLOW}, got none; deploy first`);
}

/** Refuses groups that the enrollment leaves out without a word. */
export function checkLive(live: LiveGroups, groups: readonly string[]): void {
  const problems = groups.flatMap((name) => {
    if (live.named(name) === undefined) {
      return [`invite: the group ${show(name)} must be in authentik, got none; deploy first`];
    }
    const by = live.superuserBy(name) ?? live.rolesBy(name);
    if (by === undefined) return [];
    const how = by === name ? "itself" : `through ${show(by)} above it`;
    return [
      `invite: the group ${show(name)} must make no superusers and hold no roles, got one that does, ${how}; the enrollment would leave it out: take that away in authentik`,
    ];
  });
  if (problems.length > 0) throw new Failure(problems.join("\n"));
}

/** Refuses names that the form would not take. */
export async function refuseWhoIsThere(authentik: Authentik, { email, username }: CreateOptions): Promise<void> {
  const core = authentik.use(CoreApi);
  const namesake = username === undefined ? undefined : await whoAnswersTo(core, username);
  if (namesake !== undefined) {
    const as = namesake.username === username ? "" : ` as that of ${show(namesake.username)}`;
    const remedy = "choose another, or add them to groups: authentik-iac assign";
    throw new Failure(`invite: --username must be new, got ${show(username)}, which authentik has${as}; ${remedy}`);
  }
  const owner = email === undefined ? undefined : await whoAnswersTo(core, email);
  if (owner === undefined) return;
  const remedy = "the form would refuse it: add them to groups, authentik-iac assign";
  throw new Failure(
    `invite: --email must be new, got ${show(email)}, which is that of ${show(owner.username)}; ${remedy}`,
  );
}

/** Refuses a name by which an invitation could not be told from another. */
export async function refuseTaken(authentik: Authentik, name: string): Promise<void> {
  const [taken] = await named(authentik, name);
  if (taken === undefined) return;
  throw new Failure(
    `invite: --name must be new, got ${show(name)}, of which there is one ${until(taken.expires)}; choose another, or revoke that one`,
  );
}
