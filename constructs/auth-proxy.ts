import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import { DeploymentV1 } from "@cdktf/provider-kubernetes/lib/deployment-v1";
import type { DeploymentV1SpecTemplateSpec } from "@cdktf/provider-kubernetes/lib/deployment-v1";
import { PodDisruptionBudgetV1 } from "@cdktf/provider-kubernetes/lib/pod-disruption-budget-v1";
import { ServiceV1 } from "@cdktf/provider-kubernetes/lib/service-v1";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { createHash } from "node:crypto";
import type { KubernetesObject } from "./additional-objects";
import { AUTH_PROXY_PORT, CONFIG_FOLDER, EMERGENCY_FOLDER, nginxFiles, RUN_FOLDER } from "./auth-proxy-nginx";
import { authProxyObjects } from "./auth-proxy-objects";
import type { AuthProxyAlerts } from "./auth-proxy-objects";
import { leaveLabels } from "./lifecycle";
import { apart, CONFINED } from "./pod";
import { outOfRange, refuse } from "./refusal";
import type { Refusal, Waive } from "./refusal";

export interface AuthProxyProps {
  /** Name of the Deployment, the Service and the Traefik Middleware. */
  readonly name: string;
  /** Namespace of all of them, which exists already. */
  readonly namespace: string;
  /** The outpost behind it. */
  readonly outpost: {
    /** `<service>.<namespace>.svc`, or with the cluster's domain after it. */
    readonly host: string;
    /** Port of the Service.  @default 9000 */
    readonly port?: number;
  };
  /** nginx 1.27.3 or newer, with a shell and awk.  @default "nginx:1.30-alpine" */
  readonly image?: string;
  /** Existing Secrets that let the cluster pull it.  @default [] */
  readonly pullSecrets?: readonly string[];
  /** Pods (1 to 20).  @default 2 */
  readonly replicas?: number;
  /** Kubernetes requests and limits.  @default - requests of 10m and 32Mi, at most 64Mi of memory */
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
  /** Secret of the namespace with an htpasswd file: a way in while the outpost cannot be reached.  @default - everybody is denied then */
  readonly emergency?: { readonly secretName: string; readonly key: string };
  /** Further headers of the outpost's answer that apps get, such as `Authorization`; never the person's own.  @default [] */
  readonly responseHeaders?: readonly string[];
  /** Alerts for Prometheus Operator.  @default - none */
  readonly alerts?: AuthProxyAlerts;
  /** Reasons by code for refusals that do not apply to this proxy.  @default - none */
  readonly waive?: Waive;
  /** What has to exist first, such as the namespace and the emergency Secret.  @default - nothing */
  readonly dependsOn?: ITerraformDependable[];
}

/**
 * An nginx between Traefik and an outpost, which keeps connections to the outpost open and looks its address up again.
 * Optionally it asks for a password while the outpost cannot be reached.
 * @throws RefusedError when the outpost could not be found, or the image could not
 * @see https://docs.goauthentik.io/add-secure-apps/providers/proxy/server_traefik
 */
export class AuthProxy extends Construct {
  /** The Deployment, for what this construct has no prop for. */
  readonly resource: DeploymentV1;
  /** Host name of the Service inside the cluster; its port is 9000. */
  readonly serviceHost: string;
  /** The Middleware as Traefik's annotation `router.middlewares` names it. */
  readonly traefikMiddleware: string;
  /** The Middleware and the alerts, for the `additionalObjects` of a chart. */
  readonly additionalObjects: readonly KubernetesObject[];

  constructor(scope: Construct, id: string, props: AuthProxyProps) {
    super(scope, id);
    refuse(this, checkAuthProxy(props), props.waive);
    const { name, namespace, outpost } = props;
    const emergency = props.emergency !== undefined;
    const files = nginxFiles({ host: outpost.host, port: outpost.port ?? 9000, emergency });
    const labels = { "app.kubernetes.io/name": "auth-proxy", "app.kubernetes.io/instance": name };
    const metadata = { name, namespace, labels };
    const config = new ConfigMapV1(this, "config", {
      metadata,
      data: files,
      dependsOn: props.dependsOn,
      // Pods read it by name: under another one it has to exist before the old one goes.
      lifecycle: { ...leaveLabels, createBeforeDestroy: true },
    });
    this.resource = new DeploymentV1(this, "Resource", {
      metadata,
      dependsOn: [config, ...(props.dependsOn ?? [])],
      // Destroyed before it is created, as one whose first pods never became ready has to be.
      lifecycle: leaveLabels,
      spec: {
        replicas: String(props.replicas ?? 2),
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "1", maxUnavailable: "0" } },
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: { "authentik-iac/config-checksum": checksum(files) } },
          spec: pod(props, labels),
        },
      },
    });
    this.node.defaultChild = this.resource;
    this.addService(metadata, props.dependsOn);
    this.serviceHost = `${name}.${namespace}.svc`;
    this.traefikMiddleware = `${namespace}-${name}@kubernetescrd`;
    this.additionalObjects = authProxyObjects({ ...props, outpostHost: outpost.host, emergency });
  }

  private addService(metadata: { readonly labels: Record<string, string> }, dependsOn?: ITerraformDependable[]): void {
    const { labels } = metadata;
    new ServiceV1(this, "service", {
      metadata,
      spec: { selector: labels, port: [{ name: "http", port: AUTH_PROXY_PORT, targetPort: "http" }] },
      lifecycle: leaveLabels,
      dependsOn,
    });
    new PodDisruptionBudgetV1(this, "disruption-budget", {
      metadata,
      spec: { maxUnavailable: "1", selector: { matchLabels: labels } },
      lifecycle: leaveLabels,
      dependsOn,
    });
  }
}

const SERVICE = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?\.[a-z0-9]([a-z0-9-]*[a-z0-9])?\.svc(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
/** Images of nginx whose tag begins with a version. */
const NGINX = /(?:^|\/)nginx(?:-unprivileged)?:(\d+)\.(\d+)(?:\.(\d+))?/;

/** What of an auth proxy's options could not work. */
export function checkAuthProxy(props: Partial<AuthProxyProps>): Refusal[] {
  const { outpost, image, alerts } = props;
  const refusals = [
    ...outOfRange("replicas", props.replicas, 1, 20),
    ...outOfRange("outpost.port", outpost?.port, 1, 65535),
    ...positive("alerts.fallbackPerSecond", alerts?.fallbackPerSecond),
    ...positive("alerts.badRequestsPerSecond", alerts?.badRequestsPerSecond),
  ];
  if (outpost !== undefined && !SERVICE.test(outpost.host)) {
    refusals.push({
      code: "AK050",
      field: "outpost.host",
      text: `must be <service>.<namespace>.svc, got "${outpost.host}"; nginx knows no search list, so write the whole name of the outpost's Service`,
    });
  }
  if (isTooOld(image ?? "")) {
    refusals.push({
      code: "AK051",
      field: "image",
      text: `must be nginx 1.27.3 or newer, got "${image ?? ""}"; older ones look a name up once, at start, so take a newer tag`,
      waivable: true,
    });
  }
  return refusals;
}

/** Before 1.27.3 `server … resolve` was not in the open-source edition; a tag without the last number is its newest. */
function isTooOld(image: string): boolean {
  const found = NGINX.exec(image);
  if (found === null) return false;
  const [, major, minor, patch = "99"] = found;
  return Number(major) * 1e4 + Number(minor) * 1e2 + Number(patch) < 12703;
}

function positive(field: string, value: number | undefined): Refusal[] {
  return value === undefined || value > 0 ? [] : [{ field, text: `must be above 0, got ${value}; or no alert at all` }];
}

function checksum(files: Readonly<Record<string, string>>): string {
  return createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16);
}

/** Pods apart from each other where there are nodes, as nobody in particular, with nothing to write to but their own folder. */
function pod(props: AuthProxyProps, labels: Record<string, string>): DeploymentV1SpecTemplateSpec {
  const { emergency } = props;
  const mounts = [
    { name: "config", mountPath: CONFIG_FOLDER, readOnly: true },
    { name: "run", mountPath: RUN_FOLDER },
    ...(emergency === undefined ? [] : [{ name: "emergency", mountPath: EMERGENCY_FOLDER, readOnly: true }]),
  ];
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    imagePullSecrets: props.pullSecrets?.map((name) => ({ name })),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: "101",
      runAsGroup: "101",
      seccompProfile: { type: "RuntimeDefault" },
    },
    affinity: apart(labels),
    container: [
      {
        name: "nginx",
        image: props.image ?? "nginx:1.30-alpine",
        command: ["/bin/sh", `${CONFIG_FOLDER}/start.sh`],
        port: [{ name: "http", containerPort: AUTH_PROXY_PORT }],
        resources: props.resources ?? { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } },
        // nginx answers for itself: with the outpost down, the emergency password still needs it.
        livenessProbe: { httpGet: { path: "/healthz", port: "http" } },
        // By then a pod that replaces another has looked the outpost up.
        readinessProbe: { httpGet: { path: "/healthz", port: "http" }, initialDelaySeconds: 5, periodSeconds: 5 },
        // Traefik learns that a pod goes some moments after it was told to.
        lifecycle: { preStop: [{ exec: { command: ["/bin/sleep", "5"] } }] },
        securityContext: CONFINED,
        volumeMount: mounts,
      },
    ],
    volume: [
      { name: "config", configMap: { name: props.name } },
      { name: "run", emptyDir: { medium: "Memory", sizeLimit: "8Mi" } },
      ...(emergency === undefined
        ? []
        : [
            {
              name: "emergency",
              secret: { secretName: emergency.secretName, items: [{ key: emergency.key, path: "htpasswd" }] },
            },
          ]),
    ],
  };
}
