import type { Answer } from "./answer";
import { badRequest, notFound, nothing, ok } from "./answer";
import { collectionAt, operation } from "./collections";
import { sha256 } from "./ids";
import { setMember } from "./membership";
import { objectAt } from "./object-routes";
import { currentBrand, recoveryEmail, recoveryLink } from "./recovery";
import { firstChallenge, signIns } from "./public-answers";
import { Rendering } from "./rendering";
import type { Request } from "./request";
import { assign, assignedByRoles, objectPermissions, rights, setRole, unassign } from "./role-permissions";
import { checkBody } from "./request-validation";
import { outpostConfig } from "./settings";
import type { Stored, Values } from "./store";
import type { World } from "./world";

/** A request to a path with an object's key in it, if it has one. */
interface Call {
  readonly request: Request;
  readonly world: World;
  readonly key: string;
}

type Route = (call: Call) => Answer;

function body(template: string, { request }: Call): Values {
  const schema = operation(template, request.method)?.request;
  const result = checkBody(schema ?? {}, request.body ?? {});
  if ("errors" in result) throw badRequest(result.errors);
  return result.values;
}

const at = (path: string, { key, world }: Call): Stored => objectAt(collectionAt(path), key, world);

function member(isMember: boolean): Route {
  return (call) => {
    const group = at("core/groups", call);
    const { pk } = body("/core/groups/{group_uuid}/add_user/", call);
    const user = call.world.store.get(["core/users"], pk);
    if (user === undefined) throw notFound();
    setMember(call.world, group, user, isMember);
    return nothing;
  };
}

function recovery(call: Call): Answer {
  const { token_duration: duration } = body("/core/users/{id}/recovery/", call);
  return ok({ link: recoveryLink(call.world, at("core/users", call), duration) });
}

function recoveryByEmail(call: Call): Answer {
  const asked = body("/core/users/{id}/recovery_email/", call);
  recoveryEmail(call.world, at("core/users", call), asked);
  return nothing;
}

function holder(holds: boolean): Route {
  return (call) => {
    const { pk } = body("/rbac/roles/{uuid}/add_user/", call);
    return setRole(call.world, at("rbac/roles", call), pk, holds);
  };
}

function serviceAccount(call: Call): Answer {
  const { world } = call;
  const { create_group: withGroup, expiring, name } = body("/core/users/service_account/", call);
  const username = String(name);
  if (world.store.having("core/users", "username", username).length > 0) {
    throw badRequest({ non_field_errors: ["Unable to create user"] });
  }
  const group = withGroup === true ? world.add("core/groups", { name: username }) : undefined;
  const account = world.add("core/users", {
    username,
    name: username,
    type: "service_account",
    path: "goauthentik.io/service-accounts",
    attributes: { "goauthentik.io/user/token-expires": expiring },
    groups: group === undefined ? [] : [group.pk],
  });
  const token = world.add("core/tokens", {
    identifier: `service-account-${username}-password`,
    intent: "app_password",
    user: account.pk,
    expiring,
  });
  return ok({
    username,
    token: token["key"],
    user_uid: sha256(`user/${account.pk}`),
    user_pk: account.pk,
    ...(group && { group_pk: group.pk }),
  });
}

function settings({ request, world }: Call): Answer {
  if (request.method !== "get") {
    const schema = operation("/admin/settings/", request.method)?.request;
    const result = checkBody(schema ?? {}, request.body);
    if ("errors" in result) throw badRequest(result.errors);
    world.settings = { ...world.settings, ...result.values };
  }
  return ok(world.settings);
}

function version({ world }: Call): Answer {
  return ok({
    version_current: world.version,
    version_latest: world.version,
    version_latest_valid: true,
    build_hash: "",
    outdated: false,
    outpost_outdated: false,
  });
}

function me({ request, world }: Call): Answer {
  if (request.user === undefined) throw notFound();
  return ok({ user: new Rendering(world).show(collectionAt("core/users"), request.user, { as: "UserSelf" }) });
}

function config(): Answer {
  const timeout = 300;
  return ok({
    error_reporting: { enabled: false, environment: "", send_pii: false, sentry_dsn: "", traces_sample_rate: 0 },
    capabilities: ["can_save_media", "can_impersonate"],
    cache_timeout: timeout,
    cache_timeout_flows: timeout,
    cache_timeout_policies: timeout,
  });
}

function viewKey(call: Call): Answer {
  return ok({ key: at("core/tokens", call)["key"] });
}

function setKey(call: Call): Answer {
  const { key } = body("/core/tokens/{identifier}/set_key/", call);
  call.world.change(collectionAt("core/tokens"), at("core/tokens", call), { key });
  return nothing;
}

function setPassword(call: Call): Answer {
  body("/core/users/{id}/set_password/", call);
  at("core/users", call);
  return nothing;
}

function setupUrls(call: Call): Answer {
  const provider = at("providers/oauth2", call);
  const application = call.world.store.having("core/applications", "provider", provider.pk)[0];
  if (application === undefined) throw notFound();
  const base = `${call.world.url}/application/o`;
  const own = `${base}/${String(application["slug"])}`;
  return ok({
    authorize: `${base}/authorize/`,
    issuer: `${own}/`,
    jwks: `${own}/jwks/`,
    logout: `${own}/end-session/`,
    provider_info: `${own}/.well-known/openid-configuration`,
    token: `${base}/token/`,
    user_info: `${base}/userinfo/`,
  });
}

function certificateData(field: "certificate_data" | "key_data"): Route {
  return (call) => ok({ data: at("crypto/certificatekeypairs", call)[field] });
}

const ASSIGNED = "/rbac/permissions/assigned_by_roles/{uuid}/";

/** The paths that are no collection and no object, by method and template. */
const SPECIAL_ROUTES: Readonly<Record<string, Route>> = {
  "get /admin/settings/": settings,
  "put /admin/settings/": settings,
  "patch /admin/settings/": settings,
  "get /admin/version/": version,
  "get /core/brands/current/": ({ world }) => ok(currentBrand(world)),
  "post /core/groups/{group_uuid}/add_user/": member(true),
  "post /core/groups/{group_uuid}/remove_user/": member(false),
  "get /core/tokens/{identifier}/view_key/": viewKey,
  "post /core/tokens/{identifier}/set_key/": setKey,
  "get /core/users/me/": me,
  "post /core/users/service_account/": serviceAccount,
  "post /core/users/{id}/recovery/": recovery,
  "post /core/users/{id}/recovery_email/": recoveryByEmail,
  "post /core/users/{id}/set_password/": setPassword,
  "get /crypto/certificatekeypairs/{kp_uuid}/view_certificate/": certificateData("certificate_data"),
  "get /crypto/certificatekeypairs/{kp_uuid}/view_private_key/": certificateData("key_data"),
  "get /flows/executor/{flow_slug}/": ({ key, world }) => ok(firstChallenge(key, world)),
  "get /oauth2/access_tokens/": ({ request, world }) => signIns(request, world),
  "get /outposts/instances/{uuid}/health/": (call) => ok(at("outposts/instances", call)["health"] ?? []),
  "get /outposts/instances/default_settings/": ({ world }) => ok({ config: outpostConfig(`${world.url}/`) }),
  "get /providers/oauth2/{id}/setup_urls/": setupUrls,
  "get /rbac/permissions/": ({ request, world }) => rights(request, world),
  "get /rbac/permissions/assigned_by_roles/": ({ request, world }) => assignedByRoles(request, world),
  "post /rbac/permissions/assigned_by_roles/{uuid}/assign/": (call) =>
    assign(call.world, at("rbac/roles", call), body(`${ASSIGNED}assign/`, call)),
  "patch /rbac/permissions/assigned_by_roles/{uuid}/unassign/": (call) =>
    unassign(call.world, at("rbac/roles", call), body(`${ASSIGNED}unassign/`, call)),
  "get /rbac/permissions/roles/": ({ request, world }) => objectPermissions(request, world),
  "post /rbac/roles/{uuid}/add_user/": holder(true),
  "post /rbac/roles/{uuid}/remove_user/": holder(false),
  "get /root/config/": config,
};

/** Calls a special route. */
export function specialRoute(template: string, key: string, request: Request, world: World): Answer | undefined {
  return SPECIAL_ROUTES[`${request.method} ${template}`]?.({ request, world, key });
}
