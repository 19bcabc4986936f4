import { TerraformElement, TerraformResource } from "cdktf";
import type { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { addressOf } from "../constructs/lifecycle";
import { RefusedError } from "../constructs/refusal";
import { literal } from "./literal";

/** Import ids by address. */
export type ImportIds = Readonly<Record<string, string>>;

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
 * Imports what is there already, each object in the stack that declares it.
 * @throws RefusedError listing the addresses that no stack has
 */
export function addImports(stacks: readonly TerraformStack[], ids: ImportIds): void {
  const left = new Map(Object.entries(ids));
  if (left.size === 0) return;
  for (const stack of stacks) {
    const resources = stack.node.findAll().filter((node) => TerraformResource.isTerraformResource(node));
    const found = resources.flatMap((resource): [string, string][] => {
      const address = addressOf(resource);
      const id = left.get(address);
      left.delete(address);
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
