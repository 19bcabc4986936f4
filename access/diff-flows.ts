import { byKey, textChange } from "./changes";
import type { SettingChange } from "./diff";
import { ofPresence } from "./effect";
import type { Effect } from "./effect";
import type { DrawnFlow, DrawnStep } from "./flows";
import type { World } from "./world";

/** Steps that only ever keep somebody out: more of them is less access. */
const HOLD_UP = new Set(["authenticator validate", "captcha", "consent", "deny", "password"]);

/** What is different about flows: their steps, when they are taken, and what leads there. */
export function flowChanges([before, after]: readonly [World, World]): SettingChange[] {
  return byKey<DrawnFlow>([before.flows, after.flows], ({ slug }) => slug).flatMap(
    ({ key, before: was, after: is }) => {
      const place = { area: "flows", subject: `flow ${key}` } as const;
      if (was === undefined || is === undefined) {
        return textChange({ ...place, what: "" }, [was && flowText(was), is && flowText(is)], "either");
      }
      return [
        ...textChange({ ...place, what: "is for" }, [was.designation, is.designation], "either"),
        ...textChange({ ...place, what: "who may take it" }, [was.authentication, is.authentication], "either"),
        ...byKey([was.ways, is.ways], (way) => way).flatMap(({ before: old, after: now }) =>
          textChange({ ...place, what: "what leads there" }, [old, now], "either"),
        ),
        ...stepChanges(place, was.steps, is.steps),
      ];
    },
  );
}

type Place = Pick<SettingChange, "area" | "subject">;

function flowText({ designation, steps }: DrawnFlow): string {
  const taken = steps.map(({ kind }) => kind).join(", ");
  return `for ${designation.replaceAll("_", " ")}, ${taken === "" ? "without a step" : `with ${taken}`}`;
}

function stepChanges(place: Place, before: readonly DrawnStep[], after: readonly DrawnStep[]): SettingChange[] {
  const [old, now] = [keyed(before), keyed(after)];
  const both = [...old.keys()].filter((key) => now.has(key));
  const order = (steps: ReadonlyMap<string, DrawnStep>): string =>
    [...steps]
      .filter(([key]) => both.includes(key))
      .map(([, step]) => step.stage)
      .join(", ");
  return [
    ...textChange({ ...place, what: "order of steps" }, [order(old), order(now)], "either"),
    ...[...new Set([...old.keys(), ...now.keys()])]
      .sort()
      .flatMap((key) => stepChange(place, old.get(key), now.get(key))),
  ];
}

/** Steps by their stage; a stage that is taken again gets a number. */
function keyed(steps: readonly DrawnStep[]): ReadonlyMap<string, DrawnStep> {
  const found = new Map<string, DrawnStep>();
  for (const step of steps) {
    let key = step.stage;
    for (let number = 2; found.has(key); number += 1) key = `${step.stage} (${number})`;
    found.set(key, step);
  }
  return found;
}

function stepChange(place: Place, before: DrawnStep | undefined, after: DrawnStep | undefined): SettingChange[] {
  const { kind, stage } = (after ?? before) as DrawnStep;
  if (before === undefined || after === undefined) {
    const effect: Effect = HOLD_UP.has(kind) ? ofPresence(after, before) : "either";
    return textChange({ ...place, what: "step" }, [before && stepText(before), after && stepText(after)], effect);
  }
  const of = (what: string): Place & Pick<SettingChange, "what"> => ({ ...place, what: `${kind} ${stage}${what}` });
  return [
    ...textChange(of(""), [before.kind, after.kind], "either"),
    ...textChange(of(" only if"), [conditions(before), conditions(after)], "either"),
    ...(before.policies.length === 0 || after.policies.length === 0
      ? []
      : textChange(of(" policies are asked"), [before.asked, after.asked], "either")),
    ...textChange(
      of(" form is checked by"),
      [before.validated.join(", "), after.validated.join(", ")].map(orNothing) as [string, string],
      "either",
    ),
  ];
}

function stepText(step: DrawnStep): string {
  const only = step.policies.length === 0 ? "" : `, only if ${conditions(step)}`;
  return `${step.kind} ${step.stage}${only}`;
}

function conditions({ policies, match }: DrawnStep): string {
  if (policies.length === 0) return "always";
  return policies
    .map(
      ({ name: policy, negated, passesBroken }) =>
        `${negated ? "not " : ""}${policy}${passesBroken ? " (also when it breaks)" : ""}`,
    )
    .join(match === "all" ? " and " : " or ");
}

function orNothing(text: string): string {
  return text || "nothing";
}
