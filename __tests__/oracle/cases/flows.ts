import type { Case } from "./case";
import { drop, flaw, set, unsent, unstated } from "./case";

const SOURCE = "authentik_source_oauth.google";

/** Flows, stages, sources and brands. */
export const flowCases: readonly Case[] = [
  unstated(
    "authentik_flow_stage_binding.login_10",
    "evaluate_on_plan",
    "the provider's defaults are the opposite of the server's",
  ),
  unstated(
    "authentik_flow_stage_binding.login_10",
    "re_evaluate_policies",
    "the provider's defaults are the opposite of the server's",
  ),
  unstated(
    "authentik_stage_identification.login",
    "case_insensitive_matching",
    "omitted, it is sent as false and people must type their name's case",
  ),
  flaw(
    "authentik_stage_identification.login",
    "stage-values",
    "user_fields or sources must have an entry; the server refuses a stage with neither",
    drop("authentik_stage_identification.login", "user_fields", "sources"),
  ),
  flaw(
    "authentik_stage_authenticator_validate.login",
    "stage-values",
    "configuration_stages must have an entry with not_configured_action configure",
    drop("authentik_stage_authenticator_validate.login", "configuration_stages"),
  ),
  flaw(
    "authentik_stage_redirect.home",
    "stage-values",
    "target_flow must be stated in mode flow",
    drop("authentik_stage_redirect.home", "mode"),
  ),
  ...["create_users_as_inactive", "user_type", "user_creation_mode"].map((name) =>
    unstated("authentik_stage_user_write.enroll", name, "the provider's defaults create inactive external people"),
  ),
  flaw(
    "authentik_stage_authenticator_email.otp",
    "email-template",
    "template must be stated and not be email/password_reset.html; the one for codes is email/email_otp.html",
    drop("authentik_stage_authenticator_email.otp", "template"),
  ),
  unsent("authentik_stage_email.recovery", "activate_user_on_success", false, "false"),
  unsent("authentik_stage_email.recovery", "timeout", 0, "0"),
  unsent("authentik_stage_password.login", "failed_attempts_before_cancel", 0, "0"),
  unsent("authentik_stage_prompt_field.username", "order", 0, "0"),
  unsent("authentik_stage_prompt_field.username", "placeholder", "", "empty"),
  flaw(
    SOURCE,
    "source-urls",
    "access_token_url, profile_url, oidc_jwks_url must be stated or under ignore_changes; the server fills them in",
    set(SOURCE, "lifecycle", { ignore_changes: ["authorization_url"] }),
  ),
  flaw(
    SOURCE,
    "source-urls",
    "authorization_code_auth_method must be post_body for google; the provider's default is basic_auth",
    drop(SOURCE, "authorization_code_auth_method"),
  ),
  unstated("authentik_brand.public", "branding_logo", "the server fills it in and every plan would clear it"),
  unstated("authentik_brand.public", "branding_favicon", "the server fills it in and every plan would clear it"),
  flaw(
    "authentik_certificate_key_pair.ldaps",
    "certificate-pem",
    "certificate_data must end in exactly one newline; it is read back so",
    set(
      "authentik_certificate_key_pair.ldaps",
      "certificate_data",
      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n\n",
    ),
  ),
];
