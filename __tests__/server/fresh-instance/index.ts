import { outpostAccount } from "../effects";
import { uuid } from "../ids";
import { EMBEDDED } from "../model-rules";
import { outpostConfig } from "../settings";
import type { World } from "../world";
import { addFlows, bindStages } from "./flows";
import { addMappings } from "./mappings";
import { Maker } from "./maker";
import { addNotifications, addPolicies } from "./policies";
import { addStages } from "./stages";

/** The first account, its group and the token that `AUTHENTIK_BOOTSTRAP_TOKEN` makes. */
export function addAdministrator(world: World, key?: string): void {
  const group = world.add("core/groups", { name: "authentik Admins", is_superuser: true });
  const user = world.add("core/users", {
    username: "akadmin",
    name: "authentik Default Admin",
    email: "root@example.org",
    groups: [group.pk],
  });
  world.add("core/tokens", {
    identifier: "authentik-bootstrap-token",
    intent: "api",
    user: user.pk,
    expires: null,
    expiring: false,
    ...(key === undefined ? {} : { key }),
  });
}

/** What authentik makes while it starts, blueprints or not. */
function addStarted(world: World): void {
  world.add("crypto/certificatekeypairs", {
    name: "authentik Self-signed Certificate",
    managed: "goauthentik.io/crypto/self-signed",
    certificate_data: "-----BEGIN CERTIFICATE-----\nc3RhbmQtaW4=\n-----END CERTIFICATE-----\n",
    key_data: "-----BEGIN PRIVATE KEY-----\nc3RhbmQtaW4=\n-----END PRIVATE KEY-----\n",
  });
  const connection = world.add("outposts/service_connections/kubernetes", {
    name: "Local Kubernetes Cluster",
    local: true,
    kubeconfig: {},
  });
  const outpost = world.add("outposts/instances", {
    ...EMBEDDED,
    pk: uuid("embedded outpost"),
    type: "proxy",
    config: outpostConfig(""),
    service_connection: connection.pk,
  });
  outpostAccount(world, outpost);
}

function addBrand(maker: Maker): void {
  maker.add("core/brands", {
    domain: "authentik-default",
    default: true,
    flow_authentication: maker.flow("default-authentication-flow"),
    flow_invalidation: maker.flow("default-invalidation-flow"),
    flow_user_settings: maker.flow("default-user-settings-flow"),
  });
}

function addReadOnly(maker: Maker): void {
  const role = maker.add("rbac/roles", { name: "authentik Read-only" });
  maker.add("core/groups", { name: "authentik Read-only", roles: [role.pk] });
}

/** Everything a fresh authentik 2026.5 has once its blueprints have run. */
export function addDefaults(world: World): void {
  const maker = new Maker(world);
  addStarted(world);
  addPolicies(maker);
  addFlows(maker);
  addStages(maker);
  bindStages(maker);
  addMappings(maker);
  addBrand(maker);
  addReadOnly(maker);
  addNotifications(maker);
}
