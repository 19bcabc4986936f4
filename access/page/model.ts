import { Access, everybody } from "../decide";
import type { Verdict } from "../decide";
import type { OpeningChange } from "../diff";
import { effectOf } from "../effect";
import { openings, verdictAt } from "../openings";
import type { Opening } from "../openings";
import type { Person, World } from "../world";
import { worldOf } from "./data";
import type { PageChange, PageData, PagePerson } from "./data";

/** A row of the matrix: an account there is, or one that is gone. */
export interface Row {
  readonly username: string;
  readonly name: string;
  readonly isMachine: boolean;
  /** Nothing for an account that is gone. */
  readonly person?: Person | undefined;
  readonly isNew: boolean;
  readonly isSuperuser: boolean;
  /** What is searched, in small letters. */
  readonly text: string;
  readonly changes: ReadonlyMap<string, OpeningChange>;
}

/** A column of the matrix: something that can be opened, or that could be. */
export interface Column {
  readonly key: string;
  readonly title: string;
  /** What stands above it: short, for a host its name. */
  readonly label: string;
  readonly isHost: boolean;
  /** Nothing for what is gone. */
  readonly opening?: Opening | undefined;
  /** Whether somebody gains or loses it. */
  readonly isChanged: boolean;
  /** What is searched, in small letters. */
  readonly text: string;
}

/** What stands where a row and a column meet. */
export interface Cell {
  readonly verdict: Verdict;
  readonly change?: OpeningChange | undefined;
  readonly mark?: "gained" | "lost" | undefined;
}

/** What the reader wants to see. */
export interface Filter {
  readonly people: string;
  readonly apps: string;
  /** Name of a group; empty for all. */
  readonly group: string;
  readonly onlyChanges: boolean;
  readonly machines: boolean;
}

/** What is left of the matrix. */
export interface View {
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
}

/** Everything a page shows, and the rules that decide it. */
export class Model {
  readonly world: World;
  readonly access: Access;
  readonly change: PageChange | undefined;
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  private readonly counted = new Map<string, { readonly open: number; readonly atLogin: number }>();

  constructor(data: PageData) {
    this.world = worldOf(data);
    this.access = new Access(this.world);
    this.change = data.change;
    this.rows = this.readRows();
    this.columns = this.readColumns();
  }

  cell({ person, changes }: Row, { key, opening }: Column): Cell {
    const isThere = person !== undefined && opening !== undefined;
    const verdict = isThere ? verdictAt(this.access, person, opening) : "closed";
    const change = changes.get(key);
    if (change === undefined) return { verdict };
    return { verdict, change, mark: effectOf(change) === "wider" ? "gained" : "lost" };
  }

  /** How many people may open something; machines are no people. */
  count({ key, opening }: Column): { readonly open: number; readonly atLogin: number } {
    const known = this.counted.get(key);
    if (known !== undefined) return known;
    const verdicts = opening === undefined ? [] : this.world.people.map((one) => verdictAt(this.access, one, opening));
    const of = (wanted: Verdict): number => verdicts.filter((verdict) => verdict === wanted).length;
    const counts = { open: of("open"), atLogin: of("at login") };
    this.counted.set(key, counts);
    return counts;
  }

  filter({ people, apps, group, onlyChanges, machines }: Filter): View {
    const [who, what] = [words(people), words(apps)];
    return {
      rows: this.rows.filter(
        (row) =>
          (machines || !row.isMachine) &&
          who.every((word) => row.text.includes(word)) &&
          (group === "" || (row.person !== undefined && this.access.groupsOf(row.person).has(group))) &&
          (!onlyChanges || row.changes.size > 0),
      ),
      columns: this.columns.filter(
        (column) => what.every((word) => column.text.includes(word)) && (!onlyChanges || column.isChanged),
      ),
    };
  }

  private readRows(): Row[] {
    const changed = new Map(this.change?.people.map((person) => [person.username, person]));
    const there = everybody(this.world).map((person) => this.row(person, changed.get(person.username), person));
    const gone = [...changed.values()].filter(({ presence }) => presence === "removed");
    return inOrder([...there, ...gone.map((person) => this.row(person, person))], ({ name }) => name);
  }

  private row(
    { username, name }: Pick<Person, "username" | "name">,
    changed: PagePerson | undefined,
    person?: Person,
  ): Row {
    const changes = changed?.openings.flatMap((place) => this.change?.openings[place] ?? []) ?? [];
    return {
      username,
      name,
      isMachine: changed?.isMachine ?? person?.kind === "service account",
      person,
      isNew: changed?.presence === "added",
      isSuperuser: person !== undefined && this.access.superuserBy(person) !== undefined,
      text: `${name} ${username}`.toLowerCase(),
      changes: new Map(changes.map((change) => [change.key, change])),
    };
  }

  private readColumns(): Column[] {
    const changes = new Map(this.rows.flatMap((row) => [...row.changes]));
    const column = ({ key, title }: Pick<Opening, "key" | "title">, opening?: Opening): Column => ({
      key,
      title,
      label: labelOf(key, title),
      isHost: !key.startsWith("app "),
      opening,
      isChanged: changes.has(key),
      text: `${title} ${key} ${opening?.apps.map(({ slug, section = "" }) => `${slug} ${section}`).join(" ") ?? ""}`.toLowerCase(),
    });
    const there = new Map(openings(this.world).map((opening) => [opening.key, column(opening, opening)]));
    const gone = [...changes.values()].filter(({ key }) => !there.has(key)).map((change) => column(change));
    const all = inOrder([...there.values(), ...gone], ({ title }) => title);
    return [...all.filter(({ isHost }) => !isHost), ...all.filter(({ isHost }) => isHost)];
  }
}

function labelOf(key: string, title: string): string {
  if (key.startsWith("host ")) return key.replace("host ", "");
  return key.startsWith("hosts of ") ? key.replace("hosts of ", "*.") : title;
}

function words(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/** In the order people expect: 9 before 10. */
const ORDER = new Intl.Collator("en", { numeric: true });

function inOrder<T>(values: readonly T[], by: (value: T) => string): T[] {
  return [...values].sort((a, b) => ORDER.compare(by(a), by(b)));
}
