import { Access } from "./decide";
import type { Verdict } from "./decide";
import { groupChanges, personChanges } from "./diff-people";
import { settingChanges } from "./diff-settings";
import { effectOf } from "./effect";
import type { Effect } from "./effect";
import { openingPairs } from "./opening-pairs";
import { withNewNames } from "./renamed";
import type { World } from "./world";

/** Something that somebody may do now and could not before, or the other way round. */
export interface OpeningChange {
  /** Of the opening, see `Opening`. */
  readonly key: string;
  readonly title: string;
  readonly before: Verdict;
  readonly after: Verdict;
  /** In words: `now in Family, which may open it`. */
  readonly why: string;
}

/** What is different about a person or a machine. */
export interface PersonChange {
  readonly username: string;
  readonly name: string;
  readonly isMachine: boolean;
  /** Username before, when it is another. */
  readonly was?: string | undefined;
  readonly presence: "added" | "removed" | "kept";
  /** Whether the account may sign in, when that changes. */
  readonly active?: { readonly before: boolean; readonly after: boolean } | undefined;
  /** Groups joined and left, by their names after and before. */
  readonly joined: readonly string[];
  readonly left: readonly string[];
  /** How they are superuser before and after, when only one of the two is so. */
  readonly superuser?: { readonly before?: string | undefined; readonly after?: string | undefined } | undefined;
  readonly openings: readonly OpeningChange[];
}

/** What is different about a group, and for whoever is in it alone. */
export interface GroupChange {
  readonly name: string;
  readonly was?: string | undefined;
  readonly presence: "added" | "removed" | "kept";
  /** Parents it gets and loses. */
  readonly joined: readonly string[];
  readonly left: readonly string[];
  readonly superuser?: { readonly before?: string | undefined; readonly after?: string | undefined } | undefined;
  readonly openings: readonly OpeningChange[];
}

/** Parts of a site that are compared besides people and groups. */
export type Area = "apps" | "sign-in" | "flows" | "policies" | "settings" | "waivers";

/** Anything else that is different. Without `before` it is new, without `after` it is gone. */
export interface SettingChange {
  readonly area: Area;
  /** Whose it is, such as `Grafana` or `flow iac-login`. */
  readonly subject: string;
  /** What of it, such as `redirect URI`; empty when it is the subject itself. */
  readonly what: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly effect: Effect;
}

/** What a change does to who can open what. */
export interface AccessDiff {
  /** Whether somebody gains something, or might: anything of effect `wider` or `either`. */
  readonly widened: boolean;
  readonly people: readonly PersonChange[];
  readonly groups: readonly GroupChange[];
  readonly settings: readonly SettingChange[];
  /** How many people keep exactly what they have. */
  readonly unchanged: number;
}

/** What is different between two worlds; nothing between a world and itself. */
export function diff(before: World, after: World): AccessDiff {
  const { world, oldName } = withNewNames(before, after);
  const accesses = [new Access(world), new Access(after)] as const;
  const compared = openingPairs([world, after]);
  const people = personChanges(accesses, compared);
  const groups = groupChanges(accesses, compared, oldName);
  const settings = settingChanges(accesses);
  const changed = people.filter(({ isMachine, presence }) => !isMachine && presence !== "removed");
  return {
    widened:
      [...people, ...groups].some(widens) || settings.some(({ effect }) => effect === "wider" || effect === "either"),
    people,
    groups,
    settings,
    unchanged: after.people.length - changed.length,
  };
}

/** Whether somebody can do more. */
export function widens({ superuser, openings }: Pick<PersonChange, "superuser" | "openings">): boolean {
  const isSuperuserNow = superuser !== undefined && superuser.after !== undefined;
  return isSuperuserNow || openings.some((opening) => effectOf(opening) === "wider");
}

/** Whether two worlds differ in nothing that is compared. */
export function isEmpty({ people, groups, settings }: AccessDiff): boolean {
  return people.length + groups.length + settings.length === 0;
}
