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
export function ldapOutpostName({ outposts }: LooseOutposts): string {
  return outposts?.ldap?.name ?? "ldap";
}

/** Namespace of an outpost's objects. */
export function outpostNamespace({ platform }: LooseOutposts, options: LooseNamespace = {}): string {
  return options.namespace ?? platform?.namespace ?? "authentik";
}

interface LooseNamespace {
  readonly namespace?: string | undefined;
}

/** What of a site decides where outposts are, also of one that could be read in part only. */
interface LooseOutposts {
  readonly outposts?: { readonly ldap?: { readonly name?: string | undefined } | undefined } | undefined;
  readonly platform?: LooseNamespace | undefined;
}
