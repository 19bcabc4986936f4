import type { GuardName } from "../config/delivery-shape";
import type { Site } from "../config/load";
import { currentToken, isTokenChosen, requireToken } from "./api-token";
import { checkAuthentik } from "./authentik-check";
import { openDelivery } from "./context";
import type { DeliveryContext } from "./context";
import { deployStacks } from "./deploy";
import { isRunning, PublicInstance } from "./instance";
import { interrupted } from "./interrupt";
import { lookupsOf } from "./lookups";
import type { Lookup } from "./lookups";
import { hasProvider } from "./preflight";
import { Report } from "./report";
import { requireTheirs, secretsInit } from "./secrets-init";
import type { SecretRow } from "./secrets-init";
import { Vault } from "./vault";
import { CLOCK, missingNow, TOKEN_GRACE_MINUTES, waitForInstance } from "./wait";
import type { Clock } from "./wait";
import { whereToLook } from "./where-to-look";
import type { StackFolder } from "./workspace";

export interface BootstrapOptions {
  readonly pass: readonly GuardName[];
  readonly autoApprove: boolean;
  /** How long authentik may take to get ready. */
  readonly timeoutMinutes: number;
}

type BringUp = Omit<BootstrapOptions, "pass">;

/**
 * Brings up a site that is not there yet, or is there in part: secrets, platform, a wait until authentik has what is
 * looked up in it, then everything. Each step does what is left of it, so that the command can be stopped and run again.
 * @throws ConfigError listing every problem of site and people at once
 * @throws Failure at the first step that cannot be done, with its remedy
 */
export async function bootstrap(options: BootstrapOptions): Promise<0> {
  const report = new Report("bootstrap");
  const context = await openDelivery(options, report);
  await bootstrapSite(context, options);
  report.unmetPasses = context.passes.unmet();
  for (const line of report.unmetPasses) context.progress.say(line);
  return 0;
}

/**
 * Does what `bootstrap` does, to a site whose stacks are written.
 * @throws Failure at the first step that cannot be done, with its remedy
 */
export async function bootstrapSite(context: DeliveryContext, options: BringUp, clock: Clock = CLOCK): Promise<void> {
  const { site, stacks, engine, progress } = context;
  const { lookups, unknown } = lookupsOf(stacks.map(({ json }) => json));
  for (const address of unknown) progress.say(`nobody can wait for ${address}: what it looks for is an expression`);
  const steps = new Steps(context);

  const vault = await steps.run("secrets", () => fillVault(context));
  const rest = await steps.run("platform", async () => {
    if (isTokenChosen(site)) await requireToken(site, vault);
    for (const stack of stacks) await engine.init(stack);
    return deployPlatform(context, { ...options, vault, lookups });
  });
  const token = await steps.run("wait", async () => {
    const found = await requireToken(site, vault);
    await waitForInstance({
      instance: instanceOf(site, found),
      lookups,
      timeoutMinutes: options.timeoutMinutes,
      tokenGraceMinutes: site.platform === undefined ? 0 : TOKEN_GRACE_MINUTES,
      look: whereToLook(site),
      say: (line) => {
        progress.say(line);
      },
      clock,
    });
    return found;
  });
  await steps.run("everything", async () => {
    const upgrades = rest.some(({ json }) => hasProvider(json, "helm"));
    const note = await checkAuthentik(site, { token, upgrades });
    if (note !== undefined) progress.say(note);
    await deployStacks(context, rest, options);
  });
}

const STEPS = ["secrets", "platform", "wait", "everything"] as const;

/** Says which step begins, and where the command stopped. */
class Steps {
  constructor(private readonly context: DeliveryContext) {}

  async run<T>(name: (typeof STEPS)[number], work: () => Promise<T>): Promise<T> {
    const { progress } = this.context;
    const place = `${STEPS.indexOf(name) + 1}/${STEPS.length} ${name}`;
    progress.say(place);
    try {
      return await work();
    } catch (error) {
      progress.say(`stopped at ${place}; the same command goes on from here`);
      throw error;
    }
  }
}

/** Makes what is missing in Vault; what somebody else decides has to be there. */
async function fillVault({ site, progress }: DeliveryContext): Promise<Vault | undefined> {
  if (site.vault === undefined) return undefined;
  const vault = await Vault.open(site.vault, { signal: interrupted });
  const rows = await secretsInit(site, vault, { isRunning: () => isRunning(site) });
  const count = (state: SecretRow["state"]): number => rows.filter((row) => row.state === state).length;
  progress.say(`secrets: ${count("created")} created, ${count("there")} there`);
  requireTheirs(rows);
  return vault;
}

/** Applies what brings authentik up, and returns the stacks that are left. */
async function deployPlatform(
  context: DeliveryContext,
  { vault, lookups, ...options }: BringUp & { readonly vault: Vault | undefined; readonly lookups: readonly Lookup[] },
): Promise<readonly StackFolder[]> {
  const { site, stacks, progress } = context;
  if (site.platform === undefined) return stacks;
  const [first, ...rest] = stacks;
  if (first === undefined) return [];
  if (first.name === "authentik-platform") {
    await deployStacks(context, [first], options);
    return rest;
  }
  const token = await currentToken(site, vault);
  const missing = token === undefined ? "a token" : await missingNow(instanceOf(site, token), lookups);
  if (missing === undefined) progress.say("authentik runs: what is left of the platform comes with the rest");
  else await deployStacks(context, [first], { ...options, targets: platformAddresses(first) });
  return stacks;
}

function instanceOf({ authentik }: Site, token: string): PublicInstance {
  return new PublicInstance(authentik.url, token, interrupted);
}

/**
 * Addresses of the platform in a stack that holds everything. Terraform gets the whole stack with these as its targets: a
 * stack without its identity would delete it.
 */
export function platformAddresses({ json }: Pick<StackFolder, "json">): string[] {
  const resources = (json.resource ?? {}) as Readonly<Record<string, object>>;
  return Object.entries(resources).flatMap(([type, named]) =>
    Object.keys(named).flatMap((name) => (name.startsWith("platform_") ? [`${type}.${name}`] : [])),
  );
}
