import type { Mode } from "../stack";

/** What an attribute holds: the `form` of key by which authentik or Terraform knows an object of a `kind`. */
export interface Identity {
  /** `family` or `family:member`, e.g. `flow`, `stage:password`; member `*` is any of the family. */
  readonly kind: string;
  readonly form: "uuid" | "integer key" | "slug" | "identifier" | "list of uuids" | "other id";
}

const PREFIXES: readonly (readonly [string, string])[] = [
  ["authentik_provider_", "provider"],
  ["authentik_source_", "source"],
  ["authentik_stage_", "stage"],
  ["authentik_policy_", "policy"],
  ["authentik_property_mapping_", "mapping"],
  ["authentik_service_connection_", "service connection"],
  ["authentik_endpoints_connector_", "connector"],
];

const KINDS: Readonly<Record<string, string>> = {
  authentik_application: "application",
  authentik_application_entitlement: "entitlement",
  authentik_blueprint: "blueprint",
  authentik_brand: "brand",
  authentik_certificate_key_pair: "certificate",
  authentik_endpoints_device_access_group: "device access group",
  authentik_endpoints_google_chrome_connector: "connector:google_chrome",
  authentik_event_rule: "event rule",
  authentik_event_transport: "event transport",
  authentik_flow: "flow",
  authentik_flow_stage_binding: "stage binding",
  authentik_group: "group",
  authentik_outpost: "outpost",
  authentik_policy_binding: "policy binding",
  authentik_rac_endpoint: "rac endpoint",
  authentik_rbac_initial_permissions: "initial permissions",
  authentik_rbac_permission: "permission",
  authentik_rbac_role: "role",
  authentik_source: "source:*",
  authentik_stage: "stage:*",
  authentik_stage_prompt_field: "prompt field",
  authentik_token: "token",
  authentik_user: "user",
  authentik_webauthn_device_type: "device type",
};

/** Kinds whose `.id` is not a uuid; every other kind's is. */
const RESOURCE_IDS: Readonly<Record<string, Identity["form"]>> = {
  application: "slug",
  flow: "slug",
  source: "slug",
  token: "identifier",
  provider: "integer key",
  user: "integer key",
  "initial permissions": "integer key",
};
const DATA_IDS: Readonly<Record<string, Identity["form"]>> = {
  user: "integer key",
  permission: "integer key",
};
/** Keys that some families tell beside their id. */
const OTHER_KEYS: Readonly<Record<string, Identity["form"]>> = {
  "application.slug": "slug",
  "application.uuid": "uuid",
  "device type.aaguid": "uuid",
  "flow.slug": "slug",
  "flow.uuid": "uuid",
  "source.slug": "slug",
  "source.uuid": "uuid",
  "token.identifier": "identifier",
  "user.pk": "integer key",
  "user.uuid": "uuid",
};
/** Ids that nothing can refer to. */
const OTHER_IDS: Readonly<Record<string, string>> = {
  authentik_outpost_provider_attachment: "attachment",
  authentik_rbac_permission_role: "granted permission",
  authentik_rbac_permission_user: "granted permission",
  authentik_system_settings: "system settings",
  authentik_provider_oauth2_config: "provider configuration",
  authentik_provider_saml_metadata: "provider configuration",
};

export function kindOfType(type: string): string | undefined {
  const known = KINDS[type] ?? OTHER_IDS[type];
  if (known !== undefined) return known;
  const [prefix, family] = PREFIXES.find(([start]) => type.startsWith(start)) ?? [];
  return prefix === undefined || family === undefined ? undefined : `${family}:${type.slice(prefix.length)}`;
}

export function familyOf(kind: string): string {
  return kind.split(":")[0] ?? kind;
}

/** What an attribute of a block identifies; undefined when it is no key of anything. */
export function identityOf(mode: Mode, type: string, attribute: string): Identity | undefined {
  const kind = kindOfType(type);
  if (kind === undefined || (mode !== "resource" && mode !== "data")) return undefined;
  const form = attribute === "id" ? idForm(mode, type, familyOf(kind)) : OTHER_KEYS[`${familyOf(kind)}.${attribute}`];
  if (form !== undefined) return { kind, form };
  return attribute === "ids" ? { kind, form: "list of uuids" } : undefined;
}

function idForm(mode: Mode, type: string, family: string): Identity["form"] {
  if (type in OTHER_IDS) return "other id";
  return (mode === "data" ? DATA_IDS : RESOURCE_IDS)[family] ?? "uuid";
}

/** The attribute to read for a form of key, if the block has one. */
export function attributeFor(mode: Mode, type: string, form: Identity["form"]): string | undefined {
  return ["id", "uuid", "slug"].find((attribute) => identityOf(mode, type, attribute)?.form === form);
}
