import { answerAt } from "../../openings";
import type { Answer, Decision } from "../../decide";
import type { App } from "../../world";
import { count, names, openTo, reason, superuserText } from "../../words";
import type { Cell, Column, Model, Row } from "../model";
import { el, name } from "./dom";
import type { Child } from "./dom";
import type { Choice } from "./matrix";

/** What the reader may do next from an explanation. */
export interface Actions {
  readonly onlyPerson: (row: Row) => void;
  readonly onlyApp: (column: Column) => void;
}

/** How many names a list shows before the rest is counted. */
const SHOWN = 60;

/** Why somebody may open something, or all about either. */
export function explain(model: Model, { row, column }: Choice, actions: Actions): readonly Child[] {
  if (row !== undefined && column !== undefined) return pair(model, row, column);
  if (row !== undefined) return aboutPerson(model, row, actions);
  return column === undefined ? [] : aboutColumn(model, column, actions);
}

const SENTENCE = { open: "may open it", closed: "may not open it", "at login": "is decided at login" } as const;

function pair(model: Model, row: Row, column: Column): readonly Child[] {
  const cell = model.cell(row, column);
  const answered = row.person && column.opening && answerAt(model.access, row.person, column.opening);
  return [
    el("h3", {}, name(row.name), " and ", name(column.title)),
    verdict(cell.verdict, cell.verdict === "at login" ? "Decided at login" : capital(SENTENCE[cell.verdict])),
    ...why(row, column, answered),
    ...changed(cell, model.change?.base),
    row.isSuperuser && cell.verdict !== "open"
      ? el("p", { class: "aside" }, "A superuser is asked like everybody else, but may change who is let in.")
      : undefined,
  ];
}

function why(row: Row, column: Column, answered: { app: App; decision: Decision } | undefined): readonly Child[] {
  if (row.person === undefined) return [el("p", {}, "The account is gone.")];
  if (column.opening === undefined) return [el("p", {}, "It is gone.")];
  if (answered === undefined) return [el("p", {}, "Nothing answers there: no outpost serves it.")];
  const { app, decision } = answered;
  const shownWays = decision.decided === "open" && decision.rests === "bindings";
  const ways = shownWays ? decision.because : [];
  return [
    el("p", { class: "reason" }, capital(reason(decision, app)), "."),
    ...ways.slice(0, 1).map((answer) => chain(row, answer, app)),
    ways.length > 1 && app.match === "any"
      ? el(
          "p",
          { class: "aside" },
          `Also ${names(ways.slice(1).map(({ through, binding }) => through.join(", part of ") || binding.to.name))}.`,
        )
      : undefined,
    el("p", { class: "aside" }, `Open to ${openTo(app)}.`),
  ];
}

/** The way from somebody to an app, through the groups. */
function chain(row: Row, { through, binding }: Answer, app: App): HTMLElement {
  const steps = through.length > 0 ? through : binding.to.kind === "policy" ? [binding.to.name] : [];
  return el(
    "ol",
    { class: "chain", "aria-label": "The way in" },
    ...[row.name, ...steps, app.name].map((step, place, all) =>
      el("li", { class: place === 0 ? "start" : place === all.length - 1 ? "end" : "through" }, name(step)),
    ),
  );
}

function changed({ change, mark }: Cell, base = ""): readonly Child[] {
  if (change === undefined) return [];
  return [
    el(
      "div",
      { class: `change ${mark ?? ""}` },
      el("strong", {}, mark === "gained" ? "+ Gained" : "− Lost"),
      ` since ${base}: ${change.before} before, ${change.after} now${change.why === "" ? "" : ` (${change.why})`}.`,
    ),
  ];
}

function aboutPerson(model: Model, row: Row, { onlyPerson }: Actions): readonly Child[] {
  const { person } = row;
  const head = [el("h3", {}, name(row.name)), el("p", { class: "aside" }, name(row.username))];
  if (person === undefined) return [...head, el("p", {}, "The account is gone."), ...changesOf(row)];
  const superuser = superuserText(model.access.superuserBy(person));
  return [
    ...head,
    el("p", {}, person.active ? capital(person.kind) : `${capital(person.kind)}, not active: nobody signs in with it.`),
    superuser !== undefined && el("p", { class: "warn" }, "Superuser: ", name(superuser), "."),
    el("h4", {}, "Groups"),
    groupList(model, person.groups, [...model.access.groupsOf(person)]),
    ...changesOf(row),
    ...openingsOf(model, row),
    button("Show only this person", () => {
      onlyPerson(row);
    }),
  ];
}

function groupList(
  model: Model,
  joined: readonly string[],
  all: readonly (readonly [string, readonly string[]])[],
): HTMLElement {
  if (all.length === 0) return el("p", { class: "aside" }, "In no group.");
  const isSuper = (group: string): boolean => model.world.groups.some((one) => one.name === group && one.superuser);
  return el(
    "ul",
    { class: "chips" },
    ...all.map(([group, way]) =>
      el(
        "li",
        { class: joined.includes(group) ? "" : "inherited" },
        name(group),
        joined.includes(group) ? undefined : ` through ${way.at(-2) ?? ""}`,
        isSuper(group) && el("span", { class: "note superuser" }, "super"),
      ),
    ),
  );
}

function changesOf({ changes }: Row): readonly Child[] {
  if (changes.size === 0) return [];
  const items = [...changes.values()].map((change) =>
    el("li", {}, `${change.title}: ${change.before} → ${change.after}${change.why === "" ? "" : ` (${change.why})`}`),
  );
  return [el("h4", {}, "What changes"), el("ul", { class: "plain" }, ...items)];
}

function openingsOf(model: Model, row: Row): readonly Child[] {
  const { person } = row;
  const of = (verdict: "open" | "at login"): HTMLElement[] =>
    model.columns.flatMap((column) => {
      if (person === undefined || column.opening === undefined) return [];
      const answered = answerAt(model.access, person, column.opening);
      if (answered?.decision.decided !== verdict) return [];
      return [
        el("li", {}, name(column.title), el("span", { class: "aside" }, reason(answered.decision, answered.app))),
      ];
    });
  return [
    ...titled("May open", of("open"), "nothing"),
    ...(model.columns.length === 0 ? [] : titled("Decided at login", of("at login"))),
  ];
}

function titled(title: string, items: readonly HTMLElement[], none?: string): readonly Child[] {
  if (items.length === 0) return none === undefined ? [] : [el("h4", {}, title), el("p", { class: "aside" }, none)];
  return [el("h4", {}, `${title} (${items.length})`), el("ul", { class: "plain" }, ...items)];
}

function aboutColumn(model: Model, column: Column, { onlyApp }: Actions): readonly Child[] {
  const [app] = column.opening?.apps ?? [];
  const head = el("h3", {}, name(column.title));
  if (column.opening === undefined) return [head, el("p", {}, "It is gone.")];
  if (app === undefined) return [head, el("p", {}, "Nothing answers there: no outpost serves it.")];
  const of = (verdict: "open" | "at login"): string[] =>
    model.world.people.filter((one) => model.access.verdict(one, app) === verdict).map((one) => one.name);
  return [
    head,
    el("p", {}, `Open to ${openTo(app)}.`),
    ...nameList("may open it", of("open")),
    ...nameList("decided at login", of("at login")),
    el("p", {}, el("a", { href: `#app-${app.slug}` }, "Redirects, lifetimes and secrets")),
    button("Show only this", () => {
      onlyApp(column);
    }),
  ];
}

function nameList(what: string, all: readonly string[]): readonly Child[] {
  if (all.length === 0) return [];
  const more = all.length > SHOWN ? [el("li", {}, `and ${all.length - SHOWN} more`)] : [];
  return [
    el("h4", {}, `${count(all.length, "person", "people")}: ${what}`),
    el("ul", { class: "names" }, ...all.slice(0, SHOWN).map((one) => el("li", {}, name(one))), ...more),
  ];
}

function verdict(value: Cell["verdict"], text: string): HTMLElement {
  const sign = el("span", { class: `cell ${value.replace(" ", "-")}` }, el("span", { class: "sign" }));
  return el("p", { class: `verdict ${value.replace(" ", "-")}` }, sign, text);
}

function button(text: string, onClick: () => void): HTMLElement {
  const element = el("button", { type: "button", class: "quiet" }, text);
  element.addEventListener("click", onClick);
  return element;
}

/** A sentence's beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
