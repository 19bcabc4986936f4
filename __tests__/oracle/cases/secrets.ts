import type { Case, Draft } from "./case";
import { flaw, put, set } from "./case";

const SECRET = "kubernetes_secret_v1.authentik";
const GOOGLE = "data.vault_kv_secret_v2.google";
const output = (read: string, more: object) => (draft: Draft) => {
  draft.section("output")["issuer"] = { value: `\${${read}}`, ...more };
};
const EVERYONE = "authentik_policy_expression.everyone";
const literal = (path: string) => `${path} holds a literal; take it from Vault or let the server make it`;
// Assembled here so that no scanner takes the tests for a leak.
const filler = "0123456789abcdef".repeat(2);

function token(prefix: string, what: string, rest = filler): Case {
  return flaw(
    EVERYONE,
    "token-in-document",
    `expression holds ${what}; revoke it and take it from Vault`,
    set(EVERYONE, "expression", `return "${prefix}${rest}"`),
  );
}

/** Credentials in the JSON, and secrets on their way into the state. */
export const secretCases: readonly Case[] = [
  flaw(
    "authentik_provider_oauth2.grafana",
    "literal-secret",
    literal("client_secret"),
    set("authentik_provider_oauth2.grafana", "client_secret", "hunter2"),
  ),
  flaw(
    "provider.authentik",
    "literal-secret",
    literal("headers.X-Auth"),
    set("provider.authentik", "headers", { "X-Auth": "hunter2" }),
  ),
  flaw("provider.vault", "literal-secret", literal("token"), set("provider.vault", "token", "hunter2")),
  flaw(SECRET, "literal-secret", literal("data.admin"), set(SECRET, "data", { admin: "hunter2" })),
  flaw(
    "helm_release.authentik",
    "literal-secret",
    literal("set_sensitive[0].value"),
    set("helm_release.authentik", "set_sensitive", [{ name: "authentik.secret_key", value: "hunter2" }]),
  ),
  flaw(
    "vault_kv_secret_v2.grafana",
    "literal-secret",
    literal("data_json_wo"),
    set("vault_kv_secret_v2.grafana", "data_json_wo", '{"client_secret":"hunter2"}'),
  ),
  flaw(
    "kubernetes_config_map_v1.proxy",
    "literal-secret",
    literal("data.db_password"),
    set("kubernetes_config_map_v1.proxy", "data", { db_password: "hunter2" }),
  ),
  { spoil: set("authentik_service_connection_kubernetes.remote", "kubeconfig", "{}"), findings: [] },
  token("hvs.", "a Vault token"),
  token("s.", "a Vault token", "abcdefghijkl0123456789AB"),
  token("ghp_", "a GitHub token"),
  token("github_pat_", "a GitHub token"),
  token("glpat-", "a GitLab token"),
  token("xoxb-", "a Slack token"),
  token("AKIA", "an AWS key", "ABCDEFGHIJKLMNOP"),
  token("eyJ", "a signed token", `${filler}.${filler}`),
  token("-----BEGIN RSA ", "a private key", "PRIVATE KEY-----"),
  flaw(
    SECRET,
    "ephemeral-in-argument",
    "data.token takes an ephemeral value; only provider blocks and write-only arguments (…_wo) can",
    set(SECRET, "data", { token: '${ephemeral.vault_kv_secret_v2.authentik.data["token"]}' }),
  ),
  flaw(
    "output.issuer",
    "ephemeral-in-argument",
    "value takes an ephemeral value; only provider blocks and write-only arguments (…_wo) can",
    (draft) => {
      draft.section("output")["issuer"] = { value: "${ephemeral.vault_kv_secret_v2.authentik.path}" };
    },
  ),
  {
    spoil: set("helm_release.authentik", "depends_on", ["ephemeral.vault_kv_secret_v2.authentik"]),
    findings: [],
  },
  flaw(
    "authentik_brand.public",
    "vault-value-in-argument",
    "branding_title reads data.vault_kv_secret_v2.google, which puts the secret into the state; read it with an ephemeral block",
    set("authentik_brand.public", "branding_title", '${data.vault_kv_secret_v2.google.data["title"]}'),
  ),
  flaw(
    "provider.authentik",
    "vault-value-in-argument",
    "token reads data.vault_kv_secret_v2.google, which puts the secret into the state; read it with an ephemeral block",
    set("provider.authentik", "token", '${data.vault_kv_secret_v2.google.data["token"]}'),
  ),
  {
    spoil: set("provider.vault", "auth_login", [
      {
        path: "auth/jwt/login",
        parameters: { role: "iac", jwt: '${file("/var/run/secrets/token")}', password: '${trimspace(file("token"))}' },
      },
    ]),
    findings: [],
  },
  flaw(
    "provider.vault",
    "literal-secret",
    literal("auth_login[0].parameters.password"),
    set("provider.vault", "auth_login", [
      {
        path: "auth/userpass/login/iac",
        parameters: { password: '${upper("hunter2")}' },
      },
    ]),
  ),
  flaw(
    GOOGLE,
    "vault-path",
    "puts all of kv/authentik/platform into the state, which ephemeral.vault_kv_secret_v2.authentik keeps out of it; use another path",
    put(GOOGLE, { mount: "/kv/", name: "authentik//x/../platform/" }),
  ),
  flaw(
    GOOGLE,
    "vault-path",
    "reads kv/apps/grafana, which vault_kv_secret_v2.grafana overwrites; use another path",
    set(GOOGLE, "name", "apps/grafana"),
  ),
  { spoil: set(GOOGLE, "mount", "other"), findings: [] },
  ...[
    "authentik_provider_oauth2.grafana.client_secret",
    "authentik_provider_oauth2.grafana",
    "kubernetes_secret_v1.authentik.data",
  ].map((read) =>
    flaw("output.issuer", "sensitive-output", `prints ${read}; state sensitive, or remove it`, output(read, {})),
  ),
  { spoil: output("authentik_provider_oauth2.grafana.client_secret", { sensitive: true }), findings: [] },
  { spoil: output("authentik_group.staff", {}), findings: [] },
];
