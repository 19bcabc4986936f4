import type { Finding, Rule } from "../finding";
import { at, problem } from "../finding";
import { schemaOf } from "../schemas/index";
import type { Block, Stack } from "../stack";
import type { Reference } from "../template";

/** Every expression is well formed and reads something that exists. */
export const referencesResolve: Rule = function* (stack) {
  const values = inputs(stack);
  for (const block of stack.everything) {
    for (const leaf of block.leaves) {
      const { template } = leaf;
      if (!template) continue;
      if (template.error !== undefined) {
        yield at(block.address, problem("broken-expression", `${leaf.path} ${template.error}`));
      }
      for (const reference of template.references) yield* unresolved(block, leaf.path, reference, stack, values);
    }
  }
};

/** Terraform refuses a circle of references. */
export const noCircles: Rule = function* (stack) {
  const edges = new Map<string, Set<string>>();
  for (const block of stack.blocks) edges.set(block.address, targets(block, stack));
  const circle = trim(reversed(trim(edges)));
  const [first] = [...circle.keys()].sort();
  if (first === undefined) return;
  const members = [...circle.keys()].sort().join(", ");
  yield at(first, problem("reference-circle", `refers to itself through ${members}; break the circle`));
};

/** Addresses that a block needs before it can be planned or applied. */
export function targets(block: Block, stack: Stack): Set<string> {
  const all = new Set<string>();
  for (const leaf of block.leaves) {
    for (const { address } of leaf.references) if (stack.find(address)) all.add(address);
  }
  const { provider } = block.body;
  const configuration = `provider.${typeof provider === "string" ? provider : (block.type.split("_")[0] ?? "")}`;
  if (block.mode !== "provider" && stack.find(configuration)) all.add(configuration);
  return all;
}

/** Variables and locals, which are no blocks of ours but can be read. */
function inputs(stack: Stack): ReadonlySet<string> {
  return new Set([
    ...stack.section("variable").map(({ name }) => `var.${name}`),
    ...stack.section("locals").flatMap(({ body }) => Object.keys(body).map((name) => `local.${name}`)),
  ]);
}

function* unresolved(
  block: Block,
  path: string,
  reference: Reference,
  stack: Stack,
  values: ReadonlySet<string>,
): Generator<Finding> {
  if (values.has(reference.address)) return;
  const target = stack.find(reference.address);
  if (!target || target.mode === "provider") {
    const text = `${path} refers to ${reference.address}, which is not in this stack; add it or correct the address`;
    yield at(block.address, problem("dangling-reference", text));
    return;
  }
  const { attribute } = reference;
  const schema = schemaOf(target.mode, target.type);
  if (attribute !== undefined && schema && !schema.exports(attribute)) {
    const text = `${path} reads ${reference.text}, and ${target.type} has no attribute ${attribute}`;
    yield at(block.address, problem("unknown-reference-attribute", text));
  }
}

type Graph = Map<string, Set<string>>;

/** What is left of a graph once everything that depends on nothing is taken away, again and again. */
function trim(graph: Graph): Graph {
  const dependents = reversed(graph);
  const open = new Map([...graph].map(([address, needs]) => [address, needs.size]));
  const ready = [...open].filter(([, needs]) => needs === 0).map(([address]) => address);
  for (let address = ready.pop(); address !== undefined; address = ready.pop()) {
    open.delete(address);
    for (const dependent of dependents.get(address) ?? []) {
      const needs = (open.get(dependent) ?? 0) - 1;
      open.set(dependent, needs);
      if (needs === 0) ready.push(dependent);
    }
  }
  return new Map(
    [...open.keys()].map((address) => [address, new Set([...(graph.get(address) ?? [])].filter((to) => open.has(to)))]),
  );
}

function reversed(graph: Graph): Graph {
  const result: Graph = new Map([...graph.keys()].map((address) => [address, new Set<string>()]));
  for (const [from, needs] of graph) for (const to of needs) result.get(to)?.add(from);
  return result;
}
