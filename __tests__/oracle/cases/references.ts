import type { Case, Draft } from "./case";
import { flaw, put, set } from "./case";

const OAUTH2 = "authentik_provider_oauth2.grafana";
const BRAND = "authentik_brand.public";
const EVERYONE = "authentik_policy_expression.everyone";

const other = (draft: Draft) => {
  draft.block("authentik_brand.public")["branding_title"] = "${local.title} ${upper(var.title)}";
};

/** Expressions and the addresses they read. */
export const referenceCases: readonly Case[] = [
  flaw(
    OAUTH2,
    "dangling-reference",
    "authorization_flow refers to data.authentik_flow.gone, which is not in this stack; add it or correct the address",
    set(OAUTH2, "authorization_flow", "${data.authentik_flow.gone.id}"),
  ),
  flaw(
    BRAND,
    "dangling-reference",
    "branding_title refers to authentik_group.gone, which is not in this stack; add it or correct the address",
    set(BRAND, "branding_title", '${upper("at ${authentik_group.gone.name}")} ${1 + 2}'),
  ),
  flaw(
    BRAND,
    "dangling-reference",
    "branding_title refers to authentik_group.gone, which is not in this stack; add it or correct the address",
    set(BRAND, "branding_title", "${[for k, v in {a = 1, b: 2} : v.x if authentik_group.gone.is_superuser][0]}"),
  ),
  flaw(
    EVERYONE,
    "dangling-reference",
    "expression refers to name, which is not in this stack; add it or correct the address",
    set(EVERYONE, "expression", 'return f"${name}" == "x"'),
  ),
  flaw(
    "authentik_group.staff",
    "dangling-reference",
    "depends_on[0] refers to authentik_group.gone, which is not in this stack; add it or correct the address",
    set("authentik_group.staff", "depends_on", ["authentik_group.gone", "helm_release.authentik"]),
  ),
  flaw(
    "authentik_user.ldap",
    "dangling-reference",
    "lifecycle.replace_triggered_by[0] refers to terraform_data.gone, which is not in this stack; add it or correct the address",
    set("authentik_user.ldap", "lifecycle", { replace_triggered_by: ["terraform_data.gone"] }),
  ),
  flaw(
    "output.issuer",
    "dangling-reference",
    "value refers to authentik_application.gone, which is not in this stack; add it or correct the address",
    (draft) => {
      draft.section("output")["issuer"] = { value: "${authentik_application.gone.slug}" };
    },
  ),
  flaw(
    "import[0]",
    "dangling-reference",
    "id refers to data.authentik_outpost.gone, which is not in this stack; add it or correct the address",
    (draft) => {
      draft.replace("import", [{ to: "authentik_outpost.embedded", id: "${data.authentik_outpost.gone.id}" }]);
    },
  ),
  {
    spoil: other,
    findings: ["local.title", "var.title"].map((address) => ({
      address: BRAND,
      rule: "dangling-reference",
      text: `branding_title refers to ${address}, which is not in this stack; add it or correct the address`,
    })),
  },
  {
    spoil: (draft) => {
      other(draft);
      draft.section("locals")["title"] = "Example";
      draft.section("variable")["title"] = { type: "string" };
    },
    findings: [],
  },
  flaw(
    BRAND,
    "unknown-reference-attribute",
    "branding_title reads authentik_group.staff.title, and authentik_group has no attribute title",
    set(BRAND, "branding_title", "${authentik_group.staff.title}"),
  ),
  flaw(
    BRAND,
    "unknown-reference-attribute",
    "branding_title reads helm_release.authentik.state, and helm_release has no attribute state",
    set(BRAND, "branding_title", "${helm_release.authentik.state}"),
  ),
  { spoil: set(BRAND, "branding_title", "${helm_release.authentik.status} $${x} %%{y}"), findings: [] },
  flaw(
    EVERYONE,
    "broken-expression",
    "expression holds an expression that never ends; write $${ for a literal ${",
    set(EVERYONE, "expression", 'return "${x"'),
  ),
  flaw(
    EVERYONE,
    "broken-expression",
    "expression holds a template directive; write %%{ for a literal %{",
    set(EVERYONE, "expression", "return '%{x}'"),
  ),
  flaw(
    "authentik_group.all",
    "reference-circle",
    "refers to itself through authentik_group.all, authentik_group.staff; break the circle",
    set("authentik_group.all", "parents", ["${authentik_group.staff.id}"]),
  ),
  flaw(
    "moved[0]",
    "moved-address",
    "authentik_group.all is moved away and still in this stack; remove one",
    (draft) => {
      draft.replace("moved", [{ from: "authentik_group.all", to: "authentik_group.staff" }]);
    },
  ),
  flaw(
    "moved[1]",
    "moved-address",
    "authentik_group.a is moved to authentik_group.b, which is not in this stack",
    (draft) => {
      draft.push("moved", { from: "authentik_group.a", to: "authentik_group.b" });
    },
  ),
  flaw(
    "moved[1]",
    "moved-address",
    "authentik_user.a cannot be moved to authentik_group.all, which is of another type",
    (draft) => {
      draft.push("moved", { from: "authentik_user.a", to: "authentik_group.all" });
    },
  ),
  flaw("moved[1]", "moved-address", "authentik_group.employees stands in two moved blocks", (draft) => {
    draft.push("moved", { from: "authentik_group.employees", to: "authentik_group.all" });
  }),
  flaw("moved[1]", "moved-address", "a moved block needs the addresses from and to", (draft) => {
    draft.push("moved", { from: "authentik_group.a" });
  }),
  flaw("import[1]", "import-address", "authentik_stage.gone is imported and not in this stack; declare it", (draft) => {
    draft.push("import", { to: "authentik_stage.gone", id: "${data.authentik_stage.totp_setup.id}" });
  }),
  flaw("import[1]", "import-address", "an import block needs an id", (draft) => {
    draft.push("import", { to: "kubernetes_namespace_v1.authentik" });
  }),
  flaw(
    "removed[1]",
    "removed-address",
    "authentik_brand.public is removed and still in this stack; remove one",
    (draft) => {
      draft.push("removed", { from: "authentik_brand.public", lifecycle: { destroy: false } });
    },
  ),
  flaw(
    "removed[1]",
    "removed-address",
    "a removed block must say lifecycle.destroy = false, or it deletes the object",
    (draft) => {
      draft.push("removed", { from: "authentik_brand.older" });
    },
  ),
  flaw("removed[1]", "removed-address", "a removed block needs the address from", (draft) => {
    draft.push("removed", { lifecycle: { destroy: false } });
  }),
  // Everything on the way to the release waits for it.
  flaw(
    "authentik_group.lone",
    "starts-before-release",
    "starts before helm_release.authentik is up, and the provider does not retry; add depends_on",
    put("authentik_group.lone", { name: "lone", lifecycle: { create_before_destroy: true } }),
  ),
];
