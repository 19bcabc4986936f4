import type { Block, Stack } from "./stack";

export interface Finding {
  /** Terraform address of what is wrong, e.g. `authentik_flow.login`. */
  readonly address: string;
  /** Stable kebab-case name of the rule that is broken. */
  readonly rule: string;
  /** What is wrong and what to do. */
  readonly text: string;
}

/** A finding before its address is known. */
export type Problem = Omit<Finding, "address">;

export type Rule = (stack: Stack) => Iterable<Finding>;
export type Check = (block: Block, stack: Stack) => Iterable<Problem>;

export function problem(rule: string, text: string): Problem {
  return { rule, text };
}

export function at(address: string, { rule, text }: Problem): Finding {
  return { address, rule, text };
}

/** A rule that looks at each resource, data source, ephemeral and provider block on its own. */
export function eachBlock(check: Check): Rule {
  return function* (stack) {
    for (const block of stack.blocks) {
      for (const found of check(block, stack)) yield at(block.address, found);
    }
  };
}
