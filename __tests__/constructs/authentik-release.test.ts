import { AuthentikRelease } from "../../constructs/authentik-release";
import type { AuthentikReleaseProps } from "../../constructs/authentik-release";
import type { EnvVar } from "../../constructs/release-env";
import chart from "../../schema/authentik-chart-2026.5.6.values.json";
import { only, synth } from "../synth";

const props: AuthentikReleaseProps = {
  name: "authentik",
  namespace: "identity",
  chartVersion: "2026.5.6",
  secretName: "authentik-config",
  secretChecksum: "abc",
  database: { host: "db.example.org" },
};

const block = (change: Partial<AuthentikReleaseProps> = {}): Record<string, unknown> =>
  only(
    synth(({ stack }) => new AuthentikRelease(stack, "release", { ...props, ...change })),
    "helm_release",
  );

interface Values {
  readonly [key: string]: unknown;
  readonly global: { readonly env: EnvVar[]; readonly podAnnotations: Record<string, string> };
  readonly server: Record<string, unknown> & { readonly env: EnvVar[] };
  readonly worker: Record<string, unknown> & { readonly env: EnvVar[] };
}

const values = (change: Partial<AuthentikReleaseProps> = {}): Values =>
  JSON.parse((block(change).values as string[])[0] ?? "") as Values;
const env = (list: readonly EnvVar[]): Record<string, string | undefined> =>
  Object.fromEntries(list.map(({ name, value }) => [name, value]));

test("the default child is the release", () => {
  synth(({ stack }) => {
    const release = new AuthentikRelease(stack, "release", props);
    expect(release.node.defaultChild).toBe(release.resource);
  });
});

test("a pinned chart in a namespace that exists, waited for", () => {
  const { values: _, ...rest } = block();
  expect(rest).toEqual({
    name: "authentik",
    namespace: "identity",
    create_namespace: false,
    repository: "https://charts.goauthentik.io",
    chart: "authentik",
    version: "2026.5.6",
    wait: true,
    timeout: 900,
  });
});

test("the tuning goes into the env arrays, as text, each variable where it is read", () => {
  const tuned = values({
    tuning: {
      webWorkers: 3,
      webThreads: 4,
      workerThreads: 4,
      cacheTimeoutFlowsSeconds: 1800,
      cacheTimeoutPoliciesSeconds: 900,
      unauthenticatedAge: "hours=2",
      logLevel: "info",
    },
  });
  expect(env(tuned.server.env)).toEqual({ AUTHENTIK_WEB__WORKERS: "3", AUTHENTIK_WEB__THREADS: "4" });
  expect(env(tuned.worker.env)).toEqual({ AUTHENTIK_WORKER__THREADS: "4" });
  expect(env(tuned.global.env)).toMatchObject({
    AUTHENTIK_CACHE__TIMEOUT_FLOWS: "1800",
    AUTHENTIK_CACHE__TIMEOUT_POLICIES: "900",
    AUTHENTIK_SESSIONS__UNAUTHENTICATED_AGE: "hours=2",
    AUTHENTIK_LOG_LEVEL: "info",
  });
});

test("reads its secrets from an existing Secret, and rolls when that changes", () => {
  const { authentik, global } = values();
  expect(authentik).toEqual({ existingSecret: { secretName: "authentik-config" } });
  expect(global.podAnnotations).toEqual({ "authentik-iac/secret-checksum": "abc" });
});

test("the database, with what a kept connection and a transaction pooler need", () => {
  expect(env(values().global.env)).toEqual({
    AUTHENTIK_POSTGRESQL__HOST: "db.example.org",
    AUTHENTIK_POSTGRESQL__PORT: "5432",
    AUTHENTIK_POSTGRESQL__NAME: "authentik",
    AUTHENTIK_POSTGRESQL__USER: "authentik",
  });
  const pooled = values({
    database: {
      host: "db.example.org",
      port: 6432,
      name: "ak",
      user: "ak",
      sslMode: "require",
      pooler: "transaction",
      connMaxAgeSeconds: 60,
    },
  });
  expect(env(pooled.global.env)).toEqual({
    AUTHENTIK_POSTGRESQL__HOST: "db.example.org",
    AUTHENTIK_POSTGRESQL__PORT: "6432",
    AUTHENTIK_POSTGRESQL__NAME: "ak",
    AUTHENTIK_POSTGRESQL__USER: "ak",
    AUTHENTIK_POSTGRESQL__SSLMODE: "require",
    AUTHENTIK_POSTGRESQL__CONN_MAX_AGE: "60",
    AUTHENTIK_POSTGRESQL__CONN_HEALTH_CHECKS: "true",
    AUTHENTIK_POSTGRESQL__DISABLE_SERVER_SIDE_CURSORS: "true",
  });
});

test("e-mail over STARTTLS, its password in the Secret", () => {
  const { global } = values({ smtp: { host: "smtp.example.org", from: "authentik@example.org", username: "mailer" } });
  expect(env(global.env)).toMatchObject({
    AUTHENTIK_EMAIL__HOST: "smtp.example.org",
    AUTHENTIK_EMAIL__PORT: "587",
    AUTHENTIK_EMAIL__USERNAME: "mailer",
    AUTHENTIK_EMAIL__USE_TLS: "true",
    AUTHENTIK_EMAIL__USE_SSL: "false",
    AUTHENTIK_EMAIL__TIMEOUT: "30",
    AUTHENTIK_EMAIL__FROM: "authentik@example.org",
  });
  expect(env(global.env)).not.toHaveProperty("AUTHENTIK_EMAIL__PASSWORD");
});

test("only the worker bootstraps, from a Secret", () => {
  const { server, worker, global } = values({ bootstrap: { secretName: "initial", email: "admin@example.org" } });
  const fromSecret = (key: string): EnvVar => ({ name: key, valueFrom: { secretKeyRef: { name: "initial", key } } });
  expect(worker.env).toEqual([
    fromSecret("AUTHENTIK_BOOTSTRAP_TOKEN"),
    fromSecret("AUTHENTIK_BOOTSTRAP_PASSWORD"),
    { name: "AUTHENTIK_BOOTSTRAP_EMAIL", value: "admin@example.org" },
  ]);
  expect(JSON.stringify([server, global])).not.toContain("BOOTSTRAP");
});

test("replicas, PodDisruptionBudget, strategy, probes and resources under the keys the chart reads", () => {
  const component = {
    replicas: 2,
    pdb: { minAvailable: 1 },
    deploymentStrategy: { type: "Recreate" as const },
    startupProbe: { failureThreshold: 90 },
    resources: { limits: { memory: "2Gi" } },
  };
  const { server, worker } = values({ server: component });
  expect(server).toEqual({ ...component, pdb: { enabled: true, minAvailable: 1 }, env: [] });
  expect(worker).toEqual({ replicas: 1, env: [] });
});

test("every key it writes is one the chart knows", () => {
  const known = Object.keys(chart.values);
  const leaves = (value: unknown, path: string): string[] =>
    typeof value === "object" && value !== null && !Array.isArray(value) && !known.includes(path)
      ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === "" ? key : `${path}.${key}`))
      : [path];
  const everything = values({
    smtp: { host: "smtp.example.org", from: "a@example.org" },
    server: { pdb: { maxUnavailable: 1 }, livenessProbe: { periodSeconds: 5 }, readinessProbe: { timeoutSeconds: 5 } },
    worker: {
      pdb: { minAvailable: 0 },
      startupProbe: { initialDelaySeconds: 5 },
      deploymentStrategy: { type: "RollingUpdate" },
    },
  });
  expect(leaves(everything, "").filter((path) => !known.includes(path))).toEqual([]);
});

describe("further values", () => {
  test("objects are merged, lists appended", () => {
    const more = values({
      values: {
        global: { env: [{ name: "AUTHENTIK_ERROR_REPORTING__ENABLED", value: "false" }], podLabels: { a: "b" } },
        server: { ingress: { enabled: true, hosts: ["auth.example.org"] }, route: { public: { enabled: true } } },
        blueprints: { configMaps: ["mine"] },
      },
    });
    expect(env(more.global.env)).toMatchObject({
      AUTHENTIK_POSTGRESQL__HOST: "db.example.org",
      AUTHENTIK_ERROR_REPORTING__ENABLED: "false",
    });
    expect(more.server).toMatchObject({ replicas: 1, ingress: { enabled: true, hosts: ["auth.example.org"] } });
    expect(more.authentik).toEqual({ existingSecret: { secretName: "authentik-config" } });
  });

  const unknown = (path: string): string =>
    `AK021 values.${path} must be a key of chart 2026.5.6, got one it does not know and would ignore; look it up in the chart's values`;
  test.each<[string, Record<string, unknown>, string]>([
    [
      "an authentik.* value",
      { authentik: { email: { use_tls: true } } },
      "AK020 values.authentik.email.use_tls must not stand beside an existing Secret, with which the chart renders no authentik.* value; set AUTHENTIK_EMAIL__USE_TLS in values.global.env instead",
    ],
    ["a misspelt key", { server: { replica: 2 } }, unknown("server.replica")],
    [
      "a key below a leaf",
      { server: { name: { first: 1 } } },
      "AK026 values.server.name must be a text, as in the chart, got another type; mend it",
    ],
    [
      "a key the chart once had",
      { redis: { enabled: true } },
      "AK022 values.redis.enabled must be a key the chart reads, got one it ignores; authentik needs no Redis any more",
    ],
    [
      "a strategy in the wrong place",
      { server: { strategy: { type: "Recreate" } } },
      "AK022 values.server.strategy.type must be a key the chart reads, got one it ignores; the key is server.deploymentStrategy",
    ],
    [
      "a namespace override the chart documents and ignores",
      { global: { namespaceOverride: "x" } },
      "AK022 values.global.namespaceOverride must be a key the chart reads, got one it ignores; the chart reads namespaceOverride, which the Helm release's namespace replaces",
    ],
    [
      "a variable twice",
      { server: { env: [{ name: "AUTHENTIK_POSTGRESQL__HOST", value: "other" }] } },
      "AK023 values.server.env must give each variable once together with global.env, got AUTHENTIK_POSTGRESQL__HOST twice; remove one, or use the release's own option",
    ],
    ["a key written with its dots", { "global.image.tag": "x" }, unknown("global.image.tag")],
    [
      "a list that is none",
      { global: { env: null } },
      "AK026 values.global.env must be a list, as in the chart, got another type; mend it",
    ],
    [
      "a switch in words",
      { server: { ingress: { enabled: "yes" } } },
      "AK026 values.server.ingress.enabled must be true or false, as in the chart, got another type; mend it",
    ],
    [
      "a number as a variable",
      { worker: { env: [{ name: "A", value: 5 }] } },
      "AK026 values.worker.env[0] must be { name, value } or { name, valueFrom } with a text as value, got something else; put numbers in quotes",
    ],
    [
      "GeoIP without its Secret",
      { geoip: { enabled: true } },
      "AK027 values.geoip.existingSecret.secretName must be given with geoip.enabled, got nothing; name a Secret with account_id and license_key",
    ],
    [
      "a licence key typed in",
      { geoip: { licenseKey: "hunter2" } },
      "AK004 values.geoip must take licenseKey from a Secret, got a literal (not shown); use valueFrom.secretKeyRef or name an existing Secret",
    ],
    [
      "a Secret typed in",
      { additionalObjects: [{ kind: "Secret", stringData: { a: "hunter2" } }] },
      "AK004 values.additionalObjects[0] must take what a Secret object holds from a Secret, got a literal (not shown); use valueFrom.secretKeyRef or name an existing Secret",
    ],
    [
      "a password of an init container",
      { server: { initContainers: [{ env: [{ name: "PGPASSWORD", value: "hunter2" }] }] } },
      "AK004 values.server.initContainers[0].env[0] must take PGPASSWORD from a Secret, got a literal (not shown); use valueFrom.secretKeyRef or name an existing Secret",
    ],
    [
      "a variable of its own bootstrap",
      { worker: { env: [{ name: "AUTHENTIK_BOOTSTRAP_EMAIL", value: "a@example.org" }] } },
      "AK023 values.worker.env must give each variable once together with global.env, got AUTHENTIK_BOOTSTRAP_EMAIL twice; remove one, or use the release's own option",
    ],
    [
      "a value of its own options",
      { worker: { replicas: 5 } },
      "AK024 values.worker.replicas must not be set twice, got a key the release sets from its own options; change it there",
    ],
    [
      "a password typed in",
      { server: { env: [{ name: "AUTHENTIK_EMAIL__PASSWORD", value: "hunter2" }] } },
      "AK004 values.server.env[0] must take AUTHENTIK_EMAIL__PASSWORD from a Secret, got a literal (not shown); use valueFrom.secretKeyRef or name an existing Secret",
    ],
  ])("refuses %s", (_, more, message) => {
    expect(() => block({ values: more, bootstrap: { secretName: "initial", email: "b@example.org" } })).toThrow(
      `AuthentikRelease "test/release": ${message}`,
    );
  });

  test.each([
    { postgresql: { auth: { existingSecret: "postgres" } } },
    { geoip: { enabled: true, existingSecret: { secretName: "geoip", licenseKey: "license_key" } } },
    {
      global: {
        env: [
          { name: "PGPASSWORD", value: "file:///run/secrets/password" },
          { name: "SSH_PUBLIC_KEY", value: "ssh-ed25519 AAAA" },
        ],
      },
    },
    {
      additionalObjects: [
        { kind: "ExternalSecret", spec: { data: [{ secretKey: "A_SECRET", remoteRef: { key: "a" } }] } },
      ],
    },
    { server: { route: { public: { enabled: true, hostnames: ["auth.example.org"] } } } },
  ])("accepts %j", (more) => {
    expect(() => block({ values: more })).not.toThrow();
  });

  test("a waiver lets unknown and dead keys pass, nothing else", () => {
    const waive = { AK021: "a patched chart reads it", AK020: "I insist, really" };
    expect(() => block({ values: { server: { replica: 2 } }, waive })).not.toThrow();
    expect(() => block({ values: { authentik: { log_level: "debug" } }, waive })).toThrow("AK020");
  });
});

test.each<[Partial<AuthentikReleaseProps>, string]>([
  [
    { smtp: { host: "smtp.example.org", from: "a@example.org", useSsl: true } },
    "AK009 smtp.useSsl must not be true beside useTls, got both; keep useTls for port 587 or useSsl for port 465",
  ],
  [
    { database: { host: "db", pooler: "session", connMaxAgeSeconds: 60 } },
    "AK010 database.connMaxAgeSeconds must be 0 behind a session-mode pooler, got 60; kept connections use up the pool, so set 0 or pool by transaction",
  ],
])("fails on %j", (change, message) => {
  expect(() => block(change)).toThrow(message);
});
