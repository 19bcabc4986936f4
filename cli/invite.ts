import type { Command } from "commander";
import { run } from "./command";
import { attribute, days, email, fullName, slug, username } from "./invite/options";
import type { CreateOptions } from "./invite/options";
import type { RevokeOptions } from "./invite/revoke";

interface ListOptions {
  readonly all?: boolean;
  readonly json?: boolean;
}

export function addInvite(program: Command): void {
  const invite = program.command("invite").description("make, show and revoke invitations to the site's enrollment");
  addCreate(invite);
  invite
    .command("list")
    .description("show the invitations there are; their codes are secrets and not shown")
    .option("--all", "also those to other flows")
    .option("--json", "print one JSON document")
    .action(async (options: ListOptions) => {
      await run(options, async (context) => (await import("./invite/list.js")).list(context, options));
    });
  invite
    .command("revoke")
    .description("delete an invitation: its link and its code are good for nothing then")
    .argument("[name]", "name, code or link of the invitation")
    .option("--expired", "all that are over")
    .option("--all", "with --expired, also those to other flows")
    .option("--json", "print one JSON document")
    .action(async (name: string | undefined, options: RevokeOptions & ListOptions) => {
      await run(options, async (context) => (await import("./invite/revoke.js")).revoke(context, name, options));
    });
}

function addCreate(invite: Command): void {
  invite
    .command("create")
    .description("make an invitation, and show its link and its code once")
    .option("--group <key...>", "groups of enrollment.assignableGroups that they are put into")
    .option("--email <address>", "what the form is filled in with", email)
    .option("--full-name <name>", "what the form is filled in with", fullName)
    .option("--username <username>", "what the form is filled in with", username)
    .option("--attribute <key=value>", "an attribute of theirs; key:=value takes JSON; may be repeated", attribute)
    .option("--days <days>", "how long it is good for, 1 to 365", days, 7)
    .option("--reusable", "good for everybody who has it, and not for one person")
    .option("--name <slug>", "what administrators call it; made from who it is for unless given", slug)
    .option("--json", "print one JSON document")
    .action(async (options: CreateOptions & ListOptions) => {
      await run(options, async (context) => (await import("./invite/create.js")).create(context, options));
    });
}
