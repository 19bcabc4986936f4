import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine } from "./engine";
import type { EngineVersion } from "./engine";
import { Failure } from "./failure";
import { mergeLocks, onlyFor, providersOf, REGISTRIES } from "./lock-file";
import { Progress } from "./progress";
import { loadNamedSite, LOCK_FILE, renderedFolder, renderedJson, STACK_NAMES } from "./workspace";
import type { StackJson } from "./workspace";

const PLATFORMS = ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"];

export interface LockOptions {
  /** Platforms in Terraform's words; four common ones when empty. */
  readonly platforms: readonly string[];
}

/**
 * Writes the providers' checksums beside each rendered stack, for every engine on this machine: Terraform and OpenTofu ask
 * registries of their own, and the controller's runner is OpenTofu.
 * @throws Failure when nothing is rendered, or an engine cannot ask its registry
 */
export async function runLock({ platforms }: LockOptions): Promise<0> {
  const site = loadNamedSite("split");
  const stacks = STACK_NAMES.flatMap((name) => {
    const json = renderedJson(site, name);
    return json === undefined ? [] : [{ json, file: join(renderedFolder(site, name), LOCK_FILE) }];
  });
  if (stacks.length === 0)
    throw new Failure(`lock: ${renderedFolder(site, "authentik")} must be rendered, got nothing; run npm run render`);
  const wanted = platforms.length === 0 ? PLATFORMS : platforms;
  const locks: string[] = [];
  for (const engine of await engines()) locks.push(await lockWith(engine, stacks, wanted));
  for (const { json, file } of stacks) {
    // Checksums of an engine that is not here stay.
    const before = existsSync(file) ? [readFileSync(file, "utf8")] : [];
    writeFileSync(file, onlyFor(mergeLocks([...before, ...locks]), json));
    console.log(`written: ${file}`);
  }
  return 0;
}

/** Every engine there is: the named one alone, else Terraform and OpenTofu where both are installed. */
async function engines(): Promise<EngineVersion[]> {
  const first = await Engine.find();
  if (process.env.TERRAFORM_BINARY_NAME || first.product === "OpenTofu") return [first];
  const isThere = await new Promise<boolean>((done) => {
    spawn("tofu", ["version"], { stdio: "ignore" })
      .on("error", () => {
        done(false);
      })
      .on("close", (code) => {
        done(code === 0);
      });
  });
  return isThere ? [first, { binary: "tofu", product: "OpenTofu", version: "" }] : [first];
}

async function lockWith(
  { binary, product }: EngineVersion,
  stacks: readonly { readonly json: StackJson }[],
  platforms: readonly string[],
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "lock-"));
  try {
    const required = Object.assign({}, ...stacks.map(({ json }) => providersOf(json))) as object;
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ terraform: { required_providers: required } }));
    const args = ["providers", "lock", "-no-color", ...platforms.map((platform) => `-platform=${platform}`)];
    await new Progress().step(`${binary} providers lock (${REGISTRIES[product]})`, () => run(binary, args, folder));
    return readFileSync(join(folder, LOCK_FILE), "utf8");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(binary: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(binary, args, { cwd, env: process.env, stdio: ["ignore", "ignore", "pipe"] });
    const words: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => words.push(chunk));
    child.on("error", fail);
    child.on("close", (code) => {
      if (code === 0) done();
      else fail(new Failure(failed(binary, Buffer.concat(words).toString("utf8").trim()), 3));
    });
  });
}

function failed(binary: string, words: string): string {
  const remedy =
    "lock: the registry must be in reach, or a mirror of it be set in the engine's configuration; run npm run lock where it is";
  return `${binary} providers lock failed\n${words}\n${remedy}`;
}
