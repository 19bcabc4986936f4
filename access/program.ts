import { Option } from "commander";
import type { Command } from "commander";

export interface ListOptions {
  readonly person?: string;
  readonly app?: string;
  readonly host?: string;
  readonly at?: string;
  readonly site?: string;
  readonly json: boolean;
  readonly live: boolean;
}

/** `log` is text for the log of a job, `markdown` for its summary. */
export const FORMATS = ["text", "log", "markdown", "json"] as const;

export interface DiffOptions {
  readonly format: (typeof FORMATS)[number];
  readonly site?: string;
  readonly exitCode: boolean;
}

export interface ReportCommandOptions extends Pick<ListOptions, "at" | "site"> {
  readonly base?: string;
  readonly out: string;
}

/** What the commands do; each returns how the process ends. */
export interface AccessActions {
  list(options: ListOptions): Promise<number>;
  compare(base: string, head: string | undefined, options: DiffOptions): Promise<number>;
  report(options: ReportCommandOptions): Promise<number>;
}

/** Runs a command, and says how the process ends. */
async function run(work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // By name: to know the classes would load cdktf for every command.
    const isTold = ["ConfigError", "RefusedError", "ApiError", "Failure", "Interrupted"].includes(error.name);
    if (!isTold) throw error;
    console.error(error.message);
    process.exitCode = exitCodeOf(error);
  }
}

function exitCodeOf(error: Error): number {
  if ("exitCode" in error && typeof error.exitCode === "number") return error.exitCode;
  return "kind" in error && error.kind === "unreachable" ? 3 : 1;
}

/** Gives a command the options and commands by which it says who can open what. */
export function addAccessTo(root: Command, load: () => Promise<AccessActions>): void {
  root
    .description("Says who can open what, and what a change does to that.")
    .option("--person <username>", "one person, and why")
    .option("--app <slug>", "one app, and why")
    .option("--host <host>", "one host, what answers for it, and why")
    .option("--at <revision>", "a revision of git or a folder, in place of the working folder")
    .option("--site <name>", "which site of a revision; the only one unless named")
    .option("--live", "ask authentik who exists only there", false)
    .option("--json", "print one JSON document", false)
    .action(async (options: ListOptions) => run(async () => (await load()).list(options)));
  root
    .command("diff")
    .description("what a change does to who can open what; runs nothing of the other revisions")
    .argument("<base>", "a revision of git or a folder with stacks")
    .argument("[head]", "the same; the working folder unless named")
    .addOption(new Option("--format <format>", "how it is written").choices(FORMATS).default("text"))
    .option("--exit-code", "exit code 1 when access gets wider", false)
    .option("--site <name>", "which site; the only one unless named")
    .action(async (base: string, head: string | undefined, options: DiffOptions, command: Command) =>
      run(async () => (await load()).compare(base, head, { ...options, ...command.optsWithGlobals<DiffOptions>() })),
    );
  root
    .command("report")
    .description("writes a page for a browser: who can open what and why, apps, flows, waivers")
    .option("--base <revision>", "a revision of git or a folder; what is different since then is marked")
    .option("--out <file>", "the file that is written", "access-report.html")
    .action(async (_options: object, command: Command) =>
      run(async () => (await load()).report(command.optsWithGlobals<ReportCommandOptions>())),
    );
}
