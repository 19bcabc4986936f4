import type { Cell, Column, Model, Row } from "../model";
import { el, name } from "./dom";

/** Where the names of both sides meet. */
export function corner(): HTMLElement {
  return el("div", { role: "columnheader", class: "corner" }, el("span", {}, "Person"));
}

/** The name above a column, and how many people may open it. */
export function columnHeader(column: Column, { open, atLogin }: ReturnType<Model["count"]>): HTMLElement {
  const counts = `${open} may open it${atLogin === 0 ? "" : `, ${atLogin} decided at login`}`;
  const isGone = column.opening === undefined;
  return el(
    "div",
    {
      role: "columnheader",
      class: `what${isGone ? " gone" : ""}${column.isChanged ? " changed" : ""}`,
      title: `${column.title}: ${counts}`,
      "aria-label": `${column.title}${isGone ? ", gone" : ""}: ${counts}`,
    },
    name(column.label, { class: "title" }),
    el("span", { class: "number" }, `${short(open)}${atLogin === 0 ? "" : "+"}`),
  );
}

/** A number that fits above a column. */
function short(value: number): string {
  return value < 1000 ? String(value) : `${(value / 1000).toFixed(1)}k`;
}

/** What there is to say about somebody in a word each. */
export function notesOf({ person, isSuperuser, isNew, isMachine }: Row): string[] {
  return [
    ...(isSuperuser ? ["superuser"] : []),
    ...(person === undefined ? ["gone"] : person.active ? [] : ["inactive"]),
    ...(isNew ? ["new"] : []),
    ...(isMachine ? ["machine"] : person?.kind === "external" ? ["external"] : []),
  ];
}

/** The name at the beginning of a row. */
export function personHeader(row: Row): HTMLElement {
  const { name: called, username, person } = row;
  const notes = notesOf(row);
  return el(
    "div",
    {
      role: "rowheader",
      class: `who${person?.active === true ? "" : " off"}${person === undefined ? " gone" : ""}`,
      title: [called, username, ...notes].join(", "),
    },
    name(called, { class: "name" }),
    called === username ? undefined : name(username, { class: "username" }),
    ...notes.map((note) => el("span", { class: `note ${note}` }, note === "superuser" ? "super" : note)),
  );
}

/** What a cell says, in words. */
export function cellText({ verdict, mark: change }: Cell): string {
  return change === undefined ? verdict : `${verdict}, ${change}`;
}

/** What stands where a person and something to open meet. */
export function cell(row: Row, column: Column, content: Cell): HTMLElement {
  const { verdict, mark: change } = content;
  return el(
    "div",
    {
      role: "gridcell",
      class: `cell ${verdict.replace(" ", "-")}${change === undefined ? "" : ` ${change}`}`,
      "aria-label": `${row.name}, ${column.title}: ${cellText(content)}`,
    },
    el("span", { class: "sign", "aria-hidden": "true" }),
  );
}
