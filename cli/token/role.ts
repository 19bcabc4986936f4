import { RbacApi } from "@goauthentik/api/dist/apis/RbacApi";
import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import type { ModelEnum } from "@goauthentik/api/dist/models/ModelEnum";
import type { Authentik } from "../../api/authentik";
import { pages } from "../../api/pages";
import { show } from "../../config/problems";
import { Failure } from "../../delivery/failure";
import { sendOnce } from "../writes";

/** A right to one object. */
export interface ObjectRight {
  readonly permission: string;
  readonly model: ModelEnum;
  readonly pk: string;
}

/** The uuid of a role, made when there is none of its name. */
export async function makeRole(authentik: Authentik, name: string): Promise<string> {
  const rbac = authentik.use(RbacApi);
  const find = async (): Promise<string | undefined> =>
    (await rbac.rbacRolesList({ name })).results.find((role) => role.name === name)?.pk;
  const make = async (): Promise<string> => (await rbac.rbacRolesCreate({ roleRequest: { name } })).pk;
  return (await find()) ?? sendOnce(`the role ${show(name)} was made`, make, find);
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
  if (given.includes(permission)) {
    await authentik.use(RbacApi).rbacPermissionsAssignedByRolesUnassignPartialUpdate({
      uuid: role.pk,
      patchedPermissionAssignRequest: { permissions: [permission] },
    });
  }
  throw new Failure(
    `token: the role ${show(role.name)} must have ${wanted} alone, got ${given.join(", ") || "nothing"}; a right to all of them was taken back: see whether the app is being replaced`,
  );
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
