import type { Case } from "./case";
import { flaw, set } from "./case";

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

/** Values of the authentik chart. */
export const chartCases: readonly Case[] = [
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
