import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How the fake answers for one stack. */
export interface FakeAnswers {
  /** What `show -json` says of the plan of everything; no changes without it, and after it was applied. */
  readonly plan?: object;
  /** The same for a plan with targets. */
  readonly targeted?: object;
  /** Words a step fails with. */
  readonly initError?: string;
  readonly planError?: string;
  readonly applyError?: string;
  /** How long a plan takes; it ends on SIGINT as well. */
  readonly planSeconds?: number;
}

/** Something the fake was asked. */
export interface FakeCall {
  readonly stack: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Mode of the plan file when the step began, such as `600`. */
  readonly mode?: string;
  /** Which plan the file held. */
  readonly id?: string;
  /** The signal a step was ended by. */
  readonly signal?: string;
}

/** A program in place of Terraform; name its `binary` in TERRAFORM_BINARY_NAME. */
export class FakeEngine {
  readonly binary: string;
  private readonly answersFile: string;
  private readonly callsFile: string;

  constructor(
    folder: string,
    private readonly engine: { readonly product?: string; readonly version?: string } = {},
  ) {
    mkdirSync(folder, { recursive: true });
    this.binary = join(folder, "terraform.js");
    this.answersFile = join(folder, "answers.json");
    this.callsFile = join(folder, "calls.jsonl");
    const script = readFileSync(join(__dirname, "fake-terraform.js"), "utf8");
    writeFileSync(this.binary, `#!${process.execPath}\n${script}`);
    chmodSync(this.binary, 0o755);
    this.answer({});
  }

  /** Says how it answers from now on, by stack, and forgets what it was asked. */
  answer(stacks: Readonly<Record<string, FakeAnswers>>): void {
    const { product = "Terraform", version = "1.11.4" } = this.engine;
    writeFileSync(this.answersFile, JSON.stringify({ product, version, stacks }));
    writeFileSync(this.callsFile, "");
  }

  /** Everything it was asked, but for its version. */
  calls(): FakeCall[] {
    if (!existsSync(this.callsFile)) return [];
    const lines = readFileSync(this.callsFile, "utf8").split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as FakeCall);
  }
}
