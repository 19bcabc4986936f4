import { App } from "cdktf";
import { loadSite } from "./config/load";
import { ConfigError, formatProblem } from "./config/problems";
import { RefusedError } from "./constructs/refusal";
import { checkConstructs } from "./stacks/checks";
import { addStacks } from "./stacks/site-stacks";
import { synth } from "./stacks/synth";

function main(): void {
  const site = loadSite({
    file: process.env.AUTHENTIK_SITE || `${__dirname}/config/site.ts`,
    layout: process.env.AUTHENTIK_LAYOUT || undefined,
    checks: checkConstructs,
  });
  for (const waiver of site.waivers) console.error(`waived: ${formatProblem(waiver)} (${waiver.reason})`);
  const app = new App();
  addStacks(app, site);
  for (const file of synth(app)) console.log(file);
}

try {
  main();
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof RefusedError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
