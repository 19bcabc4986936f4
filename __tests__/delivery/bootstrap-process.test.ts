import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAuthentik } from "../server/authentik";
import type { AuthentikServer } from "../server/authentik";
import { ROOT } from "../synth";
import { FakeEngine } from "./fake-engine";
import { shown } from "./site";
import { VAULT_TOKEN, VaultServer } from "./vault-server";

const folder = mkdtempSync(join(tmpdir(), "bootstrap-"));
const engine = new FakeEngine(join(folder, "engine"));
let authentik: AuthentikServer;
let vault: VaultServer;

beforeAll(async () => {
  authentik = await startAuthentik({ withDefaults: true, version: "2026.5.6" });
  vault = await VaultServer.start();
});
afterAll(async () => {
  await Promise.all([authentik.stop(), vault.stop()]);
  rmSync(folder, { recursive: true });
});

const secret = (path: string, key: string) => ({ mount: "secret", path, key });

function writeSite(): void {
  const site = {
    name: "lab",
    version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
    backend: "backend.json",
    vault: { address: vault.url, mounts: ["secret"], auth: { method: "token" } },
    authentik: {
      url: authentik.url,
      apiToken: { from: "vault", ref: secret("bootstrap", "token") },
      bootstrap: {
        token: secret("bootstrap", "token"),
        password: secret("bootstrap", "password"),
        email: "admin@example.org",
      },
    },
    platform: {
      secret: { from: "vault", secretKey: secret("platform", "secret_key") },
      database: { host: "postgres.example.org", password: secret("database", "password") },
    },
  };
  writeFileSync(join(folder, "site.ts"), `export default ${JSON.stringify(site)};`);
  writeFileSync(join(folder, "backend.json"), JSON.stringify({ terraform: { backend: { local: {} } } }));
}

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
}

/** Runs the command in one process, which is killed once it says the given words. */
function bootstrap(killAt?: string): Promise<Ended> {
  const args = ["--import", join(ROOT, "node_modules", "tsx", "dist", "loader.mjs"), join(ROOT, "delivery", "main.ts")];
  const child = spawn(process.execPath, [...args, "bootstrap", "--auto-approve"], {
    cwd: folder,
    env: {
      PATH: "/nonexistent",
      HOME: folder,
      AUTHENTIK_SITE: "site.ts",
      TERRAFORM_BINARY_NAME: engine.binary,
      VAULT_TOKEN,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (killAt !== undefined && output.includes(killAt)) child.kill("SIGKILL");
    });
  }
  return new Promise((resolve) => {
    child.on("close", (code, signal) => {
      resolve({ code, signal, output });
    });
  });
}

test("a process that is killed while it waits goes on when it is started again", async () => {
  writeSite();
  const create = (address: string): object => shown({ [address]: { actions: ["create"], after: { name: "x" } } });
  engine.answer({
    authentik: { targeted: create("helm_release.platform_release"), plan: create("authentik_group.identity_x") },
  });
  vault.put("secret/database", { password: "of-the-database" });
  authentik.faults.set({ notUp: true });
  const first = await bootstrap("waiting for");
  expect(first.signal).toBe("SIGKILL");

  authentik.faults.clear();
  const { token, password } = vault.get("secret/bootstrap") ?? {};
  const [akadmin] = authentik.objects("core/users").filter(({ username }) => username === "akadmin");
  authentik.add("core/tokens", { identifier: "first", key: token, intent: "api", user: akadmin?.pk, expiring: false });
  const second = await bootstrap();
  expect([second.code, second.output]).toEqual([0, expect.stringContaining("authentik: applied, 1 created")]);

  expect(vault.writes).toEqual(["secret/data/bootstrap", "secret/data/platform"]);
  const steps = engine.calls().filter(({ command }) => command === "plan" || command === "apply");
  expect(steps.map(({ command, args }) => [command, args.some((arg) => arg.startsWith("-target="))])).toEqual([
    ["plan", true],
    ["apply", false],
    ["plan", false],
    ["apply", false],
  ]);
  const told = first.output + second.output + JSON.stringify(engine.calls());
  for (const value of [token, password, vault.get("secret/platform")?.secret_key, "of-the-database", VAULT_TOKEN]) {
    expect(told).not.toContain(value);
  }
}, 30_000);
