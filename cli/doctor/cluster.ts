import { spawn } from "node:child_process";
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { existsSync } from "node:fs";
import { request } from "node:http";
import type { RequestOptions } from "node:http";
import { request as secureRequest } from "node:https";
import { homedir } from "node:os";
import { join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Site } from "../../config/load";
import { Failure } from "../../delivery/failure";
import { within } from "../../api/within";
import { Skip } from "./check";

export type Labels = Readonly<Record<string, string>>;

interface Metadata {
  readonly name: string;
  readonly labels?: Labels;
  /** There while the object is being deleted. */
  readonly deletionTimestamp?: string;
}

/** As much of Kubernetes' objects as checks read. */
export interface Service {
  readonly metadata: Metadata;
  readonly spec: { readonly selector?: Labels | null; readonly sessionAffinity?: string };
}

export interface EndpointSlice {
  readonly metadata: Metadata;
  readonly endpoints?:
    | readonly {
        readonly addresses: readonly string[];
        readonly conditions?: { readonly ready?: boolean | null };
        readonly targetRef?: { readonly name?: string };
      }[]
    | null;
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly env?: readonly { readonly name: string }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface Pod {
  readonly metadata: Metadata;
  readonly spec: {
    readonly containers: readonly Container[];
    readonly volumes?: readonly {
      readonly name: string;
      readonly emptyDir?: { readonly medium?: string; readonly sizeLimit?: string };
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly restartCount: number;
      readonly state?: { readonly waiting?: { readonly reason?: string } };
    }[];
  };
}

/** What checks ask a cluster; nothing of it writes. Each throws `Skip` where the cluster is out of reach or may not be asked. */
export interface Cluster {
  /** Nothing when there is none. */
  service(namespace: string, name: string): Promise<Service | undefined>;
  /** Where a Service sends requests. */
  endpointSlices(namespace: string, service: string): Promise<readonly EndpointSlice[]>;
  pods(namespace: string, labels: Labels): Promise<readonly Pod[]>;
  /** How a pod's log begins; what has been rotated away is missing. */
  beginningOfLog(namespace: string, pod: string, container: string): Promise<string>;
}

type KubernetesConfig = NonNullable<Site["platform"]>["kubernetes"];

type Run = (command: string, args: readonly string[] | undefined, options: SpawnOptions) => ChildProcess;

interface Answer {
  readonly status: number;
  readonly body: string;
}

const TIMEOUT_MS = 15_000;
const LOG_BYTES = 256 * 1024;
const PAGE = 500;

/** The cluster of a kubeconfig, as Terraform's provider finds it; in a pod, the one it runs in. */
export class KubernetesCluster implements Cluster {
  private opened: Promise<{ readonly server: string; readonly options: RequestOptions }> | undefined;

  /** @param timeoutMs how long the cluster, or a command that signs in to it, may take for an answer */
  constructor(
    private readonly given: KubernetesConfig,
    private readonly signal: AbortSignal,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {}

  async service(namespace: string, name: string): Promise<Service | undefined> {
    const path = `/api/v1/namespaces/${namespace}/services/${name}`;
    const answer = await this.ask(path);
    return answer.status === 404 ? undefined : (parsed(path, answer) as Service);
  }

  endpointSlices(namespace: string, service: string): Promise<readonly EndpointSlice[]> {
    const labels = { "kubernetes.io/service-name": service };
    return this.list<EndpointSlice>(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, labels);
  }

  pods(namespace: string, labels: Labels): Promise<readonly Pod[]> {
    return this.list<Pod>(`/api/v1/namespaces/${namespace}/pods`, labels);
  }

  async beginningOfLog(namespace: string, pod: string, container: string): Promise<string> {
    const query = new URLSearchParams({ container, limitBytes: String(LOG_BYTES) });
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
    return accepted(path, await this.ask(path, query));
  }

  private async list<T>(path: string, labels: Labels): Promise<readonly T[]> {
    const labelSelector = Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(",");
    const items: T[] = [];
    const query = new URLSearchParams({ labelSelector, limit: String(PAGE) });
    for (;;) {
      const page = parsed(path, await this.ask(path, query)) as {
        readonly items: readonly T[];
        readonly metadata?: { readonly continue?: string };
      };
      items.push(...page.items);
      if (!page.metadata?.continue) return items;
      query.set("continue", page.metadata.continue);
    }
  }

  private async ask(path: string, query = new URLSearchParams()): Promise<Answer> {
    const { options, server } = await (this.opened ??= this.signIn());
    const answer = await this.send(new URL(`${server.replace(/\/+$/, "")}${path}?${query.toString()}`), options);
    const { status } = answer;
    if (status === 401 || status === 403) throw new Skip(refused(path, answer));
    return answer;
  }

  /** Who asks is found out once: a command of the kubeconfig may open a browser for it. */
  private async signIn(): Promise<{ readonly server: string; readonly options: RequestOptions }> {
    const config = await this.open();
    this.limitCommands(config);
    const options: RequestOptions = {};
    try {
      await config.applyToHTTPSOptions(options);
    } catch (error) {
      this.signal.throwIfAborted();
      const [got = ""] = (error as Error).message.trim().split("\n").slice(-1);
      throw new Skip(`the cluster must take who ${config.currentContext} is, got ${got || "no answer in time"}`);
    }
    return { server: config.getCurrentCluster()?.server ?? "", options };
  }

  /** The client waits for such a command for ever, and so would the process. */
  private limitCommands(config: KubeConfig): void {
    const { authenticators } = config as unknown as { readonly authenticators: readonly { execFn?: Run }[] };
    for (const authenticator of authenticators) {
      if (authenticator.execFn !== undefined) authenticator.execFn = (...given) => this.runLimited(...given);
    }
  }

  private runLimited(...[command, args, options]: Parameters<Run>): ChildProcess {
    const child = spawn(command, args ?? [], { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const end = (): void => {
      child.kill("SIGKILL");
      // What the command has started may hold them open.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(end, this.timeoutMs);
    this.signal.addEventListener("abort", end, { once: true });
    child.on("close", () => {
      clearTimeout(timer);
      this.signal.removeEventListener("abort", end);
    });
    return child;
  }

  private async send(url: URL, options: RequestOptions): Promise<Answer> {
    try {
      return await within(this.signal, this.timeoutMs, (signal) => answered(url, { ...options, signal }));
    } catch (error) {
      if (this.signal.aborted) throw this.signal.reason;
      const { code, message, name } = error as NodeJS.ErrnoException;
      const got = name === "AbortError" ? "no answer in time" : (code ?? message);
      throw new Skip(`the cluster at ${url.origin} must answer, got ${got}`);
    }
  }

  private async open(): Promise<KubeConfig> {
    const { KubeConfig: Config } = await import("@kubernetes/client-node");
    const config = new Config();
    const { configPath, configContext } = this.given;
    const file = configPath ?? process.env.KUBE_CONFIG_PATH;
    try {
      if (file) config.loadFromFile(file.replace(/^~(?=\/)/, homedir()));
      else if (hasDefault()) config.loadFromDefault();
      else throw new Skip("a cluster must be named by KUBE_CONFIG_PATH, got none; --no-cluster leaves it out");
      if (configContext !== undefined) config.setCurrentContext(configContext);
    } catch (error) {
      if (error instanceof Skip) throw error;
      throw new Skip(`the kubeconfig must be readable, got ${(error as Error).message}`);
    }
    if (config.getCurrentCluster() !== null) return config;
    throw new Skip(`the kubeconfig must have a context to use, got ${config.currentContext || "none"}`);
  }
}

/** Whether the client finds more than its own guess, a cluster at localhost. */
function hasDefault(): boolean {
  return [
    process.env.KUBECONFIG,
    join(homedir(), ".kube", "config"),
    "/var/run/secrets/kubernetes.io/serviceaccount/token",
  ].some((place) => place !== undefined && place !== "" && place.split(":").some((file) => existsSync(file)));
}

function answered(url: URL, options: RequestOptions): Promise<Answer> {
  return new Promise((settle, reject) => {
    const send = url.protocol === "http:" ? request : secureRequest;
    const sent = send(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("aborted", () => {
        reject(new Error("a connection that was cut"));
      });
      response.on("end", () => {
        settle({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** The body of a request that succeeded. */
function accepted(path: string, answer: Answer): string {
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw new Failure(`${refused(path, answer)}; look at the cluster`);
}

function parsed(path: string, answer: Answer): unknown {
  const body = accepted(path, answer);
  try {
    return JSON.parse(body);
  } catch {
    throw new Failure(
      `kubernetes: GET ${path} must be answered with JSON, got something else; check the cluster's URL`,
    );
  }
}

/** What Kubernetes says of a request it refuses. */
function refused(path: string, { body, status }: Answer): string {
  const must = status === 401 || status === 403 ? "allowed" : "answered";
  return `kubernetes: GET ${path} must be ${must}, got ${status}${reason(body)}`;
}

function reason(body: string): string {
  try {
    const { message } = JSON.parse(body) as { readonly message?: string };
    return message === undefined ? "" : ` (${message})`;
  } catch {
    return "";
  }
}
