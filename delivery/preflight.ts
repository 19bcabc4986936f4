import type { Site } from "../config/load";
import type { VaultRef } from "../config/schema";
import { checkAuthentik } from "./authentik-check";
import type { DeliveryContext } from "./context";
import { Failure } from "./failure";
import { interrupted } from "./interrupt";
import { missingLine, missingSecrets } from "./secrets-init";
import { Vault } from "./vault";
import type { StackFolder } from "./workspace";

export interface PreflightOptions {
  /** Whether authentik and Vault are asked; backend and providers always are.  @default true */
  readonly doors?: boolean;
}

/**
 * Looks whether the stacks can be planned: Vault and what is read there, authentik, its version and the token, then
 * backend and providers.
 * @throws Failure with everything that is wrong and its remedy; exit code 3 where something is out of reach
 */
export async function preflight(
  context: DeliveryContext,
  stacks: readonly StackFolder[],
  { doors = true }: PreflightOptions = {},
): Promise<void> {
  const { engine, progress } = context;
  if (doors) await progress.step("preflight", () => askDoors(context, stacks));
  for (const stack of stacks) await engine.init(stack);
}

async function askDoors(context: DeliveryContext, stacks: readonly StackFolder[]): Promise<void> {
  const failures: Failure[] = [];
  const gather = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failures.push(error);
      return undefined;
    }
  };
  const token = await gather(() => askVault(context.site, stacks));
  if (stacks.some(({ json }) => hasProvider(json, "authentik"))) {
    const upgrades = stacks.some(({ json }) => hasProvider(json, "helm"));
    const note = await gather(() => checkAuthentik(context.site, { token, upgrades }));
    if (note !== undefined) context.progress.say(note);
  }
  if (failures.length === 0) return;
  const exitCode = failures.some(({ exitCode: code }) => code === 3) ? 3 : 1;
  throw new Failure(failures.map(({ message }) => message).join("\n"), exitCode);
}

/** Whether a stack talks to something. */
export function hasProvider({ provider }: StackFolder["json"], name: string): boolean {
  return typeof provider === "object" && provider !== null && name in provider;
}

/** Looks whether everything the stacks read is in Vault, and returns the token for authentik, from wherever it comes. */
async function askVault(site: Site, stacks: readonly StackFolder[]): Promise<string | undefined> {
  const { apiToken } = site.authentik;
  const token = apiToken.from === "env" ? process.env.AUTHENTIK_TOKEN || undefined : undefined;
  if (site.vault === undefined || !stacks.some(({ json }) => hasProvider(json, "vault"))) return token;
  const vault = await Vault.open(site.vault, { signal: interrupted });
  const read = new Set(stacks.flatMap(({ json }) => placesRead(json)));
  const only = ({ mount, path }: VaultRef): boolean => read.has(`${mount}/${path}`);
  const missing = await missingSecrets(site, vault, { only });
  if (missing.length === 0) return apiToken.from === "vault" ? vault.value(apiToken.ref) : token;
  throw new Failure(missing.map(missingLine).join("\n"));
}

/** What a stack reads from KV version 2: `<mount>/<path>`. */
function placesRead({ data, ephemeral }: StackFolder["json"]): string[] {
  return [data, ephemeral].flatMap((blocks) => {
    const { vault_kv_secret_v2: secrets = {} } = (blocks ?? {}) as {
      vault_kv_secret_v2?: Record<string, { readonly mount: string; readonly name: string }>;
    };
    return Object.values(secrets).map(({ mount, name }) => `${mount}/${name}`);
  });
}
