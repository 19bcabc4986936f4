import { eachBlock, problem } from "../finding";
import { schemaOf } from "../schemas/index";
import type { Block, Leaf } from "../stack";

const INT32 = 2 ** 31;
const REVISION = /_wo_(?:revision|version)$/;

/** A number that the provider takes as an integer is one, and one that fits. */
export const integersAreWhole = eachBlock(function* (block) {
  for (const leaf of block.leaves) {
    const { path, value } = leaf;
    if (typeof value !== "number" || leaf.isComment) continue;
    const isServers = schemaOf(block.mode, block.type)?.arguments.get(leaf.argument)?.integer === true;
    if (!isServers && !isWhole(block, leaf)) continue;
    if (!Number.isSafeInteger(value)) {
      yield problem("integer", `${path} must be a whole number, got ${value}`);
    } else if (isServers && (value < -INT32 || value >= INT32)) {
      yield problem(
        "integer",
        `${path} must be from ${-INT32} to ${INT32 - 1}, got ${value}; the provider cuts it off`,
      );
    }
  }
});

/** Kubernetes and helm know no fractions; of Vault only the counters of write-only arguments are known to be whole. */
function isWhole({ type }: Block, { argument }: Leaf): boolean {
  return type.startsWith("kubernetes_") || type.startsWith("helm_") || REVISION.test(argument);
}
