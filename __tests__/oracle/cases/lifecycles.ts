import type { Case } from "./case";
import { flaw, put, set } from "./case";

const ALL = "ignore_changes is all, so nothing here is ever applied again; name arguments";
const GRAFANA = "authentik_application.grafana";
const DEPLOYMENT = "kubernetes_deployment_v1.proxy";
const WHOLE = "the address of a whole block, type.name";
const stated = (name: string) => `ignore_changes names ${name}, which is stated; a change of it does nothing`;
const ignoring = (address: string, value: unknown) => set(address, "lifecycle", { ignore_changes: value });
const dependsOn = (shown: string, entry: unknown): Case =>
  flaw(
    GRAFANA,
    "stated-dependency",
    `depends_on[1] must be ${WHOLE}, got ${shown}`,
    set(GRAFANA, "depends_on", ["helm_release.authentik", entry]),
  );

/** What a block ignores, and what it says it waits for. */
export const lifecycleCases: readonly Case[] = [
  flaw(GRAFANA, "ignored-argument", ALL, ignoring(GRAFANA, "all")),
  flaw(GRAFANA, "ignored-argument", ALL, ignoring(GRAFANA, ["all"])),
  flaw(GRAFANA, "ignored-argument", stated("name"), ignoring(GRAFANA, ["meta_icon", "name"])),
  flaw(
    DEPLOYMENT,
    "ignored-argument",
    stated("spec[0].template[0].spec[0].container[0].image"),
    ignoring(DEPLOYMENT, ["spec[0].template[0].spec[0].container[0].image"]),
  ),
  flaw(DEPLOYMENT, "ignored-argument", stated("metadata[0].name"), ignoring(DEPLOYMENT, ["metadata[0].name"])),
  {
    spoil: ignoring(DEPLOYMENT, ["spec[0].template[0].spec[0].priority_class_name", "metadata[0].annotations"]),
    findings: [],
  },
  {
    spoil: put("kubernetes_namespace_v1.authentik", {
      lifecycle: { ignore_changes: ["metadata[0].labels", "metadata[0].annotations"] },
    }),
    findings: [],
  },
  dependsOn('"${authentik_group.staff}"', "${authentik_group.staff}"),
  dependsOn('"authentik_group.staff.id"', "authentik_group.staff.id"),
  dependsOn("7", 7),
  { spoil: set(GRAFANA, "depends_on", ["helm_release.authentik", "data.authentik_flow.consent"]), findings: [] },
  flaw(
    "authentik_user.ldap",
    "stated-dependency",
    'lifecycle.replace_triggered_by[0] must be the address of a resource, not a lookup, got "data.authentik_group.admins"',
    set("authentik_user.ldap", "lifecycle", { replace_triggered_by: ["data.authentik_group.admins"] }),
  ),
  flaw(
    "authentik_user.ldap",
    "stated-dependency",
    'lifecycle.replace_triggered_by[0] must be the address of a resource, not a lookup, got "${terraform_data.revision.id}"',
    set("authentik_user.ldap", "lifecycle", { replace_triggered_by: ["${terraform_data.revision.id}"] }),
  ),
  {
    spoil: set("authentik_user.ldap", "lifecycle", {
      replace_triggered_by: ["terraform_data.revision", "terraform_data.revision.output"],
    }),
    findings: [],
  },
  flaw("moved[1]", "moved-address", "two moved blocks lead to authentik_group.staff; keep one", (draft) => {
    draft.push("moved", { from: "authentik_group.workers", to: "authentik_group.staff" });
  }),
  flaw(
    "removed[1]",
    "removed-address",
    'from must be the address of a resource, type.name, got "data.authentik_flow.consent"',
    (draft) => {
      draft.push("removed", { from: "data.authentik_flow.consent", lifecycle: { destroy: false } });
    },
  ),
  flaw("removed[1]", "removed-address", "authentik_brand.old stands in two removed blocks", (draft) => {
    draft.push("removed", { from: "authentik_brand.old", lifecycle: { destroy: false } });
  }),
];
