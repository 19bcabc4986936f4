import { spawn } from "node:child_process";
import type { StdioOptions } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { remedies } from "./engine-errors";
import { Failure } from "./failure";
import { interrupted, passSignalsTo, removeAtExit } from "./interrupt";
import { mayColour, Progress } from "./progress";
import type { StackFolder } from "./workspace";

/** Terraform or OpenTofu, as found on this machine. */
export interface EngineVersion {
  readonly binary: string;
  readonly product: "Terraform" | "OpenTofu";
  readonly version: string;
}

export interface PlanOptions {
  /** Whether the state is locked; pull requests, which may not write to its place, go without.  @default true */
  readonly lock?: boolean;
  /** Addresses that are planned with what they need, and nothing else.  @default - everything */
  readonly targets?: readonly string[];
}

/** A plan that lies in a file as long as `use` of `withPlan` runs. */
export interface PlannedStack {
  readonly stack: StackFolder;
  readonly hasChanges: boolean;
  /** What `show -json` says of it, nothing when there are no changes; it holds secrets, so it is never written anywhere. */
  readonly shown: unknown;
  /** Shows the plan to people, in the engine's own words. */
  show(): Promise<void>;
  /** Applies this very plan. */
  apply(): Promise<void>;
}

export interface EngineOutput {
  /** Where plans are shown.  @default - stdout */
  readonly plans?: NodeJS.WriteStream;
  /** Where an apply is followed.  @default - stderr */
  readonly applies?: NodeJS.WriteStream;
  /** Who is told of steps that take long.  @default - stderr */
  readonly progress?: Progress;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const PLAN_FILE = "delivery.tfplan";
const MINIMUM = { major: 1, minor: 11 };
const INSTALL =
  "install Terraform or OpenTofu, 1.11 or newer, or name one in TERRAFORM_BINARY_NAME; npm run diff -- --offline needs none";

/** Runs Terraform or OpenTofu in the folders of stacks. */
export class Engine implements EngineVersion {
  private constructor(
    readonly binary: string,
    readonly product: EngineVersion["product"],
    readonly version: string,
    private readonly output: EngineOutput,
  ) {}

  /**
   * Finds TERRAFORM_BINARY_NAME, else terraform, else tofu.
   * @throws Failure with exit code 3 when there is none, or it is too old
   */
  static async find(output: EngineOutput = {}): Promise<Engine> {
    const { TERRAFORM_BINARY_NAME: named } = process.env;
    const problems: string[] = [];
    for (const binary of named ? [named] : ["terraform", "tofu"]) {
      // Engines run in the folders of stacks.
      const found = await ask(binary.includes("/") ? resolve(binary) : binary);
      if (typeof found === "string") problems.push(found);
      else return new Engine(found.binary, found.product, found.version, output);
    }
    throw new Failure(`engine: ${problems.join("; ")}; ${INSTALL}`, 3);
  }

  /**
   * Prepares a stack's folder: its backend, and the providers.
   * @throws Failure with the engine's own words and a remedy
   */
  async init(stack: StackFolder): Promise<void> {
    // All sites share the folder, so what is there may be another site's backend.
    const ended = await this.run(stack, ["init", "-input=false", "-reconfigure", "-no-color"]);
    if (ended.code !== 0) throw this.failure("init", stack, ended, 3);
  }

  /**
   * Plans a stack and hands the plan on; its file, which holds secrets, is gone afterwards, whatever happens.
   * @throws Failure with the engine's own words and a remedy
   */
  async withPlan<T>(
    stack: StackFolder,
    { lock = true, targets = [] }: PlanOptions,
    use: (planned: PlannedStack) => Promise<T>,
  ): Promise<T> {
    const file = join(stack.folder, PLAN_FILE);
    const remove = removeAtExit(file);
    try {
      // Made here, so that nobody else may read it: the engine keeps the mode of a file that exists.
      writeFileSync(file, "", { mode: 0o600 });
      const ended = await this.run(stack, [
        "plan",
        "-input=false",
        "-no-color",
        "-detailed-exitcode",
        `-out=${PLAN_FILE}`,
        ...(lock ? [] : ["-lock=false"]),
        ...targets.map((target) => `-target=${target}`),
      ]);
      if (ended.code !== 0 && ended.code !== 2) throw this.failure("plan", stack, ended);
      return await use(await this.planned(stack, ended.code === 2));
    } finally {
      remove();
    }
  }

  private async planned(stack: StackFolder, hasChanges: boolean): Promise<PlannedStack> {
    return {
      stack,
      hasChanges,
      shown: hasChanges ? await this.showJson(stack) : undefined,
      show: async () => {
        const { plans = process.stdout } = this.output;
        const ended = await this.run(stack, ["show", ...colour(plans), PLAN_FILE], plans);
        if (ended.code !== 0) throw this.failure("show", stack, ended);
      },
      apply: async () => {
        const { applies = process.stderr } = this.output;
        const args = ["apply", "-input=false", ...colour(applies), PLAN_FILE];
        const ended = await this.run(stack, args, applies);
        if (ended.code !== 0) throw this.failure("apply", stack, ended);
      },
    };
  }

  private async showJson(stack: StackFolder): Promise<unknown> {
    const ended = await this.run(stack, ["show", "-json", PLAN_FILE]);
    if (ended.code !== 0) throw this.failure("show", stack, ended);
    return JSON.parse(ended.stdout) as unknown;
  }

  private run({ name, folder }: StackFolder, args: readonly string[], follow?: NodeJS.WriteStream): Promise<Ended> {
    const work = (): Promise<Ended> => run(this.binary, args, { cwd: folder, follow });
    const { progress = new Progress() } = this.output;
    return follow === undefined ? progress.step(`${name}: ${args[0] ?? ""}`, work) : work();
  }

  private failure(step: string, stack: StackFolder, { code, stderr }: Ended, exitCode: 1 | 3 = 1): EngineFailure {
    const how = code === null ? "was killed" : "failed";
    const lines = remedies(stderr, stack, this.binary).map((line) => `${stack.name}: ${line}`);
    const head = `${stack.name}: ${this.binary} ${step} ${how}`;
    return new EngineFailure(
      [head, stderr.trim(), ...lines].filter((line) => line !== "").join("\n"),
      stderr,
      exitCode,
    );
  }
}

/** An engine that did not do what it was asked; the message ends with the way out, where one is known. */
export class EngineFailure extends Failure {
  override name = "EngineFailure";

  constructor(
    message: string,
    /** The engine's own words. */
    readonly words: string,
    exitCode: 1 | 3,
  ) {
    super(message, exitCode);
  }
}

function colour(stream: NodeJS.WriteStream): string[] {
  return mayColour(stream) ? [] : ["-no-color"];
}

/** What a binary is, or why it is of no use, in words. */
async function ask(binary: string): Promise<EngineVersion | string> {
  let ended: readonly [Ended, Ended];
  try {
    ended = await Promise.all([run(binary, ["version", "-json"]), run(binary, ["version"])]);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === "ENOENT" ? `${binary} is not there` : `${binary} does not run (${code})`;
  }
  const [asked, named] = ended;
  const [, version] = /"terraform_version":\s*"([^"]+)"/.exec(asked.stdout) ?? [];
  if (asked.code !== 0 || version === undefined) return `${binary} does not tell its version`;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const product = /^OpenTofu v/m.test(named.stdout) ? "OpenTofu" : "Terraform";
  const isEnough = major > MINIMUM.major || (major === MINIMUM.major && minor >= MINIMUM.minor);
  return isEnough ? { binary, product, version } : `${binary} must be 1.11 or newer, got ${product} ${version}`;
}

interface RunOptions {
  readonly cwd?: string;
  /** Where people read along. */
  readonly follow?: NodeJS.WriteStream | undefined;
}

/**
 * Runs an engine to its end; nothing secret is in its arguments. It has a process group of its own, so that Ctrl-C
 * reaches it once: from a second one it stops without writing its state.
 */
function run(binary: string, args: readonly string[], { cwd, follow }: RunOptions = {}): Promise<Ended> {
  interrupted.throwIfAborted();
  // An apply writes by itself: through this process, it would die at its next line once that is killed, its state lost.
  const isDirect = args[0] === "apply" && follow !== undefined && "fd" in follow && typeof follow.fd === "number";
  const stdio: StdioOptions = ["ignore", isDirect ? follow : "pipe", "pipe"];
  const env = { ...process.env, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", TF_INPUT: "0" };
  return new Promise((settle, reject) => {
    const child = spawn(binary, args, { cwd, env, stdio, detached: true });
    passSignalsTo(child);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => {
      if (follow === undefined) out.push(chunk);
      else follow.write(chunk);
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      err.push(chunk);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (interrupted.aborted && code !== 0) {
        follow?.write(text(err));
        reject(interrupted.reason as Error);
      } else settle({ code, stdout: text(out), stderr: text(err) });
    });
  });
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}
