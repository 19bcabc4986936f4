import type { HTTPQuery } from "@goauthentik/api/dist/runtime";

/** A list of the API that is read whole. */
export interface Collection {
  /** The path below `/api/v3/`. */
  readonly path: string;
  /** What is in it, in words. */
  readonly noun: string;
  /** The permission to read it. */
  readonly needs: string;
  /** The field that is the key.  @default "pk" */
  readonly key?: string;
  readonly query?: HTTPQuery;
  /** Fields that are large, secret or said elsewhere, beside the objects an object points at. */
  readonly without?: readonly string[];
}

function collection(path: string, noun: string, needs: string, more: Partial<Collection> = {}): Collection {
  return { path, noun, needs: `authentik_${needs}`, ...more };
}

/** Stages that have a list of their own here; of others `stages/all` says the names. */
const STAGES: Readonly<Record<string, string>> = {
  "authenticator/email": "authenticator_email.view_authenticatoremailstage",
  "authenticator/static": "authenticator_static.view_authenticatorstaticstage",
  "authenticator/totp": "authenticator_totp.view_authenticatortotpstage",
  "authenticator/validate": "authenticator_validate.view_authenticatorvalidatestage",
  "authenticator/webauthn": "authenticator_webauthn.view_authenticatorwebauthnstage",
  deny: "deny.view_denystage",
  email: "email.view_emailstage",
  identification: "identification.view_identificationstage",
  "invitation/stages": "invitation.view_invitationstage",
  password: "password.view_passwordstage",
  "prompt/stages": "prompt.view_promptstage",
  user_login: "user_login.view_userloginstage",
  user_logout: "user_logout.view_userlogoutstage",
  user_write: "user_write.view_userwritestage",
};

/** Everything an instance is read for, but for people, settings and the rights of roles. */
export const COLLECTIONS: readonly Collection[] = [
  collection("core/applications", "applications", "core.view_application", {
    // Unasked, authentik lists only what the token's account may open.
    query: { superuser_full_list: true },
  }),
  collection("core/application_entitlements", "entitlements", "core.view_applicationentitlement"),
  collection("core/brands", "brands", "brands.view_brand", { key: "brand_uuid" }),
  collection("core/groups", "groups", "core.view_group", { query: { include_users: false }, without: ["users"] }),
  collection("core/tokens", "tokens", "core.view_token"),
  collection("core/users", "service accounts", "core.view_user", {
    query: { type: ["service_account", "internal_service_account"], include_groups: false, include_roles: false },
    without: ["avatar"],
  }),
  collection("crypto/certificatekeypairs", "certificates", "crypto.view_certificatekeypair"),
  collection("flows/bindings", "bindings of stages", "flows.view_flowstagebinding"),
  collection("flows/instances", "flows", "flows.view_flow", { without: ["policies", "stages"] }),
  collection("managed/blueprints", "blueprints", "blueprints.view_blueprintinstance", {
    without: ["content", "context"],
  }),
  collection("outposts/instances", "outposts", "outposts.view_outpost"),
  collection("outposts/service_connections/all", "service connections", "outposts.view_outpostserviceconnection"),
  collection(
    "outposts/service_connections/kubernetes",
    "connections to clusters",
    "outposts.view_kubernetesserviceconnection",
    { without: ["kubeconfig"] },
  ),
  collection("policies/all", "policies", "policies.view_policy"),
  collection("policies/bindings", "bindings of policies", "policies.view_policybinding"),
  collection("policies/expression", "expression policies", "policies_expression.view_expressionpolicy"),
  collection("policies/password", "password policies", "policies_password.view_passwordpolicy"),
  collection("policies/reputation", "reputation policies", "policies_reputation.view_reputationpolicy"),
  collection("propertymappings/all", "property mappings", "core.view_propertymapping"),
  collection("propertymappings/provider/scope", "scope mappings", "providers_oauth2.view_scopemapping"),
  collection("providers/all", "providers", "core.view_provider"),
  collection("providers/ldap", "LDAP providers", "providers_ldap.view_ldapprovider"),
  collection("providers/oauth2", "OAuth2 providers", "providers_oauth2.view_oauth2provider"),
  collection("providers/proxy", "proxy providers", "providers_proxy.view_proxyprovider"),
  collection("rbac/roles", "roles", "rbac.view_role"),
  collection("sources/all", "sources", "core.view_source"),
  collection("sources/oauth", "OAuth sources", "sources_oauth.view_oauthsource"),
  collection("stages/all", "stages", "flows.view_stage"),
  collection("stages/prompt/prompts", "prompts", "stages_prompt.view_prompt"),
  ...Object.entries(STAGES).map(([kind, needs]) =>
    collection(`stages/${kind}`, `${kind.replaceAll(/\/stages$|_/g, " ").trim()} stages`, `stages_${needs}`),
  ),
];

/** The rights of roles, as `readInstance` keeps them: one object a right, with `role`, `permission` and `object_pk`. */
export const PERMISSIONS: Collection = collection("rbac/permissions/roles", "rights of roles", "rbac.view_role");
