import { createInterface } from "node:readline/promises";
import type { GuardName } from "../config/delivery-shape";
import type { Site } from "../config/load";
import { compareStacks, keptAddresses } from "./compare";
import { Engine } from "./engine";
import { Failure } from "./failure";
import { guard } from "./guards";
import { interrupted } from "./interrupt";
import { Passes } from "./passes";
import type { Judgement } from "./passes";
import type { Plan } from "./plan";
import { Progress } from "./progress";
import type { Report } from "./report";
import { loadAndWrite, renderedJson, STACK_NAMES } from "./workspace";
import type { StackFolder } from "./workspace";

/** What diff, deploy and bootstrap work with. */
export interface DeliveryContext {
  readonly site: Site;
  /** Every stack of the site, in order of apply. */
  readonly stacks: readonly StackFolder[];
  readonly engine: Engine;
  readonly progress: Progress;
  readonly passes: Passes;
  readonly report: Report;
  /** Prints a result. */
  readonly print: (line: string) => void;
}

export interface ContextOptions {
  readonly pass: readonly GuardName[];
  /** Keeps stdout for one JSON document.  @default false */
  readonly json?: boolean;
}

/**
 * Reads the site, writes its stacks and finds an engine.
 * @throws ConfigError listing every problem of site and people at once
 * @throws Failure with exit code 3 without an engine
 */
export async function openDelivery({ pass, json = false }: ContextOptions, report: Report): Promise<DeliveryContext> {
  const progress = new Progress();
  const { site, stacks } = loadAndWrite();
  report.site = site.name;
  const engine = await Engine.find({ plans: json ? process.stderr : process.stdout, progress });
  report.engine = engine;
  const passes = new Passes(pass, site.delivery.pass);
  return { site, stacks, engine, progress, passes, report, print: printer(json) };
}

/** Prints results to stdout, unless that is kept for one JSON document. */
export function printer(json: boolean): DeliveryContext["print"] {
  return (line) => {
    (json ? process.stderr : process.stdout).write(`${line}\n`);
  };
}

/**
 * The stacks that are named, in order of apply; all of them when none is.
 * @throws Failure naming the stacks there are
 */
export function chooseStacks<T extends Pick<StackFolder, "name">>(
  stacks: readonly T[],
  names: readonly string[],
): readonly T[] {
  const unknown = names.find((name) => !stacks.some((stack) => stack.name === name));
  if (unknown !== undefined) {
    const known = stacks.map(({ name }) => name).join(", ");
    throw new Failure(
      `stacks: must name stacks of this site and layout, got "${unknown}"; there is ${known}, and AUTHENTIK_LAYOUT changes the layout`,
    );
  }
  return names.length === 0 ? stacks : stacks.filter(({ name }) => names.includes(name));
}

/** What the guards say of a stack's plan; stacks whose plan is not known stand for themselves. */
export function judge(
  {
    site,
    stacks,
    passes,
  }: Pick<DeliveryContext, "site" | "passes"> & {
    readonly stacks: readonly Pick<StackFolder, "name" | "json">[];
  },
  stack: Pick<StackFolder, "name">,
  plan: Plan,
  known: ReadonlyMap<string, Plan> = new Map(),
): Judgement[] {
  const others = stacks
    .filter(({ name }) => name !== stack.name)
    .map(({ name, json }) => known.get(name) ?? compareStacks(json, json));
  // What has left the config is adopted only in what was rendered before; an address is the same in both layouts.
  const past = [...stacks.map(({ json }) => json), ...STACK_NAMES.map((name) => renderedJson(site, name))];
  const kept = new Set(past.flatMap((json) => [...keptAddresses(json)]));
  return passes.judge(guard(plan, { maxRemovals: site.delivery.maxRemovals, others, kept }));
}

/** Whether a person may be asked. */
export function isTerminal(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks a person; only `yes` is one, and an end of input is none. */
export async function isApproved(question: string): Promise<boolean> {
  // Without readline's own terminal, in which Ctrl-C would be a key and no signal.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const end = new Promise<string>((resolve) => {
    lines.once("close", () => {
      resolve("");
    });
  });
  try {
    const answer = lines.question(`${question} (yes) `, { signal: interrupted });
    return (await Promise.race([answer, end])).trim() === "yes";
  } catch (error) {
    throw interrupted.aborted ? (interrupted.reason as Error) : error;
  } finally {
    lines.close();
  }
}
