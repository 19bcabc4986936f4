import { ApiError } from "../api/api-error";
import { Failure } from "../delivery/failure";
import { Interrupted } from "../delivery/interrupt";
import { visible } from "../delivery/visible";
import type { Context } from "./context";

export type { Context } from "./context";

/** What a command found out or did. */
export interface Outcome {
  /** For `--json`: what is in it is public, but for the secret a command is there to print. */
  readonly document: object;
  /** For people; nothing is printed when it is empty. */
  readonly text: string;
  /** Whether it found problems: exit code 1.  @default false */
  readonly problems?: boolean;
  /** Whether what it looked at is out of reach: exit code 3.  @default false */
  readonly isAway?: boolean;
}

/** Runs a command, prints what came of it, and says how the process ends. */
export async function run(
  { json = false }: { readonly json?: boolean },
  work: (context: Context) => Promise<Outcome>,
): Promise<void> {
  try {
    const { document, isAway = false, problems = false, text } = await work(await open());
    if (json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    else if (text !== "") process.stdout.write(`${text}\n`);
    process.exitCode = isAway ? 3 : problems ? 1 : 0;
  } catch (error) {
    const { exitCode, message } = ending(error);
    console.error(printable(message));
    if (json) process.stdout.write(`${JSON.stringify({ error: message, exitCode }, null, 2)}\n`);
    process.exitCode = exitCode;
  }
}

/** What commands work with; it takes longer to load than a command that only says how it is used. */
async function open(): Promise<Context> {
  const { Context: Opened } = await import("./context.js");
  return new Opened();
}

function ending(error: unknown): { exitCode: number; message: string } {
  if (error instanceof Failure || error instanceof Interrupted) return error;
  if (error instanceof ApiError) return { exitCode: error.kind === "unreachable" ? 3 : 1, message: error.message };
  if (error instanceof Error && error.name === "ConfigError") return { exitCode: 1, message: error.message };
  const said = error instanceof Error ? `${error.name}: ${error.message}` : "something that is no error";
  return {
    exitCode: 1,
    message: `authentik-iac: must not come to this, got ${said}; report it, and see what was done`,
  };
}

/** A message whose names, which anybody may have chosen, cannot harm a terminal. */
function printable(message: string): string {
  return message
    .split("\n")
    .map((line) => visible(line, Infinity))
    .join("\n");
}
