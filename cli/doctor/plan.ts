import { spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Failure } from "../../delivery/failure";

/** What `npm run diff -- --json` found out; docs/delivery.md describes it. */
export interface PlanDocument {
  readonly stacks: readonly {
    readonly stack: string;
    readonly state: string;
    readonly counts: Readonly<Record<string, number>>;
    readonly waitsFor: readonly string[];
  }[];
  readonly error: string | null;
  readonly exitCode: number;
}

const MAIN = join(__dirname, "..", "..", "delivery", "main.ts");
/** How long an engine that was asked to stop may take to free what it holds. */
const GRACE_MS = 10_000;

/**
 * Plans every stack in a process of its own, which takes no lock: nothing is written, and nothing stays locked.
 * @throws Failure when the process ends without a document
 */
export async function plan(signal: AbortSignal): Promise<PlanDocument> {
  signal.throwIfAborted();
  const loader = pathToFileURL(require.resolve("tsx")).href;
  const args = ["--import", loader, MAIN, "diff", "--json", "--no-lock"];
  const child = spawn(process.execPath, args, { env: process.env, stdio: ["ignore", "pipe", "pipe"] });
  const stop = (): void => {
    child.kill("SIGINT");
    setTimeout(() => child.kill("SIGKILL"), GRACE_MS).unref();
  };
  signal.addEventListener("abort", stop, { once: true });
  const written = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (written.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (written.stderr += text));
  try {
    await new Promise<void>((settle, reject) => {
      child.on("error", reject);
      child.on("close", () => {
        settle();
      });
    });
  } finally {
    signal.removeEventListener("abort", stop);
  }
  signal.throwIfAborted();
  return document(written);
}

function document({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): PlanDocument {
  try {
    return JSON.parse(stdout) as PlanDocument;
  } catch {
    const [line = "no word from it"] = stderr.trim().split("\n").slice(-1);
    throw new Failure(
      `the plan must end with a document, got ${line || "no word from it"}; run npm run diff to see why`,
    );
  }
}
