import { Release } from "@cdktf/provider-helm/lib/release";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { checkObjects, escapeBraces } from "./additional-objects";
import type { KubernetesObject } from "./additional-objects";
import { checkLiterals, checkValues, mergeValues } from "./chart-values";
import type { ChartValues } from "./chart-values";
import { refuse } from "./refusal";
import type { Refusal, Waive } from "./refusal";
import { chartArguments, checkChart } from "./release-chart";
import type { ChartSource } from "./release-chart";
import { secretEnv, serverEnv, sharedEnv, workerEnv } from "./release-env";
import type { Bootstrap, Database, Smtp, Tuning } from "./release-env";
import { checkImage, imageValues } from "./release-image";
import type { ReleaseImage } from "./release-image";
import { checkRoute, routeValues } from "./release-ingress";
import type { ReleaseRoute } from "./release-ingress";

/** Timing of a probe; what is probed is the chart's. */
export interface ProbeTiming {
  /** Before the first probe.  @default - the chart's */
  readonly initialDelaySeconds?: number;
  /** Between two probes.  @default - the chart's */
  readonly periodSeconds?: number;
  /** After which a probe failed.  @default - the chart's */
  readonly timeoutSeconds?: number;
  /** Failures in a row until Kubernetes acts.  @default - the chart's */
  readonly failureThreshold?: number;
}

/** The server's or the worker's Deployment. */
export interface ReleaseComponent {
  /** Pods of this component.  @default 1 */
  readonly replicas?: number;
  /** Kubernetes requests and limits.  @default - none */
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
  /** PodDisruptionBudget.  @default - none */
  readonly pdb?: { readonly minAvailable: number } | { readonly maxUnavailable: number };
  /** How pods are replaced.  @default - Kubernetes' own, a rolling update */
  readonly deploymentStrategy?: {
    readonly type: "RollingUpdate" | "Recreate";
    readonly rollingUpdate?: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string };
  };
  /** When a pod is restarted.  @default - the chart's */
  readonly livenessProbe?: ProbeTiming;
  /** When a pod gets requests.  @default - the chart's */
  readonly readinessProbe?: ProbeTiming;
  /** How long a pod may take to start.  @default - the chart's */
  readonly startupProbe?: ProbeTiming;
}

/** MaxMind's databases, from which events tell where somebody signed in. */
export interface Geoip {
  /** Existing Secret with `account_id` and `license_key`. */
  readonly secretName: string;
  /** Databases.  @default - GeoLite2-City and GeoLite2-ASN, which authentik looks for */
  readonly editionIds?: readonly string[];
  /** Between two updates, in hours.  @default 8 */
  readonly updateIntervalHours?: number;
}

/** Blueprints in the release's namespace, in keys that end in `.yaml`. */
export interface Blueprints {
  /** Names of ConfigMaps.  @default [] */
  readonly configMaps?: readonly string[];
  /** Names of Secrets.  @default [] */
  readonly secrets?: readonly string[];
}

export interface AuthentikReleaseProps {
  /** Name of the Helm release. */
  readonly name: string;
  /** Namespace, which exists already. */
  readonly namespace: string;
  /** Version of the chart. */
  readonly chartVersion: string;
  /** Version of authentik itself.  @default - the one the chart was made for */
  readonly serverVersion?: string;
  /** Where the chart is.  @default - authentik's own repository */
  readonly chart?: ChartSource;
  /** Another image than authentik's own.  @default - ghcr.io/goauthentik/server */
  readonly image?: ReleaseImage;
  /** Secret whose keys are whole variables: AUTHENTIK_SECRET_KEY, AUTHENTIK_POSTGRESQL__PASSWORD, AUTHENTIK_EMAIL__PASSWORD. */
  readonly secretName: string;
  /** Changes when the Secret does, so that pods roll: beside an existing Secret the chart's own checksum is a constant. */
  readonly secretChecksum: string;
  /** A key that pods wait for, because the Secret is made while they start.  @default - they do not wait */
  readonly secretReadyKey?: string;
  /** Where authentik keeps its data. */
  readonly database: Database;
  /** Outgoing e-mail.  @default - authentik sends no e-mail */
  readonly smtp?: Smtp;
  /** What is tuned away from authentik's defaults.  @default - authentik's own defaults */
  readonly tuning?: Tuning;
  /** What the worker's first start creates.  @default - somebody opens the initial setup in a browser */
  readonly bootstrap?: Bootstrap;
  /** The pods that answer requests.  @default - one replica */
  readonly server?: ReleaseComponent;
  /** The pods that run tasks.  @default - one replica */
  readonly worker?: ReleaseComponent;
  /** How people reach authentik from outside.  @default - not at all, or by something made elsewhere */
  readonly ingress?: ReleaseRoute;
  /** GeoIP databases, kept up to date beside each pod.  @default - none, and no places in events */
  readonly geoip?: Geoip;
  /** What the worker finds blueprints in.  @default - only authentik's own */
  readonly blueprints?: Blueprints;
  /** Objects that are installed and removed with the release; their texts are no templates.  @default - none */
  readonly additionalObjects?: readonly KubernetesObject[];
  /** Whether the chart gives the worker its right to list definitions of custom resources, which is one of the cluster.  @default true */
  readonly clusterRole?: boolean;
  /** How long Helm waits, in seconds; migrations can take minutes.  @default 900 */
  readonly timeoutSeconds?: number;
  /** Further chart values; lists are appended.  @default - none */
  readonly values?: ChartValues;
  /** Reasons by code for refusals that do not apply to this release.  @default - none */
  readonly waive?: Waive;
  /** What has to exist first, such as namespace and Secret.  @default - nothing */
  readonly dependsOn?: ITerraformDependable[];
}

/**
 * authentik itself, from goauthentik's Helm chart.
 * @throws RefusedError listing every chart value that would not reach the pods
 * @see https://docs.goauthentik.io/install-config/configuration
 */
export class AuthentikRelease extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: Release;

  constructor(scope: Construct, id: string, props: AuthentikReleaseProps) {
    super(scope, id);
    refuse(this, checkRelease(props), props.waive);
    this.resource = new Release(this, "Resource", {
      name: props.name,
      namespace: props.namespace,
      createNamespace: false,
      ...chartArguments(this, props.chart, props.chartVersion),
      values: [JSON.stringify(mergeValues(ownValues(props), props.values ?? {}))],
      wait: true,
      timeout: props.timeoutSeconds ?? 900,
      dependsOn: props.dependsOn,
    });
    this.node.defaultChild = this.resource;
  }
}

/** What of a release's options would not reach the pods. */
export function checkRelease(props: Pick<AuthentikReleaseProps, "values"> & Partial<AuthentikReleaseProps>): Refusal[] {
  const { additionalObjects = [] } = props;
  return [
    ...checkValues(props.values ?? {}, ownValues(props)),
    ...checkLiterals(additionalObjects, "additionalObjects"),
    ...checkObjects(additionalObjects, "additionalObjects"),
    ...checkChart(props.chart, props.chartVersion),
    ...checkImage(props.image, props.serverVersion),
    ...checkRoute(props.ingress ?? {}),
    ...checkConnections(props),
  ];
}

function checkConnections({ smtp, database }: Partial<AuthentikReleaseProps>): Refusal[] {
  const refusals: Refusal[] = [];
  if (smtp?.useSsl === true && (smtp.useTls ?? true)) {
    refusals.push({
      code: "AK009",
      field: "smtp.useSsl",
      text: "must not be true beside useTls, got both; keep useTls for port 587 or useSsl for port 465",
    });
  }
  const kept = database?.connMaxAgeSeconds ?? 0;
  if (database?.pooler === "session" && kept > 0) {
    refusals.push({
      code: "AK010",
      field: "database.connMaxAgeSeconds",
      text: `must be 0 behind a session-mode pooler, got ${kept}; kept connections use up the pool, so set 0 or pool by transaction`,
      waivable: true,
    });
  }
  return refusals;
}

function ownValues(props: Partial<AuthentikReleaseProps>): ChartValues {
  const { database = { host: "" }, smtp, tuning = {}, bootstrap, ingress, additionalObjects = [] } = props;
  return {
    authentik: { existingSecret: { secretName: props.secretName } },
    global: {
      env: [...sharedEnv(database, smtp, tuning), ...secretEnv(props.secretName, props.secretReadyKey)],
      podAnnotations: { "authentik-iac/secret-checksum": props.secretChecksum },
      ...imageValues(props),
    },
    server: {
      ...componentValues(props.server ?? {}),
      env: serverEnv(tuning),
      ...(ingress !== undefined && routeValues(ingress, props.name ?? "")),
    },
    worker: { ...componentValues(props.worker ?? {}), env: workerEnv(tuning, bootstrap) },
    ...(props.clusterRole === false && { serviceAccount: { clusterRole: { enabled: false } } }),
    ...(props.geoip !== undefined && { geoip: geoipValues(props.geoip) }),
    ...(props.blueprints !== undefined && { blueprints: props.blueprints }),
    ...(additionalObjects.length > 0 && { additionalObjects: escapeBraces(additionalObjects) }),
  };
}

function componentValues({ replicas = 1, pdb, ...rest }: ReleaseComponent): ChartValues {
  return { ...rest, replicas, ...(pdb === undefined ? {} : { pdb: { enabled: true, ...pdb } }) };
}

function geoipValues({ secretName, editionIds, updateIntervalHours }: Geoip): ChartValues {
  return {
    enabled: true,
    existingSecret: { secretName },
    ...(editionIds !== undefined && { editionIds: editionIds.join(" ") }),
    ...(updateIntervalHours !== undefined && { updateInterval: updateIntervalHours }),
  };
}
