import type { Case } from "./case";
import { drop, flaw, put, set, unsent, unstated } from "./case";

const SETTINGS = "authentik_system_settings.settings";
const EVERYONE = "authentik_policy_expression.everyone";
const after = { depends_on: ["helm_release.authentik"] };

const expression = (text: string, value: string) =>
  flaw(EVERYONE, "expression-text", `expression ${text}`, set(EVERYONE, "expression", value));

/** Policies, bindings, people and settings. */
export const directoryCases: readonly Case[] = [
  flaw(
    "authentik_policy_binding.grafana",
    "policy-binding",
    "exactly one of policy, group, user must be stated, got none",
    drop("authentik_policy_binding.grafana", "group"),
  ),
  flaw(
    "authentik_policy_binding.nas",
    "policy-binding",
    "exactly one of policy, group, user must be stated, got group and user",
    set("authentik_policy_binding.nas", "group", "${authentik_group.all.id}"),
  ),
  unsent("authentik_policy_password.strong", "length_min", 0, "0"),
  unsent("authentik_policy_password.strong", "check_static_rules", false, "false"),
  flaw(
    "authentik_policy_reputation.bad",
    "reputation-threshold",
    "threshold must be from -5 to -1; scores end at 5, so a higher one always passes",
    drop("authentik_policy_reputation.bad", "threshold"),
  ),
  flaw(
    "authentik_policy_reputation.bad",
    "reputation-threshold",
    "authentik_policy_binding.login must bind it to a deny or captcha stage that is evaluated late; elsewhere it skips the stage for people of good standing",
    (draft) => {
      set("authentik_policy_binding.mfa", "target", "${authentik_flow_stage_binding.login_20.id}")(draft);
      set("authentik_policy_binding.login", "target", "${authentik_flow_stage_binding.login_10.id}")(draft);
    },
  ),
  expression("has Windows line ends; use \\n alone", "x = 1\r\nreturn x"),
  expression("begins in white space, which the server strips; dedent it", "  return True"),
  expression("ends in white space, which the server strips; trim it", "return True\n"),
  expression("has no code, which the server refuses; return something", "# nothing\n\n# at all"),
  expression("returns nothing, so it always fails; return something", "True"),
  flaw(
    "authentik_stage_prompt_field.username",
    "expression-text",
    "initial_value ends in white space, which the server strips; trim it",
    set("authentik_stage_prompt_field.username", "initial_value", "return 1 "),
  ),
  flaw(
    "authentik_group.staff",
    "json-value",
    "attributes must be a JSON object; write it with JSON.stringify",
    set("authentik_group.staff", "attributes", "{team: 1}"),
  ),
  flaw(
    "authentik_group.staff",
    "surrounding-space",
    "name begins or ends in white space, which the server strips; trim it",
    set("authentik_group.staff", "name", "staff "),
  ),
  flaw(
    "authentik_group.staff",
    "never-stated",
    "users must not be stated; membership is stated on the user; owned on both sides it changes at every plan",
    set("authentik_group.staff", "users", ["${authentik_user.ldap.id}"]),
  ),
  flaw(
    "authentik_group.staff",
    "create-before-destroy",
    "lifecycle.create_before_destroy must be true; deleted first, it takes with it what refers to it",
    drop("authentik_group.staff", "lifecycle"),
  ),
  flaw(
    "authentik_flow.totp",
    "create-before-destroy",
    "lifecycle.create_before_destroy must be true; deleted first, it takes with it what refers to it",
    set("authentik_flow.totp", "lifecycle", { ignore_changes: ["background"] }),
  ),
  {
    spoil: (draft) => {
      put("authentik_rbac_role.other", { name: "other", ...after })(draft);
      set("authentik_group.staff", "roles", ["${authentik_rbac_role.search.id}", "${authentik_rbac_role.other.id}"])(
        draft,
      );
    },
    findings: [
      {
        address: "authentik_group.staff",
        rule: "list-order",
        text: "roles can have one entry; they are read back in the server's order",
      },
    ],
  },
  unstated("authentik_user.jane", "groups", "omitted, the groups a person was given elsewhere stay; write [] for none"),
  flaw(
    "authentik_user.jane",
    "user-attributes",
    "attributes must be stated or under ignore_changes; else what people set is wiped",
    drop("authentik_user.jane", "lifecycle"),
  ),
  {
    spoil: set("authentik_user.jane", "password", "hunter2"),
    findings: [
      {
        address: "authentik_user.jane",
        rule: "literal-secret",
        text: "password holds a literal; take it from Vault or let the server make it",
      },
      {
        address: "authentik_user.jane",
        rule: "never-stated",
        text: "password must not be stated; it is sent only at creation and lands in the state; let the person set it",
      },
    ],
  },
  unsent("authentik_user.jane", "email", "", "empty"),
  { spoil: set("authentik_user.jane", "name", ""), findings: [] },
  flaw(
    "authentik_user.jane",
    "format",
    'email must be an e-mail address, got "jane"',
    set("authentik_user.jane", "email", "jane"),
  ),
  unstated("authentik_token.ldap", "expiring", "the provider's default ends the token after the server's maximum"),
  flaw(
    "authentik_token.ldap",
    "token-expiry",
    "expiring must be false for intent app_password; the server ends the token and no plan shows it",
    set("authentik_token.ldap", "expiring", true),
  ),
  flaw(
    "authentik_rbac_permission_role.search",
    "permission",
    'permission must be written app.codename, got "search_full_directory"; a bare codename is refused',
    set("authentik_rbac_permission_role.search", "permission", "search_full_directory"),
  ),
  flaw(
    "authentik_rbac_permission_role.search",
    "permission",
    "model and object_id must be stated together, or neither",
    drop("authentik_rbac_permission_role.search", "object_id"),
  ),
  flaw(
    "authentik_rbac_permission_role.search",
    "permission",
    "object_id must be a reference; one that does not exist grants the permission on all",
    set("authentik_rbac_permission_role.search", "object_id", "7"),
  ),
  flaw(
    "authentik_rbac_permission_role.search",
    "permission",
    "object_id refers to authentik_provider_oauth2.grafana, which is no authentik_providers_ldap.ldapprovider",
    set("authentik_rbac_permission_role.search", "object_id", "${authentik_provider_oauth2.grafana.id}"),
  ),
  unstated(SETTINGS, "avatars", "every write sends all settings, and the provider's default is not the server's"),
  unstated(SETTINGS, "flags", "every write sends all settings, and the provider's default is not the server's"),
  {
    spoil: set(SETTINGS, "flags", '{"core_default_app_access":true,"dark_mode":true}'),
    findings: [
      {
        address: SETTINGS,
        rule: "system-flags",
        text: "flags lacks enterprise_audit_include_expanded_diff, flows_continuous_login, flows_refresh_others; state all four",
      },
      { address: SETTINGS, rule: "system-flags", text: "flags has dark_mode, which the provider drops; remove it" },
    ],
  },
  {
    spoil: put("authentik_group.empty", { name: "empty", lifecycle: { create_before_destroy: true }, ...after }),
    findings: [],
  },
];
