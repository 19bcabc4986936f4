import type { Site } from "../../config/load";

/** Models behind the resources of the stacks, by type of the resource without `authentik_`. */
export const RESOURCES: Readonly<Record<string, string>> = {
  application: "authentik_core.application",
  brand: "authentik_brands.brand",
  flow: "authentik_flows.flow",
  flow_stage_binding: "authentik_flows.flowstagebinding",
  group: "authentik_core.group",
  outpost: "authentik_outposts.outpost",
  policy_binding: "authentik_policies.policybinding",
  policy_expression: "authentik_policies_expression.expressionpolicy",
  policy_password: "authentik_policies_password.passwordpolicy",
  policy_reputation: "authentik_policies_reputation.reputationpolicy",
  property_mapping_provider_scope: "authentik_providers_oauth2.scopemapping",
  provider_ldap: "authentik_providers_ldap.ldapprovider",
  provider_oauth2: "authentik_providers_oauth2.oauth2provider",
  provider_proxy: "authentik_providers_proxy.proxyprovider",
  source_oauth: "authentik_sources_oauth.oauthsource",
  stage_authenticator_email: "authentik_stages_authenticator_email.authenticatoremailstage",
  stage_authenticator_static: "authentik_stages_authenticator_static.authenticatorstaticstage",
  stage_authenticator_totp: "authentik_stages_authenticator_totp.authenticatortotpstage",
  stage_authenticator_validate: "authentik_stages_authenticator_validate.authenticatorvalidatestage",
  stage_authenticator_webauthn: "authentik_stages_authenticator_webauthn.authenticatorwebauthnstage",
  stage_deny: "authentik_stages_deny.denystage",
  stage_email: "authentik_stages_email.emailstage",
  stage_identification: "authentik_stages_identification.identificationstage",
  stage_invitation: "authentik_stages_invitation.invitationstage",
  stage_password: "authentik_stages_password.passwordstage",
  stage_prompt: "authentik_stages_prompt.promptstage",
  stage_prompt_field: "authentik_stages_prompt.prompt",
  stage_user_login: "authentik_stages_user_login.userloginstage",
  stage_user_write: "authentik_stages_user_write.userwritestage",
  user: "authentik_core.user",
};

/** Models of accounts for machines. Only superusers write them: a token that anybody else makes belongs to whoever makes it. */
export const MACHINES: Readonly<Record<string, string>> = {
  rbac_permission_role: "authentik_rbac.role",
  rbac_role: "authentik_rbac.role",
  token: "authentik_core.token",
};

/** Models of what the stacks only look up, by type of the data source without `authentik_`. */
export const LOOKUPS: Readonly<Record<string, string>> = {
  brand: "authentik_brands.brand",
  certificate_key_pair: "authentik_crypto.certificatekeypair",
  flow: "authentik_flows.flow",
  group: "authentik_core.group",
  outpost: "authentik_outposts.outpost",
  property_mapping_provider_scope: "authentik_providers_oauth2.scopemapping",
  service_connection_kubernetes: "authentik_outposts.kubernetesserviceconnection",
  // Whatever kind of stage it is.
  stage: "authentik_flows.stage",
  user: "authentik_core.user",
};

/** What the rights of a role are read by, which authentik lists nowhere. */
const RIGHTS_OF_ROLES = ["auth.view_permission", "guardian.view_roleobjectpermission"];

function right(action: string, model: string): string {
  const [app = "", name = ""] = model.split(".");
  return `${app}.${action}_${name}`;
}

/** Keys of apps that have an account of their own, such as an LDAP app. */
export function appsWithAccounts({ apps }: Site): string[] {
  return Object.entries(apps).flatMap(([key, app]) =>
    app.kind === "ldap" || (app.kind === "oidc" && app.directoryReader !== undefined) ? [key] : [],
  );
}

/** Keys of apps whose account's password is written to Vault: Terraform reads the key of its token. */
export function appsWithReadKeys({ apps }: Site): string[] {
  return Object.entries(apps).flatMap(([key, app]) => {
    const publishTo =
      app.kind === "ldap" ? app.publishTo : app.kind === "oidc" ? app.directoryReader?.publishTo : undefined;
    return publishTo === undefined ? [] : [key];
  });
}

/** What a plan of the site reads by. */
export function planRights(site: Site): string[] {
  const hasAccounts = appsWithAccounts(site).length > 0;
  const models = [RESOURCES, LOOKUPS, ...(hasAccounts ? [MACHINES] : [])].flatMap((table) => Object.values(table));
  return [
    ...new Set([
      ...models.map((model) => right("view", model)),
      ...(hasAccounts ? RIGHTS_OF_ROLES : []),
      ...(appsWithReadKeys(site).length > 0 ? ["authentik_core.view_token_key"] : []),
      ...(site.systemSettings === undefined ? [] : ["authentik_rbac.view_system_settings"]),
    ]),
  ];
}

/** What an apply of the site reads and writes by, accounts of machines left aside. */
export function applyRights(site: Site): string[] {
  const written = Object.values(RESOURCES).flatMap((model) =>
    ["add", "change", "delete", "view"].map((action) => right(action, model)),
  );
  const makesSuperusers = Object.values(site.groups).some(({ superuser }) => superuser);
  return [
    ...new Set([
      ...written,
      ...Object.values(LOOKUPS).map((model) => right("view", model)),
      ...(makesSuperusers ? ["authentik_core.disable_group_superuser", "authentik_core.enable_group_superuser"] : []),
      ...(site.systemSettings === undefined
        ? []
        : ["authentik_rbac.edit_system_settings", "authentik_rbac.view_system_settings"]),
    ]),
  ];
}
