import type { Collection } from "./collections";

/** What a field points at. */
export interface Reference {
  /** Paths of collections. */
  readonly to: readonly string[];
  /** Whether the object goes with what it points at; otherwise the field is emptied. */
  readonly cascades: boolean;
}

const keeps = (...to: string[]): Reference => ({ to, cascades: false });
const goesWith = (...to: string[]): Reference => ({ to, cascades: true });

const FLOW = keeps("flows/instances");
const STAGE = keeps("stages/all");
const CERTIFICATE = keeps("crypto/certificatekeypairs");
const MAPPINGS = keeps("propertymappings/all");

/** Everything that policies can be bound to. */
export const BINDING_TARGETS = [
  "core/applications",
  "flows/instances",
  "flows/bindings",
  "sources/all",
  "core/application_entitlements",
  "events/rules",
] as const;

const FIELDS: Readonly<Record<string, Reference>> = {
  app: goesWith("core/applications"),
  authentication_flow: FLOW,
  authorization_flow: goesWith("flows/instances"),
  backchannel_providers: keeps("providers/all"),
  captcha_stage: STAGE,
  certificate: CERTIFICATE,
  client_certificates: CERTIFICATE,
  configuration_stages: STAGE,
  configure_flow: FLOW,
  default_application: keeps("core/applications"),
  destination_group: keeps("core/groups"),
  encryption_key: CERTIFICATE,
  encryption_kp: CERTIFICATE,
  enrollment_flow: FLOW,
  fields: keeps("stages/prompt/prompts"),
  flow: FLOW,
  flow_authentication: FLOW,
  flow_device_code: FLOW,
  flow_invalidation: FLOW,
  flow_lockdown: FLOW,
  flow_recovery: FLOW,
  flow_unenrollment: FLOW,
  flow_user_settings: FLOW,
  group: goesWith("core/groups"),
  group_property_mappings: MAPPINGS,
  groups: keeps("core/groups"),
  invalidation_flow: FLOW,
  jwt_federation_providers: keeps("providers/oauth2"),
  jwt_federation_sources: keeps("sources/oauth"),
  parents: keeps("core/groups"),
  password_stage: STAGE,
  passwordless_flow: FLOW,
  policy: goesWith("policies/all"),
  pre_authentication_flow: FLOW,
  property_mappings: MAPPINGS,
  provider: keeps("providers/all"),
  providers: keeps("providers/all"),
  recovery_flow: FLOW,
  roles: keeps("rbac/roles"),
  self_service_completion_flow: FLOW,
  service_connection: keeps("outposts/service_connections/all"),
  signing_key: CERTIFICATE,
  signing_kp: CERTIFICATE,
  source: goesWith("sources/all"),
  sources: keeps("sources/all"),
  stage: goesWith("stages/all"),
  transports: keeps("events/transports"),
  user: goesWith("core/users"),
  user_property_mappings: MAPPINGS,
  validation_policies: keeps("policies/all"),
  verification_kp: CERTIFICATE,
  web_certificate: CERTIFICATE,
  webauthn_stage: STAGE,
};

const TARGETS: Readonly<Record<string, Reference>> = {
  "flows/bindings": goesWith("flows/instances"),
  "policies/bindings": goesWith(...BINDING_TARGETS),
};

/** Fields of a name that elsewhere is a reference, and here is a text. */
const TEXTS = new Set(["core/applications.group", "stages/authenticator/sms.provider"]);

/** What a field of a collection's objects points at, if it does. */
export function referenceOf(collection: Collection, field: string): Reference | undefined {
  if (field === "target") return TARGETS[collection.path];
  return TEXTS.has(`${collection.path}.${field}`) ? undefined : FIELDS[field];
}
