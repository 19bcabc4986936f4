import { Token } from "cdktf";
import { Construct } from "constructs";
import { Outpost } from "../.gen/providers/authentik/outpost";
import { Adopted } from "./adopted";
import { checkPatches } from "./json-patch";
import type { JsonPatches, LoosePatches, PatchRules } from "./json-patch";
import { leaveUnset } from "./lifecycle";
import type { Lookups } from "./lookups";
import {
  checkHosts,
  LOCAL_CLUSTER,
  NO_CUSTOM_PATCHES,
  OBJECT_KEYS,
  outpostConfig,
  outpostNames,
} from "./outpost-config";
import type { OutpostHttpRoute, OutpostIngress, OutpostNames } from "./outpost-config";
import { checkOutpostDeployment, OUTPOST_POD_LABELS, OutpostDeployment } from "./outpost-deployment";
import type { OutpostDeploymentOptions, ServedProvider } from "./outpost-deployment";
import { outOfRange, refuse } from "./refusal";
import type { Refusal, Waive } from "./refusal";

export interface EmbeddedOutpostProps {
  /** authentik's public URL, where people are sent to sign in. */
  readonly authentikUrl: string;
  /** All proxy providers it serves; nobody else may write that list. */
  readonly providers: readonly ServedProvider[];
  /** The outpost, its account and its cluster, read once in a stack. */
  readonly lookups: Lookups;
  /** The cluster authentik runs in.  @default - none that is known: the outpost keeps the connection and namespace it has */
  readonly cluster?: {
    /** authentik's namespace. */
    readonly namespace: string;
    /** Name of authentik's connection to it.  @default "Local Kubernetes Cluster" */
    readonly serviceConnection?: string;
  };
  /** Pods of its own; they need `cluster`.  @default - it runs inside the server's pods */
  readonly deployment?: OutpostDeploymentOptions & {
    /**
     * Whether the outpost's Service sends requests to the pods. Set to false and applied before `deployment` goes, it
     * gives authentik the seconds it needs to send them to the server again.
     * @default true
     */
    readonly receivesTraffic?: boolean;
  };
  /** Whether its configuration and its connection to a cluster stay as they are.  @default false */
  readonly isKept?: boolean;
  /** Between two looks at what changed, in minutes (1 to 1440).  @default 5 */
  readonly refreshMinutes?: number;
  /** The Ingress authentik makes for the apps' hosts, or `none`.  @default - an Ingress of the cluster's default class */
  readonly ingress?: OutpostIngress | "none";
  /** The HTTPRoute authentik makes for the apps' hosts.  @default - none */
  readonly httpRoute?: OutpostHttpRoute;
  /** Changes of the Service and the Ingress.  @default - none but of the Service's selector */
  readonly patches?: JsonPatches;
  /** Reasons by code for refusals that do not apply to this outpost.  @default - none */
  readonly waive?: Waive;
}

/** The name every server gives it, which cannot be changed. */
export const EMBEDDED_OUTPOST = "authentik Embedded Outpost";

/**
 * The outpost every server has, adopted: which providers it serves, and where it runs. It is never destroyed; leaving it
 * to the server again takes a `Forgotten` for its address.
 *
 * Its Service always has somebody behind it: pods of its own are ready before it chooses them, and go after it has
 * stopped doing so.
 * @throws RefusedError listing every option that authentik would not honour
 * @see https://docs.goauthentik.io/add-secure-apps/outposts/embedded
 */
export class EmbeddedOutpost extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: Outpost;
  /** Its own pods; nothing where it runs inside the server's. */
  readonly deployment: OutpostDeployment | undefined;
  /** Where its objects are; nothing where the cluster is not known. */
  readonly names: OutpostNames | undefined;

  constructor(scope: Construct, id: string, props: EmbeddedOutpostProps) {
    super(scope, id);
    refuse(this, checkEmbeddedOutpost(props), props.waive);
    const { lookups, cluster } = props;
    const outpost = lookups.outpost(EMBEDDED_OUTPOST);
    const connection = cluster && lookups.serviceConnection(cluster.serviceConnection ?? LOCAL_CLUSTER);
    this.deployment = this.addDeployment(props, outpost);
    this.resource = new Outpost(this, "Resource", {
      name: EMBEDDED_OUTPOST,
      type: "proxy",
      protocolProviders: props.providers.map(({ providerId }) => providerId),
      serviceConnection: connection,
      config:
        props.isKept === true
          ? undefined
          : outpostConfig({
              host: props.authentikUrl,
              namespace: cluster?.namespace,
              logLevel: props.deployment?.logLevel,
              refreshMinutes: props.refreshMinutes,
              ingress: props.ingress,
              httpRoute: props.httpRoute,
              patches: allPatches(props),
            }),
      dependsOn: this.deployment && [this.deployment.resource],
      // Left out, the connection would be removed.
      lifecycle: leaveUnset(
        { service_connection: connection, ...(props.isKept === true ? { config: undefined } : {}) },
        { preventDestroy: true },
      ),
    });
    this.node.defaultChild = this.resource;
    new Adopted(this, "import", this.resource, outpost);
    this.names = cluster && outpostNames(EMBEDDED_OUTPOST, cluster.namespace);
  }

  private addDeployment(props: EmbeddedOutpostProps, outpost: string): OutpostDeployment | undefined {
    const { deployment, cluster, authentikUrl, providers, lookups } = props;
    if (deployment === undefined || cluster === undefined) return undefined;
    const outpostUser = Token.asNumber(lookups.outpostUser(outpost));
    const { namespace } = cluster;
    return new OutpostDeployment(this, "deployment", {
      ...deployment,
      namespace,
      outpostUser,
      authentikUrl,
      providers,
    });
  }
}

function allPatches({ patches = {}, deployment }: EmbeddedOutpostProps): JsonPatches {
  if (deployment === undefined || deployment.receivesTraffic === false) return patches;
  const selector = { op: "replace", path: "/spec/selector", value: OUTPOST_POD_LABELS } as const;
  return { ...patches, service: [...(patches.service ?? []), selector] };
}

const NOT_MADE = "authentik makes none for the embedded outpost; remove it";
const RULES: PatchRules = {
  never: {
    ...NO_CUSTOM_PATCHES,
    deployment: "authentik makes none for the embedded outpost; use the options of its form",
    secret: NOT_MADE,
    "service-metrics": NOT_MADE,
    "prometheus servicemonitor": NOT_MADE,
  },
  owned: {
    service: {
      ...OBJECT_KEYS,
      "/spec/selector": "which follows from where the outpost runs",
    },
    ingress: OBJECT_KEYS,
  },
};

/** Options of the embedded outpost that are read together; anything may still be missing. */
export interface EmbeddedOutpostOptions {
  readonly cluster?: EmbeddedOutpostProps["cluster"] | undefined;
  readonly deployment?: Partial<OutpostDeploymentOptions> | undefined;
  readonly refreshMinutes?: number | undefined;
  readonly ingress?: unknown;
  readonly httpRoute?: unknown;
  readonly patches?: LoosePatches | undefined;
}

/** What of the embedded outpost's options authentik would not honour. */
export function checkEmbeddedOutpost(options: EmbeddedOutpostOptions): Refusal[] {
  const refusals = [
    ...outOfRange("refreshMinutes", options.refreshMinutes, 1, 1440),
    ...checkHosts(options, true),
    ...checkPatches(options.patches, RULES),
    ...checkOutpostDeployment(options.deployment ?? {}),
  ];
  if (options.deployment !== undefined && options.cluster === undefined) {
    const text = "must have a cluster to run in, got none; name the namespace authentik runs in";
    refusals.push({ field: "deployment", text });
  }
  return refusals;
}
