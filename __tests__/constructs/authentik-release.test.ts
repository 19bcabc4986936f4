import { HelmProvider } from "@cdktf/provider-helm/lib/provider";
import { App } from "cdktf";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesObject } from "../../constructs/additional-objects";
import { AuthentikRelease } from "../../constructs/authentik-release";
import type { AuthentikReleaseProps } from "../../constructs/authentik-release";
import { inClusterUrl, releaseFullname, serverServiceName } from "../../constructs/release-names";
import type { EnvVar } from "../../constructs/release-env";
import { AuthentikStack } from "../../stacks/authentik-stack";
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

/** One value at the end of a path. */
const nested = (path: string, value: unknown): Record<string, unknown> =>
  path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>;

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

test.each([
  ["authentik", "authentik"],
  ["my-authentik-2", "my-authentik-2"],
  ["sso", "sso-authentik"],
  ["a".repeat(53), `${"a".repeat(53)}-authentik`],
])("the chart calls the objects of the release %s %s", (release, fullname) => {
  expect(releaseFullname(release)).toBe(fullname);
});

test("the server's Service is named and cut as the chart does, and so is its address in the cluster", () => {
  expect(serverServiceName("authentik")).toBe("authentik-server");
  expect(serverServiceName("a".repeat(53))).toBe(`${"a".repeat(53)}-authentik`);
  expect(inClusterUrl("sso", "identity")).toBe("http://sso-authentik-server.identity.svc");
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
      { server: { dnsPolicy: { first: 1 } } },
      "AK026 values.server.dnsPolicy must be a text, as in the chart, got another type; mend it",
    ],
    ...[
      ...["nameOverride", "fullnameOverride", "global.nameOverride", "global.fullnameOverride", "server.name"],
      ...["server.containerPorts.http", "server.containerPorts.https"],
      ...["server.service.servicePortHttp", "server.service.servicePortHttps"],
    ].map((path): [string, Record<string, unknown>, string] => [
      `another ${path}`,
      nested(path, "x"),
      `AK045 values.${path} must be as in the chart, got another; outposts and ingresses find authentik by it, so choose the release's name instead`,
    ]),
    ...["global", "server", "worker"].flatMap((part): [string, Record<string, unknown>, string][] => [
      ...["repository", "tag", "digest"].map((name): [string, Record<string, unknown>, string] => [
        `${part}.image.${name}`,
        nested(`${part}.image.${name}`, "x"),
        `AK024 values.${part}.image.${name} must not be a chart value, got one; the release has an option for it, image.${name}`,
      ]),
      [
        `${part}.imagePullSecrets`,
        nested(`${part}.imagePullSecrets`, [{ name: "x" }]),
        `AK024 values.${part}.imagePullSecrets must not be a chart value, got one; the release has an option for it, image.pullSecrets`,
      ],
    ]),
    [
      "objects",
      { additionalObjects: [] },
      "AK024 values.additionalObjects must not be a chart value, got one; the release has an option for it, additionalObjects, whose braces are no templates",
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
    { global: { image: { pullPolicy: "Always" } } },
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

describe("where the chart is", () => {
  const folder = mkdtempSync(join(tmpdir(), "chart-"));
  const path = join(folder, "authentik-2026.5.6.tgz");
  writeFileSync(path, "a chart");
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const source = (chart: AuthentikReleaseProps["chart"]): object => {
    const { repository, chart: name, version } = block({ chart });
    return { repository, chart: name, version };
  };

  test("another repository", () => {
    expect(source({ from: "repository", url: "https://charts.example.org" })).toEqual({
      repository: "https://charts.example.org",
      chart: "authentik",
      version: "2026.5.6",
    });
  });

  test("an OCI registry, with the chart's name apart, as the provider wants it", () => {
    expect(source({ from: "oci", url: "oci://registry.example.org/charts" })).toEqual({
      repository: "oci://registry.example.org/charts",
      chart: "authentik",
      version: "2026.5.6",
    });
  });

  test("a file, copied into the stack's folder, wherever it was", () => {
    const hash = "./assets/release_chart/93013CE758569D50E83834DC2A7053BB/authentik-2026.5.6.tgz";
    expect(source({ from: "file", path })).toEqual({ repository: undefined, chart: hash, version: undefined });
    mkdirSync(join(folder, "elsewhere"));
    const copy = join(folder, "elsewhere", "authentik-2026.5.6.tgz");
    writeFileSync(copy, "a chart");
    expect(source({ from: "file", path: copy })).toEqual(source({ from: "file", path }));
    writeFileSync(copy, "another chart");
    expect(source({ from: "file", path: copy })).not.toEqual(source({ from: "file", path }));
  });

  test("the copy is where the release looks for it", () => {
    const app = new App({ outdir: join(folder, "out") });
    const stack = new AuthentikStack(app, "test", { type: "local", arguments: {}, state: "test" });
    new HelmProvider(stack, "helm-provider");
    const release = new AuthentikRelease(stack, "release", { ...props, chart: { from: "file", path } });
    app.synth();
    const copied = join(folder, "out", "stacks", "test", release.resource.chartInput ?? "");
    expect(existsSync(copied) && readFileSync(copied, "utf8")).toBe("a chart");
  });

  test("fails on a file of another version, since Helm does not ask it for one", () => {
    const old = join(folder, "authentik-2026.2.0.tgz");
    expect(() => block({ chart: { from: "file", path: old } })).toThrow(
      'AK046 chart.path must name authentik-2026.5.6.tgz, the file `helm pull` makes, got "authentik-2026.2.0.tgz"; Helm asks a file for no version, so take the one of version.chart',
    );
  });
});

describe("the image", () => {
  const digest = `sha256:${"0".repeat(64)}`;
  const image = (change: Partial<AuthentikReleaseProps>): unknown[] => {
    const { global } = values(change) as unknown as { global: Record<string, unknown> };
    return [global.image, global.imagePullSecrets];
  };

  test("is the chart's own", () => {
    expect(image({})).toEqual([undefined, undefined]);
    expect(image({ serverVersion: "2026.5.6" })).toEqual([undefined, undefined]);
  });

  test("of one's own, for server and worker alike", () => {
    const own = { repository: "registry.example.org/authentik", tag: "2026.5.6-ca", digest, pullSecrets: ["registry"] };
    expect(image({ image: own, serverVersion: "2026.5.6" })).toEqual([
      { repository: "registry.example.org/authentik", tag: "2026.5.6-ca", digest },
      [{ name: "registry" }],
    ]);
  });

  test("is of the server's version, where the chart is of another", () => {
    expect(image({ serverVersion: "2026.5.7" })).toEqual([{ tag: "2026.5.7" }, undefined]);
  });

  test("fails on a tag of another version, unless waived", () => {
    const other = { image: { tag: "2026.5.60" }, serverVersion: "2026.5.6" };
    expect(() => block(other)).toThrow(
      'AK047 image.tag must be version.server or a build of it, got "2026.5.60", which is not 2026.5.6; correct one of the two',
    );
    expect(image({ ...other, waive: { AK047: "a mirror with tags of its own" } })[0]).toEqual({ tag: "2026.5.60" });
  });
});

describe("the way in", () => {
  test("is not there unless asked for", () => {
    expect(values().server).not.toHaveProperty("ingress");
    expect(values().server).not.toHaveProperty("route");
  });

  test("an Ingress, under the controller's own certificate", () => {
    const { ingress } = values({ ingress: { kind: "ingress", host: "auth.example.org" } }).server;
    expect(ingress).toEqual({ enabled: true, hosts: ["auth.example.org"] });
  });

  test("an Ingress with everything", () => {
    const { ingress } = values({
      ingress: {
        kind: "ingress",
        host: "auth.example.org",
        className: "traefik",
        tlsSecretName: "auth.example.org-tls",
        annotations: { "traefik.ingress.kubernetes.io/router.entrypoints": "websecure" },
      },
    }).server;
    expect(ingress).toEqual({
      enabled: true,
      ingressClassName: "traefik",
      hosts: ["auth.example.org"],
      tls: [{ secretName: "auth.example.org-tls", hosts: ["auth.example.org"] }],
      annotations: { "traefik.ingress.kubernetes.io/router.entrypoints": "websecure" },
    });
  });

  test("an HTTPRoute, whose rule for /static stands before the chart's own", () => {
    const parentRefs = [{ name: "public", namespace: "gateways", sectionName: "https" }];
    const route = (staticCache: boolean): unknown =>
      values({
        name: "sso",
        ingress: { kind: "gateway", host: "auth.example.org", parentRefs, annotations: { a: "b" }, staticCache },
      }).server.route;
    const main = { enabled: true, hostnames: ["auth.example.org"], parentRefs, annotations: { a: "b" } };
    expect(route(false)).toEqual({ main });
    expect(route(true)).toEqual({
      main: {
        ...main,
        additionalRules: [
          {
            matches: [{ path: { type: "PathPrefix", value: "/static" } }],
            filters: [
              {
                type: "ResponseHeaderModifier",
                responseHeaderModifier: {
                  set: [{ name: "Cache-Control", value: "public, max-age=31536000, immutable" }],
                },
              },
            ],
            backendRefs: [{ group: "", kind: "Service", name: "sso-authentik-server", port: 80 }],
          },
        ],
      },
    });
  });

  test.each(["192.0.2.1", "[2001:db8::1]", "Auth.example.org", "auth.example.org:8443", ""])(
    "fails on the host %s",
    (host) => {
      expect(() => block({ ingress: { kind: "ingress", host } })).toThrow(
        `AK049 ingress.host must be a host name in lower case, got "${host}"; Kubernetes routes names only, so give authentik one`,
      );
    },
  );

  test("is set in one place only", () => {
    const ingress = { kind: "ingress" as const, host: "auth.example.org" };
    expect(() => block({ ingress, values: { server: { ingress: { enabled: false } } } })).toThrow(
      "AK024 values.server.ingress.enabled must not be set twice",
    );
    expect(values({ ingress, values: { server: { ingress: { labels: { a: "b" } } } } }).server.ingress).toEqual({
      enabled: true,
      hosts: ["auth.example.org"],
      labels: { a: "b" },
    });
  });
});

test("GeoIP and blueprints, from what exists already", () => {
  const { geoip, blueprints } = values({
    geoip: { secretName: "maxmind", editionIds: ["GeoLite2-City", "GeoLite2-ASN"], updateIntervalHours: 24 },
    blueprints: { configMaps: ["mine"], secrets: ["theirs"] },
  });
  expect(geoip).toEqual({
    enabled: true,
    existingSecret: { secretName: "maxmind" },
    editionIds: "GeoLite2-City GeoLite2-ASN",
    updateInterval: 24,
  });
  expect(blueprints).toEqual({ configMaps: ["mine"], secrets: ["theirs"] });
  expect(values({ geoip: { secretName: "maxmind" } }).geoip).toEqual({
    enabled: true,
    existingSecret: { secretName: "maxmind" },
  });
});

test("pods wait for a Secret that is made while they start", () => {
  const { global } = values({ secretReadyKey: "READY" });
  expect(global.env.at(-1)).toEqual({
    name: "IAC_SECRET_READY",
    valueFrom: { secretKeyRef: { name: "authentik-config", key: "READY" } },
  });
  expect(values().global.env.map(({ name }) => name)).not.toContain("IAC_SECRET_READY");
});

describe("additional objects", () => {
  const object = (name: string, spec: object = {}): KubernetesObject => ({
    apiVersion: "example.org/v1",
    kind: "Thing",
    metadata: { name },
    spec,
  });
  const objects = (...additionalObjects: unknown[]): unknown =>
    values({ additionalObjects: additionalObjects as KubernetesObject[] }).additionalObjects;

  test("reach the chart with their braces escaped", () => {
    expect(values()).not.toHaveProperty("additionalObjects");
    expect(objects(object("a", { text: "{{ $labels.pod }} is down" }))).toEqual([
      object("a", { text: "{{`{{`}} $labels.pod }} is down" }),
    ]);
  });

  test.each<[unknown, string]>([
    [
      { kind: "Thing", metadata: {} },
      "AK048 additionalObjects[1] must say apiVersion, kind and metadata.name, got no apiVersion and no metadata.name; Helm cannot apply it without",
    ],
    ["x", "AK048 additionalObjects[1] must say apiVersion, kind and metadata.name, got no apiVersion and no kind and"],
    [
      object("b"),
      "AK048 additionalObjects[0] must be an object of its own, got Thing b twice in the release; give it another name",
    ],
    [
      { ...object("s"), kind: "Secret", stringData: { a: "hunter2" } },
      "AK004 additionalObjects[1] must take what a Secret object holds from a Secret, got a literal (not shown); use valueFrom.secretKeyRef or name an existing Secret",
    ],
    [
      object("s", { apiToken: "hunter2" }),
      "AK004 additionalObjects[1].spec must take apiToken from a Secret, got a literal (not shown); use valueFrom.secretKeyRef or name an existing Secret",
    ],
  ])("fails on %j", (bad, message) => {
    expect(() => objects(object("b"), bad)).toThrow(message);
  });

  test.each([
    object("e", { data: [{ secretKey: "A_SECRET", remoteRef: { key: "a" } }] }),
    object("t", { template: { data: { PASSWORD: "{{ .password }}" } } }),
    object("m", { basicAuth: { secret: "users" } }),
    { ...object("s"), kind: "SealedSecret", spec: { encryptedData: { PASSWORD: "AgBy3i4OJSWK" } } },
    { ...object("b"), metadata: { name: "b", namespace: "elsewhere" } },
    { ...object("b"), kind: "Other" },
  ])("accepts %j", (good) => {
    expect(() => objects(object("b"), good)).not.toThrow();
  });
});
