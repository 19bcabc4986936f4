/** The one resource that is no list's: import id `system_settings`. */
export const SETTINGS = "authentik_system_settings";
/** A right of a role, which cannot be imported. */
export const PERMISSION = "authentik_rbac_permission_role";

/** How the objects behind a type of resource are found and read back. */
export interface ResourceType {
  /** The path of their list. */
  readonly path: string;
  /** The field that is the import id.  @default "pk" */
  readonly importId?: "identifier" | "slug";
  /** Arguments that say which object it is, all of them together. */
  readonly key: readonly string[];
  /** The argument that decides among several. */
  readonly prefer?: string;
  /** What the API calls arguments. */
  readonly renamed?: Readonly<Record<string, string>>;
  /**
   * Arguments that the provider never reads back. An import has nothing in their place, and the first plan sends what config
   * or the provider's default says, whatever `ignore_changes` says of them.
   */
  readonly neverRead?: readonly string[];
  /** Lists that are read back in the server's order; others keep that of the config once it was applied. */
  readonly ordered?: readonly string[];
  /** Whether policies are bound to it. */
  readonly isTarget?: boolean;
}

const byName = (path: string, more: Partial<ResourceType> = {}): ResourceType => ({ path, key: ["name"], ...more });

/** Every type of authentik's resources that stacks are made of, but for rights of roles, which cannot be imported. */
export const RESOURCES: Readonly<Record<string, ResourceType | undefined>> = {
  authentik_application: {
    path: "core/applications",
    importId: "slug",
    key: ["slug"],
    renamed: { protocol_provider: "provider", uuid: "pk" },
    ordered: ["backchannel_providers"],
    isTarget: true,
  },
  authentik_brand: { path: "core/brands", key: ["domain"] },
  authentik_flow: {
    path: "flows/instances",
    importId: "slug",
    key: ["slug"],
    renamed: { uuid: "pk" },
    isTarget: true,
  },
  authentik_flow_stage_binding: {
    path: "flows/bindings",
    key: ["target", "stage"],
    prefer: "order",
    isTarget: true,
  },
  authentik_group: byName("core/groups", { ordered: ["roles"] }),
  authentik_outpost: byName("outposts/instances", { renamed: { protocol_providers: "providers" } }),
  authentik_policy_binding: {
    path: "policies/bindings",
    key: ["target", "policy", "group", "user"],
    prefer: "order",
  },
  authentik_policy_expression: byName("policies/expression"),
  authentik_policy_password: byName("policies/password"),
  authentik_policy_reputation: byName("policies/reputation"),
  authentik_property_mapping_provider_scope: byName("propertymappings/provider/scope"),
  authentik_provider_ldap: byName("providers/ldap", {
    renamed: { bind_flow: "authorization_flow", unbind_flow: "invalidation_flow" },
  }),
  authentik_provider_oauth2: byName("providers/oauth2", {
    renamed: { allowed_redirect_uris: "redirect_uris" },
    neverRead: ["jwks_sources"],
    ordered: ["grant_types"],
  }),
  authentik_provider_proxy: byName("providers/proxy", {
    renamed: { basic_auth_username_attribute: "basic_auth_user_attribute" },
    // Mappings are read back where there were some before, and before an import there are none.
    neverRead: ["jwks_sources", "property_mappings"],
  }),
  authentik_rbac_role: byName("rbac/roles"),
  authentik_source_oauth: {
    path: "sources/oauth",
    importId: "slug",
    key: ["slug"],
    renamed: {
      uuid: "pk",
      callback_uri: "callback_url",
      property_mappings: "user_property_mappings",
      property_mappings_group: "group_property_mappings",
    },
    neverRead: ["consumer_secret"],
    isTarget: true,
  },
  authentik_stage_authenticator_email: byName("stages/authenticator/email", { neverRead: ["password"] }),
  authentik_stage_authenticator_static: byName("stages/authenticator/static"),
  authentik_stage_authenticator_totp: byName("stages/authenticator/totp"),
  authentik_stage_authenticator_validate: byName("stages/authenticator/validate", {
    ordered: ["device_classes", "webauthn_hints"],
  }),
  authentik_stage_authenticator_webauthn: byName("stages/authenticator/webauthn", { ordered: ["hints"] }),
  authentik_stage_deny: byName("stages/deny"),
  authentik_stage_email: byName("stages/email", { neverRead: ["password"] }),
  authentik_stage_identification: byName("stages/identification", { ordered: ["user_fields"] }),
  authentik_stage_invitation: byName("stages/invitation/stages"),
  authentik_stage_password: byName("stages/password", { ordered: ["backends"] }),
  authentik_stage_prompt: byName("stages/prompt/stages"),
  authentik_stage_prompt_field: byName("stages/prompt/prompts"),
  authentik_stage_user_login: byName("stages/user_login", { neverRead: ["geoip_binding", "network_binding"] }),
  authentik_stage_user_write: byName("stages/user_write"),
  [SETTINGS]: { path: "admin/settings", key: [], ordered: ["footer_links"] },
  authentik_token: {
    path: "core/tokens",
    importId: "identifier",
    key: ["identifier"],
    neverRead: ["expires", "expiring", "retrieve_key"],
  },
  authentik_user: { path: "core/users", key: ["username"], neverRead: ["password"] },
};

/** What data sources find an object by, each argument with the field it is compared with. */
export interface Lookup {
  readonly path: string;
  readonly by: readonly string[];
  /** Whether upper and lower case are one. */
  readonly ignoresCase?: boolean;
}

export const LOOKUPS: Readonly<Record<string, Lookup | undefined>> = {
  authentik_brand: { path: "core/brands", by: ["domain"] },
  authentik_certificate_key_pair: { path: "crypto/certificatekeypairs", by: ["name"] },
  authentik_flow: { path: "flows/instances", by: ["slug"] },
  authentik_group: { path: "core/groups", by: ["name"] },
  authentik_outpost: { path: "outposts/instances", by: ["name"], ignoresCase: true },
  authentik_property_mapping_provider_scope: {
    path: "propertymappings/provider/scope",
    by: ["managed", "name", "scope_name"],
  },
  authentik_service_connection_kubernetes: { path: "outposts/service_connections/kubernetes", by: ["name"] },
  authentik_source: { path: "sources/all", by: ["slug", "managed"] },
  authentik_stage: { path: "stages/all", by: ["name"] },
  authentik_user: { path: "core/users", by: ["username"] },
};
