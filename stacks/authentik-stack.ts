import { TerraformResource, TerraformStack } from "cdktf";
import type { TerraformElement } from "cdktf";
import { Node } from "constructs";
import type { Construct, IConstruct } from "constructs";
import { previousId } from "../constructs/renamed";
import { StateBackend } from "./backend";
import type { BackendProps } from "./backend";

const ID = /^[A-Za-z0-9-]+$/;

/**
 * A stack whose addresses are its construct paths: `identity/apps/grafana/provider` is `identity_apps_grafana_provider`.
 * A path cannot lead to two addresses nor two paths to one, because no id holds the separator.
 */
export class AuthentikStack extends TerraformStack {
  constructor(scope: Construct, id: string, backend: BackendProps) {
    super(scope, id);
    new StateBackend(this, backend);
    // Ephemeral values and write-only arguments.
    this.addOverride("terraform.required_version", ">= 1.11.0");
  }

  override prepareStack(): void {
    for (const resource of this.node.findAll().filter((node) => TerraformResource.isTerraformResource(node)))
      this.moveRenamed(resource);
    super.prepareStack();
  }

  /** Stacks share config, never state: a plan of one must not need the other to be applied. */
  override registerOutgoingCrossStackReference(): never {
    throw new Error(
      `stack "${this.node.id}" is read by another stack; pass the config value, or look the object up by name`,
    );
  }

  /** Elements ask for their address, and a file that is copied into the stack's folder, by its node, for its place there. */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    return this.address(element instanceof Node ? element : element.node, (scope) => scope.node.id);
  }

  private moveRenamed(resource: TerraformResource): void {
    const before = this.address(resource.node, previousId);
    if (before !== resource.friendlyUniqueId) resource.moveFromId(`${resource.terraformResourceType}.${before}`);
  }

  private address({ scopes, path }: Node, idOf: (scope: IConstruct) => string): string {
    const ids = scopes.slice(scopes.indexOf(this) + 1).map((scope) => idOf(scope));
    const bad = ids.find((id) => !ID.test(id));
    if (bad !== undefined)
      throw new Error(`construct "${path}": the id "${bad}" must hold letters, digits and dashes only`);
    return (ids.at(-1) === "Resource" ? ids.slice(0, -1) : ids).join("_");
  }
}
