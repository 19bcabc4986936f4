import { Construct } from "constructs";
import type { Site } from "../config/load";
import { constructId } from "../constructs/construct-id";
import { Person } from "../constructs/person";
import { renamedFrom } from "../constructs/renamed";
import { slugsByPerson } from "./names";

/** How a layer of people finds the groups they are in. */
export interface GroupIds {
  /** The uuid of a group of the site. */
  groupId(key: string): string;
  /** The uuid of the group of the people an app or host names, by its slug. */
  appGroupId(slug: string): string;
}

export interface PeopleLayerProps {
  readonly site: Site;
  readonly groups: GroupIds;
}

/** The people of users.json and the groups each is in. */
export class PeopleLayer extends Construct {
  constructor(scope: Construct, id: string, { site, groups }: PeopleLayerProps) {
    super(scope, id);
    const slugs = slugsByPerson(site);
    for (const { was, ...person } of site.people) {
      const made = new Person(this, constructId(person.username), {
        ...person,
        groups: [
          ...person.groups.map((key) => groups.groupId(key)),
          ...(slugs.get(person.username) ?? []).map((slug) => groups.appGroupId(slug)),
        ],
      });
      renamedFrom(made, was === undefined ? undefined : constructId(was));
    }
  }
}
