import type { Case } from "./case";
import { drop, flaw, put, set } from "./case";

const SETTINGS = "authentik_system_settings.settings";
const RELEASE = "helm_release.authentik";
const after = { depends_on: ["helm_release.authentik"] };
const LDAP = "authentik_outpost.ldap";
const ATTACHED = "authentik_outpost_provider_attachment";
const race =
  "races with the other attachments to authentik_outpost.ldap; chain them with depends_on or list the providers there";
const attach = (body: Record<string, unknown>) =>
  put(`${ATTACHED}.nas`, {
    outpost: "${authentik_outpost.ldap.id}",
    protocol_provider: "${authentik_provider_ldap.nas.id}",
    ...body,
  });

/** Outposts, what is adopted, and the platform. */
export const platformCases: readonly Case[] = [
  flaw(
    LDAP,
    "outpost-config",
    "config must be stated with authentik_host; without it the outpost cannot call home",
    set(LDAP, "config", '{"authentik_host":""}'),
  ),
  flaw(
    LDAP,
    "outpost-config",
    "config must be stated with authentik_host; without it the outpost cannot call home",
    drop(LDAP, "config"),
  ),
  flaw(
    LDAP,
    "outpost-providers",
    "protocol_providers must not be empty; only the embedded outpost can wait for its first",
    set(LDAP, "protocol_providers", []),
  ),
  flaw(
    LDAP,
    "outpost-providers",
    "is given authentik_provider_proxy.wiki, which an outpost of type ldap refuses",
    set(LDAP, "protocol_providers", ["${authentik_provider_proxy.wiki.id}"]),
  ),
  flaw(
    LDAP,
    "outpost-providers",
    "is given authentik_provider_oauth2.grafana, which an outpost of type ldap refuses",
    set(`${ATTACHED}.printer`, "protocol_provider", "${authentik_provider_oauth2.grafana.id}"),
  ),
  {
    spoil: attach(after),
    findings: [`${ATTACHED}.printer`, `${ATTACHED}.nas`].map((address) => ({
      address,
      rule: "outpost-attachment",
      text: race,
    })),
  },
  { spoil: attach({ depends_on: [`${ATTACHED}.printer`] }), findings: [] },
  flaw(
    `${ATTACHED}.printer`,
    "outpost-attachment",
    "authentik_outpost.ldap lists its providers itself; drop the attachment or ignore protocol_providers there",
    drop(LDAP, "lifecycle"),
  ),
  {
    spoil: (draft) => {
      draft.replace("import", []);
    },
    findings: [
      {
        address: "data.authentik_outpost.embedded",
        rule: "lookup-of-own",
        text: "looks up what authentik_outpost.embedded creates, which is not there at the first plan; refer to the resource",
      },
      {
        address: "authentik_outpost.embedded",
        rule: "adopted",
        text: "the embedded outpost is on every server already; import it",
      },
    ],
  },
  flaw(
    "authentik_outpost.embedded",
    "adopted",
    "an imported object is deleted with the stack; state lifecycle.prevent_destroy",
    drop("authentik_outpost.embedded", "lifecycle"),
  ),
  flaw(
    "authentik_outpost.embedded",
    "adopted",
    "would reset service_connection of an imported object; state them or put them under ignore_changes",
    drop("authentik_outpost.embedded", "service_connection"),
  ),
  flaw(
    "authentik_stage_user_login.login",
    "adopted",
    "would reset network_binding and geoip_binding even under ignore_changes; state them",
    (draft) => {
      put("data.authentik_stage.session", { name: "login-session" })(draft);
      draft.push("import", { to: "authentik_stage_user_login.login", id: "${data.authentik_stage.session.id}" });
      const unstated = ["geoip_binding", "network_binding", "remember_device", "remember_me_offset"];
      const ignore_changes = [...unstated, "terminate_other_sessions"];
      set("authentik_stage_user_login.login", "lifecycle", { prevent_destroy: true, ignore_changes })(draft);
    },
  ),
  flaw(
    SETTINGS,
    "adopted",
    "system settings cannot be imported on a fresh server; declare them without an import",
    (draft) => {
      draft.push("import", { to: SETTINGS, id: "system_settings" });
    },
  ),
  flaw(
    RELEASE,
    "helm-release",
    "version must be one exact version; a range changes with the repository",
    set(RELEASE, "version", "^2026.5"),
  ),
  flaw(
    RELEASE,
    "helm-release",
    "values[0] must be a JSON object, which is YAML too; write it with JSON.stringify",
    set(RELEASE, "values", ["server:\n  replicas: 2\n"]),
  ),
  {
    spoil: (draft) => {
      drop(RELEASE, "repository", "version")(draft);
      set(RELEASE, "chart", "./charts/authentik")(draft);
    },
    findings: [],
  },
  flaw(
    "kubernetes_config_map_v1.proxy",
    "object-name",
    "metadata.name must be stated; a generated name differs at every creation",
    set("kubernetes_config_map_v1.proxy", "metadata", { generate_name: "auth-proxy-" }),
  ),
  flaw(
    "kubernetes_secret_v1.authentik",
    "write-only-revision",
    "data_wo_revision must be stated with data_wo; a changed value is not written without it",
    drop("kubernetes_secret_v1.authentik", "data_wo_revision"),
  ),
  flaw(
    "vault_kv_secret_v2.grafana",
    "write-only-revision",
    "data_json_wo_version must be stated with data_json_wo; a changed value is not written without it",
    drop("vault_kv_secret_v2.grafana", "data_json_wo_version"),
  ),
  flaw(
    "vault_kv_secret_v2.grafana",
    "never-stated",
    "data_json must not be stated; it is read back into the state; use data_json_wo",
    (draft) => {
      drop("vault_kv_secret_v2.grafana", "data_json_wo")(draft);
      set("vault_kv_secret_v2.grafana", "data_json", "${authentik_provider_oauth2.grafana.client_secret}")(draft);
    },
  ),
  flaw(
    "authentik_policy_geoip.abroad",
    "no-second-plan-row",
    "authentik_policy_geoip has no row in the second-plan table; find out how it drifts",
    put("authentik_policy_geoip.abroad", { name: "abroad", ...after }),
  ),
];
