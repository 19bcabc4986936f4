import { IngressV1 } from "@cdktf/provider-kubernetes/lib/ingress-v1";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { KubernetesObject } from "./additional-objects";
import { releaseFullname, serverServiceName } from "./release-names";

export interface StaticCacheIngressProps {
  /** Name of the Helm release. */
  readonly release: string;
  /** Its namespace. */
  readonly namespace: string;
  /** Host name people open, as in the main Ingress. */
  readonly host: string;
  /** Class of Traefik's controller.  @default - the cluster's default class */
  readonly className?: string;
  /** Secret with the host's certificate.  @default - Traefik's own certificate */
  readonly tlsSecretName?: string;
  /** Annotations of the main Ingress; what Traefik is told there holds here as well.  @default - none */
  readonly annotations?: Readonly<Record<string, string>>;
  /** What has to exist first: the release, which brings the middlewares along.  @default - nothing */
  readonly dependsOn?: ITerraformDependable[];
}

/** For a year, and never asked for again: what is under `/static` has its version or a hash in its name. */
const CACHE_CONTROL = "public, max-age=31536000, immutable";
const PATH = "/static";
const SERVER_PORT = 80;

/**
 * A second Ingress beside the release's own, for `/static` alone, whose answers browsers keep: authentik lets them ask
 * again for each file at every visit. For Traefik, whose middlewares `staticCacheMiddlewares` gives.
 * @see https://doc.traefik.io/traefik/middlewares/http/headers/
 */
export class StaticCacheIngress extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: IngressV1;

  constructor(scope: Construct, id: string, props: StaticCacheIngressProps) {
    super(scope, id);
    const { host, tlsSecretName } = props;
    const service = { name: serverServiceName(props.release), port: { number: SERVER_PORT } };
    this.resource = new IngressV1(this, "Resource", {
      metadata: {
        name: `${releaseFullname(props.release)}-static`,
        namespace: props.namespace,
        annotations: cachedAnnotations(props),
      },
      spec: {
        ingressClassName: props.className,
        rule: [{ host, http: { path: [{ path: PATH, pathType: "Prefix", backend: { service } }] } }],
        tls: tlsSecretName === undefined ? undefined : [{ secretName: tlsSecretName, hosts: [host] }],
      },
      dependsOn: props.dependsOn,
      // Annotations are ours, but for the one that Rancher writes on every Ingress.
      lifecycle: {
        ignoreChanges: ["metadata[0].labels", 'metadata[0].annotations["field.cattle.io/publicEndpoints"]'],
      },
    });
    this.node.defaultChild = this.resource;
  }
}

/**
 * The two Traefik middlewares of a `StaticCacheIngress`, which come with the release. The header is set on whatever
 * passes it, so the other takes errors out of its way: a browser that keeps a 503 for a year, or the 404 an old pod gives
 * for a new pod's file, cannot sign in until its cache is emptied.
 */
export function staticCacheMiddlewares(release: string): KubernetesObject[] {
  const { headers, errors } = middlewareNames(release);
  const service = { name: serverServiceName(release), port: SERVER_PORT };
  return [
    middleware(errors, { errors: { status: ["400-599"], service, query: `${PATH}/{status}` } }),
    middleware(headers, { headers: { customResponseHeaders: { "Cache-Control": CACHE_CONTROL } } }),
  ];
}

/** The rule for `/static` in an HTTPRoute; a gateway sets the header on errors as well. */
export function staticCacheRule(release: string): object {
  const header = { name: "Cache-Control", value: CACHE_CONTROL };
  return {
    matches: [{ path: { type: "PathPrefix", value: PATH } }],
    filters: [{ type: "ResponseHeaderModifier", responseHeaderModifier: { set: [header] } }],
    backendRefs: [{ group: "", kind: "Service", name: serverServiceName(release), port: SERVER_PORT }],
  };
}

function middleware(name: string, spec: object): KubernetesObject {
  return { apiVersion: "traefik.io/v1alpha1", kind: "Middleware", metadata: { name }, spec };
}

function middlewareNames(release: string): { readonly headers: string; readonly errors: string } {
  const name = releaseFullname(release);
  return { headers: `${name}-static-cache`, errors: `${name}-static-errors` };
}

const MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares";
const PRIORITY = "traefik.ingress.kubernetes.io/router.priority";

/** The main Ingress's annotations, changed so that both keep to their own requests and nothing is made twice. */
function cachedAnnotations({
  annotations = {},
  namespace,
  release,
}: StaticCacheIngressProps): Readonly<Record<string, string>> {
  const { headers, errors } = middlewareNames(release);
  const kept = Object.entries(annotations).filter(([name]) => !MAKES_CERTIFICATE.test(name));
  const { [PRIORITY]: priority, [MIDDLEWARES]: before, ...rest } = Object.fromEntries(kept);
  const own = [errors, headers].map((name) => `${namespace}-${name}@kubernetescrd`);
  return {
    ...rest,
    // With one priority for both, it is chance which of them answers.
    ...(priority !== undefined && { [PRIORITY]: String(Number(priority) + 1) }),
    [MIDDLEWARES]: [...(before === undefined ? [] : [before]), ...own].join(","),
  };
}

/** cert-manager refuses the second Ingress that asks for one certificate. */
const MAKES_CERTIFICATE = /^((acme\.)?cert-manager\.io\/|kubernetes\.io\/tls-acme$)/;
