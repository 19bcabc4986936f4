import { Construct } from "constructs";
import { join } from "node:path";
import type { Site } from "../config/load";
import type { Access } from "../config/schema";
import type { AccessEntry } from "../constructs/access-bindings";
import type { Directory } from "../constructs/directory";
import { ExpressionPolicy } from "../constructs/expression-policy";
import type { ExpressionPolicyProps } from "../constructs/expression-policy";
import { Group } from "../constructs/group";
import { renamedFrom } from "../constructs/renamed";
import { appGroupName } from "./names";

/** The folder of the project's own policies. */
export const POLICIES = join(__dirname, "..", "policies");

/** What may be opened, and by whom. */
export interface Opening {
  /** Construct id of the group of the people it names one by one. */
  readonly id: string;
  readonly slug: string;
  readonly access: Access;
  readonly was?: string | undefined;
}

/** Turns who may open something into groups and policies; a policy is made for the first that names it. */
export class AppAccess {
  private readonly policies: Construct;
  private readonly appGroupScope: Construct;
  private readonly appGroups = new Map<string, Group>();
  private readonly made = new Map<string, string>();

  constructor(
    scope: Construct,
    private readonly site: Site,
    private readonly groups: Directory,
  ) {
    this.policies = new Construct(scope, "policies");
    this.appGroupScope = new Construct(scope, "app-groups");
  }

  /** Who is let in, and whether one entry is enough. */
  of(opening: Opening): { readonly access: AccessEntry[]; readonly match: "any" | "all" } {
    const { access } = opening;
    if (access === "everyone") return { access: [{ policy: this.policy("everyone", "everyone.py") }], match: "any" };
    const { groups = [], users, policies = [], match } = access;
    const entries = [
      ...groups.map((group) => ({ group: this.groups.groupId(group) })),
      ...(users === undefined ? [] : [{ group: this.addAppGroup(opening).groupId }]),
      ...policies.map((policy) => ({ policy: this.custom(policy) })),
    ];
    return { access: entries, match };
  }

  /** The uuid of the group of the people an app or host names one by one; known after apply. */
  appGroupId(slug: string): string {
    const group = this.appGroups.get(slug);
    if (group === undefined) throw new Error(`"${slug}" names no people`);
    return group.groupId;
  }

  /** The uuid of one of the project's own policies, by its file. */
  policy(id: string, file: string): string {
    return this.once(id, { file: join(POLICIES, file) });
  }

  private custom(key: string): string {
    const policy = this.site.policies[key];
    if (policy === undefined) throw new Error(`the site has no policy "${key}"`);
    return this.once(`custom-${key}`, policy);
  }

  private addAppGroup({ id, slug, was }: Opening): Group {
    const group = new Group(this.appGroupScope, id, { name: appGroupName(slug) });
    renamedFrom(group, was);
    this.appGroups.set(slug, group);
    return group;
  }

  private once(
    id: string,
    { name = `iac-${id}`, ...props }: Partial<ExpressionPolicyProps> & { file: string },
  ): string {
    const known = this.made.get(id) ?? new ExpressionPolicy(this.policies, id, { ...props, name }).policyId;
    this.made.set(id, known);
    return known;
  }
}
