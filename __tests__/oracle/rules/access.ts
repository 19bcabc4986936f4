import { eachBlock, problem } from "../finding";
import type { Block, Stack } from "../stack";

/** What a binding has to say where it says it at all, and what it does otherwise. */
const STRICT: readonly (readonly [string, boolean, string])[] = [
  ["negate", false, "it lets in everybody but those it names"],
  ["enabled", true, "a binding that is off keeps nobody out"],
  ["failure_result", false, "a policy that fails lets everybody in"],
];

/** Everybody who has an account may open an application without bindings. */
export const applicationsAreGuarded = eachBlock(function* (block, stack) {
  if (block.mode !== "resource") return;
  if (block.type === "authentik_application") {
    if (bindingsOf(block, stack).length > 0) return;
    yield problem("open-application", "no policy binding has it as its target, so it is open to everybody; bind one");
  } else if (block.type === "authentik_policy_binding") {
    if (stack.referenced(block, "target")?.type !== "authentik_application") return;
    for (const [name, value, why] of STRICT) {
      const stated = block.body[name] ?? value;
      if (stated === value) continue;
      const text = `${name} is ${JSON.stringify(stated)} and lets in whom it should not: ${why}; remove it`;
      yield problem("loose-binding", text);
    }
  }
});

function bindingsOf(application: Block, stack: Stack): readonly Block[] {
  return stack.resources("authentik_policy_binding").filter((binding) => {
    return stack.referenced(binding, "target") === application;
  });
}
