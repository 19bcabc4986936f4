import type { Case, Draft } from "./case";
import { drop, flaw, put, set } from "./case";

const SIGNING = "data.authentik_certificate_key_pair.signing";

const terraform = (name: string, value: unknown) => (draft: Draft) => {
  draft.section("terraform")[name] = value;
};
const requires = (name: string, value: unknown) => (draft: Draft) => {
  (draft.section("terraform")["required_providers"] as Record<string, unknown>)[name] = value;
};
const machinePath = (address: string, path: string, spoil: (draft: Draft) => void) =>
  flaw(address, "machine-path", `${path} holds a path of this machine; make it relative`, spoil);
const unique = (address: string, what: string, first: string, spoil: (draft: Draft) => void) =>
  flaw(address, "unique-name", `has the same ${what} as ${first}; the server takes one of each`, spoil);

/** The document as a whole, its lookups and its names. */
export const documentCases: readonly Case[] = [
  flaw(
    "terraform",
    "backend",
    "exactly one backend must be set, got 2; an engine takes the first or refuses",
    terraform("backend", { local: { path: "x" }, kubernetes: {} }),
  ),
  flaw(
    "terraform",
    "backend",
    "exactly one backend must be set, got 0; an engine takes the first or refuses",
    terraform("backend", {}),
  ),
  flaw(
    "terraform",
    "required-version",
    "required_version is missing; ephemeral values need Terraform or OpenTofu 1.11",
    terraform("required_version", ""),
  ),
  flaw(
    "terraform",
    "required-providers",
    "provider vault is used and not required; give its source and version",
    requires("vault", { version: "5.6.0" }),
  ),
  flaw(
    "terraform",
    "required-providers",
    'provider helm must be pinned to one version, got "~> 3.0"',
    requires("helm", { source: "helm", version: "~> 3.0" }),
  ),
  flaw(
    "terraform",
    "required-providers",
    "provider kubernetes is pinned to 2.37.0, and its schema here is 2.38.0",
    requires("kubernetes", { source: "kubernetes", version: "2.37.0" }),
  ),
  flaw(
    "terraform",
    "required-providers",
    "provider authentik is pinned to 2026.2.0, and its schema here is 2026.5.0",
    requires("authentik", { source: "goauthentik/authentik", version: "2026.2.0" }),
  ),
  machinePath(
    "terraform",
    "backend.local.path",
    terraform("backend", { local: { path: "/home/jane/terraform.tfstate" } }),
  ),
  machinePath(
    "terraform",
    "backend.local.path",
    terraform("backend", { local: { path: `${process.cwd()}/x.tfstate` } }),
  ),
  machinePath(
    "helm_release.authentik",
    "description",
    set("helm_release.authentik", "description", "C:\\charts\\authentik"),
  ),
  machinePath(
    "authentik_brand.public",
    "//.trace",
    set("authentik_brand.public", "//", { trace: "at /Users/jane/main.ts" }),
  ),
  { spoil: set("authentik_application.nas", "meta_launch_url", "https://nas.example.org/home/"), findings: [] },
  flaw(
    "data.terraform_remote_state.other",
    "remote-state",
    "stacks share config values, never state; look the object up or pass the value",
    set("data.terraform_remote_state.other", "backend", "local"),
  ),
  {
    spoil: put("kubernetes_manifest.route", { manifest: { kind: "Middleware" } }),
    findings: [
      {
        address: "kubernetes_manifest.route",
        rule: "kubernetes-manifest",
        text: "kubernetes_manifest needs the cluster and its CRDs at plan; use the chart's additionalObjects or deploy/",
      },
      {
        address: "kubernetes_manifest.route",
        rule: "no-second-plan-row",
        text: "kubernetes_manifest has no row in the second-plan table; find out how it drifts",
      },
    ],
  },
  flaw(
    "data.authentik_flow.consent",
    "lookup-depends-on",
    "a lookup with depends_on is deferred at every change of it; remove depends_on",
    set("data.authentik_flow.consent", "depends_on", ["helm_release.authentik"]),
  ),
  flaw(
    "data.authentik_flow.consent",
    "lookup-filter",
    "slug must be stated; without it the server's first object is taken",
    put("data.authentik_flow.consent", { slug: "" }),
  ),
  flaw(
    "data.authentik_property_mapping_provider_scope.many",
    "lookup-filter",
    "managed_list must not be used; it returns whatever subset exists, so a typo loses a scope; look them up one by one",
    put("data.authentik_property_mapping_provider_scope.many", { managed: "x", managed_list: ["x"] }),
  ),
  flaw(
    "data.authentik_users.staff",
    "lookup-filter",
    "groups_by_name must not be used; the provider crashes on it",
    set("data.authentik_users.staff", "groups_by_name", ["staff"]),
  ),
  flaw(
    "data.authentik_group.admins",
    "lookup-reads-too-much",
    "include_users must be false; its default puts every member into the state",
    drop("data.authentik_group.admins", "include_users"),
  ),
  flaw(
    SIGNING,
    "lookup-reads-too-much",
    "fetch_key must be false; its default reads the key into the state and logs a secret view at every plan",
    drop(SIGNING, "fetch_key"),
  ),
  flaw(
    SIGNING,
    "lookup-reads-too-much",
    "fetch_certificate must be false; its default costs a call at every plan",
    set(SIGNING, "fetch_certificate", true),
  ),
  flaw(
    "data.authentik_flow.again",
    "lookup-twice",
    "finds the same object as data.authentik_flow.consent; share one lookup",
    set("data.authentik_flow.again", "slug", "default-provider-authorization-implicit-consent"),
  ),
  flaw(
    "data.authentik_group.staff",
    "lookup-of-own",
    "looks up what authentik_group.staff creates, which is not there at the first plan; refer to the resource",
    put("data.authentik_group.staff", { name: "staff", include_users: false }),
  ),
  flaw(
    "data.authentik_stage.login",
    "lookup-of-own",
    "looks up what authentik_stage_deny.login creates, which is not there at the first plan; refer to the resource",
    put("data.authentik_stage.login", { name: "login-deny" }),
  ),
  unique(
    "authentik_application.wiki",
    "application slug",
    "authentik_application.grafana",
    set("authentik_application.wiki", "slug", "grafana"),
  ),
  unique(
    "authentik_application.wiki",
    "protocol_provider",
    "authentik_application.grafana",
    set("authentik_application.wiki", "protocol_provider", "${authentik_provider_oauth2.grafana.id}"),
  ),
  unique(
    "authentik_provider_proxy.wiki",
    "provider name",
    "authentik_provider_oauth2.grafana",
    set("authentik_provider_proxy.wiki", "name", "grafana"),
  ),
  unique("authentik_flow.totp", "flow slug", "authentik_flow.login", set("authentik_flow.totp", "slug", "login")),
  unique(
    "authentik_group.staff",
    "group name",
    "authentik_group.all",
    set("authentik_group.staff", "name", "everybody"),
  ),
  unique("authentik_user.ldap", "username", "authentik_user.jane", set("authentik_user.ldap", "username", "Jane.Doe")),
  unique(
    "authentik_stage_deny.login",
    "stage name",
    "authentik_stage_password.login",
    set("authentik_stage_deny.login", "name", "login-password"),
  ),
  unique(
    "authentik_policy_dummy.sometimes",
    "policy name",
    "authentik_policy_expression.everyone",
    set("authentik_policy_dummy.sometimes", "name", "everyone"),
  ),
  unique(
    "authentik_property_mapping_provider_scope.teams",
    "mapping name",
    "authentik_property_mapping_source_oauth.google",
    set("authentik_property_mapping_provider_scope.teams", "name", "google names"),
  ),
  unique(
    "authentik_policy_binding.twice",
    "policy, target and order",
    "authentik_policy_binding.wiki",
    put("authentik_policy_binding.twice", {
      target: "${authentik_application.wiki.uuid}",
      policy: "${authentik_policy_expression.everyone.id}",
      order: 0,
      depends_on: ["helm_release.authentik"],
    }),
  ),
  unique(
    "authentik_system_settings.more",
    "one set of system settings",
    "authentik_system_settings.settings",
    (draft) => {
      Object.assign(draft.block("authentik_system_settings.more"), draft.block("authentik_system_settings.settings"));
    },
  ),
  unique(
    "kubernetes_config_map_v1.again",
    "kubernetes_config_map_v1 name",
    "kubernetes_config_map_v1.proxy",
    put("kubernetes_config_map_v1.again", { metadata: { name: "auth-proxy", namespace: "authentik" } }),
  ),
];
