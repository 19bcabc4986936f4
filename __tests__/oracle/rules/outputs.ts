import type { Rule } from "../finding";
import { at, problem } from "../finding";
import { schemaOf } from "../schemas/index";
import type { Stack } from "../stack";
import type { Reference } from "../template";
import { isSecretArgument } from "./secrets";

/** Terraform prints an output, and refuses one that would print a secret. */
export const outputsHideSecrets: Rule = function* (stack) {
  for (const output of stack.section("output")) {
    if (output.body["sensitive"] === true) continue;
    const references = output.leaves.filter(({ argument }) => argument === "value").flatMap((leaf) => leaf.references);
    const secret = references.find((reference) => isSensitive(reference, stack));
    if (!secret) continue;
    yield at(output.address, problem("sensitive-output", `prints ${secret.text}; state sensitive, or remove it`));
  }
};

function isSensitive({ address, attribute }: Reference, stack: Stack): boolean {
  const target = stack.find(address);
  const known = target && schemaOf(target.mode, target.type)?.arguments;
  if (!known) return false;
  // A whole object holds all its attributes.
  if (attribute === undefined) return [...known.values()].some(({ sensitive }) => sensitive);
  return known.get(attribute)?.sensitive === true || isSecretArgument(target.type, attribute);
}
