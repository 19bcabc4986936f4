import type { JsonPatches, PatchRules } from "./json-patch";
import { CUSTOM_COMPONENTS } from "./json-patch";
import type { Refusal } from "./refusal";

/** The Ingress authentik makes for the hosts of an outpost's apps. */
export interface OutpostIngress {
  /** Class of the controller.  @default - the cluster's default */
  readonly className?: string;
  /** Secret with the hosts' certificate; an empty text leaves TLS to the controller.  @default "authentik-outpost-tls" */
  readonly tlsSecretName?: string;
  /** Annotations beside authentik's own.  @default - none */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The HTTPRoute authentik makes for the hosts of an outpost's apps. */
export interface OutpostHttpRoute {
  /** Gateways it is attached to; at least one. */
  readonly parentRefs: readonly { readonly name: string; readonly namespace?: string; readonly sectionName?: string }[];
  /** Annotations.  @default - none */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** How much an outpost logs. */
export type OutpostLogLevel = "trace" | "debug" | "info" | "warning" | "error";

/** The image of an outpost's pods; its tag is always the version of authentik. */
export interface OutpostImage {
  /** Registry and name.  @default - authentik's own */
  readonly repository?: string;
  /** The one image that is meant, `sha256:…`; it wins over the tag.  @default - what the tag says */
  readonly digest?: string;
}

/** What an outpost is told, as authentik's Kubernetes integration and the outpost itself read it. */
export interface OutpostSettings {
  /** Where the outpost calls authentik; of the embedded one, where people are sent to sign in. */
  readonly host: string;
  /** Where people are sent to sign in.  @default - `host` */
  readonly browserHost?: string;
  /** Whether the certificate of an https `host` is left unchecked.  @default false */
  readonly insecure?: boolean;
  /** How much it logs.  @default "info" */
  readonly logLevel?: OutpostLogLevel;
  /** Between two looks at what changed, in minutes.  @default 5 */
  readonly refreshMinutes?: number;
  /** Namespace of its objects.  @default - the one authentik runs in */
  readonly namespace?: string;
  /** Pods.  @default 1 */
  readonly replicas?: number;
  /** The whole image.  @default - authentik's own, of authentik's version */
  readonly image?: string;
  /** Existing Secrets that let the cluster pull it.  @default [] */
  readonly pullSecrets?: readonly string[];
  /** Type of its Service.  @default "ClusterIP" */
  readonly serviceType?: OutpostServiceType;
  /** The Ingress, or `none`.  @default - an Ingress of the cluster's default class */
  readonly ingress?: OutpostIngress | "none";
  /** The HTTPRoute.  @default - none */
  readonly httpRoute?: OutpostHttpRoute;
  /** Changes of its objects.  @default - none */
  readonly patches?: JsonPatches;
}

export type OutpostServiceType = "ClusterIP" | "LoadBalancer" | "NodePort";

/** The connection that authentik makes for the cluster it runs in. */
export const LOCAL_CLUSTER = "Local Kubernetes Cluster";

/** Every field authentik knows, as it fills them in itself; but for the namespace, which is the one it runs in. */
const DEFAULTS = {
  authentik_host: "",
  authentik_host_insecure: false,
  authentik_host_browser: "",
  log_level: "info",
  object_naming_template: "ak-outpost-%(name)s",
  refresh_interval: "minutes=5",
  container_image: null,
  docker_network: null,
  docker_map_ports: true,
  docker_labels: null,
  kubernetes_replicas: 1,
  kubernetes_ingress_annotations: {},
  kubernetes_ingress_secret_name: "authentik-outpost-tls",
  kubernetes_ingress_class_name: null,
  kubernetes_ingress_path_type: null,
  kubernetes_httproute_annotations: {},
  kubernetes_httproute_parent_refs: [],
  kubernetes_service_type: "ClusterIP",
  kubernetes_disabled_components: [],
  kubernetes_image_pull_secrets: [],
  kubernetes_disable_x509_strict: false,
  kubernetes_json_patches: null,
};

/**
 * An outpost's configuration, every field of it: authentik stores it as it is given, and what is left out would go to
 * a default that may change with the version.
 * @see https://docs.goauthentik.io/add-secure-apps/outposts#configuration
 */
export function outpostConfig(settings: OutpostSettings): string {
  const { browserHost, refreshMinutes, ingress = {}, httpRoute, patches = {} } = settings;
  const { className, tlsSecretName, annotations } = ingress === "none" ? {} : ingress;
  const given = {
    authentik_host: withSlash(settings.host),
    authentik_host_insecure: settings.insecure,
    authentik_host_browser: browserHost && withSlash(browserHost),
    log_level: settings.logLevel,
    refresh_interval: refreshMinutes && `minutes=${refreshMinutes}`,
    container_image: settings.image,
    kubernetes_replicas: settings.replicas,
    // Told another namespace, authentik deletes what it made in the one before.
    kubernetes_namespace: settings.namespace,
    kubernetes_ingress_annotations: annotations,
    kubernetes_ingress_secret_name: tlsSecretName,
    kubernetes_ingress_class_name: className,
    kubernetes_httproute_annotations: httpRoute?.annotations,
    kubernetes_httproute_parent_refs: httpRoute?.parentRefs,
    kubernetes_service_type: settings.serviceType,
    kubernetes_disabled_components: ingress === "none" ? ["ingress"] : undefined,
    kubernetes_image_pull_secrets: settings.pullSecrets,
    kubernetes_json_patches: Object.keys(patches).length === 0 ? undefined : patches,
  };
  const stated = Object.entries(given).filter(([, value]) => value !== undefined);
  return JSON.stringify({ ...DEFAULTS, ...Object.fromEntries(stated) });
}

/** Outposts append paths to it, and to the path of an authentik that has no host of its own. */
export function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}

/** An image by its parts. */
export function outpostImage(name: string, version: string, { repository, digest }: OutpostImage = {}): string {
  const image = `${repository ?? `ghcr.io/goauthentik/${name}`}:${version}`;
  return digest === undefined ? image : `${image}@${digest}`;
}

/** What authentik calls an outpost's objects: its name as Django makes slugs. */
export function outpostObjectName(name: string): string {
  const slug = name
    .normalize("NFKD")
    .replaceAll(/[^\w\s-]/g, "")
    .toLowerCase()
    .trim()
    .replaceAll(/[-\s]+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "");
  return `ak-outpost-${slug}`;
}

/** Where an outpost's objects are found. */
export interface OutpostNames {
  /** Name of the Service. */
  readonly serviceName: string;
  /** Host name of the Service inside the cluster. */
  readonly serviceHost: string;
  /** The Middleware authentik makes for forward auth, as Traefik's annotation `router.middlewares` names it. */
  readonly traefikMiddleware: string;
}

export function outpostNames(name: string, namespace: string): OutpostNames {
  const object = outpostObjectName(name);
  return {
    serviceName: object,
    serviceHost: `${object}.${namespace}.svc`,
    traefikMiddleware: `${namespace}-${object}@kubernetescrd`,
  };
}

type Reasons = PatchRules["never"];

/** Why custom resources are not patched, in any outpost. */
export const NO_CUSTOM_PATCHES: Reasons = Object.fromEntries(
  CUSTOM_COMPONENTS.map((component) => [
    component,
    "authentik cannot read it back to compare it, and stops updating the outpost's objects; make an object of your own",
  ]),
);

/** By these authentik finds an object again. */
export const OBJECT_KEYS = {
  "/metadata/name": "by which authentik finds the object again",
  "/metadata/namespace": "which authentik sets for all objects of an outpost",
} as const;

/** Options for the hosts of proxy providers, where they would do nothing. */
export function checkHosts(
  { ingress, httpRoute }: { readonly ingress?: unknown; readonly httpRoute?: unknown },
  isProxy: boolean,
): Refusal[] {
  const refuseField = (field: string, text: string): Refusal => ({ code: "AK038", field, text });
  if (isProxy) {
    const { parentRefs } = (httpRoute ?? {}) as Partial<OutpostHttpRoute>;
    if (parentRefs?.length !== 0) return [];
    return [
      refuseField("httpRoute.parentRefs", "must name a Gateway, got [], for which authentik makes no route; name one"),
    ];
  }
  return Object.entries({ ingress, httpRoute })
    .filter(([, value]) => value !== undefined)
    .map(([field]) => refuseField(field, "must not be given, since an LDAP outpost has no hosts; remove it"));
}
