import type { Case } from "./case";
import { drop, flaw, set } from "./case";

const RELEASE = "helm_release.authentik";
const NO_CHECKSUM =
  "values need a checksum among the pod annotations; beside an existing Secret pods never roll with it";
const marked = { podAnnotations: { "checksum/secret": "1" } };
const existing = { existingSecret: { secretName: "${kubernetes_secret_v1.authentik.metadata[0].name}" } };

const values = (...entries: readonly object[]) =>
  set(
    RELEASE,
    "values",
    entries.map((entry) => JSON.stringify(entry)),
  );
const env = (text: string, parts: Record<string, readonly object[]>, rule = "chart-env"): Case => {
  const given = Object.entries(parts).map(([part, entries]) => [part, { env: entries }] as const);
  return flaw(RELEASE, rule, text, values(Object.fromEntries(given)));
};
const inert = (path: string, authentik: object): Case =>
  flaw(
    RELEASE,
    "chart-values",
    `values state ${path}, which does nothing beside existingSecret; put it in that Secret`,
    values({ authentik: { ...existing, ...authentik }, global: marked }),
  );
const twice = (part: string) => `values set LOG twice for the ${part}; the cluster refuses or takes the last`;
const log = { name: "LOG", value: "info" };
const literal = (name: string) => `values.worker.env[0] (${name}) holds a literal; take it from a Secret`;

const unread = (path: string, given: object): Case =>
  flaw(RELEASE, "chart-key", `values state ${path}, which the chart does not read; correct it`, values(given));
const objects = (...additionalObjects: readonly unknown[]) => values({ additionalObjects });
const bad = (rule: string, text: string, ...all: readonly unknown[]): Case =>
  flaw(RELEASE, rule, `values.additionalObjects[${all.length - 1}]${text}`, objects(...all));
const middleware = (spec: object): object => ({
  apiVersion: "traefik.io/v1alpha1",
  kind: "Middleware",
  metadata: { name: "cache" },
  spec,
});
const external = (spec: object): object => ({
  apiVersion: "external-secrets.io/v1",
  kind: "ExternalSecret",
  metadata: { name: "config" },
  spec,
});
const misfit = (text: string, object: object): Case => bad("object-schema", `: ${text}`, object);

/** Values of the authentik chart. */
export const chartCases: readonly Case[] = [
  unread("server.strategy.type", { server: { strategy: { type: "Recreate" } } }),
  unread("server.pdb.min", { server: { pdb: { enabled: true, min: 1 } } }),
  unread("extraObjects", { extraObjects: [] }),
  unread("global.namespaceOverride", { global: { namespaceOverride: "x" } }),
  unread("server.route.public.hosts", { server: { route: { public: { enabled: true, hosts: ["a"] } } } }),
  {
    spoil: values({
      server: { resources: { limits: { memory: "1Gi" } }, route: { public: { enabled: true, hostnames: ["a"] } } },
      postgresql: { auth: { existingSecret: "postgres" } },
    }),
    findings: [],
  },
  // The chart as a file has the same values.
  flaw(RELEASE, "chart-key", "values state extraObjects, which the chart does not read; correct it", (draft) => {
    drop(RELEASE, "repository", "version")(draft);
    set(RELEASE, "chart", "./assets/platform_release_chart/0A/authentik-2026.5.6.tgz")(draft);
    values({ extraObjects: [] })(draft);
  }),
  bad(
    "object-template",
    " holds a template, which Helm runs; escape its braces",
    middleware({ headers: { customResponseHeaders: { A: "{{ x }}" } } }),
  ),
  bad("object-identity", " is no object", "kind: ConfigMap"),
  bad("object-identity", " must have apiVersion, kind and metadata.name", { kind: "ConfigMap" }),
  bad(
    "object-identity",
    " is Middleware cache again; Helm applies one over the other",
    middleware({ compress: {} }),
    middleware({ compress: {} }),
  ),
  { spoil: objects({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "{{`{{`}}x}}" } }), findings: [] },
  misfit("spec.header is no field of Middleware cache", middleware({ header: {} })),
  misfit(
    "spec.headers.customResponseHeaders.Age is a number, not of type string of Middleware cache",
    middleware({ headers: { customResponseHeaders: { Age: 1 } } }),
  ),
  misfit(
    "spec.errors.status[0] does not match ^([1-5][0-9]{2}[,-]?)+$ of Middleware cache",
    middleware({ errors: { status: ["4xx"] } }),
  ),
  misfit("spec.errors.service.name is missing of Middleware cache", middleware({ errors: { service: { port: 80 } } })),
  misfit(
    "spec.errors.service.port is a bool, not an integer or a string of Middleware cache",
    middleware({ errors: { service: { name: "a", port: true } } }),
  ),
  misfit(
    "spec.circuitBreaker.responseCode is 42, out of range of Middleware cache",
    middleware({ circuitBreaker: { responseCode: 42 } }),
  ),
  misfit(
    'spec.secretStoreRef.kind is "Store", not in the enum of ExternalSecret config',
    external({ secretStoreRef: { name: "vault", kind: "Store" } }),
  ),
  misfit("spec.target.name has 0 characters of ExternalSecret config", external({ target: { name: "" } })),
  misfit("spec.data[0].remoteRef is missing of ExternalSecret config", external({ data: [{ secretKey: "A" }] })),
  misfit(
    "spec.data[0].sourceRef has 0 fields of ExternalSecret config",
    external({ data: [{ secretKey: "A", remoteRef: { key: "a" }, sourceRef: {} }] }),
  ),
  misfit(
    "spec.syncWindows.windows must hold at least 1 of ExternalSecret config",
    external({ syncWindows: { kind: "allow", windows: [] } }),
  ),
  misfit("spec.refreshInterval is null of ExternalSecret config", external({ refreshInterval: null })),
  {
    spoil: objects(
      external({ secretStoreRef: { name: "vault" }, data: [{ secretKey: "A", remoteRef: { key: "a" } }] }),
    ),
    findings: [],
  },
  inert("authentik.log_level", { log_level: "info" }),
  inert("authentik.email.host", { email: { host: "smtp.example.org" } }),
  { spoil: values({ authentik: { ...existing, web: { path: "/id/" } }, global: marked }), findings: [] },
  { spoil: values({ authentik: existing }, { global: marked }), findings: [] },
  { spoil: values({ authentik: existing, server: marked, worker: marked }), findings: [] },
  flaw(RELEASE, "chart-values", NO_CHECKSUM, values({ authentik: existing })),
  flaw(RELEASE, "chart-values", NO_CHECKSUM, values({ authentik: existing, server: marked })),
  { spoil: values({ authentik: { log_level: "info" } }), findings: [] },
  env(twice("server"), { global: [log], server: [log] }),
  env(twice("worker"), { worker: [log, { ...log, value: "debug" }] }),
  env(twice("server"), { global: [log, log] }),
  { spoil: values({ server: { env: [log] }, worker: { env: [log] } }), findings: [] },
  env("values.global.env[0].value must be a string, got 5432; Kubernetes refuses it", {
    global: [{ name: "PORT", value: 5432 }],
  }),
  env("values.server.env[0].value must be a string, got null; Kubernetes refuses it", {
    server: [{ name: "PORT", value: null }],
  }),
  env(
    literal("AUTHENTIK_POSTGRESQL__PASSWORD"),
    { worker: [{ name: "AUTHENTIK_POSTGRESQL__PASSWORD", value: "hunter2" }] },
    "literal-secret",
  ),
  env(
    literal("AUTHENTIK_SECRET_KEY"),
    { worker: [{ name: "AUTHENTIK_SECRET_KEY", value: "hunter2" }] },
    "literal-secret",
  ),
  {
    spoil: values({ worker: { env: [{ name: "AUTHENTIK_POSTGRESQL__PASSWORD", value: "file:///run/secrets/db" }] } }),
    findings: [],
  },
  flaw(
    RELEASE,
    "chart-values",
    "values take the Secret authentik-config, and this stack makes authentik; correct one",
    values({ authentik: { existingSecret: { secretName: "authentik-config" } }, global: marked }),
  ),
  { spoil: values({ authentik: { existingSecret: { secretName: "authentik" } }, global: marked }), findings: [] },
  // The Secret made here is for something else.
  {
    spoil: values({
      authentik: { existingSecret: { secretName: "authentik-config" } },
      global: marked,
      worker: { env: [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: "authentik", key: "TOKEN" } } }] },
    }),
    findings: [],
  },
  // Quotes in an expression make the text no JSON before it is evaluated.
  {
    spoil: set(RELEASE, "values", [
      '{"authentik":{"existingSecret":{"secretName":"${kubernetes_namespace_v1.authentik.metadata[0].labels["name"]}"}},"global":{"podAnnotations":{"example.org/revision":"1"}},"worker":{"env":[{"name":"DB_PASSWORD","value":"${kubernetes_namespace_v1.authentik.id}"}]}}',
    ]),
    findings: [],
  },
];
