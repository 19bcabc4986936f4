import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { StackJson } from "../access/stack";
import { Failure } from "../delivery/failure";

const ROOT = join(__dirname, "..");
/** More than the names of three stacks and the problems of a large site. */
const MOST_OUTPUT = 64 * 1024 * 1024;

/**
 * The stacks of the site that AUTHENTIK_SITE names, in order of apply, synthesized anew by a process of its own. Nothing of
 * it stays on the disk. `env` is what the process gets besides what this one has.
 * @throws Failure with every problem of site and people
 */
export async function synthesized(
  signal: AbortSignal,
  env: Readonly<Record<string, string>> = {},
): Promise<StackJson[]> {
  const folder = mkdtempSync(join(tmpdir(), "authentik-iac-"));
  try {
    await makeBindings(signal);
    const written = await run("main.ts", signal, { ...env, CDKTF_OUTDIR: folder });
    const files = written.split("\n").filter((line) => line !== "");
    return files.map((file) => JSON.parse(readFileSync(resolve(file), "utf8")) as StackJson);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Makes the bindings that synthesis is written in, unless they are there and of the schema.
 * @throws Failure when they cannot be made
 */
export async function makeBindings(signal: AbortSignal): Promise<void> {
  bindings ??= run(join("scripts", "gen.ts"), signal);
  try {
    await bindings;
  } catch (error) {
    bindings = undefined;
    throw error;
  }
}

/** They are made once, however often a command synthesizes. */
let bindings: Promise<string> | undefined;

/** Runs a file of the project; returns what it wrote to stdout. */
function run(file: string, signal: AbortSignal, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const args = ["--require", require.resolve("tsx/cjs"), join(ROOT, file)];
  const options = { env: { ...process.env, ...env }, signal, maxBuffer: MOST_OUTPUT };
  return new Promise((settle, reject) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error === null) settle(stdout);
      else reject(signal.aborted ? (signal.reason as Error) : new Failure(problems(file, stderr)));
    });
  });
}

/** What a process says is wrong, without the waivers it tells first. */
function problems(file: string, stderr: string): string {
  const lines = stderr.split("\n").filter((line) => !line.startsWith("waived: "));
  const text = lines.join("\n").trim();
  return text === ""
    ? `synthesis: ${file} must run to its end, got no word from it; run npm run synth to see why`
    : text;
}
