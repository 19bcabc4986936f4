import { TerraformElement } from "cdktf";
import type { TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { addressOf } from "./lifecycle";

/**
 * An object that is there already and comes under a resource; an `import` block. cdktf's own way runs
 * `terraform version` during synthesis, which has to work without Terraform.
 */
export class Adopted extends TerraformElement {
  constructor(
    scope: Construct,
    id: string,
    private readonly resource: TerraformResource,
    private readonly importId: string,
  ) {
    super(scope, id);
  }

  override toTerraform(): object {
    return { import: [{ to: addressOf(this.resource), id: this.importId }] };
  }
}
