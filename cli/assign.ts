import type { Command } from "commander";
import { run } from "./command";

interface Options {
  readonly allowSuperuser?: boolean;
  readonly json?: boolean;
}

export function addAssign(program: Command): void {
  program
    .command("assign")
    .description("add somebody who is not in users.json to groups; nobody is taken out of any")
    .argument("<username>", "who, exactly as authentik writes it")
    .argument("<groups...>", "keys of groups of the site, or names of groups in authentik")
    .option("--allow-superuser", "also groups whose members may do everything")
    .option("--json", "print one JSON document")
    .action(async (username: string, groups: readonly string[], options: Options) => {
      await run(options, async (context) =>
        (await import("./assign/assign.js")).assign(context, username, groups, options),
      );
    });
}
