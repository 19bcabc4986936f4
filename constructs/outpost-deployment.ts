import { DeploymentV1 } from "@cdktf/provider-kubernetes/lib/deployment-v1";
import type {
  DeploymentV1SpecTemplateSpec,
  DeploymentV1SpecTemplateSpecContainer,
  DeploymentV1SpecTemplateSpecContainerEnv,
} from "@cdktf/provider-kubernetes/lib/deployment-v1";
import { PodDisruptionBudgetV1 } from "@cdktf/provider-kubernetes/lib/pod-disruption-budget-v1";
import { SecretV1 } from "@cdktf/provider-kubernetes/lib/secret-v1";
import { Fn, Token } from "cdktf";
import { Construct } from "constructs";
import { Token as AuthentikToken } from "../.gen/providers/authentik/token";
import type { ChartValues } from "./chart-values";
import { constructId } from "./construct-id";
import { addressOf, leaveLabels } from "./lifecycle";
import { outpostImage, withSlash } from "./outpost-config";
import type { OutpostImage, OutpostLogLevel } from "./outpost-config";
import { apart, CONFINED } from "./pod";
import { outOfRange } from "./refusal";
import type { Refusal } from "./refusal";
import type { Database } from "./release-env";
import { Revision } from "./revision";

/** A proxy provider an outpost serves. */
export interface ServedProvider {
  /** Key of its own among the providers, such as the app's. */
  readonly key: string;
  /** Its pk; known after apply. */
  readonly providerId: number;
  /** How long a sign-in lasts, such as `weeks=4`; an outpost reads it once, when it starts. */
  readonly accessTokenValidity: string;
  /** Domain of its cookie, which an outpost reads once as well.  @default - that of its host */
  readonly cookieDomain?: string;
}

/** What the embedded outpost's own pods are made of. */
export interface OutpostDeploymentOptions {
  /** Version of authentik, which the outpost has to have too. */
  readonly serverVersion: string;
  /** authentik's URL inside the cluster. */
  readonly inClusterUrl: string;
  /** Where authentik keeps its data, the outpost's sessions among it. */
  readonly database: Pick<Database, "host" | "port" | "name" | "user" | "sslMode">;
  /** The Secret authentik's own pods read. */
  readonly secret: {
    /** Its name; it holds AUTHENTIK_POSTGRESQL__PASSWORD. */
    readonly name: string;
    /** Changes when the Secret does, so that pods roll. */
    readonly checksum: string;
  };
  /** Pods (1 to 20).  @default 2 */
  readonly replicas?: number;
  /** Kubernetes requests and limits.  @default - requests of 50m and 64Mi, at most 256Mi of memory */
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
  /** Image of the pods.  @default - authentik's own */
  readonly image?: OutpostImage;
  /** Existing Secrets that let the cluster pull it.  @default [] */
  readonly pullSecrets?: readonly string[];
  /** How much the pods log.  @default "info" */
  readonly logLevel?: OutpostLogLevel;
  /** Raise it to replace the token the pods sign in with; the old one goes once all pods have the new (1 to 1000000).  @default 1 */
  readonly tokenRevision?: number;
  /** Whether the certificate of an https `inClusterUrl` is left unchecked.  @default false */
  readonly insecure?: boolean;
}

export interface OutpostDeploymentProps extends OutpostDeploymentOptions {
  /** Namespace of the pods. */
  readonly namespace: string;
  /** pk of the account the outpost signs in with. */
  readonly outpostUser: number;
  /** authentik's public URL. */
  readonly authentikUrl: string;
  /**
   * What the pods serve; a change of a validity rolls them, one more provider does not. Terraform will create a
   * replacement of one before it destroys the old, as it does with all the Deployment waits for: with another name.
   */
  readonly providers: readonly ServedProvider[];
}

/** Name of all objects but the Deployment. */
const NAME = "authentik-embedded-outpost";
/** Name of the Secret with the token the pods sign in with. */
export const TOKEN_SECRET = `${NAME}-token`;

/**
 * Labels that choose the pods, and nothing else in the namespace. Their names are those of the selector that authentik
 * writes into the Service by itself: it merges one selector into the other, and a name that only one of them had would
 * stay and choose nobody.
 */
export const OUTPOST_POD_LABELS = {
  "app.kubernetes.io/name": NAME,
  "app.kubernetes.io/component": "outpost",
} as const;

/**
 * Pods of the embedded outpost beside the server's, with a token of our own for its account. Nobody asks them anything
 * until the outpost's Service chooses their labels.
 *
 * The token's key is in the state; the Secret it is put into is not.
 */
export class OutpostDeployment extends Construct {
  /** The Deployment, there once its pods are ready; for what this construct has no prop for. */
  readonly resource: DeploymentV1;

  constructor(scope: Construct, id: string, props: OutpostDeploymentProps) {
    super(scope, id);
    const { namespace } = props;
    const token = this.addToken(props);
    const secret = new SecretV1(this, "secret", {
      metadata: { name: TOKEN_SECRET, namespace },
      type: "Opaque",
      dataWo: { token: token.key },
      dataWoRevision: Token.asNumber(Fn.parseint(Fn.substr(Fn.sha256(token.key), 0, 7), 16)),
      lifecycle: { ...leaveLabels, createBeforeDestroy: true },
    });
    this.resource = new DeploymentV1(this, "Resource", {
      // Created before it is destroyed, it goes after the outpost stopped sending people here; and one that never became
      // ready has to make room for the next, so its name is the cluster's to choose.
      metadata: { generateName: `${NAME}-`, namespace, labels: OUTPOST_POD_LABELS },
      lifecycle: { ...leaveLabels, createBeforeDestroy: true },
      waitForRollout: true,
      dependsOn: [secret],
      spec: {
        replicas: String(props.replicas ?? 2),
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "1", maxUnavailable: "0" } },
        selector: { matchLabels: OUTPOST_POD_LABELS },
        template: {
          metadata: { labels: OUTPOST_POD_LABELS, annotations: this.reasonsToRoll(props, token) },
          spec: pod(props),
        },
      },
    });
    this.node.defaultChild = this.resource;
    new PodDisruptionBudgetV1(this, "disruption-budget", {
      metadata: { name: NAME, namespace },
      spec: { maxUnavailable: "1", selector: { matchLabels: OUTPOST_POD_LABELS } },
      lifecycle: leaveLabels,
    });
  }

  private addToken({ outpostUser, tokenRevision = 1 }: OutpostDeploymentProps): AuthentikToken {
    const revision = new Revision(this, "token-revision", { revision: tokenRevision });
    return new AuthentikToken(this, "token", {
      identifier: `iac-embedded-outpost-${tokenRevision}`,
      user: outpostUser,
      intent: "api",
      expiring: false,
      retrieveKey: true,
      description: "Pods of the embedded outpost",
      // The old token works until the last pod has the new one.
      lifecycle: { createBeforeDestroy: true, replaceTriggeredBy: [addressOf(revision)] },
    });
  }

  private reasonsToRoll({ providers, secret }: OutpostDeploymentProps, token: AuthentikToken): Record<string, string> {
    return {
      "authentik-iac/secret-checksum": secret.checksum,
      "authentik-iac/token-checksum": Fn.substr(Fn.sha256(token.key), 0, 16),
      "authentik-iac/rollout": this.rollout(providers).id,
    };
  }

  /** Replaced when a validity changes. A provider that comes or goes replaces nothing: its sessions begin with it. */
  private rollout(providers: readonly ServedProvider[]): Revision {
    const validities = new Construct(this, "validities");
    const addresses = providers.flatMap(({ key, providerId, accessTokenValidity, cookieDomain = "" }) => {
      // The pk makes it follow the provider: pods that roll before would read the old validity. It is no reason to roll:
      // a provider that takes another's place is in the outpost's list only once the pods are ready.
      const read = { access_token_validity: accessTokenValidity, cookie_domain: cookieDomain };
      const address = addressOf(new Revision(validities, constructId(key), { provider: providerId, ...read }));
      return Object.keys(read).map((name) => `${address}.input.${name}`);
    });
    const rollout = new Revision(this, "rollout", {});
    if (addresses.length > 0) rollout.lifecycle = { replaceTriggeredBy: addresses };
    return rollout;
  }
}

/** What of the pods' options could not be. */
export function checkOutpostDeployment(options: Partial<OutpostDeploymentOptions>, field = "deployment"): Refusal[] {
  return [
    ...outOfRange(`${field}.replicas`, options.replicas, 1, 20),
    ...outOfRange(`${field}.tokenRevision`, options.tokenRevision, 1, 1_000_000),
  ];
}

/** What of a platform's database reaches the server, and not the outpost's own pods, which keep their sessions in it. */
export function checkSharedDatabase(sslMode: string | undefined, values: ChartValues = {}): Refusal[] {
  const refusal = (field: string, text: string): Refusal => ({ code: "AK053", field, text, waivable: true });
  const variables = (["global", "server"] as const).flatMap((component) => {
    const { env } = (values[component] ?? {}) as { readonly env?: unknown };
    const names = Array.isArray(env) ? env.map((one: { readonly name?: unknown } | null) => String(one?.name)) : [];
    return names.map((name, index) => ({ name, field: `values.${component}.env[${index}]` }));
  });
  return [
    ...(sslMode?.startsWith("verify-") === true
      ? [
          refusal(
            "database.sslMode",
            `must be one that the outpost's own pods can do as well, got "${sslMode}"; they are not told which authority to trust, so say "require", or run the outpost in the server`,
          ),
        ]
      : []),
    ...variables
      .filter(({ name }) => name.startsWith("AUTHENTIK_POSTGRESQL__"))
      .map(({ name, field }) =>
        refusal(
          field,
          `must not be a setting of the database beside an outpost in pods of its own, got ${name}; it reaches the server alone, and sessions would be looked for elsewhere: use platform.database, or run the outpost in the server`,
        ),
      ),
  ];
}

const RESOURCES = { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } };

function pod(props: OutpostDeploymentProps): DeploymentV1SpecTemplateSpec {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    imagePullSecrets: props.pullSecrets?.map((name) => ({ name })),
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    affinity: apart(OUTPOST_POD_LABELS),
    // The image writes to /dev/shm and nowhere else.
    volume: [{ name: "shm", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } }],
    container: [container(props)],
  };
}

function container(props: OutpostDeploymentProps): DeploymentV1SpecTemplateSpecContainer {
  const ping = { path: "/outpost.goauthentik.io/ping" };
  return {
    name: "proxy",
    image: outpostImage("proxy", props.serverVersion, props.image),
    port: [
      { name: "http", containerPort: 9000 },
      { name: "https", containerPort: 9443 },
      { name: "http-metrics", containerPort: 9300 },
    ],
    env: environment(props),
    resources: props.resources ?? RESOURCES,
    volumeMount: [{ name: "shm", mountPath: "/dev/shm" }],
    securityContext: CONFINED,
    // It listens once it has its providers, and asks again every three seconds until authentik answers.
    startupProbe: { httpGet: { ...ping, port: "http" }, periodSeconds: 5, failureThreshold: 60 },
    readinessProbe: { httpGet: { ...ping, port: "http" }, periodSeconds: 10, timeoutSeconds: 3 },
    livenessProbe: { httpGet: { ...ping, port: "http-metrics" }, periodSeconds: 20, timeoutSeconds: 5 },
    // Who asks it learns that a pod goes some moments after it was told to.
    lifecycle: { preStop: [{ exec: { command: ["/bin/sleep", "5"] } }] },
  };
}

function environment({
  authentikUrl,
  inClusterUrl,
  insecure = false,
  logLevel = "info",
  database,
  secret,
}: OutpostDeploymentProps): DeploymentV1SpecTemplateSpecContainerEnv[] {
  const settings = {
    AUTHENTIK_HOST: withSlash(inClusterUrl),
    AUTHENTIK_HOST_BROWSER: withSlash(authentikUrl),
    AUTHENTIK_INSECURE: String(insecure),
    // The embedded outpost leaves the level of its configuration aside.
    AUTHENTIK_LOG_LEVEL: logLevel,
    AUTHENTIK_POSTGRESQL__HOST: database.host,
    AUTHENTIK_POSTGRESQL__PORT: String(database.port ?? 5432),
    AUTHENTIK_POSTGRESQL__NAME: database.name ?? "authentik",
    AUTHENTIK_POSTGRESQL__USER: database.user ?? "authentik",
    ...(database.sslMode !== undefined && { AUTHENTIK_POSTGRESQL__SSLMODE: database.sslMode }),
  };
  const fromSecret = (variable: string, name: string, key: string): DeploymentV1SpecTemplateSpecContainerEnv => ({
    name: variable,
    valueFrom: { secretKeyRef: { name, key } },
  });
  return [
    ...Object.entries(settings).map(([name, value]) => ({ name, value })),
    fromSecret("AUTHENTIK_POSTGRESQL__PASSWORD", secret.name, "AUTHENTIK_POSTGRESQL__PASSWORD"),
    fromSecret("AUTHENTIK_TOKEN", TOKEN_SECRET, "token"),
  ];
}
