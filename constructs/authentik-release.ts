import { Release } from "@cdktf/provider-helm/lib/release";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { checkValues, mergeValues } from "./chart-values";
import type { ChartValues } from "./chart-values";
import { refuse } from "./refusal";
import type { Refusal, Waive } from "./refusal";
import { serverEnv, sharedEnv, workerEnv } from "./release-env";
import type { Bootstrap, Database, Smtp, Tuning } from "./release-env";

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

export interface AuthentikReleaseProps {
  /** Name of the Helm release. */
  readonly name: string;
  /** Namespace, which exists already. */
  readonly namespace: string;
  /** Version of the chart. */
  readonly chartVersion: string;
  /** Secret whose keys are whole variables: AUTHENTIK_SECRET_KEY, AUTHENTIK_POSTGRESQL__PASSWORD, AUTHENTIK_EMAIL__PASSWORD. */
  readonly secretName: string;
  /** Changes when the Secret does, so that pods roll: beside an existing Secret the chart's own checksum is a constant. */
  readonly secretChecksum: string;
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
      repository: "https://charts.goauthentik.io",
      chart: "authentik",
      version: props.chartVersion,
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
  const { smtp, database } = props;
  const refusals = checkValues(props.values ?? {}, ownValues(props));
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
  const { database = { host: "" }, smtp, tuning = {}, bootstrap } = props;
  return {
    authentik: { existingSecret: { secretName: props.secretName } },
    global: {
      env: sharedEnv(database, smtp, tuning),
      podAnnotations: { "authentik-iac/secret-checksum": props.secretChecksum },
    },
    server: { ...componentValues(props.server ?? {}), env: serverEnv(tuning) },
    worker: { ...componentValues(props.worker ?? {}), env: workerEnv(tuning, bootstrap) },
  };
}

function componentValues({ replicas = 1, pdb, ...rest }: ReleaseComponent): ChartValues {
  return { ...rest, replicas, ...(pdb === undefined ? {} : { pdb: { enabled: true, ...pdb } }) };
}
