/**
 * Synthesizes the default site with cdktn, the maintained fork, in place of cdktf, in both layouts, and compares the JSON
 * with that of the installed cdktf. Works in a folder of its own and needs the npm registry. Exit code 1 when something
 * does not compile or differs, 3 when the packages cannot be had.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

const root = join(__dirname, "..");
const CDKTN = "0.24.0";
/** cdktn 0.24 wants constructs >= 10.6 < 10.8. */
const CONSTRUCTS = "10.6.0";
const LAYOUTS = ["single", "split"] as const;
/** What bindings, synthesis and a type check need; the rest of the development packages stays out. */
const NEEDED = /^(@cdktf\/.*|codemaker|typescript|@types\/node)$/;

interface PackageJson {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The project's package.json with the fork under the name `cdktf`, for prebuilt providers as well. */
export function withFork({ dependencies, devDependencies, ...rest }: PackageJson): object {
  const needed = Object.entries(devDependencies).filter(([name]) => NEEDED.test(name));
  return {
    ...rest,
    dependencies: { ...dependencies, cdktf: `npm:cdktn@${CDKTN}`, constructs: CONSTRUCTS },
    devDependencies: Object.fromEntries(needed),
    overrides: { cdktf: "$cdktf", constructs: "$constructs" },
  };
}

/** What may not differ of a file: of a stack's JSON everything but white space and the version that wrote it. */
export function comparable(file: string, text: string): string {
  if (!file.endsWith("cdk.tf.json")) return text;
  return JSON.stringify(JSON.parse(text, withoutVersion), undefined, 2);
}

/** cdktf writes its version into the metadata of the stack, which alone has a backend. */
function withoutVersion(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("backend" in value && "stackName" in value)) return value;
  return { ...value, version: undefined };
}

class Stopped extends Error {
  constructor(
    message: string,
    readonly exitCode: 1 | 3,
  ) {
    super(message);
  }
}

function run(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): string {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, CHECKPOINT_DISABLE: "1", ...env },
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (result.status === 0) return result.stdout;
  const said = `${result.stdout}${result.stderr}${result.error?.message ?? ""}`.trim();
  throw new Stopped(`${command} ${args.join(" ")}\n${said}`, command === "npm" ? 3 : 1);
}

function copySources(to: string): number {
  const listed = run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], root).split("\0");
  const files = [...new Set(listed)].filter((file) => file !== "" && file !== "package-lock.json");
  const there = files.filter((file) => existsSync(join(root, file)));
  for (const file of there) cpSync(join(root, file), join(to, file));
  return there.length;
}

function install(folder: string): string {
  const read = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify(withFork(read(join(root, "package.json")) as PackageJson)),
  );
  run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
  const copies = run("find", [".", "-type", "d", "-path", "*/node_modules/cdktf"], folder).trim().split("\n");
  const names = copies.map((copy) => {
    const { name, version } = read(join(folder, copy, "package.json")) as Record<string, string>;
    return `${name}@${version}`;
  });
  if (names.join() === `cdktn@${CDKTN}`) return names.join();
  throw new Stopped(`node_modules must hold cdktn@${CDKTN} as its one cdktf, got ${names.join(", ")}`, 1);
}

function checkTypes(folder: string): void {
  const include = ["main.ts", "config", "constructs", "stacks", "examples"];
  writeFileSync(
    join(folder, "tsconfig.cdktn.json"),
    JSON.stringify({ extends: "./tsconfig.json", compilerOptions: { types: ["node"] }, include }),
  );
  run(process.execPath, [join(folder, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.cdktn.json"], folder);
}

/** Each file a checkout synthesizes for a layout, by its path. */
function synthesize(folder: string, layout: string, outdir: string): Map<string, string> {
  const tsx = join(folder, "node_modules", "tsx", "dist", "cli.mjs");
  const env = { AUTHENTIK_SITE: join(folder, "config", "site.ts"), AUTHENTIK_LAYOUT: layout, CDKTF_OUTDIR: outdir };
  mkdirSync(outdir, { recursive: true });
  run(process.execPath, [tsx, "main.ts"], folder, env);
  const files = readdirSync(join(outdir, "stacks"), { recursive: true, withFileTypes: true });
  return new Map(
    files
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [relative(outdir, file), readFileSync(file, "utf8")]),
  );
}

/** What differs between two results, a line each. */
export function differences(stock: ReadonlyMap<string, string>, fork: ReadonlyMap<string, string>): string[] {
  const files = [...new Set([...stock.keys(), ...fork.keys()])].sort();
  return files.flatMap((file) => {
    const [before, after] = [stock.get(file), fork.get(file)];
    if (before === undefined) return [`${file}: only cdktn writes it`];
    if (after === undefined) return [`${file}: cdktn does not write it`];
    const expected = comparable(file, before).split("\n");
    const got = comparable(file, after).split("\n");
    const longer = expected.length >= got.length ? expected : got;
    const line = longer.findIndex((_, index) => expected[index] !== got[index]);
    if (line < 0) return [];
    return [`${file}:${line + 1}: ${expected[line] ?? "nothing"} became ${got[line] ?? "nothing"}`];
  });
}

function compare(stockFolder: string, forkFolder: string): string[] {
  return LAYOUTS.flatMap((layout) => {
    const stock = synthesize(stockFolder, layout, join(stockFolder, "cdktf.out", layout));
    const fork = synthesize(forkFolder, layout, join(forkFolder, "cdktf.out", layout));
    const found = differences(stock, fork);
    const same = [...stock].filter(([file, text]) => fork.get(file) === text).length;
    console.log(
      `${found.length === 0 ? "ok    " : "failed"} ${layout}: ${stock.size} files, ${same} of them the same to the byte`,
    );
    return found;
  });
}

function main(): void {
  const scratch = mkdtempSync(join(tmpdir(), "cdktn-"));
  const stock = join(scratch, "cdktf");
  const fork = join(scratch, "cdktn");
  try {
    console.log(`ok     sources: ${copySources(stock)} files copied to ${scratch}`);
    cpSync(stock, fork, { recursive: true });
    symlinkSync(join(root, "node_modules"), join(stock, "node_modules"));
    console.log(`ok     packages: cdktf is ${install(fork)}, constructs ${CONSTRUCTS}`);
    for (const folder of [stock, fork]) {
      run(process.execPath, [join(folder, "node_modules", "tsx", "dist", "cli.mjs"), "scripts/gen.ts"], folder);
    }
    checkTypes(fork);
    console.log("ok     types");
    const found = compare(stock, fork);
    for (const line of found) console.error(line);
    if (found.length > 0) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    console.error(`failed ${error.message}`);
    process.exitCode = error.exitCode;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (require.main === module) main();
