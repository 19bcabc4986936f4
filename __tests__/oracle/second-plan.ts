import { oneSubject, permission, reputation } from "./checks/bindings";
import { allFlags, attributesOwned, lastingToken, pemEnds } from "./checks/directory";
import {
  hasPropertyMappings,
  hasSigningKey,
  proxyMappings,
  proxyMode,
  redirectUris,
  sourceUrls,
} from "./checks/oauth2";
import {
  brandDomain,
  brandWaits,
  contextIsThere,
  deniesSome,
  failsClosed,
  lastingSession,
  passkeyVerifies,
  passwordOnce,
  signsInLast,
} from "./checks/login";
import {
  appPasswords,
  baseDns,
  bindFlow,
  searchAccounts,
  sharedCertificate,
  tokenKey,
  unbindFlow,
} from "./checks/ldap";
import {
  attachments,
  embeddedOutpost,
  outpostConfig,
  outpostPatches,
  outpostProviders,
  outpostSelector,
} from "./checks/outposts";
import { namedObject, pinnedRelease, writeOnlyRevisions } from "./checks/platform";
import { chartValues } from "./checks/chart";
import { chartObjects } from "./checks/objects";
import { flowDesignations, grantTypes, hasOpenid, regexRedirects, someRedirect } from "./checks/oauth2-server";
import { nobodyPretended, writesNobodyElse } from "./checks/enrollment";
import { configurable, identifiable, otpTemplate, redirectTarget } from "./checks/stages";
import { createdBeforeDestroyed, format, never, neverFalse, neverZero, oneEntry, slug, states } from "./checks/stated";
import type { Check } from "./finding";
import { eachBlock, problem } from "./finding";

/** What the provider and the server do with a resource between an apply and the next plan. */
interface Row {
  readonly because: string;
  readonly checks: readonly Check[];
}

function row(because: string, ...checks: readonly Check[]): Row {
  return { because, checks };
}

const SAME = "reads back what it sends";

/** A stage's bindings go when it does, and a flow goes on without the step. */
function stage(because: string, ...checks: readonly Check[]): Row {
  return row(because, ...checks, createdBeforeDestroyed);
}

/** One row a resource type. What holds for every authentik resource (text, JSON, lists) is in `rules/values.ts`. */
const ROWS: Readonly<Record<string, Row>> = {
  // Applications and their providers
  authentik_application: row(
    "launcher texts cannot be cleared; backchannel providers come back in the server's order",
    slug("slug"),
    oneEntry("backchannel_providers", "they are read back in the server's order"),
  ),
  authentik_application_entitlement: row(SAME),
  authentik_provider_oauth2: row(
    "redirect URIs are compared entry by entry, an omitted list of mappings is sent as an empty one",
    redirectUris,
    someRedirect,
    regexRedirects,
    grantTypes,
    flowDesignations,
    hasPropertyMappings,
    hasOpenid,
    hasSigningKey,
    format("an http or https URL", "logout_uri"),
    never("jwks_sources", "the provider neither sends nor reads it"),
  ),
  authentik_provider_proxy: row(
    "false is never sent; the server adds its five mappings; mappings are compared only when config has some",
    proxyMappings,
    proxyMode,
    flowDesignations,
    format("an http or https URL", "external_host", "internal_host"),
    neverFalse("internal_host_ssl_validation", "intercept_header_auth", "basic_auth_enabled"),
    states(["skip_path_regex"], "an empty one is never sent, so that paths which were open once stay open"),
    never("jwks_sources", "the provider neither sends nor reads it"),
  ),
  authentik_provider_ldap: row(
    "every value is sent, but for an empty tls_server_name",
    baseDns,
    flowDesignations,
    bindFlow,
    unbindFlow,
    searchAccounts,
    appPasswords,
  ),

  // Policies
  authentik_policy_binding: row(
    "a binding with none or two of its three subjects is refused at apply",
    oneSubject,
    failsClosed,
    contextIsThere,
  ),
  authentik_policy_dummy: row(SAME),
  authentik_policy_expiry: row(SAME),
  authentik_policy_expression: row(
    "the server strips the text, the provider forgives one newline; bindings go when their policy does",
    createdBeforeDestroyed,
  ),
  authentik_policy_password: row(
    "false and 0 are never sent",
    neverFalse("check_static_rules", "check_have_i_been_pwned", "check_zxcvbn"),
    neverZero(
      ...["amount_digits", "amount_lowercase", "amount_symbols", "amount_uppercase"],
      ...["length_min", "hibp_allowed_count", "zxcvbn_score_threshold"],
    ),
  ),
  authentik_policy_reputation: row(
    "0 is never sent; the default of 10 always passes; bindings go when their policy does",
    reputation,
    createdBeforeDestroyed,
  ),

  // Directory
  authentik_group: row(
    "users are owned on the user's side; roles come back in the server's order",
    never("users", "membership is stated on the user; owned on both sides it changes at every plan"),
    oneEntry("roles", "they are read back in the server's order"),
    createdBeforeDestroyed,
  ),
  authentik_user: row(
    "omitted groups keep what the server has; a password is sent only at creation",
    states(["groups"], "omitted, the groups a person was given elsewhere stay; write [] for none"),
    attributesOwned,
    format("an e-mail address", "email"),
    never("password", "it is sent only at creation and lands in the state; let the person set it"),
  ),
  authentik_rbac_role: row(SAME),
  authentik_rbac_permission_role: row("compares app.codename; replaced at every change", permission),
  authentik_token: row("expiry is never read back, the key on demand", lastingToken, tokenKey, slug("identifier")),

  // Property mappings
  authentik_property_mapping_provider_scope: row("the server strips the text, the provider forgives one newline"),
  authentik_property_mapping_source_oauth: row("the server strips the text, the provider forgives one newline"),

  // Flows
  authentik_flow: row("providers and brands go when their flow does", slug("slug"), createdBeforeDestroyed),
  authentik_flow_stage_binding: row(
    "the provider's defaults are the opposite of the server's",
    states(["evaluate_on_plan", "re_evaluate_policies"], "the provider's defaults are the opposite of the server's"),
    passwordOnce,
    deniesSome,
    signsInLast,
    writesNobodyElse,
  ),
  authentik_stage_authenticator_email: stage("the default template is the one for password resets", otpTemplate),
  authentik_stage_authenticator_static: stage(SAME),
  authentik_stage_authenticator_totp: stage(SAME),
  authentik_stage_authenticator_validate: stage("configuration stages travel with the action", configurable),
  authentik_stage_authenticator_webauthn: stage("0 is never sent", neverZero("max_attempts")),
  authentik_stage_captcha: stage("the private key is not read back"),
  authentik_stage_consent: stage(SAME),
  authentik_stage_deny: stage(SAME),
  authentik_stage_dummy: stage(SAME),
  authentik_stage_email: stage(
    "false and 0 are never sent",
    neverFalse("activate_user_on_success"),
    neverZero("port", "timeout", "recovery_max_attempts"),
  ),
  authentik_stage_identification: stage(
    "an omitted case_insensitive_matching is sent as false",
    states(["case_insensitive_matching"], "omitted, it is sent as false and people must type their name's case"),
    identifiable,
    nobodyPretended,
    passkeyVerifies,
  ),
  authentik_stage_invitation: stage(SAME),
  authentik_stage_password: stage("0 is never sent", neverZero("failed_attempts_before_cancel")),
  authentik_stage_prompt: stage("fields are merged by uuid in config's order"),
  authentik_stage_prompt_field: row("0 and empty texts are never sent", neverZero("order")),
  authentik_stage_redirect: stage(SAME, redirectTarget),
  authentik_stage_source: stage(SAME),
  authentik_stage_user_delete: stage(SAME),
  authentik_stage_user_login: stage("network_binding and geoip_binding are never read", lastingSession),
  authentik_stage_user_logout: stage(SAME),
  authentik_stage_user_write: stage(
    "the defaults create inactive external people",
    states(
      ["create_users_as_inactive", "user_type", "user_creation_mode"],
      "the provider's defaults create inactive external people",
    ),
  ),

  // Sources, brand, settings
  authentik_source_oauth: row("the server fills in addresses that are not computed in the schema", sourceUrls),
  authentik_brand: row(
    "the server fills in logo and icon, which are not computed in the schema",
    states(["branding_logo", "branding_favicon"], "the server fills it in and every plan would clear it"),
    states(
      ["flow_authentication", "flow_invalidation", "flow_user_settings"],
      "a brand has no flow that it does not name",
    ),
    brandDomain,
    brandWaits,
  ),
  authentik_system_settings: row(
    "every write is of all settings, the flags' default denies apps without bindings",
    states(["avatars", "flags"], "every write sends all settings, and the provider's default is not the server's"),
    allFlags,
  ),

  // Outposts and certificates
  authentik_outpost: row(
    "config is compared as a whole object; the provider list is one list",
    outpostConfig,
    outpostPatches,
    outpostProviders,
    outpostSelector,
    embeddedOutpost,
    sharedCertificate,
  ),
  authentik_outpost_provider_attachment: row("reads, appends and writes the whole list without a lock", attachments),
  authentik_service_connection_kubernetes: row("kubeconfig is compared as JSON"),
  authentik_certificate_key_pair: row("appends one newline to what it reads", pemEnds),

  // Platform
  helm_release: row(
    "version and values are compared as written",
    pinnedRelease,
    chartValues,
    chartObjects,
    writeOnlyRevisions,
  ),
  kubernetes_config_map_v1: row(SAME, namedObject),
  kubernetes_deployment_v1: row("defaults of the cluster are computed in the schema", namedObject),
  kubernetes_ingress_v1: row(SAME, namedObject),
  kubernetes_namespace_v1: row("labels of the cluster are left out of what is read", namedObject),
  kubernetes_network_policy_v1: row(SAME, namedObject),
  kubernetes_pod_disruption_budget_v1: row(SAME, namedObject),
  kubernetes_role_binding_v1: row(SAME, namedObject),
  kubernetes_role_v1: row(SAME, namedObject),
  kubernetes_secret_v1: row("write-only data is never read, its revision is", namedObject, writeOnlyRevisions),
  kubernetes_service_account_v1: row(SAME, namedObject),
  kubernetes_service_v1: row("defaults of the cluster are computed in the schema", namedObject),
  vault_kv_secret_v2: row(
    "write-only data is never read, its version is",
    never("data_json", "it is read back into the state; use data_json_wo"),
    writeOnlyRevisions,
  ),
  terraform_data: row("is only in the state"),
};

/** Every resource type in use has a row, and keeps to it, so that the plan after an apply is empty. */
export const secondPlanIsEmpty = eachBlock(function* (block, stack) {
  if (block.mode !== "resource") return;
  const known = ROWS[block.type];
  if (known) {
    for (const check of known.checks) yield* check(block, stack);
  } else {
    yield problem("no-second-plan-row", `${block.type} has no row in the second-plan table; find out how it drifts`);
  }
});

/** Resource types that the table covers. */
export function rowTypes(): readonly string[] {
  return Object.keys(ROWS);
}
