import { all } from "../synth";
import type { Block, Synthesized } from "../synth";

/** A step of a flow: its order, the type of its stage, and its policies by name, with what is special about their bindings. */
export type Step = [order: number, stage: string, policies: string[]];

/**
 * The steps of a flow in their order, read from the JSON.
 * @throws Error when a step does not state when its policies are asked, or asks them before anybody is known
 */
export function stepsOf(json: Synthesized, flow: string): Step[] {
  const target = `\${authentik_flow.${flow}.uuid}`;
  const steps = Object.entries(all(json, "authentik_flow_stage_binding")).filter(
    ([, binding]) => binding.target === target,
  );
  return steps
    .map(([name, binding]): Step => {
      if (binding.evaluate_on_plan !== false || binding.re_evaluate_policies !== true) {
        throw new Error(`the policies of ${name} are not asked when it is reached`);
      }
      return [Number(binding.order), typeOf(String(binding.stage)), policiesOf(json, name)];
    })
    .sort(([a], [b]) => a - b);
}

function policiesOf(json: Synthesized, step: string): string[] {
  const target = `\${authentik_flow_stage_binding.${step}.id}`;
  return Object.values(all(json, "authentik_policy_binding"))
    .filter((binding) => binding.target === target)
    .sort((a, b) => Number(a.order) - Number(b.order))
    .map((binding) => describe(json, binding));
}

function describe(json: Synthesized, binding: Block): string {
  const [, type = "", name = ""] = /^\$\{([^.]+)\.([^.]+)\.id\}$/.exec(String(binding.policy)) ?? [];
  const policy = json.resource?.[type]?.[name]?.name ?? binding.policy;
  const negated = binding.negate === true ? ", turned round" : "";
  return `${String(policy)}${negated}${binding.failure_result === true ? ", passes when it breaks" : ""}`;
}

function typeOf(reference: string): string {
  return /^\$\{([^.]+)\./.exec(reference)?.[1] ?? reference;
}
