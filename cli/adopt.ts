import type { Command } from "commander";
import { run } from "./command";

export interface AdoptOptions {
  readonly out: string;
  readonly url?: string;
  readonly dryRun: boolean;
  readonly removePasswordStep?: string;
  readonly json: boolean;
}

/** Adds `adopt`: a site for an instance that is there already. */
export function addAdopt(program: Command): void {
  program
    .command("adopt")
    .description(
      "write a site, its people and imports for an instance that is there, so that the first plan only imports",
    )
    .requiredOption("--out <folder>", "where site.ts, users.json, imports.json and policies/ are written")
    .option("--url <url>", "an instance without a site; AUTHENTIK_TOKEN is its API token")
    .option("--dry-run", "write nothing, say what would be", false)
    .option(
      "--remove-password-step <id>",
      "delete the step 20 of authentik's own login that was shown, and nothing else",
    )
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      `
Without --url it is the instance of the site that AUTHENTIK_SITE names; what authentik cannot tell is taken from that site:
where it is, Vault and its paths, platform, outposts, delivery. Nothing is changed in authentik. Every list is read page by
page, and nothing is written before the end, so that an interrupted run is simply begun again.`,
    )
    .action(async (options: AdoptOptions) => {
      await run(options, async (context) => (await import("./adopt/adopting.js")).adopt(options, context));
    });
}
