import { Writable } from "node:stream";
import type { Site } from "../../config/load";
import type { SiteInput } from "../../config/schema";
import { bootstrapSite } from "../../delivery/bootstrap";
import type { DeliveryContext } from "../../delivery/context";
import type { Engine, PlannedStack, PlanOptions } from "../../delivery/engine";
import { Passes } from "../../delivery/passes";
import { hasProvider } from "../../delivery/preflight";
import { Progress } from "../../delivery/progress";
import { Report } from "../../delivery/report";
import { STACK_NAMES } from "../../delivery/workspace";
import type { StackFolder, StackJson } from "../../delivery/workspace";
import { startAuthentik } from "../server/authentik";
import type { AuthentikServer } from "../server/authentik";
import { read, smallSite, synthSite } from "../synth";
import { shown } from "./site";
import { VAULT_TOKEN, VaultServer } from "./vault-server";

const secret = (path: string, key: string) => ({ mount: "secret", path, key });

/** What stops a run in place of somebody who kills it. */
export class Killed extends Error {}

/** How a run ended. */
export interface Run {
  readonly lines: readonly string[];
  readonly printed: readonly string[];
  readonly error?: { readonly name: string; readonly message: string; readonly exitCode?: number } | undefined;
}

/** A cluster without authentik, a Vault, and an engine whose applies bring authentik up. */
export class FirstBoot {
  /** What the engine did, such as `apply authentik -target`. */
  readonly calls: string[] = [];
  /** Stacks that are applied as a whole. */
  readonly applied = new Set<string>();
  /** Whether the Helm release is installed. */
  isInstalled = false;
  /** Runs as each effect begins or ends; it may throw. */
  effect: (name: string) => void = () => undefined;
  /** What a plan has in it, beside what it makes. */
  extra: Parameters<typeof shown>[0] = {};
  /** Whether authentik gets ready as time passes. */
  isHealthy = true;
  /** Looks until it has everything, once it is installed. */
  looksUntilReady = 3;
  private now = 0;
  private ticks = 0;

  private constructor(
    readonly authentik: AuthentikServer,
    readonly vault: VaultServer,
  ) {}

  static async start(): Promise<FirstBoot> {
    const authentik = await startAuthentik({ withDefaults: true, version: "2026.5.6" });
    const world = new FirstBoot(authentik, await VaultServer.start());
    world.reset();
    return world;
  }

  async stop(): Promise<void> {
    await Promise.all([this.authentik.stop(), this.vault.stop()]);
  }

  /** Nothing is there, but for what somebody else has put into Vault. */
  reset(): void {
    process.env.VAULT_TOKEN = VAULT_TOKEN;
    delete process.env.AUTHENTIK_TOKEN;
    this.vault.clear();
    this.vault.put("secret/authentik/database", { password: "theirs" });
    this.authentik.faults.clear();
    this.authentik.faults.set({ notUp: true });
    this.applied.clear();
    this.calls.length = 0;
    this.isInstalled = false;
    this.isHealthy = true;
    this.looksUntilReady = 3;
    this.effect = () => undefined;
    this.extra = {};
    this.ticks = 0;
  }

  site(layout: "single" | "split" = "single", more: Partial<SiteInput> = {}): Site {
    return read({
      ...smallSite,
      layout,
      vault: { address: this.vault.url, mounts: ["secret"], auth: { method: "token" } },
      authentik: {
        url: this.authentik.url,
        apiToken: { from: "vault", ref: secret("authentik/bootstrap", "token") },
        bootstrap: {
          token: secret("authentik/bootstrap", "token"),
          password: secret("authentik/bootstrap", "password"),
          email: "admin@example.org",
        },
      },
      platform: {
        namespace: "authentik",
        secret: { from: "vault", secretKey: secret("authentik/platform", "secret_key") },
        database: { host: "postgres.example.org", password: secret("authentik/database", "password") },
      },
      ...more,
    } satisfies SiteInput);
  }

  /** Runs `bootstrap`; every wait ends at once. */
  async run(site = this.site(), timeoutMinutes = 15): Promise<Run> {
    const lines: string[] = [];
    const printed: string[] = [];
    const out = new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk).trimEnd());
        done();
      },
    });
    const context: DeliveryContext = {
      site,
      stacks: folders(site),
      engine: this.engine as unknown as Engine,
      progress: new Progress(out),
      passes: new Passes([], site.delivery.pass),
      report: new Report("bootstrap"),
      print: (line) => printed.push(line),
    };
    try {
      await bootstrapSite(context, { autoApprove: true, timeoutMinutes }, this.clock);
      return { lines, printed };
    } catch (error) {
      const { name, message, exitCode } = error as { name: string; message: string; exitCode?: number };
      return { lines, printed, error: { name, message, ...(exitCode !== undefined && { exitCode }) } };
    }
  }

  /** What a run leaves behind, wherever it is kept. */
  get outcome(): object {
    return {
      applied: [...this.applied].sort(),
      isInstalled: this.isInstalled,
      secrets: ["authentik/bootstrap", "authentik/platform", "authentik/database"].map((path) => ({
        path,
        version: this.vault.versionOf(`secret/${path}`),
        fields: Object.keys(this.vault.get(`secret/${path}`) ?? {}),
      })),
    };
  }

  private get clock(): NonNullable<Parameters<typeof bootstrapSite>[2]> {
    return {
      now: () => this.now,
      sleep: (milliseconds) => {
        this.now += milliseconds;
        this.effect("sleep");
        this.tick();
        return Promise.resolve();
      },
    };
  }

  /** authentik answers, then takes its token, then has what it ships. */
  private tick(): void {
    if (!this.isInstalled || !this.isHealthy) return;
    this.ticks += 1;
    const key = this.vault.get("secret/authentik/bootstrap")?.token;
    const [akadmin] = this.authentik.objects("core/users").filter(({ username }) => username === "akadmin");
    const isKnown = this.authentik.objects("core/tokens").some(({ identifier }) => identifier === key);
    if (!isKnown && akadmin !== undefined) {
      const token = { identifier: key, key, intent: "api", user: akadmin.pk, expiring: false };
      this.authentik.add("core/tokens", token);
    }
    const left = this.looksUntilReady - this.ticks;
    this.authentik.faults.set({ notUp: false, withoutTokens: left > 1, withoutFlows: left > 0 });
  }

  private get engine(): Pick<Engine, "binary" | "init" | "product" | "version" | "withPlan"> {
    return {
      binary: "terraform",
      product: "Terraform",
      version: "1.11.4",
      init: (stack) => {
        this.call(`init ${stack.name}`);
        return Promise.resolve();
      },
      withPlan: (stack, options, use) => use(this.planned(stack, options)),
    };
  }

  private planned(stack: StackFolder, { targets = [] }: PlanOptions): PlannedStack {
    const isWhole = targets.length === 0;
    const what = `${stack.name}${isWhole ? "" : " -target"}`;
    this.call(`plan ${what}`);
    const hasRelease = hasProvider(stack.json, "helm");
    const made =
      isWhole && stack.name !== "authentik-platform" ? "authentik_group.identity_x" : "helm_release.platform_x";
    return {
      stack,
      hasChanges: isWhole ? !this.applied.has(stack.name) : !this.isInstalled,
      shown: shown({ [made]: { actions: ["create"], after: { name: "x" } }, ...this.extra }),
      show: () => Promise.resolve(),
      apply: () => {
        this.effect(`apply ${what}`);
        if (hasRelease) this.isInstalled = true;
        if (isWhole) this.applied.add(stack.name);
        this.call(`apply ${what}`);
        return Promise.resolve();
      },
    };
  }

  private call(name: string): void {
    this.calls.push(name);
    this.effect(name);
  }
}

const written = new WeakMap<Site, StackFolder[]>();

function folders(site: Site): StackFolder[] {
  const known = written.get(site);
  if (known !== undefined) return known;
  const stacks = synthSite(site);
  const made = STACK_NAMES.flatMap((name): StackFolder[] => {
    const json = stacks[name] as unknown as StackJson | undefined;
    return json === undefined ? [] : [{ name, folder: `/stacks/${name}`, file: `stacks/${name}/cdk.tf.json`, json }];
  });
  written.set(site, made);
  return made;
}
