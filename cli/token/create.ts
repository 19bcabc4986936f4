import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import { ProvidersApi } from "@goauthentik/api/dist/apis/ProvidersApi";
import type { User } from "@goauthentik/api/dist/models/User";
import type { Authentik } from "../../api/authentik";
import { show } from "../../config/problems";
import { Failure } from "../../delivery/failure";
import type { Context, Outcome } from "../command";
import { sendOnce } from "../writes";
import { keyOf, makeAccount, makeToken, ownAccount, renewKey, requireSuperuser } from "./account";
import { letIn } from "./app";
import { Making } from "./making";
import { outcome } from "./outcome";
import { checkWish, planFor } from "./purposes";
import type { CreateOptions } from "./options";
import type { Plan } from "./purposes";
import { giveRole, grant, grantOn, makeRole } from "./role";

/** What the parts of an account are called. */
export interface Names {
  readonly username: string;
  /** Identifier of its token, and name of its role or group; those of the stacks begin with `iac-`. */
  readonly own: string;
}

/**
 * Makes an account for a machine, with what it needs and no more, and shows its key. What lets it do anything comes last:
 * whatever is left of a command that broke off may do nothing, and the next one goes on from there.
 * @throws Failure when the site does without, when the account is there, or is somebody else's
 * @throws ApiError saying what is there and what is not
 */
export async function create(context: Context, options: CreateOptions): Promise<Outcome> {
  const site = context.site();
  checkWish(site, options);
  const authentik = await context.authentik();
  await context.progress.step("looking whose token this is", () => requireSuperuser(authentik));
  const plan = await context.progress.step("looking what it needs", () => planFor(authentik, site, options));
  const end = options.name === undefined ? options.for : `${options.for}-${options.name}`;
  const names = { username: `iac-${end}`, own: `authentik-iac-${end}` };
  const before = await ownAccount(authentik, names.username, options.for);
  const isComplete = checkFound(names, plan, before, options);
  const key = await make({ authentik, context, isComplete, names, plan, purpose: options.for });
  return outcome(site, options, plan, names, key);
}

/** Refuses an account that may do more than it was made for, or can do nothing. */
function refuseChanged({ own, username }: Names, { groupsObj, isActive, rolesObj }: User): void {
  const others = [
    ...(groupsObj ?? []).flatMap(({ name }) => (name === own ? [] : [`the group ${show(name)}`])),
    ...(rolesObj ?? []).flatMap(({ name }) => (name === own ? [] : [`the role ${show(name)}`])),
  ];
  const remedy = "take that back in authentik first, or make another with --name";
  if (others.length > 0) {
    throw new Failure(
      `token: the account ${show(username)} must have what it needs and no more, got also ${others.join(", ")}; ${remedy}`,
    );
  }
  if (isActive !== false) return;
  throw new Failure(`token: the account ${show(username)} must be active, got one that was shut out; ${remedy}`);
}

/** Whether an account has all it needs; one that has it, its key was shown. */
function checkFound(
  { own, username }: Names,
  { superuser }: Plan,
  before: User | undefined,
  { rotate = false }: CreateOptions,
): boolean {
  const name = show(username);
  if (before === undefined) {
    if (!rotate) return false;
    throw new Failure(`token: --rotate must find the account ${name}, got none; leave it out to make one`);
  }
  refuseChanged({ own, username }, before);
  const isSuperuser = before.groupsObj?.some((group) => group.name === own) === true;
  const hasRole = before.rolesObj?.some((role) => role.name === own) === true;
  if (superuser ? hasRole : isSuperuser) {
    const how = superuser ? "without" : "with";
    throw new Failure(
      `token: the account ${name} must be made as it was, ${how} --superuser, got the opposite; delete it in authentik first, or make another with --name`,
    );
  }
  const isComplete = isSuperuser || hasRole;
  if (!isComplete || rotate) return isComplete;
  throw new Failure(
    `token: the account ${name} must not be there yet, got one with all it needs; --rotate gives it another key, and --name makes another account`,
  );
}

interface Wanted {
  readonly authentik: Authentik;
  readonly context: Context;
  readonly isComplete: boolean;
  readonly names: Names;
  readonly plan: Plan;
  readonly purpose: string;
}

/** Makes what is not there, and returns the key. */
async function make({ authentik, context, isComplete, names, plan, purpose }: Wanted): Promise<string> {
  const { own, username } = names;
  const { intent, target } = plan;
  const parts = partsOf(plan, names, isComplete);
  const making = new Making(context.progress, Object.values(parts));
  const power = await making.part(parts.power, () =>
    plan.superuser ? makeGroup(authentik, own) : makeRole(authentik, own, username),
  );
  await making.part(parts.rights, () => giveRights(authentik, plan, { name: own, pk: power }));
  const account = await making.part(parts.account, () => makeAccount(authentik, username, purpose));
  if (target !== undefined) await making.part(parts.binding, () => letIn(authentik, target, account.pk));
  await making.part(parts.token, () => makeToken(authentik, account, { identifier: own, intent }));
  const key = await making.part(parts.key, () => (isComplete ? renewKey : keyOf)(authentik, own));
  if (isComplete) return key;
  await making.part(parts.last, () =>
    plan.superuser ? join(authentik, power, account.pk) : giveRole(authentik, power, account.pk),
  );
  return key;
}

/** What is made, in its order, in words. */
function partsOf({ superuser, target }: Plan, { own, username }: Names, isComplete: boolean): Parts {
  const power = superuser ? "group" : "role";
  return {
    power: `the ${power} ${own}`,
    rights: superuser ? "" : "its rights",
    account: `the account ${username}`,
    binding: target === undefined ? "" : `its way into ${target.slug}`,
    token: `the token ${own}`,
    key: isComplete ? "another key" : "the key",
    last: isComplete ? "" : `its place in the ${power}`,
  };
}

/** Parts that are not made have no words. */
type Parts = Readonly<Record<"account" | "binding" | "key" | "last" | "power" | "rights" | "token", string>>;

async function giveRights(
  authentik: Authentik,
  { on, permissions, superuser, target }: Plan,
  role: { readonly name: string; readonly pk: string },
): Promise<void> {
  if (superuser) return;
  if (on === undefined || target === undefined) return grant(authentik, role, permissions);
  return grantOn(authentik, role, on, async () => {
    const { pk } = await authentik.use(ProvidersApi).providersLdapRetrieve({ id: target.provider });
    return String(pk);
  });
}

/** The uuid of the group whose members are superusers, made when there is none. */
async function makeGroup(authentik: Authentik, name: string): Promise<string> {
  const core = authentik.use(CoreApi);
  const find = async (): Promise<string | undefined> => {
    const { results } = await core.coreGroupsList({ name, includeUsers: false });
    const group = results.find((one) => one.name === name);
    if (group === undefined || group.isSuperuser === true) return group?.pk;
    throw new Failure(
      `token: the group ${show(name)} must make superusers, got one that does not; delete it if nobody needs it`,
    );
  };
  const make = async (): Promise<string> =>
    (await core.coreGroupsCreate({ groupRequest: { name, isSuperuser: true } })).pk;
  return (await find()) ?? sendOnce(`the group ${show(name)} was made`, make, find);
}

async function join(authentik: Authentik, groupUuid: string, pk: number): Promise<void> {
  const core = authentik.use(CoreApi);
  await sendOnce(
    "the account was put into its group",
    async () => {
      await core.coreGroupsAddUserCreate({ groupUuid, userAccountRequest: { pk } });
      return true;
    },
    async () => ((await core.coreUsersRetrieve({ id: pk })).groups?.includes(groupUuid) === true ? true : undefined),
  );
}
