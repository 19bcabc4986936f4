import type { Identity } from "./identities";

/** What an argument has to refer to. */
export interface Want {
  readonly form: Identity["form"];
  /** Kinds as in `Identity`; a bare family takes all its members. */
  readonly kinds: readonly string[];
}

const uuid = (...kinds: string[]): Want => ({ form: "uuid", kinds });
const key = (...kinds: string[]): Want => ({ form: "integer key", kinds });

const flow = uuid("flow");
const certificate = uuid("certificate");
const group = uuid("group");
const provider = key("provider");
const source = uuid("source");

/** Arguments that mean the same wherever they occur. */
const EVERYWHERE: Readonly<Record<string, Want>> = {
  application: uuid("application"),
  auth_oauth: uuid("source:oauth"),
  authentication_flow: flow,
  authorization_flow: flow,
  backchannel_providers: provider,
  bind_flow: flow,
  captcha_stage: uuid("stage:captcha"),
  certificate,
  certificate_authorities: certificate,
  challenge_key: certificate,
  client_certificates: certificate,
  configuration_stages: uuid("stage"),
  configure_flow: flow,
  connector: uuid("connector"),
  create_users_group: group,
  default_application: uuid("application"),
  destination_group: group,
  device_access_group: uuid("device access group"),
  device_type_restrictions: uuid("device type"),
  encryption_key: certificate,
  encryption_kp: certificate,
  enrollment_flow: flow,
  fields: uuid("prompt field"),
  filter_group: group,
  flow_authentication: flow,
  flow_device_code: flow,
  flow_invalidation: flow,
  flow_lockdown: flow,
  flow_recovery: flow,
  flow_unenrollment: flow,
  flow_user_settings: flow,
  group,
  group_filters: group,
  groups: group,
  invalidation_flow: flow,
  jwt_federation_providers: provider,
  jwt_federation_sources: source,
  mapping: uuid("mapping:notification"),
  name_id_mapping: uuid("mapping:provider_saml"),
  authn_context_class_ref_mapping: uuid("mapping:provider_saml"),
  outpost: uuid("outpost"),
  parents: group,
  password_stage: uuid("stage:password"),
  passwordless_flow: flow,
  permissions: key("permission"),
  policy: uuid("policy"),
  pre_authentication_flow: flow,
  protocol_provider: provider,
  protocol_providers: provider,
  recovery_flow: flow,
  role: uuid("role"),
  roles: uuid("role"),
  self_service_completion_flow: flow,
  service_connection: uuid("service connection"),
  signing_key: certificate,
  signing_kp: certificate,
  source,
  sources: source,
  stage: uuid("stage"),
  sync_parent_group: group,
  target_flow: flow,
  tls_authentication: certificate,
  tls_verification: certificate,
  transports: uuid("event transport"),
  unbind_flow: flow,
  user: key("user"),
  users: key("user"),
  validation_policies: uuid("policy"),
  verification_kp: certificate,
  web_certificate: certificate,
  webauthn_allowed_device_types: uuid("device type"),
  webauthn_stage: uuid("stage:authenticator_validate"),
  webhook_ca: certificate,
  webhook_mapping_body: uuid("mapping:notification"),
  webhook_mapping_headers: uuid("mapping:notification"),
};

/** Arguments that depend on whose they are; undefined for plain text of a misleading name. */
const SPECIFIC: Readonly<Record<string, Want | undefined>> = {
  // The heading under which the launcher shows the application.
  "authentik_application.group": undefined,
  "authentik_flow_stage_binding.target": flow,
  "authentik_policy_binding.target": uuid(
    "application",
    "flow",
    "stage binding",
    "source",
    "entitlement",
    "device access group",
    "rac endpoint",
    "event rule",
  ),
  "authentik_provider_oauth2.property_mappings": uuid("mapping:provider_scope"),
  "authentik_provider_proxy.property_mappings": uuid("mapping:provider_scope"),
  "authentik_provider_ws_federation.property_mappings": uuid("mapping:provider_saml"),
  "authentik_rac_endpoint.property_mappings": uuid("mapping:provider_rac"),
};

export function wanted(type: string, argument: string): Want | undefined {
  const specific = `${type}.${argument}`;
  if (specific in SPECIFIC) return SPECIFIC[specific];
  if (argument === "property_mappings" || argument === "property_mappings_group") {
    return uuid(`mapping:${type.replace("authentik_", "")}`);
  }
  return EVERYWHERE[argument];
}
