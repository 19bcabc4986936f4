import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

type Data = Readonly<Record<string, unknown>>;

interface Version {
  readonly data: Data;
  gone?: "deleted" | "destroyed";
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

export interface VaultRequest {
  readonly method: string;
  readonly path: string;
  readonly namespace?: string | undefined;
  readonly body?: unknown;
}

/** What happens to one request for a secret, nothing done. */
export interface VaultFault {
  readonly method: "GET" | "POST";
  /** @default - answered as ever */
  readonly status?: number;
  /** Milliseconds the answer takes.  @default 0 */
  readonly slow?: number;
}

/** The token that may do everything the policies of a test allow. */
export const VAULT_TOKEN = "hvs.of-this-test";

const refused = (status: number, ...errors: string[]): Reply => ({ status, body: { errors } });

/** As much of Vault's API as this project calls, with the bodies of the real one. */
export class VaultServer {
  readonly requests: VaultRequest[] = [];
  /** Places the token may not `read` or `write`, such as `read secret/data/a`. */
  readonly forbidden = new Set<string>();
  /** The JWT and the role that a login accepts, by the auth method's mount. */
  readonly logins = new Map<string, { readonly jwt: string; readonly role: string }>();
  /** Runs before a write is compared with what is there: somebody else's write. */
  beforeWrite: (path: string) => void = () => undefined;
  /** Runs when a write has taken effect, before it is answered; the connection is cut when either of the two throws. */
  afterWrite: (path: string) => void = () => undefined;
  sealed = false;
  url = "";

  private readonly faults: VaultFault[] = [];
  private readonly secrets = new Map<string, Version[]>();
  private readonly server: Server = createServer((request, response) => {
    void this.answer(request, response);
  });

  static async start(): Promise<VaultServer> {
    const vault = new VaultServer();
    await new Promise<void>((ready) => vault.server.listen(0, "127.0.0.1", ready));
    vault.url = `http://127.0.0.1:${(vault.server.address() as AddressInfo).port}`;
    return vault;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((stopped) => this.server.close(stopped));
  }

  /** Forgets everything, requests too. */
  clear(): void {
    this.secrets.clear();
    this.requests.length = 0;
    this.forbidden.clear();
    this.beforeWrite = () => undefined;
    this.afterWrite = () => undefined;
    this.sealed = false;
    this.faults.length = 0;
  }

  /** Adds a fault that meets the next request of its method for a secret. */
  fail(fault: VaultFault): void {
    this.faults.push(fault);
  }

  /** Puts a secret's next version, as `vault kv put` does. */
  put(path: string, data: Data): void {
    this.secrets.set(path, [...this.versions(path), { data }]);
  }

  /** What the newest version holds. */
  get(path: string): Data | undefined {
    const newest = this.versions(path).at(-1);
    return newest?.gone === undefined ? newest?.data : undefined;
  }

  remove(path: string, gone: "deleted" | "destroyed"): void {
    const newest = this.versions(path).at(-1);
    if (newest !== undefined) newest.gone = gone;
  }

  versionOf(path: string): number {
    return this.versions(path).length;
  }

  get writes(): string[] {
    return this.requests.filter(({ method, path }) => method === "POST" && path.includes("/data/")).map((r) => r.path);
  }

  private versions(path: string): Version[] {
    return this.secrets.get(path) ?? [];
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { method = "GET", headers } = request;
    const path = (request.url ?? "").replace(/^\/v1\//, "");
    const body = text === "" ? undefined : (JSON.parse(text) as Data);
    this.requests.push({ method, path, namespace: headers["x-vault-namespace"] as string | undefined, body });
    const fault = path.includes("/data/") ? this.takeFault(method) : undefined;
    if (fault?.slow !== undefined) await sleep(fault.slow);
    if (fault?.status !== undefined) {
      response.writeHead(fault.status).end();
      return;
    }
    try {
      const reply = this.reply(method, path, body, headers["x-vault-token"] === VAULT_TOKEN);
      response.writeHead(reply.status, { "Content-Type": "application/json" });
      response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
    } catch {
      request.socket.destroy();
    }
  }

  private takeFault(method: string): VaultFault | undefined {
    const index = this.faults.findIndex((fault) => fault.method === method);
    return index < 0 ? undefined : this.faults.splice(index, 1)[0];
  }

  private reply(method: string, path: string, body: Data | undefined, known: boolean): Reply {
    if (this.sealed) return refused(503, "Vault is sealed");
    const [, mount] = /^auth\/(.+)\/login$/.exec(path) ?? [];
    if (mount !== undefined) return this.login(mount, body);
    if (!known) return refused(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n");
    const [, asked] = /^sys\/internal\/ui\/mounts\/(.+)$/.exec(path) ?? [];
    if (asked !== undefined) return mounted(asked);
    const [, place] = /^(secret\/data\/.+)$/.exec(path) ?? [];
    if (place === undefined) return refused(404, `no handler for route "${path}". route entry not found.`);
    const action = method === "GET" ? "read" : "write";
    if (this.forbidden.has(`${action} ${place}`)) return refused(403, "1 error occurred:\n\t* permission denied\n\n");
    const name = place.replace("/data/", "/");
    return method === "GET" ? this.read(name) : this.write(name, body);
  }

  private login(mount: string, body: Data | undefined): Reply {
    const login = this.logins.get(mount);
    if (login === undefined || login.role !== body?.role)
      return refused(400, `invalid role name "${String(body?.role)}"`);
    if (login.jwt !== body.jwt) return refused(403, "permission denied");
    return { status: 200, body: { auth: { client_token: VAULT_TOKEN, lease_duration: 600 } } };
  }

  private read(name: string): Reply {
    const newest = this.versions(name).at(-1);
    if (newest === undefined) return refused(404);
    const metadata = {
      created_time: "2026-06-01T00:00:00Z",
      custom_metadata: null,
      deletion_time: newest.gone === "deleted" ? "2026-06-02T00:00:00Z" : "",
      destroyed: newest.gone === "destroyed",
      version: this.versionOf(name),
    };
    if (newest.gone !== undefined) return { status: 404, body: { data: { data: null, metadata } } };
    return { status: 200, body: { data: { data: newest.data, metadata } } };
  }

  private write(name: string, body: Data | undefined): Reply {
    this.beforeWrite(name);
    const options = body?.options as { cas?: number } | undefined;
    if (options?.cas !== undefined && options.cas !== this.versionOf(name)) {
      return refused(400, "check-and-set parameter did not match the current version");
    }
    this.put(name, body?.data as Data);
    this.afterWrite(name);
    const metadata = { created_time: "2026-06-01T00:00:00Z", deletion_time: "", destroyed: false };
    return { status: 200, body: { data: { ...metadata, version: this.versionOf(name) } } };
  }
}

/** `secret` is KV version 2, `old` version 1; there is no other mount. */
function mounted(name: string): Reply {
  if (name === "secret") return { status: 200, body: { data: { type: "kv", options: { version: "2" } } } };
  if (name === "old") return { status: 200, body: { data: { type: "kv", options: null } } };
  return refused(
    403,
    `preflight capability check returned 403, please ensure client's policies grant access to path "${name}/"`,
  );
}
