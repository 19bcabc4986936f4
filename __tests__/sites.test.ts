import { readdirSync } from "node:fs";
import { join } from "node:path";
import { loadSite } from "../config/load";
import type { Site } from "../config/load";
import { checkConstructs } from "../stacks/checks";
import { inspect } from "./oracle";
import type { TerraformJson } from "./oracle";
import { ROOT, synthSite } from "./synth";

const sites = [
  join(ROOT, "config", "site.ts"),
  ...readdirSync(join(ROOT, "examples"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(ROOT, "examples", name)),
];
const cases = sites.flatMap((file) =>
  (["single", "split"] as const).map((layout) => [file.slice(ROOT.length + 1), layout] as const),
);

function load(file: string, layout: string): Site {
  return loadSite({ file: join(ROOT, file), layout, checks: checkConstructs });
}

test.each(cases)("%s, %s: would apply, and the second plan would be empty", (file, layout) => {
  const stacks = Object.entries(synthSite(load(file, layout)));
  expect(stacks.length).toBeGreaterThan(0);
  for (const [name, json] of stacks) {
    expect([name, inspect(json as unknown as TerraformJson)]).toEqual([name, []]);
  }
});

test.each(cases)("%s, %s: the same JSON every time", (file, layout) => {
  const text = (): string => JSON.stringify(synthSite(load(file, layout)));
  expect(text()).toBe(text());
});
