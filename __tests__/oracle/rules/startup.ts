import type { Rule } from "../finding";
import { at, problem } from "../finding";
import { targets } from "./references";

/** The provider does not retry: where a stack deploys authentik itself, what it declares there waits for the release. */
export const identityWaitsForRelease: Rule = function* (stack) {
  const release = stack.resources("helm_release").find(({ body }) => {
    return typeof body["chart"] === "string" && /(?:^|\/)authentik$/.test(body["chart"]);
  });
  if (!release) return;
  const waiting = dependents(
    release.address,
    stack.blocks.map((block) => [block.address, targets(block, stack)] as const),
  );
  for (const { address, mode, type } of stack.blocks) {
    if (mode !== "resource" || !type.startsWith("authentik_") || waiting.has(address)) continue;
    const text = `starts before ${release.address} is up, and the provider does not retry; add depends_on`;
    yield at(address, problem("starts-before-release", text));
  }
};

/** Everything that needs an address, directly or through others. */
function dependents(root: string, edges: readonly (readonly [string, ReadonlySet<string>])[]): ReadonlySet<string> {
  const reverse = new Map<string, string[]>();
  for (const [from, needs] of edges) {
    for (const to of needs) {
      const known = reverse.get(to);
      if (known) known.push(from);
      else reverse.set(to, [from]);
    }
  }
  const found = new Set<string>();
  const open = [root];
  for (let address = open.pop(); address !== undefined; address = open.pop()) {
    for (const dependent of reverse.get(address) ?? []) {
      if (found.has(dependent)) continue;
      found.add(dependent);
      open.push(dependent);
    }
  }
  return found;
}
