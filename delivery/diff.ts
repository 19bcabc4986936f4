import type { GuardName } from "../config/delivery-shape";
import { chooseStacks, judge, openDelivery } from "./context";
import type { DeliveryContext } from "./context";
import { EngineFailure } from "./engine";
import { Failure } from "./failure";
import { readPlan } from "./plan";
import type { Plan } from "./plan";
import { preflight } from "./preflight";
import { judgementLine, PASS_HINT, stackReport, summary } from "./report";
import type { Report, StackReport } from "./report";
import { newGroups, waitsFor } from "./waiting";
import type { StackFolder } from "./workspace";

export interface DiffOptions {
  readonly stacks: readonly string[];
  readonly pass: readonly GuardName[];
  readonly json: boolean;
  /** Whether the state is locked. */
  readonly lock: boolean;
  /** Whether authentik and Vault are asked first. */
  readonly preflight: boolean;
}

/** A stack that was planned, or waits for one before it. */
interface Looked {
  readonly stack: StackFolder;
  readonly plan?: Plan;
  readonly waitsFor?: string[];
}

/**
 * Plans a site's stacks, shows the plans and asks the guards; applies nothing. 0 when nothing would change, else 2.
 * @throws Failure when a stack cannot be planned, or a guard stands
 */
export async function diff(options: DiffOptions, report: Report): Promise<0 | 2> {
  const context = await openDelivery(options, report);
  const stacks = chooseStacks(context.stacks, options.stacks);
  await preflight(context, stacks, { doors: options.preflight });
  const looked: Looked[] = [];
  for (const stack of stacks) looked.push(await look(context, stack, looked, options.lock));
  const plans = new Map(looked.flatMap(({ stack, plan }) => (plan === undefined ? [] : [[stack.name, plan] as const])));
  for (const { stack, plan, waitsFor: names } of looked) {
    const guards = plan === undefined ? [] : judge(context, stack, plan, plans);
    report.add(found(stack, plan, guards, names));
  }
  if (stacks.length === context.stacks.length) report.unmetPasses = context.passes.unmet();
  return conclude(report, context);
}

async function look(
  { engine }: DeliveryContext,
  stack: StackFolder,
  before: readonly Looked[],
  lock: boolean,
): Promise<Looked> {
  try {
    return await engine.withPlan(stack, { lock }, async (planned) => {
      if (!planned.hasChanges) return { stack };
      const plan = readPlan(planned.shown);
      await planned.show();
      return { stack, plan };
    });
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    const groups = new Set(before.flatMap(({ plan }) => (plan === undefined ? [] : [...newGroups(plan)])));
    const names = waitsFor(error, stack, groups);
    if (names.length === 0) throw error;
    return { stack, waitsFor: names };
  }
}

function found(
  { name }: StackFolder,
  plan: Plan | undefined,
  guards: StackReport["guards"],
  names: string[] = [],
): StackReport {
  if (names.length > 0) return stackReport(name, "waiting", { waitsFor: names });
  if (plan === undefined) return stackReport(name, "unchanged");
  const isRefused = guards.some(({ passedBecause }) => passedBecause === undefined);
  return stackReport(name, isRefused ? "refused" : "changed", { plan, guards });
}

/**
 * Prints what was found, and says how a diff ends.
 * @throws Failure listing every guard that stands
 */
export function conclude(report: Report, { print }: Pick<DeliveryContext, "print">): 0 | 2 {
  const lines = (isPassed: boolean): string[] =>
    report.stacks.flatMap(({ stack, guards }) =>
      guards
        .filter(({ passedBecause }) => (passedBecause !== undefined) === isPassed)
        .map((judgement) => judgementLine(stack, judgement)),
    );
  for (const stack of report.stacks) print(summary(stack));
  for (const line of [...lines(true), ...report.unmetPasses]) print(line);
  const refused = lines(false);
  if (refused.length > 0) throw new Failure([...refused, PASS_HINT].join("\n"));
  return report.stacks.some(({ state }) => state !== "unchanged") ? 2 : 0;
}
