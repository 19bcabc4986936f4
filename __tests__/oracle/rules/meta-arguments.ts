import type { Problem } from "../finding";
import { eachBlock, problem } from "../finding";
import type { Json } from "../json";
import { asList, isList, isObject } from "../json";
import { schemaOf } from "../schemas/index";
import type { Block } from "../stack";
import { rootOf } from "../stack";

const CONDITIONS = ["precondition", "postcondition"];
const RESOURCE = ["create_before_destroy", "prevent_destroy", "ignore_changes", "replace_triggered_by", ...CONDITIONS];
const SWITCHES = ["create_before_destroy", "prevent_destroy"];

/** `lifecycle` holds what Terraform allows there, and ignores only arguments that exist. */
export const lifecycles = eachBlock(function* (block, stack) {
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
      yield* ignored(block, value, stack.imported.has(block.address));
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

/** Arguments that a block has to state and another owner fills, or that are said once, when it is made. */
const OWNED_ELSEWHERE = new Set(["authentik_outpost.protocol_providers", "authentik_policy_binding.order"]);
/** What controllers write beside us. */
const CONTROLLERS = new Set(["metadata[0].labels", "metadata[0].annotations"]);

/** An adopted object has to state what the provider requires, and may still leave it as it is. */
function* ignored(block: Block, value: Json, adopted: boolean): Generator<Problem> {
  const known = schemaOf(block.mode, block.type)?.arguments;
  for (const name of asList(value)) {
    if (name === "all") {
      yield problem("ignored-argument", "ignore_changes is all, so nothing here is ever applied again; name arguments");
    } else if (typeof name !== "string" || (known !== undefined && known.get(rootOf(name))?.settable !== true)) {
      yield problem("lifecycle", `ignore_changes names ${JSON.stringify(name)}, which is no argument of ${block.type}`);
    } else if (isStated(block, name) && !(adopted && known?.get(name)?.required === true)) {
      yield problem("ignored-argument", `ignore_changes names ${name}, which is stated; a change of it does nothing`);
    }
  }
}

function isStated({ body, type }: Block, path: string): boolean {
  if (OWNED_ELSEWHERE.has(`${type}.${path}`)) return false;
  if (type.startsWith("kubernetes_") && CONTROLLERS.has(path)) return false;
  let value: Json | undefined = body;
  for (const step of path.split(/[.[\]]+/).filter((part) => part !== "")) {
    // A block that can stand once is an object here and a list of one in its path.
    if (isObject(value)) value = step === "0" && !("0" in value) ? value : value[step];
    else value = isList(value) ? value[Number(step)] : undefined;
  }
  return value !== undefined;
}
