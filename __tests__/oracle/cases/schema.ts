import type { Case } from "./case";
import { drop, flaw, put, set } from "./case";

const STAFF = "authentik_group.staff";
const RELEASE = "helm_release.authentik";
const INGRESS = "kubernetes_ingress_v1.static";

/** Blocks against the schemas of their providers. */
export const schemaCases: readonly Case[] = [
  flaw(
    "data.authentik_widget.x",
    "unknown-type",
    "authentik_widget is no data source of a provider we know; correct the type",
    set("data.authentik_widget.x", "name", "x"),
  ),
  flaw(
    "data.kubernetes_secrets.x",
    "unknown-type",
    "kubernetes_secrets is no data source of a provider we know; correct the type",
    set("data.kubernetes_secrets.x", "name", "x"),
  ),
  flaw(
    "ephemeral.vault_kv_secret_v1.x",
    "unknown-type",
    "vault_kv_secret_v1 is no ephemeral resource of a provider we know; correct the type",
    set("ephemeral.vault_kv_secret_v1.x", "name", "x"),
  ),
  flaw(
    STAFF,
    "unknown-attribute",
    "colour is no argument of authentik_group; remove it or correct its name",
    set(STAFF, "colour", "blue"),
  ),
  flaw(
    RELEASE,
    "unknown-attribute",
    "extra_values is no argument of helm_release; remove it or correct its name",
    set(RELEASE, "extra_values", []),
  ),
  flaw(
    INGRESS,
    "unknown-attribute",
    "spec.class is no argument of kubernetes_ingress_v1; remove it or correct its name",
    (draft) => {
      (draft.block(INGRESS)["spec"] as Record<string, unknown>)["class"] = "traefik";
    },
  ),
  flaw(
    "provider.authentik",
    "unknown-attribute",
    "region is no argument of authentik; remove it or correct its name",
    set("provider.authentik", "region", "eu"),
  ),
  flaw(
    "data.authentik_flow.consent",
    "unknown-attribute",
    "uuid is no argument of authentik_flow; remove it or correct its name",
    set("data.authentik_flow.consent", "uuid", "x"),
  ),
  flaw(
    "ephemeral.vault_kv_secret_v2.authentik",
    "unknown-attribute",
    "key is no argument of vault_kv_secret_v2; remove it or correct its name",
    set("ephemeral.vault_kv_secret_v2.authentik", "key", "x"),
  ),
  flaw(
    "authentik_flow.totp",
    "read-only-attribute",
    "uuid is decided by the provider; remove it",
    set("authentik_flow.totp", "uuid", "x"),
  ),
  flaw(STAFF, "read-only-attribute", "id is decided by the provider; remove it", set(STAFF, "id", "x")),
  flaw(STAFF, "wrong-type", "name must be a string, got a number", set(STAFF, "name", 7)),
  flaw(STAFF, "wrong-type", "is_superuser must be a bool, got a string", set(STAFF, "is_superuser", "yes")),
  flaw(
    "authentik_stage_prompt_field.username",
    "wrong-type",
    "order must be a number, got a string",
    set("authentik_stage_prompt_field.username", "order", "10"),
  ),
  flaw(
    "authentik_stage_prompt_field.username",
    "wrong-type",
    "order must be a number, got a string",
    set("authentik_stage_prompt_field.username", "order", "1${authentik_group.staff.name}"),
  ),
  flaw(
    "authentik_stage_password.login",
    "wrong-type",
    "backends must be a list, got a string",
    set("authentik_stage_password.login", "backends", "authentik.core.auth.InbuiltBackend"),
  ),
  flaw(
    "authentik_system_settings.settings",
    "wrong-type",
    "footer_links[0] must be a map, got a string",
    set("authentik_system_settings.settings", "footer_links", ["https://example.org"]),
  ),
  flaw(
    INGRESS,
    "wrong-type",
    "wait_for_load_balancer must be a bool, got a number",
    set(INGRESS, "wait_for_load_balancer", 1),
  ),
  flaw(
    "kubernetes_namespace_v1.authentik",
    "wrong-type",
    "metadata.labels.tier must be a string, got a number",
    set("kubernetes_namespace_v1.authentik", "metadata", { name: "authentik", labels: { tier: 1 } }),
  ),
  flaw(
    "kubernetes_service_v1.proxy",
    "wrong-type",
    "spec.port must be a list, got an object",
    set("kubernetes_service_v1.proxy", "spec", { port: { port: 80 } }),
  ),
  flaw(
    "kubernetes_service_v1.proxy",
    "wrong-type",
    "spec must be one block, got a list",
    set("kubernetes_service_v1.proxy", "spec", [{ port: [{ port: 80 }] }]),
  ),
  flaw(
    "authentik_provider_oauth2.grafana",
    "not-in-enum",
    'client_type must be one of confidential, public, got "secret"',
    set("authentik_provider_oauth2.grafana", "client_type", "secret"),
  ),
  flaw(
    "authentik_stage_identification.login",
    "not-in-enum",
    'user_fields[1] must be one of email, username, upn, got "phone"',
    set("authentik_stage_identification.login", "user_fields", ["email", "phone"]),
  ),
  flaw(
    "authentik_provider_ldap.nas",
    "not-in-enum",
    'bind_mode must be one of direct, cached, got "fast"',
    set("authentik_provider_ldap.nas", "bind_mode", "fast"),
  ),
  flaw(
    "authentik_rbac_permission_role.search",
    "not-in-enum",
    'model must be one of the 122 values the provider knows, got "ldap"',
    set("authentik_rbac_permission_role.search", "model", "ldap"),
  ),
  flaw(
    "authentik_policy_binding.nas",
    "missing-required",
    "order is required by authentik_policy_binding; state it",
    drop("authentik_policy_binding.nas", "order"),
  ),
  flaw(RELEASE, "missing-required", "name is required by helm_release; state it", drop(RELEASE, "name")),
  flaw(
    "kubernetes_role_binding_v1.proxy",
    "missing-required",
    "role_ref.name is required by kubernetes_role_binding_v1; state it",
    set("kubernetes_role_binding_v1.proxy", "role_ref", { api_group: "rbac.authorization.k8s.io", kind: "Role" }),
  ),
  flaw(
    "provider.authentik",
    "missing-required",
    "url is required by authentik; state it",
    drop("provider.authentik", "url"),
  ),
  flaw(
    "ephemeral.vault_kv_secret_v2.authentik",
    "missing-required",
    "mount is required by vault_kv_secret_v2; state it",
    drop("ephemeral.vault_kv_secret_v2.authentik", "mount"),
  ),
  flaw(STAFF, "empty-required", "name must not be empty; give it a value", set(STAFF, "name", "")),
  flaw(
    "authentik_application.nas",
    "null-value",
    "protocol_provider is null; give it a value or leave it out",
    set("authentik_application.nas", "protocol_provider", null),
  ),
  flaw("output.issuer", "null-value", "value is null; give it a value or leave it out", (draft) => {
    draft.section("output")["issuer"] = { value: null };
  }),
  flaw(
    "data.authentik_group.admins",
    "exclusive-arguments",
    "exactly one of pk and name must be stated, got 2",
    set("data.authentik_group.admins", "pk", "${authentik_group.staff.id}"),
  ),
  flaw(
    "data.authentik_provider_oauth2_config.grafana",
    "exclusive-arguments",
    "name and provider_id exclude each other; state one of them",
    put("data.authentik_provider_oauth2_config.grafana", {
      name: "x",
      provider_id: "${authentik_provider_oauth2.grafana.id}",
    }),
  ),
  flaw(
    STAFF,
    "lifecycle",
    "lifecycle.preconditions is not allowed here; the keys are create_before_destroy, prevent_destroy, ignore_changes, replace_triggered_by, precondition, postcondition",
    set(STAFF, "lifecycle", { create_before_destroy: true, preconditions: [] }),
  ),
  flaw(
    STAFF,
    "lifecycle",
    "lifecycle.prevent_destroy must be true or false, Terraform takes no expression there",
    set(STAFF, "lifecycle", { create_before_destroy: true, prevent_destroy: "${true}" }),
  ),
  flaw(
    STAFF,
    "lifecycle",
    'ignore_changes names "members", which is no argument of authentik_group',
    set(STAFF, "lifecycle", { create_before_destroy: true, ignore_changes: ["users", "members"] }),
  ),
  flaw(
    "data.authentik_flow.consent",
    "lifecycle",
    "lifecycle.prevent_destroy is not allowed here; the keys are precondition, postcondition",
    set("data.authentik_flow.consent", "lifecycle", { prevent_destroy: true }),
  ),
  flaw(
    "authentik_user.jane",
    "lifecycle",
    "lifecycle must be one block",
    put("authentik_user.jane", { lifecycle: [], attributes: "{}" }),
  ),
  flaw(
    STAFF,
    "unknown-provider",
    'provider names "authentik.other", which this stack does not configure',
    set(STAFF, "provider", "authentik.other"),
  ),
];
