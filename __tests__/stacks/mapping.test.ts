import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { siteShape, usersShape } from "../../config/schema";
import { all, read, synthSite } from "../synth";
import type { Block, Synthesized } from "../synth";

/** Every option of a site with a value of its own, and what becomes of it: an option nobody passes on is found here. */
const folder = mkdtempSync(join(tmpdir(), "mapping-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const secret = (path: string, key: string) => ({ mount: "kv", path, key });
const users = {
  jane: {
    name: "Jane Doe",
    email: "jane@example.org",
    groups: ["crew"],
    is_admin: true,
    active: false,
    type: "external",
    attributes: { team: "infra" },
    was: "jane.doe",
  },
};
const probe = { initialDelaySeconds: 1, periodSeconds: 2, timeoutSeconds: 3, failureThreshold: 4 };
const component = {
  replicas: 3,
  resources: { requests: { cpu: "1" }, limits: { memory: "2Gi" } },
  pdb: { maxUnavailable: 1 },
  deploymentStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 2, maxUnavailable: "10%" } },
  livenessProbe: probe,
  readinessProbe: { ...probe, periodSeconds: 5 },
  startupProbe: { ...probe, periodSeconds: 6 },
};

const site = {
  name: "mapped",
  version: { server: "2026.8.0", chart: "2026.8.0", provider: "2026.5.0" },
  layout: "single",
  backend: "backend.tf.json",
  waive: { AK007: "a trial of the next chart" },
  authentik: {
    url: "https://id.example.org",
    apiToken: { from: "vault", ref: secret("api", "api_token") },
    bootstrap: {
      token: secret("first", "first_token"),
      password: secret("first", "first_password"),
      email: "root@example.org",
    },
  },
  vault: {
    address: "https://vault.example.org",
    mounts: ["kv"],
    auth: { method: "jwt", role: "ci", mount: "github" },
    skipChildToken: true,
    namespace: "team",
  },
  platform: {
    namespace: "identity",
    createNamespace: true,
    release: "ak",
    timeoutSeconds: 1200,
    kubernetes: { configPath: "kube", configContext: "home" },
    secret: { from: "vault", name: "ak-env", secretKey: secret("platform", "key"), revision: 7 },
    database: {
      host: "db.example.org",
      port: 6432,
      name: "akdb",
      user: "akuser",
      password: secret("db", "pw"),
      sslMode: "verify-full",
      pooler: "transaction",
      connMaxAgeSeconds: 30,
    },
    smtp: {
      host: "smtp.example.org",
      port: 465,
      from: "ak@example.org",
      username: "mailer",
      password: secret("smtp", "pw"),
      useTls: false,
      useSsl: true,
      timeoutSeconds: 9,
    },
    tuning: {
      webWorkers: 5,
      webThreads: 6,
      workerThreads: 7,
      cacheTimeoutFlowsSeconds: 8,
      cacheTimeoutPoliciesSeconds: 9,
      unauthenticatedAge: "hours=3",
      logLevel: "warning",
    },
    server: component,
    worker: { ...component, replicas: 4, pdb: { minAvailable: 2 } },
    values: { global: { podLabels: { team: "infra" } }, extraManifests: [] },
    waive: { AK022: "shows that a waiver is passed on" },
  },
  systemSettings: {
    defaultAppAccess: true,
    avatars: ["initials", "gravatar"],
    eventRetentionDays: 90,
    defaultTokenMinutes: 15,
    defaultTokenLength: 80,
  },
  groups: {
    crew: { name: "Crew", parents: ["root"], attributes: { floor: 3 }, was: "staff" },
    root: { superuser: true },
  },
  directory: { adminGroup: "root" },
  users: "users.json",
  scopeMappings: { team: { scopeName: "team_scope", description: "Your team", file: "policy.py" } },
  policies: { hours: { file: "policy.py" } },
  apps: {
    git: {
      kind: "oidc",
      name: "Git",
      slug: "forge",
      access: { groups: ["crew"], users: ["jane"], policies: ["hours"], match: "all" },
      redirectUris: [
        { url: "^http://git\\.example\\.org/.*$", matchingMode: "regex", type: "logout" },
        "https://git.example.org/cb",
      ],
      clientType: "confidential",
      clientId: "git-client",
      secretRevision: 3,
      publishTo: { mount: "kv", path: "published/git" },
      scopes: ["team", "entitlements"],
      emailVerified: true,
      consent: "explicit",
      signingKey: "signer",
      encryptionKey: "encrypter",
      accessCodeMinutes: 2,
      accessTokenMinutes: 20,
      refreshTokenDays: 2,
      subMode: "user_email",
      issuerMode: "global",
      includeClaimsInIdToken: false,
      grantTypes: ["refresh_token", "authorization_code"],
      logoutUri: "https://git.example.org/logout",
      logoutMethod: "frontchannel",
      launchUrl: "https://git.example.org/launch",
      icon: "/git.png",
      description: "Sources",
      publisher: "Ops",
      section: "Tools",
      openInNewTab: true,
      waive: { AK030: "no TLS on the lab network" },
      was: "gitea",
    },
    cli: {
      kind: "oidc",
      name: "Command line",
      access: "everyone",
      redirectUris: ["http://localhost:8000"],
      clientSecret: secret("clients/cli", "cs"),
    },
  },
};

writeFileSync(join(folder, "users.json"), JSON.stringify({ users }));
writeFileSync(join(folder, "policy.py"), "def evaluate(request):\n    return True\n");
writeFileSync(join(folder, "backend.tf.json"), '{ "terraform": { "backend": { "s3": { "bucket": "states" } } } }');
const json = synthSite(read(site, folder)).authentik as Synthesized;

function block(type: string, name: string): Block {
  const { "//": _, depends_on: _on, ...rest } = all(json, type)[name] ?? {};
  return rest;
}

function values(): unknown {
  return JSON.parse((block("helm_release", "platform_release").values as string[])[0] ?? "");
}

test("the site names every option there is", () => {
  const missing: string[] = [];
  const walk = (schema: z.core.JSONSchema._JSONSchema, given: unknown[], path: string): void => {
    if (typeof schema !== "object" || schema.title !== undefined) return;
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      const inner = given.flatMap((one) => (isObject(one) && name in one ? [one[name]] : []));
      if (inner.length === 0) missing.push(`${path}${name}`);
      else walk(field, inner, `${path}${name}.`);
    }
    for (const member of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) {
      if (typeof member === "object" && fits(member, given)) walk(member, given, path);
    }
    if (typeof schema.additionalProperties === "object")
      walk(
        schema.additionalProperties,
        given.flatMap((one) => (isObject(one) ? Object.values(one) : [])),
        `${path}*.`,
      );
    if (schema.items !== undefined && !Array.isArray(schema.items)) walk(schema.items, given.flat(), `${path}[].`);
  };
  walk(z.toJSONSchema(siteShape, { io: "input" }), [site], "");
  walk(z.toJSONSchema(usersShape, { io: "input" }), [{ $schema: "", users }], "");
  expect(missing).toEqual([]);
});

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether one of the given values is of a union's member: an object that has all its required fields, and its kind. */
function fits(member: z.core.JSONSchema.JSONSchema, given: unknown[]): boolean {
  return given.some(
    (one) =>
      isObject(one) &&
      (member.required ?? []).every((name) => name in one) &&
      Object.entries(member.properties ?? {}).every(
        ([name, field]) => typeof field !== "object" || field.const === undefined || field.const === one[name],
      ),
  );
}

test("providers and state", () => {
  const opened = (path: string, key: string): unknown =>
    expect.stringMatching(
      new RegExp(`^\\$\\{ephemeral\\.vault_kv_secret_v2\\.vault_kv-${path}-[0-9a-f]{8}\\.data\\.${key}\\}$`),
    );
  expect(json.provider).toEqual({
    authentik: [{ url: "https://id.example.org", token: opened("api", "api_token") }],
    vault: [
      {
        address: "https://vault.example.org",
        namespace: "team",
        skip_child_token: true,
        auth_login_jwt: [{ mount: "github", role: "ci" }],
      },
    ],
    kubernetes: [{ config_path: "kube", config_context: "home" }],
    helm: [{ kubernetes: { config_path: "kube", config_context: "home" } }],
  });
  expect(json.terraform.backend).toEqual({ s3: { bucket: "states", key: "mapped-authentik.tfstate" } });
  expect(block("kubernetes_secret_v1", "platform_secret")).toMatchObject({
    metadata: { name: "ak-env", namespace: "identity" },
    data_wo: {
      AUTHENTIK_SECRET_KEY: opened("platform", "key"),
      AUTHENTIK_POSTGRESQL__PASSWORD: opened("db", "pw"),
      AUTHENTIK_EMAIL__PASSWORD: opened("smtp", "pw"),
    },
  });
  expect(block("kubernetes_secret_v1", "platform_bootstrap")).toMatchObject({
    metadata: { name: "ak-bootstrap", namespace: "identity" },
    data_wo: {
      AUTHENTIK_BOOTSTRAP_TOKEN: opened("first", "first_token"),
      AUTHENTIK_BOOTSTRAP_PASSWORD: opened("first", "first_password"),
    },
  });
});

test("the release", () => {
  const { values: _, ...release } = block("helm_release", "platform_release");
  expect(release).toMatchObject({ name: "ak", namespace: "identity", version: "2026.8.0", timeout: 1200 });
  const env = (variables: Record<string, string>): object[] =>
    Object.entries(variables).map(([name, value]) => ({ name, value }));
  const fromSecret = (key: string): object => ({
    name: key,
    valueFrom: { secretKeyRef: { name: "ak-bootstrap", key } },
  });
  expect(values()).toEqual({
    authentik: { existingSecret: { secretName: "ak-env" } },
    extraManifests: [],
    global: {
      podLabels: { team: "infra" },
      podAnnotations: { "authentik-iac/secret-checksum": expect.stringMatching(/^[0-9a-f]{16}$/) as string },
      env: env({
        AUTHENTIK_POSTGRESQL__HOST: "db.example.org",
        AUTHENTIK_POSTGRESQL__PORT: "6432",
        AUTHENTIK_POSTGRESQL__NAME: "akdb",
        AUTHENTIK_POSTGRESQL__USER: "akuser",
        AUTHENTIK_POSTGRESQL__SSLMODE: "verify-full",
        AUTHENTIK_POSTGRESQL__CONN_MAX_AGE: "30",
        AUTHENTIK_POSTGRESQL__CONN_HEALTH_CHECKS: "true",
        AUTHENTIK_POSTGRESQL__DISABLE_SERVER_SIDE_CURSORS: "true",
        AUTHENTIK_EMAIL__HOST: "smtp.example.org",
        AUTHENTIK_EMAIL__PORT: "465",
        AUTHENTIK_EMAIL__USERNAME: "mailer",
        AUTHENTIK_EMAIL__USE_TLS: "false",
        AUTHENTIK_EMAIL__USE_SSL: "true",
        AUTHENTIK_EMAIL__TIMEOUT: "9",
        AUTHENTIK_EMAIL__FROM: "ak@example.org",
        AUTHENTIK_CACHE__TIMEOUT_FLOWS: "8",
        AUTHENTIK_CACHE__TIMEOUT_POLICIES: "9",
        AUTHENTIK_SESSIONS__UNAUTHENTICATED_AGE: "hours=3",
        AUTHENTIK_LOG_LEVEL: "warning",
      }),
    },
    server: {
      ...component,
      pdb: { enabled: true, maxUnavailable: 1 },
      env: env({ AUTHENTIK_WEB__WORKERS: "5", AUTHENTIK_WEB__THREADS: "6" }),
    },
    worker: {
      ...component,
      replicas: 4,
      pdb: { enabled: true, minAvailable: 2 },
      env: [
        { name: "AUTHENTIK_WORKER__THREADS", value: "7" },
        fromSecret("AUTHENTIK_BOOTSTRAP_TOKEN"),
        fromSecret("AUTHENTIK_BOOTSTRAP_PASSWORD"),
        { name: "AUTHENTIK_BOOTSTRAP_EMAIL", value: "root@example.org" },
      ],
    },
  });
});

test("the pods roll when the Secret's revision is raised", () => {
  const annotation = (revision: number): string => {
    const changed = { ...site, platform: { ...site.platform, secret: { ...site.platform.secret, revision } } };
    const release = all(synthSite(read(changed, folder)).authentik as Synthesized, "helm_release").platform_release;
    return /"authentik-iac\/secret-checksum":"(\w+)"/.exec(String(release?.values))?.[1] ?? "";
  };
  expect(annotation(7)).not.toBe(annotation(8));
});

test("groups and people", () => {
  expect(block("authentik_group", "identity_groups_crew")).toMatchObject({
    name: "Crew",
    parents: ["${authentik_group.identity_groups_root.id}"],
    is_superuser: false,
    attributes: '{"floor":3}',
  });
  expect(block("authentik_group", "identity_groups_root")).toMatchObject({ name: "root", is_superuser: true });
  expect(block("authentik_group", "identity_app-groups_git")).toMatchObject({ name: "app-forge" });
  expect(block("authentik_user", "people_jane")).toEqual({
    username: "jane",
    name: "Jane Doe",
    email: "jane@example.org",
    groups: ["crew", "root"]
      .map((key) => `\${authentik_group.identity_groups_${key}.id}`)
      .concat("${authentik_group.identity_app-groups_git.id}"),
    is_active: false,
    type: "external",
    attributes: '{"team":"infra"}',
  });
  expect(json.moved?.map(({ from }) => from)).toEqual(
    expect.arrayContaining([
      "authentik_user.people_jane-doe-d48722fc",
      "authentik_group.identity_groups_staff",
      "authentik_application.identity_apps_gitea",
    ]),
  );
});

test("an app", () => {
  const scope = (name: string): string =>
    `\${data.authentik_property_mapping_provider_scope.lookups_scope-oauth2-scope-${name}.id}`;
  const own = (name: string): string => `\${authentik_property_mapping_provider_scope.identity_scopes_${name}.id}`;
  expect(block("authentik_provider_oauth2", "identity_apps_git_provider")).toEqual({
    name: "forge",
    client_id: "git-client",
    client_type: "confidential",
    authorization_flow: "${data.authentik_flow.lookups_flow-default-provider-authorization-explicit-consent.id}",
    invalidation_flow: "${data.authentik_flow.lookups_flow-default-provider-invalidation-flow.id}",
    allowed_redirect_uris: [
      { matching_mode: "regex", redirect_uri_type: "logout", url: "^http://git\\.example\\.org/.*$" },
      { matching_mode: "strict", redirect_uri_type: "authorization", url: "https://git.example.org/cb" },
    ],
    property_mappings: [
      scope("openid"),
      own("email-verified"),
      scope("profile"),
      own("custom-team"),
      scope("entitlements"),
    ],
    signing_key: "${data.authentik_certificate_key_pair.lookups_certificate-signer.id}",
    encryption_key: "${data.authentik_certificate_key_pair.lookups_certificate-encrypter.id}",
    access_code_validity: "minutes=2",
    access_token_validity: "minutes=20",
    refresh_token_validity: "days=2",
    sub_mode: "user_email",
    issuer_mode: "global",
    include_claims_in_id_token: false,
    grant_types: ["authorization_code", "refresh_token"],
    logout_uri: "https://git.example.org/logout",
    logout_method: "frontchannel",
    lifecycle: { replace_triggered_by: ["terraform_data.identity_apps_git_secret-revision"] },
  });
  expect(block("terraform_data", "identity_apps_git_secret-revision")).toEqual({
    input: { source: "generated", revision: 3 },
  });
  expect(block("authentik_application", "identity_apps_git")).toEqual({
    name: "Git",
    slug: "forge",
    protocol_provider: "${authentik_provider_oauth2.identity_apps_git_provider.id}",
    policy_engine_mode: "all",
    open_in_new_tab: true,
    group: "Tools",
    meta_description: "Sources",
    meta_icon: "/git.png",
    meta_launch_url: "https://git.example.org/launch",
    meta_publisher: "Ops",
  });
  const bound = ["members-0", "members-1", "condition-0"].map((place) => {
    const { group, policy } = block("authentik_policy_binding", `identity_apps_git_access_${place}`);
    return group ?? policy;
  });
  expect(bound).toEqual([
    "${authentik_group.identity_groups_crew.id}",
    "${authentik_group.identity_app-groups_git.id}",
    "${authentik_policy_expression.identity_policies_custom-hours.id}",
  ]);
  expect(block("vault_kv_secret_v2", "identity_apps_git_credentials")).toMatchObject({
    mount: "kv",
    name: "published/git",
    data_json_wo: expect.stringContaining('"issuer" = "https://id.example.org/"') as string,
  });
  expect(block("authentik_property_mapping_provider_scope", "identity_scopes_custom-team")).toMatchObject({
    scope_name: "team_scope",
    description: "Your team",
  });
});

test("system settings", () => {
  expect(block("authentik_system_settings", "identity_system-settings")).toMatchObject({
    avatars: "initials,gravatar",
    event_retention: "days=90",
    default_token_duration: "minutes=15",
    default_token_length: 80,
    flags: expect.stringContaining('"core_default_app_access":true') as string,
  });
});

test("an app whose secret is in Vault", () => {
  expect(block("authentik_provider_oauth2", "identity_apps_cli_provider").client_secret).toMatch(/\.data\["cs"\]\}$/);
});
