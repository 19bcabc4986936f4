import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { run } from "./command";

interface Options {
  readonly minutes: number;
  readonly email?: boolean;
  readonly json?: boolean;
}

export function addRecoveryLink(program: Command): void {
  program
    .command("recovery-link")
    .description("make a link by which somebody sets a password; whoever opens it is signed in as them")
    .argument("<username>", "who, exactly as authentik writes it")
    .option("--minutes <minutes>", "how long it is good for, 5 to 1440", minutes, 30)
    .option("--email", "send it to their address and show it to nobody")
    .option("--json", "print one JSON document")
    .action(async (username: string, options: Options) => {
      await run(options, async (context) =>
        (await import("./recovery-link/recovery-link.js")).recoveryLink(context, username, options),
      );
    });
}

function minutes(value: string): number {
  const number = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (number >= 5 && number <= 1440) return number;
  throw new InvalidArgumentError("It must be a whole number of minutes from 5 to 1440.");
}
