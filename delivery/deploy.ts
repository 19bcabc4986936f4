import type { GuardName } from "../config/delivery-shape";
import { chooseStacks, isApproved, isTerminal, judge, openDelivery } from "./context";
import type { DeliveryContext } from "./context";
import type { PlannedStack } from "./engine";
import { Failure } from "./failure";
import type { Judgement } from "./passes";
import { readPlan } from "./plan";
import type { Plan } from "./plan";
import { preflight } from "./preflight";
import { judgementLine, PASS_HINT, stackReport, summary } from "./report";
import type { Report, StackReport } from "./report";
import type { StackFolder } from "./workspace";

export interface DeployOptions {
  readonly stacks: readonly string[];
  readonly pass: readonly GuardName[];
  readonly json: boolean;
  readonly autoApprove: boolean;
}

export interface ApplyOptions {
  /** Addresses that are planned and applied with what they need, and nothing else.  @default - everything */
  readonly targets?: readonly string[];
  /** Applies without asking; off a terminal nobody is asked anyway.  @default false */
  readonly autoApprove?: boolean;
}

/**
 * Plans and applies a site's stacks, each plan as it was shown and judged by the guards.
 * @throws Failure at the first stack that fails or is refused, saying which were applied
 */
export async function deploy(options: DeployOptions, report: Report): Promise<0> {
  const context = await openDelivery(options, report);
  const stacks = chooseStacks(context.stacks, options.stacks);
  await preflight(context, stacks);
  await deployStacks(context, stacks, options);
  if (stacks.length === context.stacks.length) report.unmetPasses = context.passes.unmet();
  for (const line of report.unmetPasses) context.progress.say(line);
  return 0;
}

/**
 * Plans and applies stacks one after the other; each must have been prepared by `engine.init`.
 * @throws Failure at the first that fails or is refused, saying which were applied
 */
export async function deployStacks(
  context: DeliveryContext,
  stacks: readonly StackFolder[],
  options: ApplyOptions = {},
): Promise<StackReport[]> {
  const done: StackReport[] = [];
  for (const stack of stacks) {
    try {
      done.push(await planAndApply(context, stack, options));
    } catch (error) {
      const applied = done.filter(({ state }) => state === "applied").map((report) => report.stack);
      const rest = stacks.slice(stacks.indexOf(stack) + 1).map(({ name }) => name);
      if (stacks.length > 1) context.progress.say(standing(applied, stack.name, rest));
      throw error;
    }
  }
  // What each stack came to, once more, below all that the engine said.
  const isLong = done.length > 1 && done.some(({ state }) => state === "applied");
  for (const report of isLong ? done : []) context.print(summary(report));
  return done;
}

function standing(applied: readonly string[], stopped: string, rest: readonly string[]): string {
  const list = (names: readonly string[]): string => (names.length === 0 ? "nothing" : names.join(", "));
  const parts = [`applied: ${list(applied)}`, `stopped at ${stopped}`, `not begun: ${list(rest)}`];
  return `${parts.join("; ")}; once it is mended, the same command goes on from here`;
}

/**
 * Plans one stack, shows the plan, asks the guards and a person, and applies that very plan; a stack without changes is
 * not applied.
 * @throws Failure when the engine fails, a guard refuses, or the answer is not yes
 */
export async function planAndApply(
  context: DeliveryContext,
  stack: StackFolder,
  { targets = [], autoApprove = false }: ApplyOptions = {},
): Promise<StackReport> {
  const { engine, report, print } = context;
  return engine.withPlan(stack, { targets }, async (planned) => {
    if (!planned.hasChanges) {
      const unchanged = report.add(stackReport(stack.name, "unchanged"));
      print(summary(unchanged));
      return unchanged;
    }
    const { plan, guards } = await showAndJudge(context, planned);
    if (!autoApprove && isTerminal() && !(await isApproved(`${stack.name}: apply?`))) {
      throw new Failure(`${stack.name}: not applied, the answer was not yes`);
    }
    await planned.apply();
    const applied = report.add(stackReport(stack.name, "applied", { plan, guards }));
    print(summary(applied));
    return applied;
  });
}

async function showAndJudge(
  context: DeliveryContext,
  planned: PlannedStack,
): Promise<{ plan: Plan; guards: Judgement[] }> {
  const { name } = planned.stack;
  const plan = readPlan(planned.shown);
  const guards = judge(context, planned.stack, plan);
  await planned.show();
  const refused = guards.filter(({ passedBecause }) => passedBecause === undefined);
  const found = context.report.add(stackReport(name, refused.length > 0 ? "refused" : "changed", { plan, guards }));
  context.print(summary(found));
  for (const passed of guards.filter(({ passedBecause }) => passedBecause !== undefined)) {
    context.progress.say(judgementLine(name, passed));
  }
  if (refused.length > 0) {
    throw new Failure([...refused.map((judgement) => judgementLine(name, judgement)), PASS_HINT].join("\n"));
  }
  return { plan, guards };
}
