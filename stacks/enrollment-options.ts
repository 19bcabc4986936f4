import type { LooseSite } from "../config/rule";
import type { GrantedGroup } from "../constructs/enrollment-checks";

/** What an enrollment leaves open is decided here, for a site that could be read in part only as for one that is whole. */
type Enrolling = Pick<LooseSite, "enrollment">;

/** Whether people who enroll are asked for a password. */
export function asksForPassword({ enrollment }: Enrolling): boolean {
  return enrollment?.by === "invitation" || enrollment?.by === "open";
}

/** Whether people who enroll make a passkey; with `social`, those who come from no source. */
export function makesPasskey({ enrollment }: Enrolling): boolean {
  return enrollment?.passkey ?? enrollment?.by === "social";
}

/** Keys of the sources that people enroll by, as far as there are any; other kinds have none unless they name some. */
export function enrollingSources({
  enrollment,
  sources,
}: Pick<LooseSite, "enrollment" | "sources">): readonly string[] | undefined {
  const named = enrollment?.sources?.filter((key) => key !== undefined);
  const keys = named ?? (enrollment?.by === "social" ? Object.keys(sources ?? {}) : []);
  return keys.length === 0 ? undefined : keys;
}

/** A group that people who enroll may be put into. */
export function grantedGroup(site: Pick<LooseSite, "groups">, key: string): GrantedGroup {
  return { name: site.groups?.[key]?.name ?? key, superuser: isSuperuserGroup(site, key) };
}

/** Whether members of a group may do everything, by the group itself or one above it. */
export function isSuperuserGroup(
  { groups = {} }: Pick<LooseSite, "groups">,
  key: string,
  below: readonly string[] = [],
): boolean {
  const { superuser = false, parents = [] } = groups[key] ?? {};
  if (superuser) return true;
  // Parents that lead back are refused elsewhere.
  return parents.some(
    (parent) =>
      parent !== undefined && !below.includes(parent) && isSuperuserGroup({ groups }, parent, [...below, key]),
  );
}
