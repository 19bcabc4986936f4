import { z } from "zod";
import { objectName, text, vaultRef, waive, wholeNumber } from "./basic-shapes";

const resources = z.strictObject({
  requests: z.record(z.string(), text).optional().describe("Such as cpu `200m`, memory `1Gi`."),
  limits: z.record(z.string(), text).optional().describe("Such as memory `2Gi`."),
});

const probe = z.strictObject({
  initialDelaySeconds: wholeNumber(0, 3600).optional().describe("Before the first probe."),
  periodSeconds: wholeNumber(1, 3600).optional().describe("Between two probes."),
  timeoutSeconds: wholeNumber(1, 3600).optional().describe("After which a probe failed."),
  failureThreshold: wholeNumber(1, 1000).optional().describe("Failures in a row until Kubernetes acts."),
});

const countOrPercentage = z.union([wholeNumber(0, 100), text.regex(/^\d{1,3}%$/)]).optional();

const deploymentStrategy = z.strictObject({
  type: z.enum(["RollingUpdate", "Recreate"]).describe("One by one, or all at once."),
  rollingUpdate: z
    .strictObject({
      maxSurge: countOrPercentage.describe("Pods above the number of replicas."),
      maxUnavailable: countOrPercentage.describe("Pods below the number of replicas."),
    })
    .optional()
    .describe("Only with RollingUpdate."),
});

const component = z.strictObject({
  replicas: wholeNumber(1, 50).default(1).describe("Pods of this component."),
  resources: resources.optional().describe("Kubernetes requests and limits."),
  pdb: z
    .union([
      z.strictObject({ minAvailable: wholeNumber(0, 50).describe("Pods that stay.") }),
      z.strictObject({ maxUnavailable: wholeNumber(0, 50).describe("Pods that may go at once.") }),
    ])
    .optional()
    .describe("PodDisruptionBudget."),
  deploymentStrategy: deploymentStrategy.optional().describe("How pods are replaced."),
  livenessProbe: probe.optional().describe("When a pod is restarted; timing only, what is probed is the chart's."),
  readinessProbe: probe.optional().describe("When a pod gets requests; timing only."),
  startupProbe: probe.optional().describe("How long a pod may take to start; timing only."),
});

const revision = wholeNumber(1, 1_000_000).default(1);

const secret = z.discriminatedUnion("from", [
  z.strictObject({
    from: z.literal("vault").describe("Made from Vault values, which reach neither plan nor state."),
    name: objectName.default("authentik-config").describe("Name of the Kubernetes Secret."),
    secretKey: vaultRef.describe("AUTHENTIK_SECRET_KEY: signs sessions, never change it."),
    revision: revision.describe("Raise it when a value changed in Vault: writes the Secret and rolls the pods."),
  }),
  z.strictObject({
    from: z.literal("existing").describe("Made by somebody else."),
    name: objectName.describe("Secret whose keys are whole variables, such as AUTHENTIK_POSTGRESQL__PASSWORD."),
    revision: revision.describe("Raise it when the Secret changed: rolls the pods."),
  }),
]);

const database = z.strictObject({
  host: text.describe("Host name."),
  port: wholeNumber(1, 65535).default(5432).describe("Port."),
  name: text.default("authentik").describe("Name of the database."),
  user: text.default("authentik").describe("Who authentik signs in as."),
  password: vaultRef.optional().describe("Required when the Secret is made from Vault."),
  sslMode: z
    .enum(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"])
    .optional()
    .describe("How the connection is secured; authentik's own choice (`disable`) unless given."),
  pooler: z
    .enum(["none", "session", "transaction"])
    .default("none")
    .describe("Pooling mode of a PgBouncer in between."),
  connMaxAgeSeconds: wholeNumber(0, 86400)
    .default(0)
    .describe("How long a connection is kept; 0 closes it after each request."),
});

const smtp = z.strictObject({
  host: text.describe("Host name."),
  port: wholeNumber(1, 65535).default(587).describe("Port."),
  from: text.describe("Sender, such as `authentik <authentik@example.org>`."),
  username: text.optional().describe("Who authentik signs in as."),
  password: vaultRef.optional().describe("Password of the username."),
  useTls: z.boolean().default(true).describe("STARTTLS, usually on port 587."),
  useSsl: z.boolean().default(false).describe("TLS from the first byte, usually on port 465."),
  timeoutSeconds: wholeNumber(1, 300).default(30).describe("After which sending failed."),
});

const duration = z.string().regex(/^(weeks|days|hours|minutes|seconds)=\d+(;(weeks|days|hours|minutes|seconds)=\d+)*$/);

const tuning = z.strictObject({
  webWorkers: wholeNumber(1, 64).optional().describe("Web processes in each server pod."),
  webThreads: wholeNumber(1, 64).optional().describe("Threads in each web process."),
  workerThreads: wholeNumber(1, 64).optional().describe("Threads in each worker process."),
  cacheTimeoutFlowsSeconds: wholeNumber(0, 86400).optional().describe("How long a planned flow is cached."),
  cacheTimeoutPoliciesSeconds: wholeNumber(0, 86400).optional().describe("How long a policy's answer is cached."),
  unauthenticatedAge: duration.optional().describe("How long an anonymous session lives, such as `hours=2`."),
  logLevel: z.enum(["trace", "debug", "info", "warning", "error"]).optional().describe("How much the pods log."),
});

export const platform = z.strictObject({
  namespace: objectName.default("authentik").describe("Kubernetes namespace of the release."),
  createNamespace: z.boolean().default(true).describe("Whether this site owns the namespace."),
  release: objectName.default("authentik").describe("Name of the Helm release."),
  timeoutSeconds: wholeNumber(60, 7200)
    .default(900)
    .describe("How long Helm waits; database migrations can take minutes."),
  kubernetes: z
    .strictObject({
      configPath: text.optional().describe("Kubeconfig file, the same on every machine; rather set KUBE_CONFIG_PATH."),
      configContext: text.optional().describe("Context of the kubeconfig."),
    })
    .default({})
    .describe("How to reach the cluster; in a pod, and with KUBE_CONFIG_PATH set, nothing is needed."),
  secret: secret.describe("The Secret all pods read."),
  database: database.describe("External PostgreSQL."),
  smtp: smtp.optional().describe("Outgoing e-mail; without it recovery and invitations by e-mail do not work."),
  tuning: tuning
    .default({})
    .describe("Written to the pods as environment variables; the chart's `authentik.*` values reach no pod here."),
  server: component.default({ replicas: 1 }).describe("The pods that answer requests."),
  worker: component.default({ replicas: 1 }).describe("The pods that run tasks."),
  values: z
    .record(z.string(), z.json())
    .default({})
    .describe("Further chart values; lists are appended, keys the chart does not know are refused."),
  waive,
});
