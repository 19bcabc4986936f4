import { Construct } from "constructs";
import { Outpost } from "../.gen/providers/authentik/outpost";
import type { ChartValues } from "./chart-values";
import { EMBEDDED_OUTPOST } from "./embedded-outpost";
import { checkPatches } from "./json-patch";
import type { JsonPatches, LoosePatches, PatchComponent, PatchRules } from "./json-patch";
import type { Lookups } from "./lookups";
import {
  checkHosts,
  LOCAL_CLUSTER,
  NO_CUSTOM_PATCHES,
  OBJECT_KEYS,
  outpostConfig,
  outpostImage,
  outpostNames,
  outpostObjectName,
} from "./outpost-config";
import type {
  OutpostHttpRoute,
  OutpostImage,
  OutpostIngress,
  OutpostLogLevel,
  OutpostNames,
  OutpostServiceType,
} from "./outpost-config";
import { outOfRange, refuse } from "./refusal";
import type { Refusal, Waive } from "./refusal";

export interface ManagedOutpostProps {
  /** Name in authentik, unique; its objects in the cluster are called after it. */
  readonly name: string;
  /** What its providers speak. */
  readonly type: OutpostType;
  /** pks of all providers it serves; at least one, and nobody else may write that list. */
  readonly providers: readonly number[];
  /** authentik's public URL, where people are sent to sign in. */
  readonly authentikUrl: string;
  /** Version of authentik, for an image of your own. */
  readonly serverVersion: string;
  /** Namespace of its objects. */
  readonly namespace: string;
  /** Its cluster, read once in a stack. */
  readonly lookups: Lookups;
  /** authentik's URL inside the cluster.  @default - `authentikUrl` */
  readonly inClusterUrl?: string;
  /** Whether the certificate of an https `inClusterUrl` is left unchecked.  @default false */
  readonly insecure?: boolean;
  /** Name of authentik's connection to the cluster.  @default "Local Kubernetes Cluster" */
  readonly serviceConnection?: string;
  /** Pods (1 to 20).  @default 1 */
  readonly replicas?: number;
  /**
   * Who sends a person's requests to the pod that has the session: the Service by their address, which behind an
   * ingress controller is the controller's, or an ingress by a cookie, which is set up there.
   * @default - nobody, and no need to with one pod
   */
  readonly sessionAffinity?: "ClientIP" | "ingress";
  /** How much it logs.  @default "info" */
  readonly logLevel?: OutpostLogLevel;
  /** Between two looks at what changed, in minutes (1 to 1440).  @default 5 */
  readonly refreshMinutes?: number;
  /** Its image.  @default - authentik's own, of authentik's version */
  readonly image?: OutpostImage;
  /** Existing Secrets that let the cluster pull it.  @default [] */
  readonly pullSecrets?: readonly string[];
  /** Type of its Service.  @default "ClusterIP" */
  readonly serviceType?: OutpostServiceType;
  /** The Ingress authentik makes for the apps' hosts, or `none`; only of type `proxy`.  @default - an Ingress of the cluster's default class */
  readonly ingress?: OutpostIngress | "none";
  /** The HTTPRoute authentik makes for the apps' hosts; only of type `proxy`.  @default - none */
  readonly httpRoute?: OutpostHttpRoute;
  /** Changes of the objects authentik makes; what one set stays when it is taken out, until the object is deleted.  @default - none */
  readonly patches?: JsonPatches;
  /** Reasons by code for refusals that do not apply to this outpost.  @default - none */
  readonly waive?: Waive;
}

export type OutpostType = "proxy" | "ldap";

/**
 * An outpost of our own, whose pods authentik runs in the cluster. Sessions of type `proxy` are in the pods: they end
 * with them, and are not shared.
 * @throws RefusedError listing every option that authentik would not honour
 * @see https://docs.goauthentik.io/add-secure-apps/outposts/integrations/kubernetes
 */
export class ManagedOutpost extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: Outpost;
  /** Where its objects are. */
  readonly names: OutpostNames;

  constructor(scope: Construct, id: string, props: ManagedOutpostProps) {
    super(scope, id);
    refuse(this, checkManagedOutpost(props), props.waive);
    const { type, authentikUrl, inClusterUrl, image, serverVersion } = props;
    this.resource = new Outpost(this, "Resource", {
      name: props.name,
      type,
      protocolProviders: [...props.providers],
      serviceConnection: props.lookups.serviceConnection(props.serviceConnection ?? LOCAL_CLUSTER),
      config: outpostConfig({
        ...props,
        host: inClusterUrl ?? authentikUrl,
        browserHost: type === "proxy" && inClusterUrl !== undefined ? authentikUrl : undefined,
        // Without an image of its own, authentik takes the one of its version and changes it with that.
        image: image === undefined ? undefined : outpostImage(type, serverVersion, image),
        patches: allPatches(props),
      }),
    });
    this.node.defaultChild = this.resource;
    this.names = outpostNames(props.name, props.namespace);
  }
}

/**
 * The affinity is stated where there is none, too: authentik merges what it writes into what is there, and the one of
 * an earlier apply would stay.
 */
function allPatches({ type, patches = {}, sessionAffinity }: ManagedOutpostProps): JsonPatches {
  if (type !== "proxy") return patches;
  const value = sessionAffinity === "ClientIP" ? "ClientIP" : "None";
  return { ...patches, service: [...(patches.service ?? []), { op: "add", path: "/spec/sessionAffinity", value }] };
}

const RULES: PatchRules = {
  never: NO_CUSTOM_PATCHES,
  owned: {
    deployment: {
      ...OBJECT_KEYS,
      "/spec/replicas": "which the option replicas sets",
      "/spec/selector": "by which the outpost's pods are found",
      "/spec/template/spec/containers/0/image": "which the option image sets",
    },
    service: {
      ...OBJECT_KEYS,
      "/spec/selector": "by which the outpost's pods are found",
      "/spec/sessionAffinity": "which the option sessionAffinity sets",
      "/spec/type": "which the option serviceType sets",
    },
    "service-metrics": OBJECT_KEYS,
    secret: OBJECT_KEYS,
    ingress: OBJECT_KEYS,
  },
};

/** What authentik makes for no LDAP outpost. */
const PROXY_ONLY: readonly PatchComponent[] = ["ingress", "httproute", "traefik middleware"];
const LDAP_RULES: PatchRules = {
  ...RULES,
  never: {
    ...RULES.never,
    ...Object.fromEntries(PROXY_ONLY.map((component) => [component, "an LDAP outpost has none; remove it"])),
  },
};

/** Options of a managed outpost that are read together; anything may still be missing. */
export interface ManagedOutpostOptions {
  readonly name?: string | undefined;
  readonly type?: OutpostType | undefined;
  readonly providers?: readonly unknown[] | undefined;
  readonly replicas?: number | undefined;
  readonly sessionAffinity?: "ClientIP" | "ingress" | undefined;
  readonly refreshMinutes?: number | undefined;
  readonly ingress?: unknown;
  readonly httpRoute?: unknown;
  readonly patches?: LoosePatches | undefined;
}

/** What of a managed outpost's options authentik would not honour. */
export function checkManagedOutpost(options: ManagedOutpostOptions): Refusal[] {
  const { type, providers, replicas = 1, sessionAffinity } = options;
  const refusals = [
    ...checkName(options.name),
    ...outOfRange("replicas", replicas, 1, 20),
    ...outOfRange("refreshMinutes", options.refreshMinutes, 1, 1440),
    ...checkHosts(options, type !== "ldap"),
    ...checkPatches(options.patches, type === "ldap" ? LDAP_RULES : RULES),
  ];
  if (providers?.length === 0) {
    const text = "must hold at least one provider, got [], which authentik refuses; remove the outpost";
    refusals.push({ code: "AK034", field: "providers", text });
  }
  if (type === "proxy" && replicas > 1 && sessionAffinity === undefined) {
    const text = `must be 1 without sessionAffinity, got ${replicas}; each pod has its own sessions, so say who sends a person to the same pod, or use the embedded outpost, which keeps them in the database`;
    refusals.push({ code: "AK041", field: "replicas", text });
  }
  return refusals;
}

function checkName(name: string | undefined): Refusal[] {
  if (name === undefined) return [];
  if (name.toLowerCase() === EMBEDDED_OUTPOST.toLowerCase()) {
    const text = "must be another name, got the one authentik keeps for the embedded outpost; choose one";
    return [{ code: "AK018", field: "name", text }];
  }
  if (/^(?=.{12,63}$)ak-outpost-[a-z0-9-]*[a-z0-9]$/.test(outpostObjectName(name))) return [];
  const text = `must make a Kubernetes name of at most 52 letters, digits and dashes, got ${JSON.stringify(name)}; shorten it or leave other signs out`;
  return [{ field: "name", text }];
}

/**
 * What in the chart's values keeps authentik from the cluster, where it has an outpost to run or a Service to change:
 * its worker does that, with a service account the chart makes.
 */
export function checkWorkerAccount(values: ChartValues = {}, field = "values"): Refusal[] {
  const { serviceAccount, worker } = values as Record<string, Readonly<Record<string, unknown>> | undefined>;
  const refuseValue = (path: string, text: string): Refusal => ({ code: "AK044", field: `${field}.${path}`, text });
  return [
    ...(serviceAccount?.create === false && typeof worker?.serviceAccountName !== "string"
      ? [
          refuseValue(
            "serviceAccount.create",
            "must be true while authentik runs an outpost in the cluster, got false; remove it, or name an account with the same rights in values.worker.serviceAccountName",
          ),
        ]
      : []),
    ...(worker?.automountServiceAccountToken === false
      ? [
          refuseValue(
            "worker.automountServiceAccountToken",
            "must be true while authentik runs an outpost in the cluster, got false; remove it, the worker signs in to the cluster with that token",
          ),
        ]
      : []),
  ];
}
