import type { Refusal } from "./refusal";

/** What people without an account come by: an invitation with a password, one with a social login or passkey, or nothing. */
export type EnrollmentBy = "invitation" | "open" | "social";

/** A group that people are put into, and what it would give them beyond access. */
export interface GrantedGroup {
  /** Its name in authentik. */
  readonly name: string;
  /** Whether its members may do everything in authentik, by itself or by a group above it. */
  readonly superuser: boolean;
  /** Whether its members have roles, by itself or by a group above it.  @default false */
  readonly roles?: boolean;
}

/** An enrollment as far as config could be read; what is missing or wrong there is reported by the shape. */
export interface LooseEnrollment {
  readonly by?: EnrollmentBy;
  readonly assignableGroups?: readonly (GrantedGroup | undefined)[];
  readonly usersGroup?: GrantedGroup;
  readonly passwordPolicy?: unknown;
  readonly passkeySetUp?: unknown;
  readonly totpSetUp?: unknown;
  readonly sources?: unknown;
}

/** Refuses groups that give power, and what has no place in an enrollment of its kind. */
export function checkEnrollment(enrollment: LooseEnrollment): Refusal[] {
  const { assignableGroups = [], usersGroup } = enrollment;
  return [
    ...assignableGroups.flatMap((group, place) =>
      checkPower(`assignableGroups[${place}]`, group, "whoever may make invitations could hand it out"),
    ),
    ...checkPower("usersGroup", usersGroup, "everybody who enrolls would have it"),
    ...checkOnce(assignableGroups),
    ...checkKind(enrollment),
  ];
}

function checkPower(field: string, group: GrantedGroup | undefined, why: string): Refusal[] {
  if (group === undefined || (!group.superuser && group.roles !== true)) return [];
  const rule = group.superuser
    ? "must be no group that makes superusers, by itself or by a group above it"
    : "must be no group that holds roles, by itself or by a group above it";
  const text = `${rule}, got "${group.name}"; ${why}: add people to it in users.json`;
  return [{ code: "AK056", field, text }];
}

function checkOnce(groups: readonly (GrantedGroup | undefined)[]): Refusal[] {
  const names = groups.map((group) => group?.name);
  const again = names.find((name, place) => name !== undefined && names.indexOf(name) < place);
  if (again === undefined) return [];
  return [{ code: "AK012", field: "assignableGroups", text: `must name each once, got "${again}" again; remove it` }];
}

function checkKind(enrollment: LooseEnrollment): Refusal[] {
  const { by, assignableGroups, passkeySetUp, sources } = enrollment;
  const refusals: Refusal[] = [];
  const add = (field: string, text: string): void => void refusals.push({ field, text: `must ${text}` });
  if (by === "social") {
    for (const field of ["passwordPolicy", "totpSetUp"] as const) {
      if (enrollment[field] === undefined) continue;
      add(field, 'be left out with by "social", got one; nobody sets a password there: leave it out');
    }
    if (sources === undefined && passkeySetUp === undefined) {
      add("sources", 'be given with by "social", or else passkeySetUp, got neither; nobody could sign in again');
    }
  } else if (by !== undefined && sources !== undefined) {
    add("sources", `be left out with by "${by}", got some; people who come from a source need by "social"`);
  }
  if (by === "open" && (assignableGroups ?? []).length > 0) {
    add("assignableGroups", 'be left out with by "open", got some; only an invitation says groups: use usersGroup');
  }
  return refusals;
}
