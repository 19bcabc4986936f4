import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { GUARDS } from "../../config/delivery-shape";
import { siteShape, usersShape } from "../../config/schema";
import { fluxManifests } from "../../delivery/flux/manifests";
import { forRunners } from "../../delivery/for-runners";
import { STACK_NAMES } from "../../delivery/workspace";
import { all, read, synthSite } from "../synth";
import type { Block, Synthesized } from "../synth";
import { adopted } from "./adopted-site";
import { authProxy, embeddedDeployment, identityOptions, inServer } from "./every-option";
import { directoryReader, enrollments, signInOptions } from "./sign-in-options";

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
  ...identityOptions,
  ...signInOptions,
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
    chart: { from: "repository", url: "https://charts.example.org" },
    image: {
      repository: "registry.example.org/authentik",
      tag: "2026.8.0-ca",
      digest: `sha256:${"a".repeat(64)}`,
      pullSecrets: ["registry"],
    },
    ingress: {
      kind: "ingress",
      host: "login.example.org",
      className: "traefik",
      tlsSecretName: "login-tls",
      annotations: { "example.org/note": "kept" },
      staticCache: true,
    },
    geoip: { secretName: "maxmind", editionIds: ["GeoLite2-City"], updateIntervalHours: 12 },
    blueprints: { configMaps: ["ours"], secrets: ["theirs"] },
    additionalObjects: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "extra" } }],
    authProxy,
    values: { global: { podLabels: { team: "infra" } }, extraManifests: [] },
    waive: { AK022: "shows that a waiver is passed on", AK053: "the image trusts our authority" },
  },
  systemSettings: {
    defaultAppAccess: true,
    avatars: ["attributes.avatar", "https://avatars.example.org/%(username)s", "none"],
    changeName: false,
    changeEmail: true,
    changeUsername: true,
    impersonation: false,
    eventRetentionDays: 90,
    gdprCompliance: false,
    footerLinks: [
      { name: "Imprint", href: "https://example.org/imprint" },
      { name: "Help", href: "mailto:help@example.org" },
    ],
    defaultTokenMinutes: 15,
    defaultTokenLength: 80,
    reputationLowerLimit: -9,
    reputationUpperLimit: 2,
    pageSize: 50,
    maxPageSize: 200,
    continuousLogin: true,
    expandedAuditDiffs: true,
  },
  groups: {
    crew: { name: "Crew", parents: ["root"], attributes: { floor: 3 }, was: "staff" },
    root: { superuser: true },
    helpers: {},
    newcomers: {},
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
      directoryReader,
    },
    ...identityOptions.apps,
  },
};

const storeRef = (key: string) => ({ key, property: `${key}-field` });
/** Other forms of the platform, each with all its options. */
const forms = [
  {
    secret: {
      from: "external-secret",
      name: "ak-external",
      store: { name: "onepassword", kind: "SecretStore" },
      refreshInterval: "10m",
      secretKey: storeRef("key"),
      databasePassword: storeRef("db"),
      smtpPassword: storeRef("smtp"),
      bootstrap: { token: storeRef("token"), password: storeRef("password"), email: "first@example.org" },
      revision: 5,
    },
    ingress: {
      kind: "gateway",
      host: "login.example.org",
      parentRefs: [{ name: "public", namespace: "gateways", sectionName: "https" }],
      annotations: { "example.org/note": "kept" },
      staticCache: true,
    },
    chart: { from: "oci", url: "oci://registry.example.org/charts" },
  },
  {
    secret: { from: "existing", name: "ak-existing", revision: 6 },
    chart: { from: "file", path: "authentik-2026.8.0.tgz" },
  },
];

/** How a site is delivered; the controller needs its states in Kubernetes. */
const delivered = {
  ...site,
  backend: "flux.tf.json",
  delivery: {
    maxRemovals: 7,
    pass: Object.fromEntries(GUARDS.map((guard) => [guard, "the old office closes"])),
    flux: {
      namespace: "delivered",
      source: { from: "git", url: "https://git.example.org/ids.git", branch: "live", secretName: "git-login" },
      path: "ids",
      interval: "2h",
      dependsOn: [{ name: "stores", namespace: "cluster" }],
      token: { store: { name: "onepassword", kind: "SecretStore" }, ref: { key: "api", property: "api-field" } },
      envFrom: ["state-key"],
      vault: { role: "runners", mount: "home" },
      guard: { image: "registry.example.org/node:20", tlsSecretName: "guard-cert" },
    },
  },
};
const existingSource = {
  ...delivered,
  delivery: { flux: { ...delivered.delivery.flux, source: { from: "existing", name: "cluster" } } },
};

writeFileSync(join(folder, "users.json"), JSON.stringify({ users }));
writeFileSync(join(folder, "authentik-2026.8.0.tgz"), "a chart");
writeFileSync(join(folder, "policy.py"), "def evaluate(request):\n    return True\n");
writeFileSync(join(folder, "backend.tf.json"), '{ "terraform": { "backend": { "s3": { "bucket": "states" } } } }');
writeFileSync(
  join(folder, "flux.tf.json"),
  '{ "terraform": { "backend": { "kubernetes": { "namespace": "delivered" } } } }',
);
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
  const others = [
    existingSource,
    adopted,
    ...Object.values(enrollments).map((enrollment) => ({ ...site, enrollment })),
    ...forms.map((platform) => ({ ...site, platform: { ...site.platform, ...platform } })),
    { ...site, outposts: { ...site.outposts, embedded: inServer } },
    {
      ...site,
      platform: { ...site.platform, authProxy: { emergency: { from: "existing", name: "way-in", key: "users" } } },
    },
  ];
  walk(z.toJSONSchema(siteShape, { io: "input" }), [site, delivered, ...others], "");
  walk(z.toJSONSchema(usersShape, { io: "input" }), [{ $schema: "", users }], "");
  expect(missing.filter((path) => !REFUSED.some((refused) => refused.test(path)))).toEqual([]);
});

/** What the shapes know only to say why it is refused. */
const REFUSED = [
  /^apps\.\*\.hosts$/,
  /^outposts\.embedded\.patches\.(deployment|service-metrics|secret|ingress|traefik middleware|prometheus servicemonitor)$/,
  /^outposts\.ldap\.patches\.(ingress|httproute|traefik middleware)$/,
];

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

test("delivery", () => {
  const checked = read(delivered, folder);
  const runners = synthSite(forRunners(checked));
  const stacks = STACK_NAMES.map((name) => ({ name, json: runners[name] as unknown as Record<string, unknown> }));
  const files = fluxManifests(checked, stacks, "");
  const found = (kind: string): unknown =>
    Object.values(files).flatMap((all) => all.filter((one) => one.kind === kind));
  expect(found("GitRepository")).toMatchObject([
    {
      metadata: { namespace: "delivered" },
      spec: {
        url: "https://git.example.org/ids.git",
        ref: { branch: "live" },
        secretRef: { name: "git-login" },
        ignore: expect.stringContaining("!/ids/deploy/rendered/mapped\n") as string,
      },
    },
  ]);
  expect(found("ExternalSecret")).toMatchObject([
    {
      spec: {
        secretStoreRef: { name: "onepassword", kind: "SecretStore" },
        data: [{ secretKey: "AUTHENTIK_TOKEN", remoteRef: { key: "api", property: "api-field" } }],
      },
    },
  ]);
  const variables = expect.arrayContaining([{ secretRef: { name: "state-key" } }]) as unknown;
  const sent = {
    interval: "2h",
    runnerPodTemplate: { spec: { envFrom: variables } },
    webhooks: [{ url: "https://authentik-guard.delivered.svc/plan" }],
  };
  expect(found("Terraform")).toMatchObject([
    { spec: { ...sent, path: "./ids/deploy/rendered/mapped/authentik-platform" } },
    { spec: sent },
    { spec: sent },
  ]);
  const [, , platform] = found("Kustomization") as { spec: { dependsOn: unknown[] } }[];
  expect(platform?.spec.dependsOn).toContainEqual({ name: "stores", namespace: "cluster" });
  expect(JSON.stringify(found("Deployment"))).toMatch(/"registry\.example\.org\/node:20".*"secretName":"guard-cert"/);
  const [settings] = found("ConfigMap") as { data: Record<string, string> }[];
  expect(JSON.parse(settings?.data["settings.json"] ?? "")).toMatchObject({
    maxRemovals: 7,
    pass: { renamed: "the old office closes" },
  });
  expect(runners["authentik-platform"]?.provider.vault).toMatchObject([
    { auth_login: [{ path: "auth/home/login", parameters: { role: "runners" } }] },
  ]);
  const existing = fluxManifests(read(existingSource, folder), stacks, "");
  expect(JSON.stringify(existing)).toContain('"sourceRef":{"kind":"GitRepository","name":"cluster"}');
});

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
  expect(release).toMatchObject({
    name: "ak",
    namespace: "identity",
    repository: "https://charts.example.org",
    version: "2026.8.0",
    timeout: 1200,
  });
  const env = (variables: Record<string, string>): object[] =>
    Object.entries(variables).map(([name, value]) => ({ name, value }));
  const fromSecret = (key: string): object => ({
    name: key,
    valueFrom: { secretKeyRef: { name: "ak-bootstrap", key } },
  });
  expect(values()).toEqual({
    authentik: { existingSecret: { secretName: "ak-env" } },
    extraManifests: [],
    geoip: {
      enabled: true,
      existingSecret: { secretName: "maxmind" },
      editionIds: "GeoLite2-City",
      updateInterval: 12,
    },
    blueprints: { configMaps: ["ours"], secrets: ["theirs"] },
    additionalObjects: [
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "extra" } },
      expect.objectContaining({ kind: "Middleware", metadata: { name: "gatekeeper", namespace: "identity" } }),
      expect.objectContaining({ kind: "PrometheusRule" }),
      expect.objectContaining({ kind: "Middleware" }),
      expect.objectContaining({ kind: "Middleware" }),
    ],
    global: {
      image: {
        repository: "registry.example.org/authentik",
        tag: "2026.8.0-ca",
        digest: `sha256:${"a".repeat(64)}`,
      },
      imagePullSecrets: [{ name: "registry" }],
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
      ingress: {
        enabled: true,
        hosts: ["login.example.org"],
        ingressClassName: "traefik",
        tls: [{ secretName: "login-tls", hosts: ["login.example.org"] }],
        annotations: { "example.org/note": "kept" },
      },
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

test("the cache beside the Ingress", () => {
  expect(block("kubernetes_ingress_v1", "platform_static-cache")).toMatchObject({
    metadata: { namespace: "identity", annotations: { "example.org/note": "kept" } },
    spec: {
      ingress_class_name: "traefik",
      rule: [{ host: "login.example.org" }],
      tls: [{ secret_name: "login-tls", hosts: ["login.example.org"] }],
    },
  });
});

describe("other forms of the platform", () => {
  const form = (index: number): [Block, Record<string, unknown>] => {
    const { bootstrap: _, ...authentik } = site.authentik;
    const { password: _database, ...database } = site.platform.database;
    const { password: _smtp, ...smtp } = site.platform.smtp;
    const platform = { ...site.platform, database, smtp, ...forms[index] };
    const made = synthSite(read({ ...site, authentik, platform }, folder)).authentik as Synthesized;
    const release = all(made, "helm_release").platform_release ?? {};
    return [release, JSON.parse((release.values as string[])[0] ?? "") as Record<string, unknown>];
  };

  test("External Secrets, a gateway, an OCI registry", () => {
    const [release, made] = form(0);
    expect(release).toMatchObject({ repository: "oci://registry.example.org/charts", chart: "authentik" });
    const remote = (secretKey: string, key: string): object => ({ secretKey, remoteRef: storeRef(key) });
    const spec = (...data: object[]): object => ({
      refreshInterval: "10m",
      secretStoreRef: { name: "onepassword", kind: "SecretStore" },
      data,
    });
    expect(made).toMatchObject({
      authentik: { existingSecret: { secretName: "ak-external" } },
      server: {
        route: {
          main: {
            hostnames: ["login.example.org"],
            parentRefs: [{ name: "public", namespace: "gateways", sectionName: "https" }],
            annotations: { "example.org/note": "kept" },
            additionalRules: [{}],
          },
        },
      },
      additionalObjects: [
        { metadata: { name: "extra" } },
        {
          metadata: { name: "ak-external" },
          spec: spec(
            remote("AUTHENTIK_EMAIL__PASSWORD", "smtp"),
            remote("AUTHENTIK_POSTGRESQL__PASSWORD", "db"),
            remote("AUTHENTIK_SECRET_KEY", "key"),
          ),
        },
        {
          metadata: { name: "ak-bootstrap" },
          spec: spec(remote("AUTHENTIK_BOOTSTRAP_PASSWORD", "password"), remote("AUTHENTIK_BOOTSTRAP_TOKEN", "token")),
        },
        { kind: "Middleware" },
        { kind: "PrometheusRule" },
      ],
    });
    expect(JSON.stringify(made.worker)).toContain('"value":"first@example.org"');
  });

  test("an existing Secret, a chart in a file", () => {
    const [release, made] = form(1);
    expect(release.chart).toMatch(/\/authentik-2026\.8\.0\.tgz$/);
    expect(made).toMatchObject({
      authentik: { existingSecret: { secretName: "ak-existing" } },
      global: { podAnnotations: { "authentik-iac/secret-checksum": "revision-6" } },
    });
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
      .concat(
        "${authentik_group.identity_app-groups_git.id}",
        "${authentik_group.identity_app-groups_admin-example-org-f03a9b9c.id}",
      ),
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
  expect(block("authentik_system_settings", "identity_system-settings")).toEqual({
    avatars: "attributes.avatar,https://avatars.example.org/%(username)s,none",
    default_user_change_name: false,
    default_user_change_email: true,
    default_user_change_username: true,
    impersonation: false,
    event_retention: "days=90",
    gdpr_compliance: false,
    footer_links: [
      { name: "Imprint", href: "https://example.org/imprint" },
      { name: "Help", href: "mailto:help@example.org" },
    ],
    default_token_duration: "minutes=15",
    default_token_length: 80,
    reputation_lower_limit: -9,
    reputation_upper_limit: 2,
    pagination_default_page_size: 50,
    pagination_max_page_size: 200,
    flags: JSON.stringify({
      core_default_app_access: true,
      enterprise_audit_include_expanded_diff: true,
      flows_continuous_login: true,
      flows_refresh_others: false,
    }),
  });
});

test("an app whose secret is in Vault", () => {
  expect(block("authentik_provider_oauth2", "identity_apps_cli_provider").client_secret).toMatch(/\.data\["cs"\]\}$/);
});

test("a domain behind forward auth", () => {
  expect(block("authentik_provider_proxy", "identity_apps_domain_provider")).toMatchObject({
    name: "all-hosts-domain-basic-auth",
    mode: "forward_domain",
    external_host: "http://id.example.org",
    cookie_domain: "example.org",
    skip_path_regex: "^https://wiki\\.example\\.org/public/",
    access_token_validity: "days=3",
    basic_auth_enabled: true,
    basic_auth_username_attribute: "app_user",
    basic_auth_password_attribute: "app_password",
  });
  expect(block("authentik_provider_proxy", "identity_apps_domain_provider").property_mappings).toContain(
    "${authentik_property_mapping_provider_scope.identity_scopes_custom-team.id}",
  );
  expect(block("authentik_application", "identity_apps_domain")).toMatchObject({
    name: "Domain",
    slug: "all-hosts",
    open_in_new_tab: true,
    group: "Tools",
    meta_description: "What it is",
    meta_icon: "/icon.png",
    meta_launch_url: "https://start.example.org",
    meta_publisher: "Ops",
  });
  expect(block("authentik_provider_proxy", "identity_apps_panel_provider")).toMatchObject({
    mode: "proxy",
    internal_host: "http://panel.panel.svc",
  });
});

test("restricted hosts", () => {
  const id = "identity_hosts_admin-example-org-f03a9b9c";
  expect(block("authentik_provider_proxy", `${id}_provider`)).toMatchObject({
    external_host: "https://admin.example.org",
    access_token_validity: "hours=5",
  });
  expect(block("authentik_application", id)).toMatchObject({
    slug: "admin-example-org",
    group: "Restricted",
    policy_engine_mode: "all",
  });
  const bound = ["members-0", "members-1", "condition-0"].map((place) => {
    const { group, policy } = block("authentik_policy_binding", `${id}_access_${place}`);
    return group ?? policy;
  });
  expect(bound).toEqual([
    "${authentik_group.identity_groups_crew.id}",
    "${authentik_group.identity_app-groups_admin-example-org-f03a9b9c.id}",
    "${authentik_policy_expression.identity_policies_custom-hours.id}",
  ]);
});

test("an LDAP app", () => {
  expect(block("authentik_provider_ldap", "identity_apps_films_provider")).toEqual({
    name: "movies-ldap",
    base_dn: "ou=films,dc=example,dc=org",
    bind_flow: "${authentik_flow.identity_ldap-bind_flow.uuid}",
    unbind_flow: "${data.authentik_flow.lookups_flow-default-invalidation-flow.id}",
    bind_mode: "cached",
    search_mode: "cached",
    certificate: "${data.authentik_certificate_key_pair.lookups_certificate-ldaps.id}",
    uid_start_number: 5000,
    gid_start_number: 6000,
    mfa_support: false,
  });
  expect(block("terraform_data", "identity_apps_films_account_token-revision")).toEqual({ input: { revision: 2 } });
  expect(block("authentik_stage_user_login", "identity_ldap-bind_login").session_duration).toBe("minutes=20");
  const { mount, name, data_json_wo: written } = block("vault_kv_secret_v2", "identity_apps_films_account_credentials");
  expect([mount, name]).toEqual(["kv", "published/films"]);
  expect(written).toContain('"bind_dn" = "cn=ldap-movies,ou=users,ou=films,dc=example,dc=org"');
  expect(written).toContain('"host" = "ak-outpost-directory.media.svc"');
});

describe("outposts", () => {
  const config = (made: Synthesized, name: string): Record<string, unknown> =>
    JSON.parse(String(all(made, "authentik_outpost")[name]?.config)) as Record<string, unknown>;
  const httpRoute = {
    kubernetes_httproute_parent_refs: [{ name: "public", namespace: "gateways", sectionName: "https" }],
    kubernetes_httproute_annotations: { "example.org/c": "d" },
  };
  const ingress = {
    kubernetes_ingress_class_name: "nginx",
    kubernetes_ingress_secret_name: "outpost-tls",
    kubernetes_ingress_annotations: { "example.org/a": "b" },
  };
  const patch = { op: "add", path: "/spec/internalTrafficPolicy", value: "Local" };
  const connection = (name: string): unknown => expect.stringContaining(`service-connection-${name}-cluster-`);
  const image = "registry.example.org/outpost:2026.8.0@sha256:" + "b".repeat(64);

  test("the embedded one in pods of its own", () => {
    expect(block("authentik_outpost", "identity_outposts_embedded").service_connection).toEqual(connection("home"));
    expect(config(json, "identity_outposts_embedded")).toMatchObject({
      authentik_host: "https://id.example.org/",
      kubernetes_namespace: "identity",
      log_level: "debug",
      refresh_interval: "minutes=7",
      ...ingress,
      ...httpRoute,
      kubernetes_json_patches: { service: [patch, { op: "replace", path: "/spec/selector" }] },
    });
    expect(block("authentik_token", "identity_outposts_embedded_deployment_token")).toMatchObject({
      identifier: "iac-embedded-outpost-4",
    });
    const { spec } = block("kubernetes_deployment_v1", "identity_outposts_embedded_deployment") as {
      spec: { replicas: string; template: { spec: { image_pull_secrets: unknown; container: Block[] } } };
    };
    expect(spec.replicas).toBe("3");
    expect(spec.template.spec.image_pull_secrets).toEqual([{ name: "registry" }]);
    const [container] = spec.template.spec.container;
    expect(container).toMatchObject({ image, resources: { requests: { cpu: "70m" }, limits: { memory: "300Mi" } } });
    expect(container?.env).toEqual(
      expect.arrayContaining([
        { name: "AUTHENTIK_HOST", value: "http://ak-authentik-server.identity.svc/" },
        { name: "AUTHENTIK_HOST_BROWSER", value: "https://id.example.org/" },
        { name: "AUTHENTIK_LOG_LEVEL", value: "debug" },
        { name: "AUTHENTIK_POSTGRESQL__HOST", value: "db.example.org" },
        { name: "AUTHENTIK_POSTGRESQL__PORT", value: "6432" },
        { name: "AUTHENTIK_POSTGRESQL__NAME", value: "akdb" },
        { name: "AUTHENTIK_POSTGRESQL__USER", value: "akuser" },
        { name: "AUTHENTIK_POSTGRESQL__SSLMODE", value: "verify-full" },
      ]),
    );
    expect(JSON.stringify(container?.env)).toContain(
      '"secret_key_ref":{"key":"AUTHENTIK_POSTGRESQL__PASSWORD","name":"ak-env"}',
    );
  });

  test("the embedded one, before its pods go", () => {
    const embedded = { ...embeddedDeployment, receivesTraffic: false };
    const made = synthSite(read({ ...site, outposts: { ...site.outposts, embedded } }, folder))
      .authentik as Synthesized;
    expect(config(made, "identity_outposts_embedded").kubernetes_json_patches).toEqual({ service: [patch] });
    expect(Object.keys(all(made, "kubernetes_deployment_v1"))).toContain("identity_outposts_embedded_deployment");
  });

  test("Ingresses are of the platform's class unless they say another", () => {
    const embedded = { ...embeddedDeployment, ingress: { tlsSecretName: "" } };
    const managed = { edge: { ...site.outposts.managed.edge, ingress: undefined } };
    const made = synthSite(read({ ...site, outposts: { ...site.outposts, embedded, managed } }, folder))
      .authentik as Synthesized;
    expect(config(made, "identity_outposts_embedded")).toMatchObject({
      kubernetes_ingress_class_name: "traefik",
      kubernetes_ingress_secret_name: "",
    });
    expect(config(made, "identity_outposts_managed_edge").kubernetes_ingress_class_name).toBe("traefik");
  });

  test("the embedded one inside the server", () => {
    const { AK022 } = site.platform.waive;
    const changed = {
      ...site,
      platform: { ...site.platform, waive: { AK022 } },
      outposts: { ...site.outposts, embedded: inServer },
    };
    const made = synthSite(read(changed, folder)).authentik as Synthesized;
    expect(config(made, "identity_outposts_embedded")).toMatchObject({
      refresh_interval: "minutes=8",
      ...ingress,
      ...httpRoute,
      kubernetes_json_patches: {
        service: [patch],
        httproute: [{ op: "add", path: "/metadata/labels", value: { k: "l" } }],
      },
    });
    expect(Object.keys(all(made, "kubernetes_deployment_v1"))).toEqual(["platform_auth-proxy"]);
  });

  test("one of our own", () => {
    const outpost = block("authentik_outpost", "identity_outposts_managed_edge");
    expect(outpost).toMatchObject({
      name: "Edge proxy",
      type: "proxy",
      protocol_providers: [
        "${authentik_provider_proxy.identity_apps_panel_provider.id}",
        "${authentik_provider_proxy.identity_hosts_admin-example-org-f03a9b9c_provider.id}",
      ],
      service_connection: connection("edge"),
    });
    expect(config(json, "identity_outposts_managed_edge")).toMatchObject({
      authentik_host: "http://ak-authentik-server.identity.svc/",
      authentik_host_browser: "https://id.example.org/",
      kubernetes_namespace: "edge",
      kubernetes_replicas: 2,
      log_level: "warning",
      refresh_interval: "minutes=9",
      container_image: image,
      kubernetes_image_pull_secrets: ["registry"],
      kubernetes_service_type: "NodePort",
      ...ingress,
      ...httpRoute,
      kubernetes_json_patches: {
        ...site.outposts.managed.edge.patches,
        service: [patch, { op: "add", path: "/spec/sessionAffinity", value: "ClientIP" }],
      },
    });
    expect(json.moved?.map(({ from }) => from)).toContain("authentik_outpost.identity_outposts_managed_border");
  });

  test("the one of LDAP apps", () => {
    expect(block("authentik_outpost", "identity_outposts_ldap")).toMatchObject({
      name: "Directory",
      type: "ldap",
      protocol_providers: ["${authentik_provider_ldap.identity_apps_films_provider.id}"],
      service_connection: connection("home"),
    });
    expect(config(json, "identity_outposts_ldap")).toMatchObject({
      kubernetes_namespace: "media",
      kubernetes_replicas: 2,
      log_level: "error",
      refresh_interval: "minutes=10",
      container_image: image,
      kubernetes_image_pull_secrets: ["registry"],
      kubernetes_service_type: "LoadBalancer",
      kubernetes_json_patches: site.outposts.ldap.patches,
    });
  });
});

test("the login", () => {
  expect(block("authentik_flow", "identity_login_flow")).toMatchObject({
    title: "Welcome",
    background: "/hills.jpg",
    compatibility_mode: true,
  });
  expect(block("authentik_stage_identification", "identity_login_identification")).toMatchObject({
    user_fields: ["email"],
    enable_remember_me: false,
    webauthn_stage: "${authentik_stage_authenticator_validate.identity_login_passkey.id}",
  });
  expect(block("authentik_policy_reputation", "identity_login_guard_reputation")).toMatchObject({
    threshold: -3,
    check_ip: false,
    check_username: true,
  });
  expect(block("authentik_stage_deny", "identity_login_guard").deny_message).toBe("Wait a day.");
  expect(block("authentik_stage_authenticator_validate", "identity_login_mfa")).toMatchObject({
    device_classes: ["webauthn", "totp"],
    not_configured_action: "configure",
    configuration_stages: ["${authentik_stage_authenticator_webauthn.identity_set-up_webauthn.id}"],
    last_auth_threshold: "hours=12",
  });
  expect(block("authentik_stage_user_login", "identity_login_session")).toMatchObject({
    session_duration: "weeks=2",
    remember_me_offset: "weeks=1",
    network_binding: "bind_asn",
    geoip_binding: "bind_continent",
  });
  expect(read(site, folder).waivers).toContainEqual(expect.objectContaining({ where: "login", code: "AK054" }));
  const { login } = identityOptions;
  const without = read({ ...site, login: { ...login, passkeys: false, reputation: false } }, folder);
  const made = synthSite(without).authentik as Synthesized;
  expect(all(made, "authentik_stage_authenticator_validate").identity_login_passkey).toBeUndefined();
  expect(all(made, "authentik_policy_reputation")).toEqual({});
});

test("the brand", () => {
  expect(block("authentik_brand", "identity_brand")).toMatchObject({
    domain: "id.example.org",
    branding_title: "Example",
    branding_logo: "/logo.svg",
    branding_favicon: "/favicon.png",
    branding_default_flow_background: "/hills.jpg",
    branding_custom_css: "body { color: red }",
    attributes: '{"settings":{"locale":"de"}}',
    flow_authentication: "${authentik_flow.identity_login_flow.uuid}",
  });
});

test("the proxy before an outpost", () => {
  const { metadata, spec } = block("kubernetes_deployment_v1", "platform_auth-proxy") as {
    metadata: object;
    spec: {
      replicas: string;
      template: { spec: { image_pull_secrets: unknown; container: Block[]; volume: unknown } };
    };
  };
  expect(metadata).toMatchObject({ name: "gatekeeper", namespace: "identity" });
  expect(spec.replicas).toBe("3");
  const pod = spec.template.spec;
  expect(pod.image_pull_secrets).toEqual([{ name: "registry" }]);
  expect(pod.container[0]).toMatchObject({
    image: "registry.example.org/nginx:1.26-alpine",
    resources: { requests: { cpu: "11m" }, limits: { memory: "65Mi" } },
  });
  expect(JSON.stringify(pod.volume)).toContain('"secret_name":"way-in"');
  expect(JSON.stringify(block("kubernetes_config_map_v1", "platform_auth-proxy_config"))).toContain(
    "ak-outpost-edge-proxy.edge.svc",
  );
  expect(block("kubernetes_secret_v1", "platform_emergency")).toMatchObject({ metadata: { name: "way-in" } });
  const [, middleware, rule] = (values() as { additionalObjects: unknown[] }).additionalObjects;
  expect(JSON.stringify(middleware)).toContain('"X-Team"');
  expect(JSON.stringify(rule)).toMatch(/"release":"prometheus".* > 0\.2".* > 0\.3"/);
});
