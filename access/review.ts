import type { AccessDiff, Area, GroupChange, OpeningChange, PersonChange, SettingChange } from "./diff";
import { widens } from "./diff";
import { effectOf } from "./effect";
import type { Effect } from "./effect";
import { count, names } from "./words";

/** One thing that is different, in words. */
export interface Line {
  readonly effect: Effect;
  readonly text: string;
}

/** What is different about one person, app or flow. */
export interface Block {
  readonly title: string;
  readonly lines: readonly Line[];
}

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** A difference, for people who do not know the code. */
export interface Review {
  readonly headline: string;
  readonly sections: readonly Section[];
}

/** How many names stand in one line. */
const NAMES = 12;

/** Says a difference in words, by person or by app, whichever is shorter. */
export function review(difference: AccessDiff): Review {
  const { people, groups, settings } = difference;
  const sections = [
    { title: "People", blocks: shorter(byPerson(people), byOpening(people)) },
    { title: "Groups", blocks: groups.map(groupBlock) },
    ...AREAS.map(([area, title]) => ({ title, blocks: settingBlocks(settings.filter((one) => one.area === area)) })),
  ];
  return { headline: headline(difference), sections: sections.filter(({ blocks }) => blocks.length > 0) };
}

const AREAS: readonly (readonly [Area, string])[] = [
  ["apps", "Apps"],
  ["sign-in", "Sign-in"],
  ["flows", "Flows"],
  ["policies", "Policies"],
  ["settings", "Settings"],
  ["waivers", "Waivers"],
];

function headline({ widened, people, groups, settings, unchanged }: AccessDiff): string {
  const humans = people.filter(({ isMachine }) => !isMachine);
  const gaining = humans.filter(widens).length;
  const losing = humans.filter(narrows).length;
  const rest = settings.filter(({ effect }) => effect === "wider" || effect === "either").length;
  if (people.length + groups.length + settings.length === 0) return "Nobody's access changes.";
  const parts = [
    ...(gaining === 0 ? [] : [`${count(gaining, "person gains", "people gain")} something`]),
    ...(losing === 0 ? [] : [`${count(losing, "person loses", "people lose")} something`]),
    ...(rest === 0 ? [] : [`${count(rest, "other change", "other changes")} may let in more`]),
    ...(unchanged === 0 ? [] : [`${count(unchanged, "person keeps", "people keep")} what they have`]),
  ];
  return `Access ${widened ? "gets wider" : "does not get wider"}: ${names(parts)}.`;
}

function narrows({ superuser, openings }: PersonChange): boolean {
  return superuser?.before !== undefined || openings.some((opening) => effectOf(opening) === "narrower");
}

function shorter(some: readonly Block[], others: readonly Block[]): readonly Block[] {
  const length = (blocks: readonly Block[]): number => blocks.reduce((sum, { lines }) => sum + 1 + lines.length, 0);
  return length(others) < length(some) ? others : some;
}

/** Blocks of people; those of whom the same is to say share one. */
function byPerson(people: readonly PersonChange[]): Block[] {
  return shared(
    people.map((person) => {
      const lines = person.openings.map(openingLine);
      const of = (effect: Effect): Line[] => lines.filter((line) => line.effect === effect);
      return { person, lines: [...facts(person), ...of("wider"), ...of("narrower")] };
    }),
  );
}

/** Blocks of apps and hosts, after what is to say about the people themselves. */
function byOpening(people: readonly PersonChange[]): Block[] {
  type Lines = Map<string, { opening: OpeningChange; who: PersonChange[] }>;
  const found = new Map<string, { title: string; lines: Lines }>();
  for (const person of people) {
    for (const opening of person.openings) {
      const block = found.get(opening.key) ?? { title: opening.title, lines: new Map() as Lines };
      const key = [opening.before, opening.after, opening.why].join("\n");
      const line = block.lines.get(key) ?? { opening, who: [] };
      line.who.push(person);
      block.lines.set(key, line);
      found.set(opening.key, block);
    }
  }
  const known = people.map((person) => ({ person, lines: facts(person) })).filter(({ lines }) => lines.length > 0);
  return [
    ...shared(known),
    ...[...found.values()].map(({ title, lines }) => ({
      title,
      lines: [...lines.values()].map(({ opening, who }): Line => {
        const [, , by] = verbs(opening);
        const text = `${by} ${who.length > 1 ? `${count(who.length, "person", "people")}: ` : ""}${names(who.map(label), NAMES)}`;
        return { effect: effectOf(opening), text: `${text}${brackets(opening)}` };
      }),
    })),
  ];
}

function shared(all: readonly { readonly person: PersonChange; readonly lines: readonly Line[] }[]): Block[] {
  const found = new Map<string, { people: PersonChange[]; lines: readonly Line[] }>();
  for (const { person, lines } of all) {
    const key = lines.map(({ text }) => text).join("\n");
    const block = found.get(key) ?? { people: [], lines };
    block.people.push(person);
    found.set(key, block);
  }
  return [...found.values()].map(({ people, lines }) => ({ title: title(people), lines }));
}

function title(people: readonly PersonChange[]): string {
  const [only] = people;
  if (people.length !== 1 || only === undefined) {
    return `${count(people.length, "account", "accounts")}: ${names(people.map(label), NAMES)}`;
  }
  return only.name === only.username || only.isMachine ? label(only) : `${only.name} (${only.username})`;
}

function label({ username, isMachine }: PersonChange): string {
  return isMachine ? `the machine ${username}` : username;
}

/** What is to say about an account besides what it may open. */
function facts({ was, presence, active, joined, left, superuser, openings }: PersonChange): Line[] {
  const lines: Line[] = [];
  const add = (text: string, effect: Effect = "none"): void => void lines.push({ text, effect });
  if (presence !== "kept") add(presence === "added" ? "is new" : "is removed");
  if (was !== undefined) add(`was called ${was}`);
  if (active !== undefined) add(active.after ? "may sign in again" : "may not sign in any more");
  const moves = [joins("joins", joined), joins("leaves", left)].filter(Boolean);
  if (moves.length > 0) add(moves.join(", "));
  lines.push(...superuserLines(superuser));
  const isOpenedAlike = presence === "kept" && superuser === undefined && openings.length === 0;
  if (isOpenedAlike && lines.length > 0) add("can open what they could before");
  return lines;
}

function joins(verb: string, groups: readonly string[]): string {
  return groups.length === 0 ? "" : `${verb} ${names(groups)}`;
}

function superuserLines(superuser: PersonChange["superuser"]): Line[] {
  if (superuser === undefined) return [];
  const { before, after } = superuser;
  if (after !== undefined) return [{ effect: "wider", text: `becomes a superuser (${after})` }];
  return [{ effect: "narrower", text: `is no superuser any more (was ${before ?? ""})` }];
}

/** What happens to something that can be opened: for one, for many, and for who is named after it. */
function verbs({ before, after }: OpeningChange): readonly [one: string, many: string, by: string, rest: string] {
  if (after === "open") return ["gains", "gain", "gained by", ""];
  if (after === "closed") return ["loses", "lose", "lost by", ""];
  if (before === "closed") return ["may get into", "may get into", "may be got into by", ""];
  return ["keeps", "keep", "kept at times only by", " at times only"];
}

function openingLine(opening: OpeningChange): Line {
  const [verb, , , rest] = verbs(opening);
  return { effect: effectOf(opening), text: `${verb} ${opening.title}${rest}${brackets(opening)}` };
}

function brackets({ why }: OpeningChange): string {
  return why === "" ? "" : ` (${why})`;
}

function groupBlock({ name, was, presence, joined, left, superuser, openings }: GroupChange): Block {
  const lines: Line[] = [];
  const add = (text: string, effect: Effect = "none"): void => void lines.push({ text, effect });
  if (presence !== "kept") add(presence === "added" ? "is new" : "is removed");
  if (was !== undefined) add(`was called ${was}`);
  const moves = [joins("becomes part of", joined), joins("is no part any more of", left)].filter(Boolean);
  if (moves.length > 0) add(moves.join(", "));
  lines.push(
    ...superuserLines(superuser).map(({ effect }): Line => {
      const text = effect === "wider" ? "members become superusers" : "members are no superusers any more";
      return { effect, text };
    }),
  );
  const byVerb = new Map<string, OpeningChange[]>();
  for (const opening of openings) {
    const [, verb] = verbs(opening);
    byVerb.set(verb, [...(byVerb.get(verb) ?? []), opening]);
  }
  for (const [verb, some] of byVerb) {
    const [first] = some;
    if (first === undefined) continue;
    const [, , , rest] = verbs(first);
    add(
      `members ${verb} ${names(
        some.map((one) => one.title),
        NAMES,
      )}${rest}`,
      effectOf(first),
    );
  }
  return { title: name, lines };
}

function settingBlocks(settings: readonly SettingChange[]): Block[] {
  const found = new Map<string, { subjects: string[]; lines: readonly Line[] }>();
  for (const subject of new Set(settings.map((one) => one.subject))) {
    const lines = settings.filter((one) => one.subject === subject).map(settingLine);
    const key = lines.map(({ text }) => text).join("\n");
    const block = found.get(key) ?? { subjects: [], lines };
    block.subjects.push(subject);
    found.set(key, block);
  }
  return [...found.values()].map(({ subjects, lines }) => ({ title: names(subjects, NAMES), lines }));
}

function settingLine({ what, before, after, effect }: SettingChange): Line {
  const of = what === "" ? "" : `${what} `;
  if (before === undefined) return { effect, text: `${of}${of === "" ? "is " : ""}new: ${after ?? ""}` };
  if (after === undefined) return { effect, text: `${of}${of === "" ? "is " : ""}gone: ${before}` };
  return { effect, text: `${what === "" ? "" : `${what}: `}${before} → ${after}` };
}
