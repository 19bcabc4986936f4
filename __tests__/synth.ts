import { HelmProvider } from "@cdktf/provider-helm/lib/provider";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import { VaultProvider } from "@cdktf/provider-vault/lib/provider";
import { App, TerraformStack } from "cdktf";
import { join } from "node:path";
import { AuthentikProvider } from "../.gen/providers/authentik/provider";
import { loadSite, readSite } from "../config/load";
import type { Site } from "../config/load";
import type { SiteInput } from "../config/schema";
import { Lookups } from "../constructs/lookups";
import { Vault } from "../constructs/vault";
import { AuthentikStack } from "../stacks/authentik-stack";
import { checkConstructs } from "../stacks/checks";
import { addStacks } from "../stacks/site-stacks";

export type Block = Record<string, unknown>;
type Blocks = Record<string, Record<string, Block>>;

/** A synthesized stack. */
export interface Synthesized {
  readonly terraform: {
    readonly backend: Blocks;
    readonly required_providers: Block;
    readonly required_version: string;
  };
  readonly provider: Record<string, Block[]>;
  readonly resource?: Blocks;
  readonly data?: Blocks;
  readonly ephemeral?: Blocks;
  readonly moved?: { readonly from: string; readonly to: string }[];
}

/** What a stack synthesizes to, its validations run, nothing written. */
export function toJson(stack: TerraformStack): Synthesized {
  stack.prepareStack();
  const errors = stack.node.findAll().flatMap((node) => node.node.validate());
  if (errors.length > 0) throw new Error(errors.join("\n"));
  return JSON.parse(JSON.stringify(stack.toTerraform())) as Synthesized;
}

export interface Scope {
  readonly stack: AuthentikStack;
  readonly lookups: Lookups;
  readonly vault: Vault;
}

/** A stack with what the given function adds, every provider declared. */
export function synth(build: (scope: Scope) => void): Synthesized {
  const stack = new AuthentikStack(new App(), "test", { type: "local", arguments: {}, state: "test" });
  new AuthentikProvider(stack, "authentik-provider", { url: "https://auth.example.org" });
  new VaultProvider(stack, "vault-provider", { address: "https://vault.example.org" });
  new KubernetesProvider(stack, "kubernetes-provider");
  new HelmProvider(stack, "helm-provider");
  build({ stack, lookups: new Lookups(stack, "lookups"), vault: new Vault(stack, "vault") });
  return toJson(stack);
}

/** The blocks of a resource type by name. */
export function all(json: Synthesized, type: string): Record<string, Block> {
  return json.resource?.[type] ?? {};
}

/** The only block of a resource type, without cdktf's metadata. */
export function only(json: Synthesized, type: string): Block {
  const blocks = Object.values(all(json, type));
  if (blocks.length !== 1) throw new Error(`expected one ${type}, got ${blocks.length}`);
  const { "//": _, ...block } = blocks[0] ?? {};
  return block;
}

/** Every address of a stack, sorted. */
export function addresses(json: Synthesized): string[] {
  const of = (prefix: string, blocks: Blocks = {}): string[] =>
    Object.entries(blocks).flatMap(([type, named]) => Object.keys(named).map((name) => `${prefix}${type}.${name}`));
  return [...of("", json.resource), ...of("data.", json.data), ...of("ephemeral.", json.ephemeral)].sort();
}

/** A valid site to change one thing in. */
export const smallSite = {
  name: "test",
  version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
  authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
  groups: { staff: {}, admins: { superuser: true } },
  apps: {
    wiki: {
      kind: "oidc",
      name: "Wiki",
      access: { groups: ["staff"] },
      redirectUris: ["https://wiki.example.org/callback"],
    },
  },
} satisfies SiteInput;

/** A site read with every rule on; its people and policies are looked up in the given folder. */
export function read(site: unknown, folder = __dirname): Site {
  return readSite(site, { folder, source: "site.ts", checks: checkConstructs });
}

/** The project's own site. */
export function loadDefault(layout?: string): Site {
  return loadSite({ file: join(ROOT, "config", "site.ts"), layout, checks: checkConstructs });
}

/** Every stack of a site by name. */
export function synthSite(site: Site): Record<string, Synthesized> {
  const app = new App();
  addStacks(app, site);
  const stacks = app.node.children.filter((child) => TerraformStack.isStack(child));
  return Object.fromEntries(stacks.map((stack) => [stack.node.id, toJson(stack)]));
}

/** The project's root. */
export const ROOT = join(__dirname, "..");
