import type { Site } from "../config/load";
import { compareStacks } from "./compare";
import { chooseStacks, judge, printer } from "./context";
import { conclude } from "./diff";
import type { DiffOptions } from "./diff";
import { Failure } from "./failure";
import { changeLines } from "./guards";
import { Passes } from "./passes";
import { againstRendered, renderStacks } from "./render";
import type { Compared } from "./render";
import { stackReport } from "./report";
import type { Report } from "./report";
import { loadNamedSite, renderedFolder } from "./workspace";

/**
 * Compares what is rendered with what would be now and asks the guards; needs neither engine nor network. 0 when nothing
 * differs, else 2.
 * @throws Failure when nothing is rendered, or a guard stands
 */
export function diffOffline(options: Pick<DiffOptions, "stacks" | "pass" | "json">, report: Report): 0 | 2 {
  const site = loadNamedSite("split");
  report.site = site.name;
  const all = compared(site);
  const stacks = chooseStacks(all, options.stacks);
  const context = {
    site,
    stacks: all,
    passes: new Passes(options.pass, site.delivery.pass),
    print: printer(options.json),
  };
  const plans = new Map(all.map(({ name, before, json }) => [name, compareStacks(before, json)]));
  for (const stack of stacks) {
    const plan = plans.get(stack.name);
    if (plan === undefined || plan.changes.length + plan.moves.length + plan.imports.length === 0) {
      report.add(stackReport(stack.name, "unchanged"));
      continue;
    }
    for (const line of changeLines(plan)) context.print(line);
    const guards = judge(context, stack, plan, plans);
    const isRefused = guards.some(({ passedBecause }) => passedBecause === undefined);
    report.add(stackReport(stack.name, isRefused ? "refused" : "changed", { plan, guards }));
  }
  if (stacks.length === all.length) report.unmetPasses = context.passes.unmet();
  return conclude(report, context);
}

function compared(site: Site): Compared[] {
  const stacks = againstRendered(site, renderStacks(site));
  if (stacks.some(({ before }) => before !== undefined)) return stacks;
  throw new Failure(
    `offline: ${renderedFolder(site, "authentik")} must hold what was rendered before, got nothing; run npm run render and commit it, so that later changes have something to be compared with`,
  );
}
