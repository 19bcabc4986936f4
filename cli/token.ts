import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { run } from "./command";
import { PURPOSES } from "./token/options";
import type { CreateOptions } from "./token/options";

export function addToken(program: Command): void {
  const token = program.command("token").description("make accounts for machines, and their keys");
  token
    .command("create")
    .description("make an account for a machine with what it needs and no more, and show its key once")
    .addOption(new Option("--for <purpose>", "what it is for").choices(PURPOSES).makeOptionMandatory())
    .option("--name <suffix>", "a second account for the same: what its name ends in", suffix)
    .option("--app <app>", "with netbird and ldap, key or slug of the app it is for")
    .option("--superuser", "with apply, for sites whose apps have accounts of their own")
    .option("--rotate", "give an account that is there another key; the one before is good for nothing then")
    .option("--json", "print one JSON document")
    .addHelpText("after", HELP)
    .action(async (options: CreateOptions & { readonly json?: boolean }) => {
      await run(options, async (context) => (await import("./token/create.js")).create(context, options));
    });
}

function suffix(value: string): string {
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(value) && value.length <= 40) return value;
  throw new InvalidArgumentError("It must be at most 40 lower-case letters, digits and single dashes.");
}

const HELP = `
What whoever has the key can do:
  apply    reads and writes what the stacks make. It is no superuser, but expressions that it writes are run inside
           authentik, so that it can become one. With --superuser it is one.
  plan     changes nothing, and reads what a plan reads: client secrets of OIDC apps, and where apps publish the
           passwords of their accounts the keys of all tokens.
  netbird  sees who is there, by a token of the app, and changes nobody.
  ldap     binds to one app and searches the whole directory there.

It takes the token of a superuser. Tokens have no end; delete the account in authentik when nobody needs it.`;
