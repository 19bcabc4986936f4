import type { Problem } from "../finding";
import { eachBlock, problem } from "../finding";
import type { Json } from "../json";
import { asList, isObject } from "../json";
import { schemaOf } from "../schemas/index";
import type { Block } from "../stack";
import { rootOf } from "../stack";

const CONDITIONS = ["precondition", "postcondition"];
const RESOURCE = ["create_before_destroy", "prevent_destroy", "ignore_changes", "replace_triggered_by", ...CONDITIONS];
const SWITCHES = ["create_before_destroy", "prevent_destroy"];

/** `lifecycle` holds what Terraform allows there, and ignores only arguments that exist. */
export const lifecycles = eachBlock(function* (block) {
  const lifecycle = block.body["lifecycle"];
  if (lifecycle === undefined || block.mode === "provider") return;
  if (!isObject(lifecycle)) {
    yield problem("lifecycle", "lifecycle must be one block");
    return;
  }
  const allowed = block.mode === "resource" ? RESOURCE : CONDITIONS;
  for (const [name, value] of Object.entries(lifecycle)) {
    if (!allowed.includes(name)) {
      yield problem("lifecycle", `lifecycle.${name} is not allowed here; the keys are ${allowed.join(", ")}`);
    } else if (SWITCHES.includes(name) && typeof value !== "boolean") {
      yield problem("lifecycle", `lifecycle.${name} must be true or false, Terraform takes no expression there`);
    } else if (name === "ignore_changes") {
      yield* ignored(block, value);
    }
  }
});

/** A `provider` argument names a provider that is configured. */
export const providersExist = eachBlock(function* (block, stack) {
  const { provider } = block.body;
  if (provider === undefined || block.mode === "provider") return;
  if (typeof provider !== "string" || !stack.find(`provider.${provider}`)) {
    yield problem(
      "unknown-provider",
      `provider names ${JSON.stringify(provider)}, which this stack does not configure`,
    );
  }
});

function* ignored(block: Block, value: Json): Generator<Problem> {
  if (value === "all") return;
  const known = schemaOf(block.mode, block.type)?.arguments;
  for (const name of asList(value)) {
    if (typeof name === "string" && (known === undefined || known.get(rootOf(name))?.settable === true)) continue;
    yield problem("lifecycle", `ignore_changes names ${JSON.stringify(name)}, which is no argument of ${block.type}`);
  }
}
