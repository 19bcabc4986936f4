import { z } from "zod";
import { text, words } from "./basic-shapes";

/** The name of a Kubernetes object that exists. */
export const existing = words(
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  "be the name of a Kubernetes object: lower-case letters, digits, dashes and dots",
);

/** The name of an annotation, a label or a resource of Kubernetes. */
const qualifiedName = words(
  /^(?=[^/]{1,253}\/|[^/]*$)([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\/)?(?=[^/]{1,63}$)[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
  "be a name as Kubernetes takes it, such as example.org/owner",
);

/** Annotations of an object. */
export const annotations = z.record(qualifiedName, z.string());

/** Labels of an object. */
export const labels = z.record(
  qualifiedName,
  words(/^(?=.{1,63}$)[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/, "be the value of a label, such as prometheus"),
);
/** Amounts of CPU, memory or another resource. */
const quantities = z.record(
  qualifiedName,
  words(/^\d{1,15}(\.\d{1,9})?([mkMGTPE]|[KMGTPE]i)?$/, "be an amount such as 200m or 1Gi"),
);
/** Requests and limits of a container. */
export const resources = z.strictObject({
  requests: quantities.optional().describe("Such as cpu `200m`, memory `1Gi`."),
  limits: quantities.optional().describe("Such as memory `2Gi`."),
});

/** An image by registry, name, and tag or digest. */
export const imageName = words(
  /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?(:\d+)?(\/[a-z0-9]([a-z0-9._-]*[a-z0-9])?)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/,
  "be an image such as registry.example.org/nginx:1.30-alpine",
);

/** Registry and name of an image. */
export const imageRepository = words(
  /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?(:\d+)?(\/[a-z0-9]([a-z0-9._-]*[a-z0-9])?)*$/,
  "be a registry and a name, without tag and digest",
);

/** The one image that is meant, whatever its tag says. */
export const imageDigest = words(/^sha256:[0-9a-f]{64}$/, "be sha256: and 64 hexadecimal digits");

/** Gateways a route is attached to. */
export const parentRefs = z
  .array(
    z.strictObject({
      name: existing.describe("Name of a Gateway."),
      namespace: existing.optional().describe("Its namespace; the route's unless given."),
      sectionName: text.optional().describe("One of its listeners; all of them unless given."),
    }),
  )
  .min(1)
  .describe("Gateways the route is attached to.");
