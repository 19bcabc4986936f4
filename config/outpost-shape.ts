import { z } from "zod";
import { key, objectName, text, waive, was, wholeNumber } from "./basic-shapes";
import { annotations, existing, imageDigest, imageRepository, parentRefs, resources } from "./kubernetes-shapes";

const operation = z.strictObject({
  op: z
    .enum(["add", "replace", "remove", "move", "copy", "test"])
    .describe("`add` sets what is there or not, `replace` what is there; the others are refused."),
  path: text.describe("JSON pointer, such as `/spec/template/spec/containers/0/resources`."),
  value: z.json().describe("What is put there."),
});

const operations = z.array(operation).min(1).optional();

const patches = z
  .strictObject({
    deployment: operations.describe("The Deployment."),
    service: operations.describe("The Service."),
    "service-metrics": operations.describe("The Service for metrics."),
    secret: operations.describe("The Secret with the token."),
    ingress: operations.describe("The Ingress for the apps' hosts."),
    httproute: operations.describe("The HTTPRoute for the apps' hosts."),
    "traefik middleware": operations.describe("The Middleware for forward auth."),
    "prometheus servicemonitor": operations.describe("The ServiceMonitor."),
  })
  .optional()
  .describe("Changes of the objects authentik makes, by authentik's names. Taken out, what one set stays.");

const ingress = z
  .union([
    z.literal("none"),
    z.strictObject({
      className: existing
        .optional()
        .describe("Class of the controller; that of `platform.ingress`, else the cluster's default, unless given."),
      tlsSecretName: z
        .union([existing, z.literal("")])
        .default("authentik-outpost-tls")
        .describe("Secret with the hosts' certificate; an empty text leaves TLS to the controller."),
      annotations: annotations.default({}).describe("Annotations beside authentik's own."),
    }),
  ])
  .optional()
  .describe('The Ingress authentik makes for `/outpost.goauthentik.io` on the apps\' hosts, or `"none"`.');

const httpRoute = z
  .strictObject({
    parentRefs,
    annotations: annotations.default({}).describe("Annotations."),
  })
  .optional()
  .describe("The HTTPRoute authentik makes for the same hosts.");

const image = z
  .strictObject({
    repository: imageRepository
      .optional()
      .describe("Registry and name; authentik's own unless given. The tag is `version.server`."),
    digest: imageDigest.optional().describe("The one image that is meant; it wins over the tag."),
  })
  .optional()
  .describe("Another image than authentik's own.");

const podResources = resources
  .optional()
  .describe("Kubernetes requests and limits; 50m and 64Mi, at most 256Mi of memory, unless given.");

const logLevel = z.enum(["trace", "debug", "info", "warning", "error"]).default("info").describe("How much it logs.");
const pullSecrets = z.array(existing).default([]).describe("Existing Secrets that let the cluster pull the image.");
const serviceConnection = text
  .default("Local Kubernetes Cluster")
  .describe("Name of authentik's connection to the cluster.");
const refreshMinutes = wholeNumber(1, 1440).default(5).describe("Between two looks at what changed.");

/** What the embedded outpost has in every form. */
const everywhere = { serviceConnection, refreshMinutes, ingress, httpRoute, patches, waive };

const embedded = z.discriminatedUnion("form", [
  z.strictObject({
    form: z
      .literal("kept")
      .describe("As it is: only which apps it serves is the site's. For an instance that was adopted."),
  }),
  z.strictObject({
    form: z.literal("in-server").describe("Inside the server's pods."),
    ...everywhere,
  }),
  z.strictObject({
    form: z
      .literal("embedded-deployment")
      .describe("In pods of its own, which share their sessions. Needs `platform`."),
    replicas: wholeNumber(1, 20).default(2).describe("Pods."),
    resources: podResources,
    image,
    pullSecrets,
    logLevel,
    tokenRevision: wholeNumber(1, 1_000_000)
      .default(1)
      .describe("Raise it to replace the token the pods sign in with. The token reaches the state."),
    receivesTraffic: z
      .boolean()
      .default(true)
      .describe("Whether requests go to the pods; set it to false and apply before you go back to `in-server`."),
    ...everywhere,
  }),
]);

/** What every outpost of our own has. */
const own = {
  name: text.max(52).optional().describe("Name in authentik, and after it of its objects; the key unless given."),
  namespace: objectName.optional().describe("Namespace of its objects; that of `platform` unless given."),
  serviceConnection,
  replicas: wholeNumber(1, 20).default(1).describe("Pods."),
  logLevel,
  refreshMinutes,
  image,
  pullSecrets,
  serviceType: z.enum(["ClusterIP", "LoadBalancer", "NodePort"]).default("ClusterIP").describe("Type of its Service."),
  patches,
  waive,
};

const managed = z.strictObject({
  ...own,
  sessionAffinity: z
    .enum(["ClientIP", "ingress"])
    .optional()
    .describe(
      "Who sends a person to the pod that has the session: the Service, or an ingress by cookie. Needed above one pod.",
    ),
  ingress,
  httpRoute,
  was,
});

export const outposts = z.strictObject({
  embedded: embedded.optional().describe("The outpost every server has, for forward-auth apps."),
  managed: z
    .record(key.max(52), managed)
    .default({})
    .describe("Outposts of your own for forward-auth apps that name them, by key; authentik runs their pods."),
  ldap: z.strictObject(own).optional().describe("The outpost of all LDAP apps; authentik runs its pods."),
});
