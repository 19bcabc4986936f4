import { Construct } from "constructs";
import { Group as GroupResource } from "../.gen/providers/authentik/group";
import { leaveUnset } from "./lifecycle";

export interface GroupProps {
  /** Name in authentik, unique. */
  readonly name: string;
  /** Uuids of the groups whose access members inherit.  @default - none */
  readonly parents?: readonly string[];
  /** Whether members may do everything in authentik.  @default false */
  readonly superuser?: boolean;
  /** Attributes of the group.  @default - not managed */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/**
 * A group. Who is in it is said by the people, never by the group: two owners of one list take turns undoing each other.
 */
export class Group extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: GroupResource;
  /** Uuid of the group; known after apply. */
  readonly groupId: string;

  constructor(scope: Construct, id: string, props: GroupProps) {
    super(scope, id);
    this.resource = new GroupResource(this, "Resource", {
      name: props.name,
      isSuperuser: props.superuser ?? false,
      parents: [...(props.parents ?? [])],
      attributes: props.attributes === undefined ? undefined : JSON.stringify(props.attributes),
      // Bindings point at the group: a replacement has to exist before the old one goes.
      lifecycle: leaveUnset({ attributes: props.attributes }, { createBeforeDestroy: true }),
    });
    this.node.defaultChild = this.resource;
    this.groupId = this.resource.id;
  }
}
