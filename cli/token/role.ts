import { RbacApi } from "@goauthentik/api/dist/apis/RbacApi";
import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import type { ModelEnum } from "@goauthentik/api/dist/models/ModelEnum";
import { ApiError } from "../../api/api-error";
import type { Authentik } from "../../api/authentik";
import { pages } from "../../api/pages";
import { show } from "../../config/problems";
import { Failure } from "../../delivery/failure";
import { noted, sendOnce } from "../writes";

/** A right to one object. */
export interface ObjectRight {
  readonly permission: string;
  readonly model: ModelEnum;
  readonly pk: string;
}

/**
 * The uuid of a role, made when there is none of its name.
 * @throws Failure when somebody beside the account has it, and would get its rights
 */
export async function makeRole(authentik: Authentik, name: string, username: string): Promise<string> {
  const rbac = authentik.use(RbacApi);
  const find = async (): Promise<string | undefined> =>
    (await rbac.rbacRolesList({ name })).results.find((role) => role.name === name)?.pk;
  const make = async (): Promise<string> => (await rbac.rbacRolesCreate({ roleRequest: { name } })).pk;
  const role = await find();
  if (role === undefined) return sendOnce(`the role ${show(name)} was made`, make, find);
  const others = await holdersOf(authentik, role, username);
  if (others.length === 0) return role;
  throw new Failure(
    `token: the role ${show(name)} must be that of ${show(username)} alone, got also ${others.join(", ")}; take it from them, or delete it if nobody needs it`,
  );
}

/** Who has a role beside an account. */
async function holdersOf(authentik: Authentik, role: string, username: string): Promise<string[]> {
  const core = authentik.use(CoreApi);
  const found: string[] = [];
  for await (const user of pages((page) => core.coreUsersList({ ...page, rolesByPk: [role], includeGroups: false }))) {
    if (user.username !== username) found.push(show(user.username));
  }
  for await (const group of pages((page) => core.coreGroupsList({ ...page, includeUsers: false }))) {
    if (group.roles?.includes(role) === true) found.push(`the group ${show(group.name)}`);
  }
  return found;
}

/**
 * Gives a role rights, and sees that it has no others.
 * @throws Failure when it has others
 */
export async function grant(
  authentik: Authentik,
  role: { readonly name: string; readonly pk: string },
  permissions: readonly string[],
): Promise<void> {
  const has = await rightsOf(authentik, role.pk);
  refuseOthers(role.name, has, permissions);
  // What authentik does not list is given again, which changes nothing.
  const missing = permissions.filter((permission) => !has.includes(permission));
  if (missing.length === 0) return;
  await sendOnce(
    `the role ${show(role.name)} was given its rights`,
    () => assign(authentik, role.pk, { permissions: missing }),
    async () => {
      const now = await rightsOf(authentik, role.pk);
      return missing.every((permission) => now.includes(permission) || !isListed(permission)) ? true : undefined;
    },
  );
}

/**
 * Gives a role a right to one object, and sees that it has no others. For an object that is gone authentik gives the right
 * to all of its kind; that is taken back.
 * @param find the object's pk, read again just before
 * @throws Failure when the role has other rights, or has this one to more than the object
 */
export async function grantOn(
  authentik: Authentik,
  role: { readonly name: string; readonly pk: string },
  { model, permission }: Pick<ObjectRight, "model" | "permission">,
  find: () => Promise<string>,
): Promise<void> {
  const pk = await find();
  const wanted = `${permission} on ${pk}`;
  const has = await rightsOf(authentik, role.pk);
  refuseOthers(role.name, has, [wanted]);
  if (!has.includes(wanted)) {
    await sendOnce(
      `the role ${show(role.name)} was given its right`,
      () => assign(authentik, role.pk, { permissions: [permission], model, objectPk: pk }),
      async () => ((await rightsOf(authentik, role.pk)).length > 0 ? true : undefined),
    );
  }
  const given = await rightsOf(authentik, role.pk);
  if (given.length === 1 && given[0] === wanted) return;
  const isForAll = given.includes(permission);
  if (isForAll) await takeBack(authentik, role, permission);
  const remedy = isForAll ? "the right to all of them was taken back: see" : "see";
  throw new Failure(
    `token: the role ${show(role.name)} must have ${wanted} alone, got ${given.join(", ") || "nothing"}; ${remedy} whether the app is being replaced`,
  );
}

/** Takes a right to all objects of a kind from a role; whoever cannot says that it is there. */
async function takeBack(
  authentik: Authentik,
  role: { readonly name: string; readonly pk: string },
  permission: string,
): Promise<void> {
  try {
    await authentik.use(RbacApi).rbacPermissionsAssignedByRolesUnassignPartialUpdate({
      uuid: role.pk,
      patchedPermissionAssignRequest: { permissions: [permission] },
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw noted(
      error,
      `the role ${show(role.name)} may have ${permission} on everything now, and not on one app: take that from it in authentik at once`,
    );
  }
}

function refuseOthers(name: string, has: readonly string[], wanted: readonly string[]): void {
  const others = has.filter((permission) => !wanted.includes(permission));
  if (others.length === 0) return;
  throw new Failure(
    `token: the role ${show(name)} must have what this account needs and no more, got also ${others.join(", ")}; take that from it, or delete it if nobody needs it`,
  );
}

async function assign(
  authentik: Authentik,
  uuid: string,
  permissionAssignRequest: { permissions: string[]; model?: ModelEnum; objectPk?: string },
): Promise<true> {
  await authentik.use(RbacApi).rbacPermissionsAssignedByRolesAssign({ uuid, permissionAssignRequest });
  return true;
}

function isListed(permission: string): boolean {
  return permission.startsWith("authentik_");
}

/** What a role may do, such as `authentik_core.view_user`, or for one object `… on 7`; of other apps authentik says nothing. */
async function rightsOf(authentik: Authentik, role: string): Promise<string[]> {
  const rbac = authentik.use(RbacApi);
  const found: string[] = [];
  for await (const { appLabel, codename } of pages((page) => rbac.rbacPermissionsList({ ...page, role }))) {
    found.push(`${appLabel}.${codename}`);
  }
  for await (const { appLabel, codename, objectPk } of pages((page) =>
    rbac.rbacPermissionsRolesList({ ...page, uuid: role }),
  )) {
    found.push(`${appLabel}.${codename} on ${objectPk}`);
  }
  return found;
}

/** Gives an account a role, which is when it may do anything. */
export async function giveRole(authentik: Authentik, uuid: string, account: number): Promise<void> {
  await sendOnce(
    "the account was given its role",
    async () => {
      await authentik
        .use(RbacApi)
        .rbacRolesAddUserCreate({ uuid, userAccountSerializerForRoleRequest: { pk: account } });
      return true;
    },
    async () => {
      const { roles = [] } = await authentik.use(CoreApi).coreUsersRetrieve({ id: account });
      return roles.includes(uuid) ? true : undefined;
    },
  );
}
