import type { Site } from "../config/load";

/** A group's name in authentik. */
export function groupName(site: Pick<Site, "groups">, key: string): string {
  return site.groups[key]?.name ?? key;
}

/** Name of the group of the people an app names one by one. */
export function appGroupName(slug: string): string {
  return `app-${slug}`;
}

/** Keys of the apps that name a person. */
export function appsNaming(site: Pick<Site, "apps">, username: string): string[] {
  return Object.entries(site.apps)
    .filter(([, { access }]) => access !== "everyone" && access.users?.includes(username))
    .map(([key]) => key);
}
