import type { EngineVersion } from "./engine";
import type { ChangeSummary } from "./guards";
import { describeChanges } from "./guards";
import type { Judgement } from "./passes";
import type { Action, Plan } from "./plan";
import type { StackName } from "./workspace";

/** How many objects a plan touches, by what happens to them. */
export type Counts = Readonly<Partial<Record<Action | "import" | "move", number>>>;

/** What a command found out about a stack, and did with it. */
export interface StackReport {
  readonly stack: StackName;
  /** `refused` by a guard; `waiting` for a stack before it, because of which it cannot be planned yet. */
  readonly state: "unchanged" | "changed" | "refused" | "waiting" | "applied";
  readonly counts: Counts;
  readonly changes: readonly ChangeSummary[];
  readonly guards: readonly Judgement[];
  /** Names of groups that a stack before it makes. */
  readonly waitsFor: readonly string[];
}

/** What `--json` prints; docs/delivery.md describes it. */
export interface ReportDocument {
  readonly format: 1;
  readonly command: string;
  readonly site: string | null;
  readonly engine: Pick<EngineVersion, "product" | "version"> | null;
  readonly stacks: readonly StackReport[];
  readonly unmetPasses: readonly string[];
  readonly error: string | null;
  readonly exitCode: number;
}

/** What a command has found out so far. */
export class Report {
  site: string | undefined;
  engine: EngineVersion | undefined;
  readonly stacks: StackReport[] = [];
  unmetPasses: readonly string[] = [];

  constructor(private readonly command: string) {}

  /** Adds a stack, or what is new about it. */
  add(stack: StackReport): StackReport {
    const place = this.stacks.findIndex(({ stack: name }) => name === stack.stack);
    if (place < 0) this.stacks.push(stack);
    else this.stacks[place] = stack;
    return stack;
  }

  document(exitCode: number, error?: string): ReportDocument {
    const { command, site = null, stacks, unmetPasses } = this;
    const engine = this.engine === undefined ? null : { product: this.engine.product, version: this.engine.version };
    return { format: 1, command, site, engine, stacks, unmetPasses, error: error ?? null, exitCode };
  }
}

/** A stack's report; a stack without a plan has no changes. */
export function stackReport(
  stack: StackName,
  state: StackReport["state"],
  {
    plan,
    guards = [],
    waitsFor = [],
  }: { plan?: Plan | undefined; guards?: readonly Judgement[]; waitsFor?: readonly string[] } = {},
): StackReport {
  const changes = plan === undefined ? [] : describeChanges(plan);
  return { stack, state, counts: plan === undefined ? {} : count(plan), changes, guards, waitsFor };
}

function count({ changes, imports, moves }: Plan): Counts {
  const counts: Partial<Record<Action | "import" | "move", number>> = {};
  if (moves.length > 0) counts.move = moves.length;
  if (imports.length > 0) counts.import = imports.length;
  const add = (what: Action | "import" | "move"): void => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  for (const { action, imported, previousAddress } of changes) {
    if (imported) add("import");
    if (previousAddress !== undefined) add("move");
    add(action);
  }
  return counts;
}

const WORDS: Readonly<Record<Action | "import" | "move", readonly [string, string]>> = {
  create: ["to create", "created"],
  update: ["to change", "changed"],
  replace: ["to replace", "replaced"],
  delete: ["to delete", "deleted"],
  forget: ["to forget", "forgotten"],
  import: ["to import", "imported"],
  move: ["to move", "moved"],
};

/** A stack in one line, such as `authentik: 2 to create, 1 to change`. */
export function summary({ stack, state, counts, waitsFor }: StackReport): string {
  const parts = (tense: 0 | 1): string => {
    const given = Object.entries(WORDS).flatMap(([what, words]) => {
      const number = counts[what as Action];
      return number === undefined ? [] : [`${number} ${words[tense]}`];
    });
    return given.length === 0 ? "nothing but outputs" : given.join(", ");
  };
  switch (state) {
    case "unchanged":
      return `${stack}: no changes`;
    case "waiting":
      return `${stack} waits for authentik: ${waitsFor.map((name) => `group "${name}" is new`).join(", ")}`;
    case "applied":
      return `${stack}: applied, ${parts(1)}`;
    case "changed":
    case "refused":
      return `${stack}: ${parts(0)}`;
  }
}

/** A guard's finding in one line. */
export function judgementLine(stack: StackName, { guard, text, passedBecause }: Judgement): string {
  return `${stack}: ${guard}${passedBecause === undefined ? "" : ` let pass (${passedBecause})`}: ${text}`;
}

/** How a guard is told that a change is meant. */
export const PASS_HINT = "what is meant passes by --pass and the guard's name (docs/guards.md)";
