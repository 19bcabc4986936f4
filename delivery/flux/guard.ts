import { createHash } from "node:crypto";
import type { Site } from "../../config/load";
import type { StackName } from "../workspace";
import { keptAddresses } from "../compare";
import type { GuardSettings } from "../guard-webhook/verdict";
import { LITERAL } from "./objects";
import type { Flux, Manifest, Part } from "./objects";

const NAME = "authentik-guard";
const PORT = 8080;
const LABELS = { "app.kubernetes.io/name": NAME } as const;

/** Where the controller shows a stack's plan to the guard; nothing for a plan that must not go over http. */
export function guardUrl({ guard, namespace }: Flux, stack: StackName): string | undefined {
  if (guard === undefined) return undefined;
  if (guard.tlsSecretName !== undefined) return `https://${NAME}.${namespace}.svc/plan`;
  return stack === "authentik-users" ? `http://${NAME}.${namespace}.svc/plan` : undefined;
}

/** The guard as a webhook in the cluster: its program, two pods, and who may reach them. */
export function guardObjects(site: Site, flux: Flux, parts: readonly Part[], program: string): Manifest[] {
  if (flux.guard === undefined) return [];
  const { maxRemovals, pass } = site.delivery;
  const kept = parts.flatMap(({ json }) => [...keptAddresses(json)]).sort();
  const settings: GuardSettings = { maxRemovals, pass, kept };
  const data = { "guard.js": program, "settings.json": `${JSON.stringify(settings, null, 2)}\n` };
  const metadata = { name: NAME, namespace: flux.namespace, labels: LABELS };
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { ...metadata, annotations: LITERAL }, data },
    { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: deployment(flux.guard, checksum(data)) },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata,
      spec: { maxUnavailable: 1, selector: { matchLabels: LABELS } },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: {
        selector: LABELS,
        ports: [{ name: "plans", port: flux.guard.tlsSecretName === undefined ? 80 : 443, targetPort: "plans" }],
      },
    },
    { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata, spec: POLICY },
  ];
}

/** The controller alone sends plans; the guard itself asks nobody. */
const POLICY = {
  podSelector: { matchLabels: LABELS },
  policyTypes: ["Ingress", "Egress"],
  ingress: [
    {
      from: [
        {
          namespaceSelector: {},
          podSelector: { matchLabels: { "app.kubernetes.io/name": "tofu-controller" } },
        },
      ],
      ports: [{ protocol: "TCP", port: PORT }],
    },
  ],
};

/** Pods read their program when they start, so that another one has to roll them. */
function checksum(data: object): string {
  return createHash("sha256").update(JSON.stringify(data)).digest("hex").slice(0, 16);
}

function deployment({ image, tlsSecretName }: NonNullable<Flux["guard"]>, program: string): object {
  const scheme = tlsSecretName === undefined ? "HTTP" : "HTTPS";
  const probe = { httpGet: { path: "/healthz", port: "plans", scheme } };
  const tls = tlsSecretName === undefined ? [] : [{ name: "tls", secret: { secretName: tlsSecretName } }];
  return {
    replicas: 2,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0 } },
    selector: { matchLabels: LABELS },
    template: {
      metadata: { labels: LABELS, annotations: { "authentik-iac/program-checksum": program } },
      spec: {
        automountServiceAccountToken: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 65532,
          runAsGroup: 65532,
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [
          {
            name: "guard",
            image,
            command: ["node", "/guard/guard.js", "/guard/settings.json"],
            env: [
              { name: "PORT", value: String(PORT) },
              ...(tlsSecretName === undefined ? [] : [{ name: "TLS_FOLDER", value: "/tls" }]),
            ],
            ports: [{ name: "plans", containerPort: PORT }],
            readinessProbe: probe,
            livenessProbe: { ...probe, periodSeconds: 30 },
            resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "512Mi" } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
            volumeMounts: [
              { name: "program", mountPath: "/guard", readOnly: true },
              ...tls.map(({ name }) => ({ name, mountPath: "/tls", readOnly: true })),
            ],
          },
        ],
        volumes: [{ name: "program", configMap: { name: NAME } }, ...tls],
      },
    },
  };
}
