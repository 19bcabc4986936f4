import { applyPatch } from "fast-json-patch";
import type { Operation } from "fast-json-patch";
import type { PatchOperation } from "../../constructs/json-patch";

type KubernetesObject = Record<string, unknown> & { readonly spec: Record<string, unknown> };

/** An outpost's Deployment as authentik makes it, before patches. */
export const deployment: KubernetesObject = {
  metadata: {
    name: "ak-outpost-apps",
    namespace: "authentik",
    labels: { "app.kubernetes.io/instance": "apps", "app.kubernetes.io/managed-by": "goauthentik.io" },
  },
  spec: {
    replicas: 2,
    selector: { matchLabels: { "app.kubernetes.io/name": "authentik-outpost-proxy" } },
    template: {
      metadata: { labels: { "app.kubernetes.io/name": "authentik-outpost-proxy" } },
      spec: {
        imagePullSecrets: [],
        securityContext: { seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: "proxy",
            image: "ghcr.io/goauthentik/proxy:2026.5.6",
            ports: [{ containerPort: 9000, name: "http", protocol: "TCP" }],
            env: [{ name: "AUTHENTIK_HOST", valueFrom: { secretKeyRef: { name: "ak-outpost-apps", key: "host" } } }],
            securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          },
        ],
      },
    },
  },
};

/** The selector authentik gives to the embedded outpost's Service: the server's pods. */
export const SERVER_PODS = { "app.kubernetes.io/name": "authentik", "app.kubernetes.io/component": "server" };

/** An outpost's Service as authentik makes it, before patches. */
export const service: KubernetesObject = {
  metadata: {
    name: "ak-outpost-authentik-embedded-outpost",
    namespace: "authentik",
    labels: { "app.kubernetes.io/managed-by": "goauthentik.io" },
  },
  spec: {
    ports: [{ name: "http", port: 9000, protocol: "TCP", targetPort: 9000 }],
    selector: SERVER_PODS,
    type: "ClusterIP",
  },
};

/**
 * What authentik writes, after it has also applied the patch to what it wrote: were the second result another, it would
 * write again at every run.
 */
export function applyAsAuthentik(patch: readonly PatchOperation[], object: KubernetesObject): KubernetesObject {
  const apply = (to: KubernetesObject): KubernetesObject =>
    applyPatch(structuredClone(to), structuredClone(patch) as Operation[], true).newDocument;
  const once = apply(object);
  expect(apply(once)).toEqual(once);
  return once;
}

/** A selector once Kubernetes has merged another into it, which is how authentik changes a Service. */
export function merged(before: unknown, after: unknown): unknown {
  return { ...(before as object), ...(after as object) };
}
