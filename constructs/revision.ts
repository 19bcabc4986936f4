import { TerraformResource } from "cdktf";
import type { Construct } from "constructs";

/**
 * Values whose change replaces whatever names this resource in `replace_triggered_by`; a `terraform_data` resource.
 * cdktf's own class for that runs `terraform version` during synthesis, which has to work without Terraform.
 */
export class Revision extends TerraformResource {
  constructor(
    scope: Construct,
    id: string,
    private readonly values: Readonly<Record<string, string | number>>,
  ) {
    super(scope, id, {
      terraformResourceType: "terraform_data",
      terraformGeneratorMetadata: { providerName: "terraform" },
    });
  }

  /** Another one after each replacement; known after apply. */
  get id(): string {
    return this.getStringAttribute("id");
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { input: this.values };
  }
}
