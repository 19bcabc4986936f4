import type { Case } from "./case";
import { flaw, set } from "./case";

const OAUTH2 = "authentik_provider_oauth2.grafana";
const BINDING = "authentik_policy_binding.grafana";
const UUID = "6f1c1f0e-3c6b-4f6e-9d0a-2b1c3d4e5f60";
const TARGETS =
  "an application or a flow or a stage binding or a source or an entitlement or a device access group or a rac endpoint or an event rule";

/** References of the wrong key, of the wrong kind, and ids typed by hand. */
export const identityCases: readonly Case[] = [
  flaw(
    "authentik_brand.public",
    "wrong-identity",
    "flow_authentication wants the uuid of a flow, and authentik_flow.login.id is a slug; use authentik_flow.login.uuid",
    set("authentik_brand.public", "flow_authentication", "${authentik_flow.login.id}"),
  ),
  flaw(
    BINDING,
    "wrong-identity",
    `target wants the uuid of ${TARGETS}, and authentik_application.grafana.id is a slug; use authentik_application.grafana.uuid`,
    set(BINDING, "target", "${authentik_application.grafana.id}"),
  ),
  flaw(
    "authentik_stage_identification.login",
    "wrong-identity",
    "sources[0] wants the uuid of a source, and authentik_source_oauth.google.id is a slug; use authentik_source_oauth.google.uuid",
    set("authentik_stage_identification.login", "sources", ["${authentik_source_oauth.google.id}"]),
  ),
  flaw(
    OAUTH2,
    "wrong-identity",
    "property_mappings wants the uuid of a mapping (provider_scope), and data.authentik_property_mapping_provider_scope.openid.ids is a list of uuids; use data.authentik_property_mapping_provider_scope.openid.id",
    set(OAUTH2, "property_mappings", "${data.authentik_property_mapping_provider_scope.openid.ids}"),
  ),
  flaw(
    "authentik_user.jane",
    "wrong-identity",
    "groups[0] wants the uuid of a group, and data.authentik_group.admins.pk is no key; use data.authentik_group.admins.id",
    set("authentik_user.jane", "groups", ["${data.authentik_group.admins.pk}"]),
  ),
  flaw(
    "authentik_user.jane",
    "wrong-identity",
    "groups[0] wants the uuid of a group, and authentik_group.staff is no key; use authentik_group.staff.id",
    set("authentik_user.jane", "groups", ["${authentik_group.staff}"]),
  ),
  flaw(
    "authentik_user.jane",
    "wrong-identity",
    "groups[0] has text around its reference; give the reference alone",
    set("authentik_user.jane", "groups", ["group ${authentik_group.staff.id}"]),
  ),
  flaw(
    "authentik_application.nas",
    "wrong-kind",
    "protocol_provider wants the integer key of a provider, and authentik_application.grafana.id belongs to an application",
    set("authentik_application.nas", "protocol_provider", "${tonumber(authentik_application.grafana.id)}"),
  ),
  flaw(
    OAUTH2,
    "wrong-kind",
    "authorization_flow wants the uuid of a flow, and authentik_group.staff.id belongs to a group",
    set(OAUTH2, "authorization_flow", "${authentik_group.staff.id}"),
  ),
  flaw(
    OAUTH2,
    "wrong-kind",
    "signing_key wants the uuid of a certificate, and helm_release.authentik.id belongs to helm_release",
    set(OAUTH2, "signing_key", "${helm_release.authentik.id}"),
  ),
  flaw(
    "authentik_stage_identification.login",
    "wrong-kind",
    "password_stage wants the uuid of a stage (password), and authentik_stage_user_login.login.id belongs to a stage (user_login)",
    set("authentik_stage_identification.login", "password_stage", "${authentik_stage_user_login.login.id}"),
  ),
  flaw(
    "authentik_source_oauth.google",
    "wrong-kind",
    "property_mappings[0] wants the uuid of a mapping (source_oauth), and authentik_property_mapping_provider_scope.teams.id belongs to a mapping (provider_scope)",
    set("authentik_source_oauth.google", "property_mappings", [
      "${authentik_property_mapping_provider_scope.teams.id}",
    ]),
  ),
  flaw(
    OAUTH2,
    "wrong-kind",
    "signing_key wants the uuid of a certificate, and terraform_data.revision.id belongs to terraform_data",
    set(OAUTH2, "signing_key", "${terraform_data.revision.id}"),
  ),
  { spoil: set(OAUTH2, "signing_key", "${terraform_data.revision.output}"), findings: [] },
  // A stage that is looked up may be of any kind.
  {
    spoil: set("authentik_stage_identification.login", "password_stage", "${data.authentik_stage.totp_setup.id}"),
    findings: [],
  },
  // The heading of an application in the launcher is text.
  { spoil: set("authentik_application.nas", "group", "Storage"), findings: [] },
  flaw(
    OAUTH2,
    "literal-reference",
    "signing_key holds a literal; refer to a certificate or look one up",
    set(OAUTH2, "signing_key", "self-signed"),
  ),
  flaw(
    "authentik_application.nas",
    "literal-reference",
    "protocol_provider holds a literal; refer to a provider or look one up",
    set("authentik_application.nas", "protocol_provider", 7),
  ),
  flaw(
    "authentik_stage_identification.login",
    "literal-reference",
    "captcha_stage is empty; refer to a stage (captcha) or leave it out",
    set("authentik_stage_identification.login", "captcha_stage", ""),
  ),
  {
    spoil: set(OAUTH2, "encryption_key", UUID),
    findings: [
      {
        address: OAUTH2,
        rule: "literal-reference",
        text: "encryption_key holds a literal; refer to a certificate or look one up",
      },
      {
        address: OAUTH2,
        rule: "literal-uuid",
        text: "encryption_key holds a uuid; look the object up by its slug or name",
      },
    ],
  },
  {
    spoil: (draft) => {
      draft.push("import", { to: "authentik_flow.login", id: "${data.authentik_flow.consent.id}" });
      draft.block("authentik_flow.login")["lifecycle"] = {
        create_before_destroy: true,
        prevent_destroy: true,
        ignore_changes: [
          "authentication",
          "background",
          "compatibility_mode",
          "denied_action",
          "layout",
          "policy_engine_mode",
        ],
      };
    },
    findings: [
      {
        address: "import[1]",
        rule: "wrong-identity",
        text: "id wants the slug of a flow, and data.authentik_flow.consent.id is a uuid; use data.authentik_flow.consent.slug",
      },
    ],
  },
];
