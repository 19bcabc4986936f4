import type { KubernetesObject } from "./additional-objects";
import { FORWARD_AUTH_HEADERS } from "./forward-auth-app";
import { AUTH_PROXY_PORT, FORWARD_AUTH_PATH } from "./auth-proxy-nginx";

export interface AuthProxyAlerts {
  /** Labels by which Prometheus selects rules, such as `release`.  @default - none, for a Prometheus that takes all */
  readonly labels?: Readonly<Record<string, string>>;
  /** Answers without the outpost above which the first alert fires, a second.  @default 0.1 */
  readonly fallbackPerSecond?: number;
  /** Answers with status 400 above which the second alert fires, a second.  @default 0.1 */
  readonly badRequestsPerSecond?: number;
}

/** What of an auth proxy its further objects are made from. */
export interface AuthProxyObjectsOptions {
  readonly namespace: string;
  readonly name: string;
  /** Host name of the outpost's Service. */
  readonly outpostHost: string;
  readonly emergency: boolean;
  readonly responseHeaders?: readonly string[];
  readonly alerts?: AuthProxyAlerts;
}

/** The objects that need a custom resource definition, for the chart's `additionalObjects`. */
export function authProxyObjects(options: AuthProxyObjectsOptions): KubernetesObject[] {
  const { alerts } = options;
  return [middleware(options), ...(alerts === undefined ? [] : [rule(options, alerts)])];
}

function middleware(options: AuthProxyObjectsOptions): KubernetesObject {
  const { namespace, name, emergency, responseHeaders = [] } = options;
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind: "Middleware",
    metadata: { name, namespace },
    spec: {
      forwardAuth: {
        address: `http://${name}.${namespace}.svc:${AUTH_PROXY_PORT}${FORWARD_AUTH_PATH}`,
        trustForwardHeader: true,
        authResponseHeaders: [...FORWARD_AUTH_HEADERS, ...responseHeaders, ...(emergency ? ["X-Auth-Fallback"] : [])],
      },
    },
  };
}

function rule(options: AuthProxyObjectsOptions, alerts: AuthProxyAlerts): KubernetesObject {
  const { namespace, name } = options;
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name, namespace, ...(alerts.labels === undefined ? {} : { labels: alerts.labels }) },
    spec: { groups: [{ name, rules: [unreachable(options, alerts), badRequests(options, alerts)] }] },
  };
}

/** Nobody behind the outpost's Service, or answers that are the proxy's own. */
function unreachable(options: AuthProxyObjectsOptions, { fallbackPerSecond = 0.1 }: AuthProxyAlerts): object {
  const { emergency, namespace, name, outpostHost } = options;
  return {
    alert: emergency ? "AuthentikForwardAuthFallbackActive" : "AuthentikForwardAuthUnreachable",
    expr: `${noReadyAddress(outpostHost)}\nor\n${answeredByTraefik(emergency ? "401" : "502|504")} > ${fallbackPerSecond}`,
    for: "2m",
    labels: { severity: "critical" },
    annotations: {
      summary: emergency
        ? "Forward auth asks for the emergency password"
        : "Forward auth denies everybody, because the outpost cannot be reached",
      description:
        `${name} in ${namespace} gets no answer from ${outpostHost}. Look for pods of the outpost that are not ready, ` +
        `a Service whose selector meets no pod (kubectl -n ${namespace} get endpointslices), and its log ` +
        `(kubectl -n ${namespace} logs deployment/${name}).`,
    },
  };
}

function badRequests({ namespace }: AuthProxyObjectsOptions, { badRequestsPerSecond = 0.1 }: AuthProxyAlerts): object {
  return {
    alert: "AuthentikOutpostForwardAuth400Spike",
    expr: `${answeredByTraefik("400")} > ${badRequestsPerSecond}`,
    for: "5m",
    labels: { severity: "warning" },
    annotations: {
      summary: "Forward auth answers 400",
      description:
        "{{ $value | humanize }} requests a second end with 400 before they reach an app. The outpost says so of a host " +
        "that no provider is for, and of a sign-in whose session it does not know, as after a replica without the shared " +
        `session store. Look at its log in ${namespace} for "no app for hostname" and "mismatched session ID".`,
    },
  };
}

/** Both metrics of kube-state-metrics, which replaces the first by the second; says nothing while it is not there itself. */
function noReadyAddress(outpostHost: string): string {
  const [service = "", namespace = ""] = outpostHost.split(".");
  return `absent(
  kube_endpoint_address{namespace="${namespace}", endpoint="${service}", ready="true"}
  or kube_endpointslice_endpoints{namespace="${namespace}", endpointslice=~"${service}-?[a-z0-9]{5}", ready="true"}
)
and on() (count(kube_endpoint_info) or count(kube_endpointslice_info))`;
}

/** Requests a second that a middleware answered, forward auth above all: on an entry point, at no service. */
function answeredByTraefik(code: string): string {
  const rate = (metric: string): string => `sum(rate(${metric}{code=~"${code}"}[5m]))`;
  return `${rate("traefik_entrypoint_requests_total")} - (${rate("traefik_service_requests_total")} or vector(0))`;
}
