import { z } from "zod";
import { text, words } from "./basic-shapes";

/** The name of a Kubernetes object that exists. */
export const existing = words(
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  "be the name of a Kubernetes object: lower-case letters, digits, dashes and dots",
);

/** Requests and limits of a container. */
export const resources = z.strictObject({
  requests: z.record(z.string(), text).optional().describe("Such as cpu `200m`, memory `1Gi`."),
  limits: z.record(z.string(), text).optional().describe("Such as memory `2Gi`."),
});

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
