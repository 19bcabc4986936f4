import type { ChartValues } from "./chart-values";
import { HOST_NAME } from "./host-name";
import type { Refusal } from "./refusal";
import { staticCacheRule } from "./static-cache-ingress";

/** An Ingress for authentik. */
export interface IngressRoute {
  readonly kind: "ingress";
  /** Host name people open. */
  readonly host: string;
  /** Class of the controller.  @default - the cluster's default class */
  readonly className?: string;
  /** Secret with the host's certificate.  @default - the controller's own certificate */
  readonly tlsSecretName?: string;
  /** Annotations, mostly for the controller.  @default - none */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An HTTPRoute of the Gateway API for authentik. */
export interface GatewayRoute {
  readonly kind: "gateway";
  /** Host name people open. */
  readonly host: string;
  /** Gateways, or listeners of theirs, that the route is attached to. */
  readonly parentRefs: readonly ParentRef[];
  /** Annotations.  @default - none */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Whether browsers keep what is under `/static`, see `staticCacheRule`.  @default false */
  readonly staticCache?: boolean;
}

/** A Gateway, or one of its listeners. */
export interface ParentRef {
  readonly name: string;
  /** The Gateway's namespace.  @default - the release's */
  readonly namespace?: string;
  /** Name of a listener.  @default - all of them */
  readonly sectionName?: string;
}

/** How people reach authentik from outside of the cluster. */
export type ReleaseRoute = IngressRoute | GatewayRoute;

/** What of a route Kubernetes would not take. */
export function checkRoute({ host }: { readonly host?: string }): Refusal[] {
  if (host === undefined || HOST_NAME.test(host)) return [];
  const text = `must be a host name in lower case, got "${host}"; Kubernetes routes names only, so give authentik one`;
  return [{ code: "AK049", field: "ingress.host", text }];
}

/** A route as values of the chart's server. */
export function routeValues(route: ReleaseRoute, release: string): ChartValues {
  const annotations = route.annotations && { annotations: route.annotations };
  if (route.kind === "gateway") {
    return {
      route: {
        main: {
          enabled: true,
          hostnames: [route.host],
          parentRefs: route.parentRefs,
          ...annotations,
          ...(route.staticCache === true && { additionalRules: [staticCacheRule(release)] }),
        },
      },
    };
  }
  return {
    ingress: {
      enabled: true,
      hosts: [route.host],
      ...(route.className !== undefined && { ingressClassName: route.className }),
      ...(route.tlsSecretName !== undefined && { tls: [{ secretName: route.tlsSecretName, hosts: [route.host] }] }),
      ...annotations,
    },
  };
}
