import type { Site } from "../config/load";
import type { Access } from "../config/schema";

/** A group's name in authentik. */
export function groupName(site: Pick<Site, "groups">, key: string): string {
  return site.groups[key]?.name ?? key;
}

/** Name of the group of the people an app names one by one. */
export function appGroupName(slug: string): string {
  return `app-${slug}`;
}

/** Everything somebody may open: apps and restricted hosts, with their slugs. */
export function openings(
  site: Pick<Site, "apps" | "hostAccess">,
): { readonly slug: string; readonly access: Access }[] {
  return [...Object.values(site.apps), ...Object.values(site.hostAccess?.hosts ?? {})];
}

/** Slugs of what names people one by one, by username. */
export function slugsByPerson(site: Pick<Site, "apps" | "hostAccess">): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { slug, access } of openings(site)) {
    for (const username of access === "everyone" ? [] : (access.users ?? [])) {
      found.set(username, [...(found.get(username) ?? []), slug]);
    }
  }
  return found;
}

/** Name of the outpost of all LDAP apps. */
export function ldapOutpostName(site: Pick<Site, "outposts">): string {
  return site.outposts.ldap?.name ?? "ldap";
}

/** Namespace of an outpost's objects. */
export function outpostNamespace(
  { platform }: Pick<Site, "platform">,
  { namespace }: { readonly namespace?: string } = {},
): string {
  return namespace ?? platform?.namespace ?? "authentik";
}
