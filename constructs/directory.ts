import { Construct } from "constructs";
import { Group } from "./group";
import { renamedFrom } from "./renamed";

/** A group as a directory declares it. */
export interface DirectoryGroup {
  /** Name in authentik, unique. */
  readonly name: string;
  /** Keys of the groups above it.  @default - none */
  readonly parents?: readonly string[];
  /** Whether members may do everything in authentik.  @default false */
  readonly superuser?: boolean;
  /** Attributes of the group.  @default - not managed */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** The key before a rename.  @default - never renamed */
  readonly previousKey?: string;
}

export interface DirectoryProps {
  /** Groups by key; parents may stand after their children. */
  readonly groups: Readonly<Record<string, DirectoryGroup>>;
}

/**
 * The groups of a site, each below its parents.
 * @throws Error when a parent is unknown, or a group's parents lead back to it
 */
export class Directory extends Construct {
  private readonly made = new Map<string, Group>();

  constructor(scope: Construct, id: string, props: DirectoryProps) {
    super(scope, id);
    for (const key of Object.keys(props.groups)) this.make(props.groups, key, []);
  }

  /** The uuid of a group; known after apply. */
  groupId(key: string): string {
    const group = this.made.get(key);
    if (group === undefined)
      throw new Error(
        `Directory "${this.node.path}": has no group "${key}"; it has ${[...this.made.keys()].join(", ")}`,
      );
    return group.groupId;
  }

  private make(groups: DirectoryProps["groups"], key: string, below: readonly string[]): Group {
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const group = groups[key];
    if (group === undefined)
      throw new Error(
        `Directory "${this.node.path}": ${below.join(" > ")} names the parent "${key}", which is not declared`,
      );
    if (below.includes(key))
      throw new Error(
        `Directory "${this.node.path}": the parents of ${[...below, key].join(" > ")} lead back to it; remove one`,
      );
    const parents = (group.parents ?? []).map((parent) => this.make(groups, parent, [...below, key]).groupId);
    const made = new Group(this, key, { ...group, parents });
    renamedFrom(made, group.previousKey);
    this.made.set(key, made);
    return made;
  }
}
