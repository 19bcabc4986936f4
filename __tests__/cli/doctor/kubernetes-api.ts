import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Recording } from "./recorded-cluster";

const TOKEN = "of-this-cluster";
const KINDS: Readonly<Record<string, string>> = { endpointslices: "EndpointSlice", pods: "Pod" };

/** As much of Kubernetes' API as checks ask, over HTTP, one object a page, and a kubeconfig that leads to it. */
export class KubernetesApi {
  recorded: Recording = { objects: [], logs: {} };
  /** Answers these paths so, whatever is there; with 0 the connection is cut, with -1 nothing is said. */
  readonly refuses = new Map<string, number>();
  readonly asked: string[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
  readonly kubeconfig = join(this.folder, "config");
  private readonly server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    this.asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
    const status = request.headers.authorization === `Bearer ${TOKEN}` ? this.refuses.get(pathname) : 401;
    if (status === -1) return;
    if (status === 0) request.socket.destroy();
    else if (status !== undefined) refuse(response, status, pathname);
    else this.answer(pathname, searchParams, response);
  });

  async start(): Promise<void> {
    await new Promise<void>((ready) => this.server.listen(0, "127.0.0.1", ready));
    writeFileSync(this.kubeconfig, JSON.stringify(this.config()));
  }

  async stop(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    this.server.closeAllConnections();
    await new Promise((stopped) => this.server.close(stopped));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The client takes no http, unless told that certificates do not matter. */
  private config(): object {
    const cluster = (server: string): object => ({ server, "insecure-skip-tls-verify": true });
    return {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        { name: "lab", cluster: cluster(this.url) },
        { name: "gone", cluster: cluster("http://127.0.0.1:9") },
      ],
      users: [
        { name: "me", user: { token: TOKEN } },
        { name: "stranger", user: { token: "of-nobody" } },
        { name: "asks", user: exec("sleep 60 & sleep 60") },
        { name: "refuses", user: exec("echo usage >&2; echo sign in first >&2; exit 1") },
        { name: "says", user: exec(`echo run >> "$RUNS"; echo '${JSON.stringify({ status: { token: TOKEN } })}'`) },
      ],
      contexts: [
        { name: "lab", context: { cluster: "lab", user: "me" } },
        { name: "gone", context: { cluster: "gone", user: "me" } },
        ...["stranger", "asks", "refuses", "says"].map((name) => ({ name, context: { cluster: "lab", user: name } })),
      ],
      "current-context": "lab",
    };
  }

  private answer(path: string, query: URLSearchParams, response: ServerResponse): void {
    const [, pod] = /\/pods\/([^/]+)\/log$/.exec(path) ?? [];
    if (pod !== undefined) {
      response.end(this.recorded.logs[pod]?.slice(0, Number(query.get("limitBytes"))) ?? "");
      return;
    }
    const [, place, name] = /\/namespaces\/([^/]+)\/services\/([^/]+)$/.exec(path) ?? [];
    if (name !== undefined) {
      const service = this.recorded.objects.find(
        ({ kind, metadata }) => kind === "Service" && metadata.namespace === place && metadata.name === name,
      );
      if (service === undefined) refuse(response, 404, path);
      else response.end(JSON.stringify(service));
      return;
    }
    const [, namespace, plural = ""] = /\/namespaces\/([^/]+)\/(\w+)$/.exec(path) ?? [];
    const labels = (query.get("labelSelector") ?? "").split(",").map((pair) => pair.split("="));
    const found = this.recorded.objects.filter(
      ({ kind, metadata }) =>
        kind === KINDS[plural] &&
        metadata.namespace === namespace &&
        labels.every(([key = "", value]) => metadata.labels[key] === value),
    );
    const begin = Number(query.get("continue") ?? 0);
    const next = begin + 1 < found.length ? String(begin + 1) : "";
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ kind: "List", metadata: { continue: next }, items: found.slice(begin, begin + 1) }));
  }
}

/** A user whom a command of a shell tells. */
function exec(script: string): object {
  return { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "/bin/sh", args: ["-c", script] } };
}

function refuse(response: ServerResponse, status: number, path: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ kind: "Status", code: status, message: `${path} is not for you` }));
}
