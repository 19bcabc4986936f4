import { posix } from "node:path";
import { eachBlock, problem } from "../finding";
import type { Block, Stack } from "../stack";

const TYPE = "vault_kv_secret_v2";

/** A path whose values are kept out of the state, or written from here, is read nowhere else. */
export const vaultPathsKeepApart = eachBlock(function* (block, stack) {
  if (block.mode !== "data" || block.type !== TYPE) return;
  const path = pathOf(block);
  if (path === undefined) return;
  for (const other of others(stack)) {
    if (pathOf(other) !== path) continue;
    const text =
      other.mode === "ephemeral"
        ? `puts all of ${path} into the state, which ${other.address} keeps out of it; use another path`
        : `reads ${path}, which ${other.address} overwrites; use another path`;
    yield problem("vault-path", text);
  }
});

function others(stack: Stack): readonly Block[] {
  return stack.blocks.filter(({ mode, type }) => type === TYPE && (mode === "ephemeral" || mode === "resource"));
}

/** Mount and name as Vault reads them; undefined when one is only known at plan. */
function pathOf({ body }: Block): string | undefined {
  const { mount, name } = body;
  if (typeof mount !== "string" || typeof name !== "string" || `${mount}${name}`.includes("${")) return undefined;
  return `${trimmed(mount)}/${trimmed(name)}`;
}

function trimmed(path: string): string {
  return posix.normalize(path).replaceAll(/^\/+|\/+$/g, "");
}
