import type { Site } from "../config/load";

/** A group's name in authentik. */
export function groupName(site: Pick<Site, "groups">, key: string): string {
  return site.groups[key]?.name ?? key;
}

/** Name of the group of the people an app names one by one. */
export function appGroupName(slug: string): string {
  return `app-${slug}`;
}

/** Keys of the apps that name people one by one, by username. */
export function appsByPerson(site: Pick<Site, "apps">): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [key, { access }] of Object.entries(site.apps)) {
    for (const username of access === "everyone" ? [] : (access.users ?? [])) {
      found.set(username, [...(found.get(username) ?? []), key]);
    }
  }
  return found;
}
