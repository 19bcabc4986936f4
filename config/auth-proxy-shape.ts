import { z } from "zod";
import { objectName, text, vaultRef, waive, wholeNumber } from "./basic-shapes";
import { existing, imageName, labels, resources } from "./kubernetes-shapes";

const perSecond = z.number().gt(0).max(10_000).default(0.1);

const emergency = z.discriminatedUnion("from", [
  z.strictObject({
    from: z.literal("vault").describe("Made from a Vault value, which reaches neither plan nor state."),
    name: objectName.default("auth-proxy-emergency").describe("Name of the Kubernetes Secret."),
    htpasswd: vaultRef.describe("Lines of `name:hash`, as `htpasswd -nB` prints them."),
    revision: wholeNumber(1, 1_000_000).default(1).describe("Raise it when the value changed in Vault."),
  }),
  z.strictObject({
    from: z.literal("existing").describe("Made by somebody else."),
    name: objectName.describe("Name of the Secret."),
    key: text.default("htpasswd").describe("Its key with lines of `name:hash`."),
  }),
]);

const alerts = z.strictObject({
  labels: labels
    .default({})
    .describe("Labels by which Prometheus selects rules, such as `release: kube-prometheus-stack`."),
  fallbackPerSecond: perSecond.describe("Answers without the outpost above which the first alert fires, a second."),
  badRequestsPerSecond: perSecond.describe("Answers with status 400 above which the second alert fires, a second."),
});

export const authProxy = z.strictObject({
  name: objectName.default("auth-proxy").describe("Name of the Deployment, the Service and the Traefik Middleware."),
  outpost: z
    .strictObject({
      host: text.describe("`<service>.<namespace>.svc`."),
      port: wholeNumber(1, 65535).default(9000).describe("Port of the Service."),
    })
    .optional()
    .describe("The outpost behind it; the embedded one unless given."),
  image: imageName.default("nginx:1.30-alpine").describe("nginx 1.27.3 or newer, with a shell and awk."),
  pullSecrets: z.array(existing).default([]).describe("Existing Secrets that let the cluster pull it."),
  replicas: wholeNumber(1, 20).default(2).describe("Pods."),
  resources: resources
    .optional()
    .describe("Kubernetes requests and limits; 10m, 32Mi and at most 64Mi of memory unless given."),
  emergency: emergency
    .optional()
    .describe("A password that lets in while the outpost cannot be reached; without it everybody is denied then."),
  responseHeaders: z
    .array(text.regex(/^[A-Za-z0-9-]+$/))
    .default([])
    .describe(
      "Further headers of the outpost's answer that apps get, such as `Authorization`; never the person's own.",
    ),
  alerts: alerts.optional().describe("A PrometheusRule with two alerts; needs Prometheus Operator."),
  waive,
});
