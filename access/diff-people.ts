import { cause } from "./cause";
import type { Accesses, Members } from "./cause";
import { everybody, memberOf } from "./decide";
import type { GroupChange, OpeningChange, PersonChange } from "./diff";
import { effectOf } from "./effect";
import type { OpeningPair } from "./opening-pairs";
import { verdictAt } from "./openings";
import { pairs } from "./pair";
import type { Group, Person } from "./world";
import { superuserText } from "./words";

/** What is different for people and machines; those for whom nothing is are left out. */
export function personChanges(accesses: Accesses, compared: readonly OpeningPair[]): PersonChange[] {
  const worlds = [accesses[0].world, accesses[1].world] as const;
  return pairs<Person>(worlds, everybody, ({ username }) => username).flatMap(([before, after]) => {
    const person = (after ?? before) as Person;
    const was = before === undefined || before.username === person.username ? undefined : before.username;
    const change: PersonChange = {
      username: person.username,
      name: person.name,
      isMachine: person.kind === "service account",
      was,
      presence: presence(before, after),
      active: activity(before, after),
      joined: without(after?.groups, before?.groups),
      left: without(before?.groups, after?.groups),
      superuser: superuser(accesses, [before, after]),
      openings: openingChanges(accesses, [before, after], compared),
    };
    return isSame(change) && change.active === undefined ? [] : [change];
  });
}

/** What is different for groups, and for whoever is in one of them alone. */
export function groupChanges(
  accesses: Accesses,
  compared: readonly OpeningPair[],
  oldName: (name: string) => string,
): GroupChange[] {
  const worlds = [accesses[0].world, accesses[1].world] as const;
  return pairs<Group>(
    worlds,
    ({ groups }) => groups,
    ({ name }) => name,
  ).flatMap(([before, after]) => {
    const { name } = (after ?? before) as Group;
    const members: Members = [before && memberOf(before.name), after && memberOf(after.name)];
    const change: GroupChange = {
      name,
      was: before === undefined || oldName(name) === name ? undefined : oldName(name),
      presence: presence(before, after),
      joined: without(after?.parents, before?.parents),
      left: without(before?.parents, after?.parents),
      superuser: superuser(accesses, members),
      openings: openingChanges(accesses, members, compared),
    };
    return isSame(change) ? [] : [change];
  });
}

function isSame({ was, presence: is, joined, left, superuser: right, openings }: GroupChange): boolean {
  const isKept = was === undefined && is === "kept" && right === undefined;
  return isKept && joined.length + left.length + openings.length === 0;
}

function presence(before: unknown, after: unknown): PersonChange["presence"] {
  if (before === undefined) return "added";
  return after === undefined ? "removed" : "kept";
}

function activity(before: Person | undefined, after: Person | undefined): PersonChange["active"] {
  if (before === undefined || after === undefined || before.active === after.active) return undefined;
  return { before: before.active, after: after.active };
}

function superuser([before, after]: Accesses, [was, is]: Members): PersonChange["superuser"] {
  const found = {
    before: was && superuserText(before.superuserBy(was)),
    after: is && superuserText(after.superuserBy(is)),
  };
  return (found.before === undefined) === (found.after === undefined) ? undefined : found;
}

/** What the first list has and the second has not. */
function without(names: readonly string[] = [], others: readonly string[] = []): string[] {
  return names.filter((name) => !others.includes(name)).sort();
}

function openingChanges(accesses: Accesses, members: Members, compared: readonly OpeningPair[]): OpeningChange[] {
  const [was, is] = members;
  return compared.flatMap((pair): OpeningChange[] => {
    const before = was === undefined ? "closed" : verdictAt(accesses[0], was, pair.before);
    const after = is === undefined ? "closed" : verdictAt(accesses[1], is, pair.after);
    if (before === after) return [];
    const why = cause(accesses, members, pair, effectOf({ before, after }) === "wider");
    return [{ key: pair.key, title: pair.title, before, after, why }];
  });
}
