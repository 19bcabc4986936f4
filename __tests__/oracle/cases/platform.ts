import type { Case, Draft } from "./case";
import { drop, flaw, put, set } from "./case";

const RELEASE = "helm_release.authentik";
const after = { depends_on: ["helm_release.authentik"] };
const LDAP = "authentik_outpost.ldap";
const EMBEDDED = "authentik_outpost.embedded";
const ATTACHED = "authentik_outpost_provider_attachment";
const race =
  "races with the other attachments to authentik_outpost.ldap; chain them with depends_on or list the providers there";
const attach = (body: Record<string, unknown>) =>
  put(`${ATTACHED}.nas`, {
    outpost: "${authentik_outpost.ldap.id}",
    protocol_provider: "${authentik_provider_ldap.nas.id}",
    ...body,
  });

/** Changes the embedded outpost's configuration. */
const configure =
  (values: Record<string, unknown>, ...dropped: readonly string[]) =>
  (draft: Draft): void => {
    const block = draft.block(EMBEDDED);
    const config = { ...(JSON.parse(String(block["config"])) as Record<string, unknown>), ...values };
    for (const name of dropped) Reflect.deleteProperty(config, name);
    block["config"] = JSON.stringify(config);
  };

const patch = (patches: Record<string, unknown>) => configure({ kubernetes_json_patches: patches });
const labels = { "app.kubernetes.io/component": "outpost", "app.kubernetes.io/name": "pods" };
const select = (value: Record<string, string>) =>
  patch({ service: [{ op: "replace", path: "/spec/selector", value }] });
const PODS = "kubernetes_deployment_v1.pods";
const pods = {
  metadata: { generate_name: "pods-" },
  spec: { selector: { match_labels: labels }, template: { metadata: { labels }, spec: {} } },
  lifecycle: { create_before_destroy: true },
};

/** A selector in the embedded outpost's Service, and pods that have its labels. */
const selecting =
  (value: Record<string, string>, more: Record<string, unknown> = {}, depends_on = [PODS]) =>
  (draft: Draft): void => {
    select(value)(draft);
    draft.block(EMBEDDED)["depends_on"] = ["helm_release.authentik", ...depends_on];
    put(PODS, { ...pods, ...more })(draft);
  };

/** Outposts, what is adopted, and the platform. */
export const platformCases: readonly Case[] = [
  flaw(
    EMBEDDED,
    "outpost-config",
    "config lacks log_level, docker_labels, which go to the server's defaults; state them",
    configure({}, "log_level", "docker_labels"),
  ),
  { spoil: configure({ kubernetes_namespace: "authentik" }), findings: [] },
  flaw(
    EMBEDDED,
    "outpost-patch",
    'config.kubernetes_json_patches["services"] names no component of an outpost, and is ignored; correct it',
    patch({ services: [] }),
  ),
  flaw(
    EMBEDDED,
    "outpost-patch",
    'config.kubernetes_json_patches["deployment"] does nothing for this outpost, which has none; remove it',
    patch({ deployment: [] }),
  ),
  ...["/metadata/finalizers/-", "/spec/ports/0"].map((path) =>
    flaw(
      EMBEDDED,
      "outpost-patch",
      'config.kubernetes_json_patches["service"][0] ends differently each time it is applied; add or replace a whole member',
      patch({ service: [{ op: "add", path, value: "x" }] }),
    ),
  ),
  flaw(
    EMBEDDED,
    "outpost-patch",
    'config.kubernetes_json_patches["ingress"][1] ends differently each time it is applied; add or replace a whole member',
    patch({
      ingress: [
        { op: "replace", path: "/spec/rules/0", value: {} },
        { op: "remove", path: "/spec/tls" },
      ],
    }),
  ),
  { spoil: selecting(labels), findings: [] },
  flaw(
    EMBEDDED,
    "outpost-selector",
    "the Service's selector chooses no pods of this stack; make them or leave it",
    selecting({ ...labels, "app.kubernetes.io/name": "others" }),
  ),
  flaw(
    EMBEDDED,
    "outpost-selector",
    "the Service's selector must have the names app.kubernetes.io/component and app.kubernetes.io/name; others are merged in and stay",
    selecting({ "app.kubernetes.io/name": "pods" }),
  ),
  flaw(
    EMBEDDED,
    "outpost-selector",
    `chooses pods of ${PODS} before they are ready; wait for it`,
    selecting(labels, {}, []),
  ),
  flaw(
    EMBEDDED,
    "outpost-selector",
    `chooses pods of ${PODS} before they are ready; wait for it`,
    selecting(labels, { wait_for_rollout: false }),
  ),
  flaw(
    EMBEDDED,
    "outpost-selector",
    `chooses pods of ${PODS}, which would go first; state create_before_destroy there`,
    selecting(labels, { metadata: { name: "pods" }, lifecycle: {} }),
  ),
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
