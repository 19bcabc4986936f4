import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeEngine } from "./fake-engine";

/** The least of authentik's API that commands ask before a plan. */
export class Answering {
  private readonly server: Server;
  /** The only token it takes. */
  token = "good-token";
  version = "2026.5.6";

  constructor() {
    this.server = createServer((request, response) => {
      const isSignedIn = request.headers.authorization === `Bearer ${this.token}`;
      const isOpen = /^\/(-\/health|api\/v3\/root\/config)\//.test(request.url ?? "");
      response.statusCode = isSignedIn || isOpen ? 200 : 403;
      response.setHeader("Content-Type", "application/json");
      const said = { version_current: this.version, detail: "Token invalid/expired" };
      response.end(JSON.stringify(said));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** A working folder with a site of three stacks, a fake engine, and what the process had before. */
export class Checkout {
  readonly folder = mkdtempSync(join(tmpdir(), "delivery-"));
  readonly engine = new FakeEngine(join(this.folder, "engine"));
  private writes = 0;
  private readonly before = { cwd: process.cwd(), env: process.env };

  constructor(private readonly url: string) {
    writeFileSync(join(this.folder, "backend.json"), JSON.stringify({ terraform: { backend: { local: {} } } }));
    process.chdir(this.folder);
  }

  /** Writes the site; what is given takes the place of what it has otherwise. */
  write({ groups = { staff: {} }, pass = {}, url = this.url, authentik = {}, ...parts }: SiteParts = {}): void {
    const site = {
      name: "lab",
      layout: "split",
      version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
      backend: "backend.json",
      authentik: { url, apiToken: { from: "env" }, ...authentik },
      platform: { secret: { from: "existing", name: "authentik" }, database: { host: "postgres.example.org" } },
      groups,
      users: "users.json",
      delivery: { pass },
      ...parts,
    };
    // A module is read once.
    this.writes += 1;
    process.env.AUTHENTIK_SITE = `site-${this.writes}.ts`;
    writeFileSync(join(this.folder, process.env.AUTHENTIK_SITE), `export default ${JSON.stringify(site)};`);
    const jane = { name: "Jane Doe", email: "jane@example.org", groups: Object.keys(groups) };
    writeFileSync(join(this.folder, "users.json"), JSON.stringify({ users: { jane } }));
  }

  /** The environment of a run; the engine has nothing to do until it is told. */
  reset(): void {
    this.engine.answer({});
    rmSync(join(this.folder, "deploy"), { recursive: true, force: true });
    process.env = {
      PATH: this.before.env.PATH,
      HOME: this.folder,
      AUTHENTIK_TOKEN: "good-token",
      TERRAFORM_BINARY_NAME: this.engine.binary,
    };
    this.write();
  }

  /** Makes a file of `deploy/rendered/lab`. */
  render(stack: string, name: string, text: string): void {
    const folder = join(this.folder, "deploy", "rendered", "lab", stack);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), text);
  }

  /** A stack as it was written. */
  json(stack: string): string {
    return readFileSync(join(this.folder, "cdktf.out", "stacks", stack, "cdk.tf.json"), "utf8");
  }

  remove(): void {
    process.chdir(this.before.cwd);
    process.env = this.before.env;
    rmSync(this.folder, { recursive: true });
  }
}

export interface SiteParts {
  readonly groups?: Readonly<Record<string, object>>;
  readonly pass?: Readonly<Record<string, string>>;
  readonly url?: string;
  readonly authentik?: object;
  readonly platform?: object | undefined;
  readonly vault?: object;
}

/** What a command writes while it runs. */
export async function watched<T>(
  work: () => Promise<T>,
): Promise<{ result: T | Error; stdout: string; stderr: string }> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    jest.spyOn(process[stream], "write").mockImplementation((chunk) => {
      written[stream] += String(chunk);
      return true;
    }),
  );
  try {
    return { result: await work(), ...written };
  } catch (error) {
    return { result: error as Error, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

interface Planned {
  readonly actions: readonly string[];
  readonly before?: object;
  readonly after?: object;
  readonly [more: string]: unknown;
}

/** What `show -json` says of changes, by address. */
export function shown(changes: Readonly<Record<string, Planned>>): object {
  const resources = Object.entries(changes).map(([address, { actions, before = null, after = null, ...more }]) => {
    const [type = "", name = ""] = address.split(".");
    return { address, mode: "managed", type, name, change: { actions, before, after, after_unknown: {} }, ...more };
  });
  return { format_version: "1.2", terraform_version: "1.11.4", planned_values: {}, resource_changes: resources };
}
