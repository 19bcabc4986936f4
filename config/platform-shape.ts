import { z } from "zod";
import { authProxy } from "./auth-proxy-shape";
import { duration, hostName, httpUrl, objectName, text, vaultRef, waive, wholeNumber, words } from "./basic-shapes";
import { annotations, existing, imageDigest, imageRepository, parentRefs, resources } from "./kubernetes-shapes";
import { store, storeRef } from "./store-shape";

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
  z.strictObject({
    from: z
      .literal("external-secret")
      .describe("Made in the cluster by External Secrets, from any store; Terraform never sees a value."),
    name: objectName.default("authentik-config").describe("Name of the Kubernetes Secret."),
    store: store.describe("The store the values are in."),
    refreshInterval: words(/^(\d+(h|m|s))+$/, "be a time such as 1h or 30m")
      .default("1h")
      .describe("How often the store is asked again; running pods keep what they started with."),
    secretKey: storeRef.describe("AUTHENTIK_SECRET_KEY: signs sessions, never change it."),
    databasePassword: storeRef.describe("Password of `database.user`."),
    smtpPassword: storeRef.optional().describe("Password of `smtp.username`."),
    bootstrap: z
      .strictObject({
        token: storeRef.describe("API token the first start creates."),
        password: storeRef.describe("Password the first start gives to akadmin."),
        email: z.email().describe("E-mail address the first start gives to akadmin."),
      })
      .optional()
      .describe("What the worker's first start creates, instead of `authentik.bootstrap`."),
    revision: revision.describe("Raise it when a value changed in the store: asks the store and rolls the pods."),
  }),
]);

const host = hostName.optional().describe("Host name people open; that of `authentik.url` unless given.");

const ingress = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("ingress").describe("An Ingress."),
    host,
    className: existing.optional().describe("Class of the controller; the cluster's default unless given."),
    tlsSecretName: existing
      .optional()
      .describe("Secret with the host's certificate; the controller's own certificate unless given."),
    annotations: annotations.optional().describe("Annotations, mostly for the controller."),
    staticCache: z
      .boolean()
      .default(false)
      .describe("Whether browsers keep what is under `/static`, by a second Ingress. Needs Traefik."),
  }),
  z.strictObject({
    kind: z.literal("gateway").describe("An HTTPRoute of the Gateway API."),
    host,
    parentRefs,
    annotations: annotations.optional().describe("Annotations."),
    staticCache: z.boolean().default(false).describe("Whether browsers keep what is under `/static`, errors included."),
  }),
]);

const chart = z.discriminatedUnion("from", [
  z.strictObject({
    from: z.literal("repository").describe("A Helm repository."),
    url: httpUrl.default("https://charts.goauthentik.io").describe("URL of the repository."),
  }),
  z.strictObject({
    from: z.literal("oci").describe("An OCI registry."),
    url: words(
      /^oci:\/\/[^\s/?#@]+(\/[^\s/?#@]+)*$/,
      "be a URL that begins with oci:// and ends without a slash",
    ).describe("Registry and path above the chart, such as `oci://registry.example.org/charts`."),
  }),
  z.strictObject({
    from: z.literal("file").describe("A file beside the site, for clusters without a way out."),
    path: text.describe("`authentik-<version.chart>.tgz` as `helm pull` makes it, relative to the site file."),
  }),
]);

const image = z.strictObject({
  repository: imageRepository.optional().describe("Registry and name; authentik's own unless given."),
  tag: words(/^\w[\w.-]{0,127}$/, "be a tag")
    .optional()
    .describe("`version.server`, or that and a dash and the name of a build; `version.server` unless given."),
  digest: imageDigest.optional().describe("The one image that is meant; it wins over the tag."),
  pullSecrets: z.array(existing).default([]).describe("Existing Secrets that let the cluster pull it."),
});

const geoip = z.strictObject({
  secretName: existing.describe("Existing Secret with `account_id` and `license_key` of MaxMind."),
  editionIds: z
    .array(words(/^[A-Za-z0-9-]+$/, "be the id of an edition, such as GeoLite2-City"))
    .min(1)
    .optional()
    .describe("Databases; the two that authentik looks for unless given."),
  updateIntervalHours: wholeNumber(1, 720).optional().describe("Between two updates; 8 unless given."),
});

const blueprints = z.strictObject({
  configMaps: z.array(existing).default([]).describe("ConfigMaps with blueprints in keys that end in `.yaml`."),
  secrets: z.array(existing).default([]).describe("Secrets with blueprints in keys that end in `.yaml`."),
});

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
    .describe(
      "Pooling mode of a PgBouncer in between; with `transaction` an outpost needs its `max_prepared_statements`.",
    ),
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
  chart: chart
    .default({ from: "repository", url: "https://charts.goauthentik.io" })
    .describe("Where the chart of `version.chart` is."),
  image: image.optional().describe("Another image than authentik's own."),
  ingress: ingress.optional().describe("How people reach authentik; leave it out where something else sees to that."),
  authProxy: authProxy
    .optional()
    .describe(
      "An nginx between Traefik and the outpost, which keeps connections open; with it, hosts name its Middleware.",
    ),
  geoip: geoip.optional().describe("GeoIP databases, kept up to date beside each pod."),
  blueprints: blueprints.optional().describe("What the worker finds blueprints in, besides authentik's own."),
  additionalObjects: z
    .array(z.record(z.string(), z.json()))
    .default([])
    .describe("Kubernetes objects that come and go with the release; braces in them are no templates."),
  values: z
    .record(z.string(), z.json())
    .default({})
    .describe("Further chart values; lists are appended, keys the chart does not know are refused."),
  waive,
});
