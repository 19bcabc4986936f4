import type { Answer } from "./answer";
import { badRequest, notFound, nothing, ok, Refusal } from "./answer";
import { collectionAt } from "./collections";
import { schemaNamed } from "./document";
import { BROKEN } from "./http";
import { paginated } from "./listing";
import type { Request } from "./request";
import type { Stored, Values } from "./store";
import type { World } from "./world";

/** A right that a role has: to all objects of a model, or to one. */
interface Grant {
  readonly id: number;
  /** App label and codename, such as `authentik_core.view_user`. */
  readonly permission: string;
  /** App label and model, such as `authentik_core.user`. */
  readonly model: string;
  readonly object_pk?: string;
}

/** Models that have rights and are shown by no path of their own. */
const HIDDEN = [
  "auth.permission",
  "authentik_core.propertymapping",
  "authentik_core.provider",
  "authentik_core.source",
  "authentik_flows.stage",
  "authentik_outposts.outpostserviceconnection",
  "authentik_policies.policy",
  "guardian.rolemodelpermission",
  "guardian.roleobjectpermission",
];

/** Rights beside the four that every model has. */
const FURTHER: Readonly<Record<string, readonly string[]>> = {
  "authentik_core.group": [
    "add_user_to_group",
    "disable_group_superuser",
    "enable_group_superuser",
    "remove_user_from_group",
  ],
  "authentik_core.token": ["set_token_key", "view_token_key"],
  "authentik_core.user": ["impersonate", "reset_user_password"],
  "authentik_crypto.certificatekeypair": ["view_certificatekeypair_certificate", "view_certificatekeypair_key"],
  "authentik_flows.flow": ["clear_flow_cache", "export_flow", "inspect_flow"],
  "authentik_providers_ldap.ldapprovider": ["search_full_directory"],
  "authentik_rbac.role": ["assign_role_permissions", "unassign_role_permissions"],
  "authentik_rbac.systempermission": [
    "access_admin_interface",
    "edit_system_settings",
    "view_system_info",
    "view_system_settings",
  ],
};

const models = [...(schemaNamed("ModelEnum").enum ?? []).map(String), ...HIDDEN];

/** Every right by app label and codename, with its model. */
const RIGHTS: ReadonlyMap<string, string> = new Map([
  ...models.flatMap((model) =>
    ["add", "change", "delete", "view"].map((action): [string, string] => {
      const [app = "", name = ""] = model.split(".");
      return [`${app}.${action}_${name}`, model];
    }),
  ),
  ...Object.entries(FURTHER).flatMap(([model, codenames]) =>
    codenames.map((codename): [string, string] => [`${model.split(".")[0] ?? ""}.${codename}`, model]),
  ),
]);

function grantsOf(role: Stored): readonly Grant[] {
  return (role["grants"] as readonly Grant[] | undefined) ?? [];
}

function modelAt(world: World, model: string, pk: string): Stored | undefined {
  return world.store.collections
    .filter((collection) => collection.model.toLowerCase() === model.split(".")[1])
    .map(({ path }) => world.store.get([path], pk))
    .find((found) => found !== undefined);
}

interface Asked {
  readonly permissions: readonly string[];
  readonly model?: string;
  readonly object_pk?: string;
}

/** The rights a request names. For an object that is not there authentik takes all objects of the model. */
function asked(body: Values, world: World): Omit<Grant, "id">[] {
  const { permissions, model, object_pk: pk } = body as unknown as Asked;
  if ((model === undefined) !== (pk === undefined)) {
    throw badRequest({ non_field_errors: ["The fields model, object_pk must be used together."] });
  }
  if (model === undefined && permissions.some((name) => !name.includes("."))) {
    const text = "When assigning global permissions, codename must be given as app_label.codename";
    throw badRequest({ permissions: text });
  }
  const object = model === undefined || pk === undefined ? undefined : modelAt(world, model, pk);
  return permissions.map((name) => {
    const permission = name.includes(".") ? name : `${model?.split(".")[0] ?? ""}.${name}`;
    const of = RIGHTS.get(permission);
    if (of === undefined || (object !== undefined && of !== model)) throw new Refusal(BROKEN);
    return { permission, model: of, ...(object !== undefined && { object_pk: String(object.pk) }) };
  });
}

const same = (a: Omit<Grant, "id">, b: Omit<Grant, "id">): boolean =>
  a.permission === b.permission && a.object_pk === b.object_pk;

/** Gives a role rights; those it has stay as they are. */
export function assign(world: World, role: Stored, body: Values): Answer {
  const wanted = asked(body, world);
  const before = grantsOf(role);
  const last = Math.max(0, ...world.store.all("rbac/roles").flatMap((one) => grantsOf(one).map(({ id }) => id)));
  const added = wanted
    .filter((grant) => !before.some((known) => same(known, grant)))
    .map((grant, index): Grant => ({ ...grant, id: last + index + 1 }));
  const grants = [...before, ...added];
  world.change(collectionAt("rbac/roles"), role, { grants });
  return ok(wanted.map((grant) => ({ id: String(grants.find((one) => same(one, grant))?.id) })));
}

/** Takes rights from a role. */
export function unassign(world: World, role: Stored, body: Values): Answer {
  const gone = asked(body, world);
  const grants = grantsOf(role).filter((grant) => !gone.some((one) => same(one, grant)));
  world.change(collectionAt("rbac/roles"), role, { grants });
  return nothing;
}

function shown({ id, model, object_pk: pk, permission }: Grant): Values {
  const [app = "", codename = ""] = permission.split(".");
  const object = pk === undefined ? {} : { object_pk: pk };
  return { id, app_label: app, codename, model: model.split(".")[1] ?? "", name: `Can ${codename}`, ...object };
}

/** The roles that have a right to all objects of a model or to the one asked for, each with all it has. */
export function assignedByRoles({ query }: Request, world: World): Answer {
  const model = query.get("model");
  const pk = query.get("object_pk") ?? undefined;
  if (model === null) throw badRequest({ model: ["This field is required."] });
  const concerns = (grant: Grant): boolean =>
    grant.model === model && (grant.object_pk === undefined || grant.object_pk === pk);
  const search = (query.get("search") ?? "").toLowerCase();
  const roles = world.store
    .sorted("rbac/roles", "name", (a, b) => (String(a["name"]) < String(b["name"]) ? -1 : 1))
    .filter((role) => String(role["name"]).toLowerCase().includes(search) && grantsOf(role).some(concerns));
  return paginated(roles, query, world, (role) => ({
    role_pk: String(role.pk),
    name: role["name"],
    model_permissions: grantsOf(role).filter(isGlobal).map(shown),
    object_permissions: grantsOf(role)
      .filter((grant) => !isGlobal(grant))
      .map(shown),
  }));
}

/** Rights that authentik shows, those that a role has to all objects when it is named. */
export function rights({ query }: Request, world: World): Answer {
  const role = query.get("role");
  const granted =
    role === null ? undefined : grantsOf(world.store.get(["rbac/roles"], role) ?? { pk: role }).filter(isGlobal);
  const shownRights = [...RIGHTS]
    .map(([permission, model], index): Grant => ({ id: index + 1, permission, model }))
    .filter(({ permission }) => permission.startsWith("authentik_"))
    .filter((right) => granted?.some((grant) => grant.permission === right.permission) ?? true)
    .map((right): Values => {
      const [app, model] = right.model.split(".");
      return { ...shown(right), app_label_verbose: app, model_verbose: model };
    })
    .filter((right) =>
      Object.entries(FILTERS).every(([name, field]) => !query.has(name) || query.get(name) === right[field]),
    );
  return paginated(shownRights, query, world, (right) => right);
}

const FILTERS = { codename: "codename", content_type__app_label: "app_label", content_type__model: "model" } as const;

const isGlobal = ({ object_pk: pk }: Grant): boolean => pk === undefined;

/** Rights to single objects, those of one role when it is named. */
export function objectPermissions({ query }: Request, world: World): Answer {
  const uuid = query.get("uuid");
  const grants = world.store
    .all("rbac/roles")
    .filter((role) => uuid === null || role.pk === uuid)
    .flatMap((role) => grantsOf(role).filter((grant) => !isGlobal(grant)));
  return paginated(grants, query, world, (grant) => ({
    ...shown(grant),
    app_label_verbose: grant.model.split(".")[0],
    model_verbose: grant.model.split(".")[1],
    object_description: `${grant.model} ${String(grant.object_pk)}`,
  }));
}

/** Gives an account a role, or takes it away. */
export function setRole(world: World, role: Stored, pk: unknown, holds: boolean): Answer {
  const user = world.store.get(["core/users"], pk);
  if (user === undefined) throw notFound();
  const others = ((user["roles"] as readonly unknown[] | undefined) ?? []).filter((one) => one !== role.pk);
  world.change(collectionAt("core/users"), user, { roles: holds ? [...others, role.pk] : others });
  return nothing;
}
