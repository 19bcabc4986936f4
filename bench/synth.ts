/**
 * What the typed layers cost: a site of N apps against the same resources made from raw bindings, and how that grows.
 * Each figure is the median of three fresh processes, and only the ratios within one run mean something.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SIZES = [10, 100, 1000, 5000];
const RUNS = 3;

interface Sample {
  /** From the loaded modules to the written JSON, in milliseconds. */
  readonly milliseconds: number;
  /** Peak resident memory, in mebibytes. */
  readonly mebibytes: number;
}

function sample(kind: "site" | "floor", apps: number): Sample {
  const out = mkdtempSync(join(tmpdir(), "bench-"));
  const tsx = join(__dirname, "..", "node_modules", "tsx", "dist", "cli.mjs");
  const child = spawnSync(process.execPath, [tsx, join(__dirname, `${kind}.ts`), String(apps), out], {
    encoding: "utf8",
  });
  rmSync(out, { recursive: true });
  if (child.status !== 0) throw new Error(`${kind} with ${apps} apps failed:\n${child.stderr}`);
  return JSON.parse(child.stdout) as Sample;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

const rows = SIZES.map((apps) => {
  const pairs = Array.from({ length: RUNS }, () => {
    process.stderr.write(`${apps} apps\r`);
    return { site: sample("site", apps), floor: sample("floor", apps) };
  });
  return {
    apps,
    site: median(pairs.map(({ site }) => site.milliseconds)),
    floor: median(pairs.map(({ floor }) => floor.milliseconds)),
    ratio: median(pairs.map(({ site, floor }) => site.milliseconds / floor.milliseconds)),
    memory: median(pairs.map(({ site }) => site.mebibytes)),
  };
});

console.log("   apps   site ms  floor ms  site/floor  ms an app  MiB");
for (const { apps, site, floor, ratio, memory } of rows) {
  const cells = [
    apps,
    site.toFixed(0),
    floor.toFixed(0),
    ratio.toFixed(2),
    (site / apps).toFixed(2),
    memory.toFixed(0),
  ];
  const widths = [7, 10, 10, 12, 11, 5];
  console.log(cells.map((cell, index) => String(cell).padStart(widths[index] ?? 0)).join(""));
}
const perApp = (apps: number): number => (rows.find((row) => row.apps === apps)?.site ?? NaN) / apps;
console.log(
  `site/floor at 1,000 apps: ${(rows.find(({ apps }) => apps === 1000)?.ratio ?? NaN).toFixed(2)} (at most 1.5)`,
);
console.log(`time per app at 5,000 over at 100: ${(perApp(5000) / perApp(100)).toFixed(2)} (at most 2.0)`);
