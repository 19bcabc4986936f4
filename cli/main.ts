import { Command, CommanderError } from "commander";
import { looksLikeToken } from "../config/problems";
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
    .description("Do what people do by hand on day two of a site, and what Terraform should not do.")
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        write(harmless(text));
      },
    })
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

/** What is wrong with the arguments, without a credential that is among them. */
function harmless(text: string): string {
  const named = text.replace(/(unknown option '--?[^='\s]+)=[^]*'/, "$1'");
  return named.replaceAll(/[^\s'"]+/g, (word) => (looksLikeToken(word) ? "(a credential)" : word));
}

/** Runs the program; wrong usage is 2. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    if (error.exitCode === 0 || !args.includes("--json")) return;
    const message =
      error.code === "commander.help" ? "a command must be named; --help says which there are" : error.message;
    const document = { error: harmless(message).replace(/^error: /, ""), exitCode: 2 };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  }
}

/** Whoever reads may stop reading, as `head` does; what nobody could read is a failure, it may have been a key that is shown once. */
export function unwritten(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") return;
  process.exitCode = 3;
  process.stderr.write(`stdout: must take what is written to it, got ${error.code ?? error.name}; it is lost\n`);
}

/** Runs the program with the arguments of this process. */
export function start(): void {
  listenForSignals();
  process.stdout.on("error", unwritten);
  process.stderr.on("error", () => undefined);
  void main(process.argv.slice(2));
}

if (require.main === module) start();
