import { Command, CommanderError } from "commander";
import { listenForSignals } from "../delivery/interrupt";
import { addAccess } from "./access";
import { addAdopt } from "./adopt";
import { addApp } from "./app";
import { addAssign } from "./assign";
import { addDoctor } from "./doctor";
import { addInvite } from "./invite";
import { addRecoveryLink } from "./recovery-link";
import { addRotate } from "./rotate";
import { addToken } from "./token";
import { addWait } from "./wait";

/** Adds the commands; what they do is loaded when one runs. */
const COMMANDS: readonly ((program: Command) => void)[] = [
  addInvite,
  addAssign,
  addRecoveryLink,
  addApp,
  addAccess,
  addRotate,
  addToken,
  addWait,
  addDoctor,
  addAdopt,
];

/** The program `authentik-iac`. */
export function program(): Command {
  const root = new Command("authentik-iac")
    .description("Day two of a site: what people do by hand, and what Terraform should not do.")
    .exitOverride()
    .showHelpAfterError("(--help says what there is)")
    .addHelpText(
      "after",
      `
AUTHENTIK_SITE names the site, the project's own unless set. The API token is AUTHENTIK_TOKEN, else the one the site names.
AUTHENTIK_URL is where this machine reaches authentik, such as a forwarded port; the site's own URL unless set.
Exit codes: 0 fine, 1 found problems or refused, 2 wrong usage, 3 out of reach or a tool is missing.`,
    );
  for (const add of COMMANDS) add(root);
  return root;
}

/** Runs the program; wrong usage is 2. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
}

/** Runs the program with the arguments of this process. */
export function start(): void {
  listenForSignals();
  // Whoever reads may stop reading, as `head` does.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  void main(process.argv.slice(2));
}

if (require.main === module) start();
