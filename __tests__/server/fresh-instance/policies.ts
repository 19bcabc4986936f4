import type { Maker } from "./maker";

/** What they decide, in the fewest words that Python takes; authentik's own are longer. */
const EXPRESSIONS: Readonly<Record<string, string>> = {
  "default-authentication-flow-password-stage": `return not hasattr(context["flow_plan"].context.get("pending_user"), "backend")`,
  "default-oobe-password-usable": `return not ak_user_by(username="akadmin").has_usable_password()`,
  "default-oobe-prefill-user": `context["flow_plan"].context["pending_user"] = ak_user_by(username="akadmin")\nreturn True`,
  "default-source-authentication-if-sso": "return ak_is_sso_flow",
  "default-source-enrollment-if-sso": "return ak_is_sso_flow",
  "default-source-enrollment-if-username": `return "username" not in context.get("prompt_data", {})`,
  "default-user-settings-authorization": "return True",
};

const EVENTS: Readonly<Record<string, string>> = {
  "default-match-configuration-error": "configuration_error",
  "default-match-policy-exception": "policy_exception",
  "default-match-property-mapping-exception": "property_mapping_exception",
  "default-match-update": "update_available",
};

const NOTIFIED: Readonly<Record<string, readonly string[]>> = {
  "default-notify-configuration-error": ["default-match-configuration-error"],
  "default-notify-exception": ["default-match-policy-exception", "default-match-property-mapping-exception"],
  "default-notify-update": ["default-match-update"],
};

/** The policies that flows and prompts use. */
export function addPolicies(maker: Maker): void {
  for (const [name, expression] of Object.entries(EXPRESSIONS)) maker.add("policies/expression", { name, expression });
  for (const [name, action] of Object.entries(EVENTS)) maker.add("policies/event_matcher", { name, action });
  maker.add("policies/password", {
    name: "default-password-change-password-policy",
    check_zxcvbn: true,
    length_min: 8,
  });
}

/** Who is told of what goes wrong. */
export function addNotifications(maker: Maker): void {
  const transports = ["email", "local"].map(
    (mode) => maker.add("events/transports", { name: `default-${mode}-transport`, mode }).pk,
  );
  const destination_group = maker.pk("core/groups", "authentik Admins");
  for (const [name, policies] of Object.entries(NOTIFIED)) {
    const rule = maker.add("events/rules", { name, severity: "alert", destination_group, transports });
    maker.bindPolicies(rule.pk, policies);
  }
}
