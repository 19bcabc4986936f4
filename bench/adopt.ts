/**
 * What it takes to adopt an instance with many people and apps: the time, and the peak memory of the command and of the
 * processes in which it synthesizes. The instance is a stand-in in a process of its own.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const SIZES = [
  { people: 100, apps: 5 },
  { people: 1000, apps: 50 },
  { people: 10_000, apps: 500 },
];
/** The most that the command may take with 10,000 people and 500 apps. */
const MOST_MIB = 300;

interface Peak {
  readonly file: string;
  readonly milliseconds: number;
  readonly mebibytes: number;
}

const ROOT = join(__dirname, "..");

function start(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const node = ["--import", "tsx", join(ROOT, file), ...args];
  return spawn(process.execPath, node, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } });
}

/** What the instance says of itself: where it is, and at its end how often it was asked. */
interface Said {
  readonly url?: string;
  readonly token?: string;
  readonly requests?: number;
}

async function* lines(child: ChildProcess): AsyncGenerator<Said, undefined, undefined> {
  if (child.stdout === null) return undefined;
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as Said;
}

async function output(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout ?? []) text += String(chunk);
  return text;
}

interface Sample {
  readonly command: Peak;
  readonly synthesis: readonly Peak[];
  readonly requests: number;
}

async function sample(size: (typeof SIZES)[number]): Promise<Sample> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const instance = start(join("bench", "instance.ts"), [String(size.people), String(size.apps)]);
  const said = lines(instance);
  try {
    const { value: where } = await said.next();
    const peaks = join(folder, "peaks");
    await adopt(size, where ?? {}, ["--out", join(folder, "site")], peaks);
    instance.stdin?.end();
    const { value: asked } = await said.next();
    const all = readFileSync(peaks, "utf8").trim().split("\n");
    const taken = all.map((line) => JSON.parse(line) as Peak);
    const command = taken.find(({ file }) => file === join(ROOT, MAIN));
    if (command === undefined) throw new Error("the command wrote down nothing");
    const synthesis = taken.filter(({ file }) => file === join(ROOT, "main.ts"));
    return { command, synthesis, requests: asked?.requests ?? NaN };
  } finally {
    instance.stdin?.end();
    rmSync(folder, { recursive: true });
  }
}

const MAIN = join("cli", "main.ts");

/** Runs the command, and makes sure that everybody and every app was adopted: little is adopted fast. */
async function adopt(
  { apps, people }: (typeof SIZES)[number],
  { token = "", url = "" }: Said,
  out: readonly string[],
  peaks: string,
): Promise<void> {
  const command = start(MAIN, ["adopt", "--json", "--url", url, ...out], {
    AUTHENTIK_TOKEN: token,
    BENCH_PEAKS: peaks,
    NODE_OPTIONS: `--require ${join(__dirname, "peak.js")}`,
  });
  const { parts } = JSON.parse(await output(command)) as { parts?: { apps?: number; people?: number } };
  if (parts?.apps === apps && parts.people === people) return;
  throw new Error(`of ${people} people and ${apps} apps were adopted ${JSON.stringify(parts)}`);
}

async function main(): Promise<void> {
  console.log(" people   apps  seconds  requests  syntheses   MiB  MiB of a synthesis");
  let last = NaN;
  for (const size of SIZES) {
    const { command, requests, synthesis } = await sample(size);
    const largest = Math.max(0, ...synthesis.map(({ mebibytes }) => mebibytes));
    const cells = [
      size.people,
      size.apps,
      (command.milliseconds / 1000).toFixed(1),
      requests,
      synthesis.length,
      command.mebibytes.toFixed(0),
      largest.toFixed(0),
    ];
    const widths = [7, 7, 9, 10, 11, 6, 20];
    console.log(cells.map((cell, index) => String(cell).padStart(widths[index] ?? 0)).join(""));
    last = command.mebibytes;
  }
  console.log(`MiB with 10,000 people and 500 apps: ${last.toFixed(0)} (at most ${MOST_MIB})`);
}

void main();
