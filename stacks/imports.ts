import { TerraformElement, TerraformResource } from "cdktf";
import type { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { ImportsConfig } from "../config/load";
import { addressOf } from "../constructs/lifecycle";
import { RefusedError } from "../constructs/refusal";
import { literal } from "./literal";

type ImportIds = ImportsConfig["imports"];

/** Objects that are there already and come under resources of a stack; `import` blocks. */
class Imports extends TerraformElement {
  constructor(
    scope: Construct,
    id: string,
    private readonly ids: ImportIds,
  ) {
    super(scope, id);
  }

  override toTerraform(): object {
    return { import: Object.entries(this.ids).map(([to, id]) => ({ to, id })) };
  }
}

/**
 * Imports what is there already, each object in the stack that declares it, with its lists in authentik's order: a plan
 * compares them as they stand, and an imported object has no earlier order.
 * @throws RefusedError listing the addresses that no stack has
 */
export function addImports(stacks: readonly TerraformStack[], { imports, order }: ImportsConfig): void {
  const left = new Map(Object.entries(imports));
  if (left.size === 0) return;
  for (const stack of stacks) {
    const resources = stack.node.findAll().filter((node) => TerraformResource.isTerraformResource(node));
    const found = resources.flatMap((resource): [string, string][] => {
      const address = addressOf(resource);
      const id = left.get(address);
      left.delete(address);
      if (id !== undefined) reorder(resource, order[address] ?? {});
      return id === undefined ? [] : [[address, literal(id)]];
    });
    if (found.length > 0) new Imports(stack, "imports", Object.fromEntries(found));
  }
  if (left.size === 0) return;
  const remedy = "take it out of the file, or bring back what it belongs to";
  const lines = [...left.keys()].map(
    (address) => `AK073 imports must name addresses of the site, got "${address}"; ${remedy}`,
  );
  throw new RefusedError(lines.join("\n"));
}

/** Puts lists of a resource in another order; one that has changed since is left as it is. */
function reorder(resource: TerraformResource, order: ImportsConfig["order"][string]): void {
  for (const [argument, places] of Object.entries(order)) {
    const property = argument.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    const list: unknown = Reflect.get(resource, `${property}Input`);
    if (!Array.isArray(list) || list.length !== places.length) continue;
    const entries = new Set(places).size === list.length ? places.map((place) => list[place] as unknown) : [];
    if (entries.length > 0 && !entries.includes(undefined)) Reflect.set(resource, property, entries);
  }
}
