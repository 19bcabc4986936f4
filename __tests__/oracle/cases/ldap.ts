import type { Case, Draft } from "./case";
import { drop, flaw, put, set } from "./case";

const NAS = "authentik_provider_ldap.nas";
const PRINTER = "authentik_provider_ldap.printer";
const TOKEN = "authentik_token.ldap";
const FLOW = "authentik_flow.bind";
const LOGIN = "authentik_flow_stage_binding.bind_100";
const after = { depends_on: ["helm_release.authentik"] };
const lasting = { lifecycle: { create_before_destroy: true }, ...after };
const late = { target: "${authentik_flow.bind.uuid}", evaluate_on_plan: false, re_evaluate_policies: true };

const step = (stage: string, order: number): Record<string, unknown> => ({
  ...late,
  stage: `\${${stage}.id}`,
  order,
  ...after,
});

/** A bind flow of its own for one provider, as it should be, and then what spoils it. */
function ownFlow(draft: Draft, ...spoils: readonly ((draft: Draft) => void)[]): void {
  const identification = { name: "bind-identification", user_fields: ["username"], case_insensitive_matching: true };
  const password = { password_stage: "${authentik_stage_password.login.id}" };
  const flow = { name: "Bind", slug: "bind", title: "Bind", designation: "authentication" };
  put(FLOW, { ...flow, authentication: "require_outpost", ...lasting })(draft);
  put("authentik_stage_identification.bind", { ...identification, ...password, ...lasting })(draft);
  put("authentik_stage_user_login.bind", { name: "bind-session", session_duration: "hours=1", ...lasting })(draft);
  put("authentik_flow_stage_binding.bind_10", step("authentik_stage_identification.bind", 10))(draft);
  put(LOGIN, {
    ...step("authentik_stage_user_login.bind", 100),
    depends_on: ["authentik_flow_stage_binding.bind_10"],
  })(draft);
  put(PRINTER, { bind_flow: "${authentik_flow.bind.uuid}", mfa_support: false })(draft);
  for (const spoil of spoils) spoil(draft);
}

const withFlow = (text: string, ...spoils: readonly ((draft: Draft) => void)[]): Case =>
  flaw(PRINTER, "bind-flow", text, (draft) => {
    ownFlow(draft, ...spoils);
  });
const dn = (text: string, value: string): Case =>
  flaw(
    PRINTER,
    "base-dn",
    `base_dn ${text} that of ${NAS}; people would bind to one and search in the other`,
    set(PRINTER, "base_dn", value),
  );

/** LDAP providers, the accounts that search them, and tokens. */
export const ldapCases: readonly Case[] = [
  dn("equals", "OU=nas,DC=example,DC=org"),
  dn("lies inside", "ou=printer,ou=nas,dc=example,dc=org"),
  dn("lies around", "dc=example,dc=org"),
  flaw(
    PRINTER,
    "flow-designation",
    "bind_flow wants a flow for authentication, and data.authentik_flow.logout is for invalidation",
    set(PRINTER, "bind_flow", "${data.authentik_flow.logout.id}"),
  ),
  flaw(
    PRINTER,
    "unbind-flow",
    "data.authentik_flow.invalidation has no stages, so that sessions of binds stay; end them in another",
    set(PRINTER, "unbind_flow", "${data.authentik_flow.invalidation.id}"),
  ),
  {
    spoil: (draft) => {
      ownFlow(draft);
    },
    findings: [],
  },
  withFlow(
    "authentik_flow.bind has authentik_stage_consent.ask, which an outpost cannot answer; remove it",
    put("authentik_flow_stage_binding.bind_200", step("authentik_stage_consent.ask", 200)),
  ),
  withFlow(
    "authentik_flow.bind asks for no password; anybody could bind as anybody",
    drop("authentik_stage_identification.bind", "password_stage"),
  ),
  withFlow(
    "authentik_flow.bind signs nobody in, and a bind without a session fails; add a login stage",
    set(LOGIN, "stage", "${authentik_stage_user_logout.out.id}"),
  ),
  withFlow(
    "authentik_flow.bind asks for no second factor, so authentication must be require_outpost; anybody can open it",
    drop(FLOW, "authentication"),
  ),
  withFlow(
    "mfa_support must be false; it cuts passwords that end in a semicolon and a code",
    drop(PRINTER, "mfa_support"),
  ),
  flaw(
    NAS,
    "bind-flow",
    "authentik_stage_password.login takes no app passwords, and its search account has one; add TokenBackend",
    set("authentik_stage_password.login", "backends", ["authentik.core.auth.InbuiltBackend"]),
  ),
  flaw(
    NAS,
    "search-account",
    "authentik_user.ldap may search it and is not bound to authentik_application.nas, so its bind is refused",
    (draft) => {
      drop("authentik_policy_binding.nas", "user")(draft);
      set("authentik_policy_binding.nas", "group", "${authentik_group.staff.id}")(draft);
    },
  ),
  flaw(
    NAS,
    "search-account",
    "authentik_application.nas wants all of its bindings to match, and authentik_user.ldap matches its own",
    (draft) => {
      set("authentik_application.nas", "policy_engine_mode", "all")(draft);
      put("authentik_policy_binding.staff", {
        target: "${authentik_application.nas.uuid}",
        group: "${authentik_group.staff.id}",
        order: 10,
        ...after,
      })(draft);
    },
  ),
  flaw(
    "authentik_outpost.ldap",
    "ldap-certificate",
    "its providers name different certificates, so it serves none of them; name one",
    (draft) => {
      Reflect.deleteProperty(draft.section("resource"), "authentik_outpost_provider_attachment");
      set("authentik_outpost.ldap", "protocol_providers", [`\${${NAS}.id}`, `\${${PRINTER}.id}`])(draft);
    },
  ),
  flaw(
    TOKEN,
    "token-key",
    "retrieve_key puts the key into the state, and nothing reads it; leave it out",
    set(TOKEN, "retrieve_key", true),
  ),
  flaw(
    TOKEN,
    "token-key",
    "vault_kv_secret_v2.grafana reads its key, which is empty; state retrieve_key",
    set("vault_kv_secret_v2.grafana", "data_json_wo", '${jsonencode({"bind_password" = authentik_token.ldap.key})}'),
  ),
  {
    spoil: (draft) => {
      const key = '${jsonencode({"bind_password" = authentik_token.ldap.key})}';
      set("vault_kv_secret_v2.grafana", "data_json_wo", key)(draft);
      set(TOKEN, "retrieve_key", true)(draft);
    },
    findings: [],
  },
];
