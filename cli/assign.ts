import type { Command } from "commander";

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
      const [{ run }, { assign }] = await Promise.all([import("./command.js"), import("./assign/assign.js")]);
      await run(options, (context) => assign(context, username, groups, options));
    });
}
