import { TerraformElement } from "cdktf";
import type { Construct } from "constructs";

/**
 * An address that leaves the state without its object being destroyed, should it be there; a `removed` block, for which
 * cdktf has no class.
 */
export class Forgotten extends TerraformElement {
  constructor(
    scope: Construct,
    id: string,
    private readonly address: string,
  ) {
    super(scope, id);
  }

  override toTerraform(): object {
    return { removed: [{ from: this.address, lifecycle: { destroy: false } }] };
  }
}
