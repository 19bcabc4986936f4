import { Command, CommanderError, InvalidArgumentError } from "commander";
import { GUARDS } from "../config/delivery-shape";
import type { GuardName } from "../config/delivery-shape";
import { Failure } from "./failure";
import { Interrupted, listenForSignals } from "./interrupt";
import { Report } from "./report";

/** Adds the text an option has to those before. */
function collectGuard(value: string, before: readonly GuardName[]): GuardName[] {
  const guard = GUARDS.find((name) => name === value);
  if (guard === undefined) throw new InvalidArgumentError(`must name a guard: ${GUARDS.join(", ")}.`);
  return [...before, guard];
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function minutes(value: string): number {
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError("must be a number of minutes.");
}

/** Runs a command, prints its JSON document where one is asked for, and says how the process ends. */
async function run(json: boolean, report: Report, work: () => Promise<number>): Promise<void> {
  let exitCode = 0;
  let message: string | undefined;
  try {
    exitCode = await work();
  } catch (error) {
    [exitCode, message] = ending(error);
    console.error(message);
  }
  if (json) process.stdout.write(`${JSON.stringify(report.document(exitCode, message), null, 2)}\n`);
  process.exitCode = exitCode;
}

function ending(error: unknown): [number, string] {
  if (error instanceof Failure || error instanceof Interrupted) return [error.exitCode, error.message];
  // By name: to know the classes would load cdktf for every command.
  if (error instanceof Error && ["ConfigError", "RefusedError"].includes(error.name)) return [1, error.message];
  throw error;
}

interface Passing {
  readonly pass: readonly GuardName[];
}

function addDiff(program: Command): void {
  passOption(program.command("diff"))
    .description("plan every stack and let the guards judge it; exit code 2 when there are changes")
    .argument("[stacks...]", "stacks; all of them unless named")
    .option("--offline", "compare with what is rendered: no engine, no network", false)
    .option("--json", "print one JSON document to stdout", false)
    .option("--no-lock", "take no lock on the state, for accounts that may not write it")
    .option("--no-preflight", "ask neither authentik nor Vault first")
    .action(
      async (
        stacks: string[],
        options: Passing & { offline: boolean; json: boolean; lock: boolean; preflight: boolean },
      ) => {
        const report = new Report("diff");
        await run(options.json, report, async () => {
          if (options.offline) return (await import("./offline.js")).diffOffline({ ...options, stacks }, report);
          return (await import("./diff.js")).diff({ ...options, stacks }, report);
        });
      },
    );
}

function addDeploy(program: Command): void {
  passOption(program.command("deploy"))
    .description("plan every stack, let the guards judge it, and apply that very plan")
    .argument("[stacks...]", "stacks; all of them unless named")
    .option("--json", "print one JSON document to stdout", false)
    .option("--auto-approve", "do not ask", false)
    .action(async (stacks: string[], options: Passing & { json: boolean; autoApprove: boolean }) => {
      const report = new Report("deploy");
      await run(options.json, report, async () => (await import("./deploy.js")).deploy({ ...options, stacks }, report));
    });
}

function addBootstrap(program: Command): void {
  passOption(program.command("bootstrap"))
    .description("bring up a site that is not there yet: secrets, platform, then everything")
    .option("--timeout <minutes>", "how long to wait for authentik", minutes, 15)
    .option("--auto-approve", "do not ask", false)
    .action(async ({ timeout, ...options }: Passing & { timeout: number; autoApprove: boolean }) => {
      await run(false, new Report("bootstrap"), async () =>
        (await import("./bootstrap.js")).bootstrap({ ...options, timeoutMinutes: timeout }),
      );
    });
}

function addSecretsInit(program: Command): void {
  program
    .command("secrets:init")
    .description("make the secrets in Vault that nobody else has; never overwrites one")
    .option("--dry-run", "write nothing", false)
    .option("--json", "print one JSON document to stdout", false)
    .action(async (options: { dryRun: boolean; json: boolean }) => {
      await run(false, new Report("secrets:init"), async () =>
        (await import("./secrets-init.js")).runSecretsInit(options),
      );
    });
}

function addRender(program: Command): void {
  passOption(program.command("render"))
    .description("write deploy/ for Flux and tofu-controller")
    .option("--check", "write nothing; exit code 1 and the files' names when something is not rendered", false)
    .action(async (options: Passing & { check: boolean }) => {
      await run(false, new Report("render"), async () => (await import("./render.js")).runRender(options));
    });
}

function addLock(program: Command): void {
  program
    .command("lock")
    .description("write the providers' checksums beside the rendered stacks")
    .option("--platform <os_arch>", "platform, again for each; four common ones unless given", collect, [])
    .action(async ({ platform }: { platform: string[] }) => {
      await run(false, new Report("lock"), async () => (await import("./lock.js")).runLock({ platforms: platform }));
    });
}

function passOption(command: Command): Command {
  return command.option("--pass <guard>", "let a guard pass, again for each", collectGuard, []);
}

/** The program of all commands. */
export function program(): Command {
  const root = new Command("npm run").description("Brings the site to authentik.").exitOverride();
  for (const add of [addDiff, addDeploy, addBootstrap, addSecretsInit, addRender, addLock]) add(root);
  for (const command of root.commands) {
    command.copyInheritedSettings(root).usage(`-- ${command.usage()}`);
  }
  return root;
}

/** Wrong usage is 2, but for diff, which says by 2 that there are changes. */
async function main(): Promise<void> {
  listenForSignals();
  // Whoever reads may stop reading, as `head` does.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    await program().parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : process.argv[2] === "diff" ? 1 : 2;
  }
}

if (require.main === module) void main();
