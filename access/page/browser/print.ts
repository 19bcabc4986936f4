import type { Column, Model, Row, View } from "../model";
import { el, name } from "./dom";
import { number } from "./filters";
import { cellText, notesOf } from "./cells";

/** How many columns fit beside each other on paper. */
const COLUMNS = 26;
/** Beyond it a matrix is for the screen. */
const CELLS = 40_000;

/** Puts the matrix on paper, whole and as it is filtered, while the page is printed. */
export function printable(model: Model, view: () => View): HTMLElement {
  const paper = el("div", { class: "paper", hidden: true });
  const begin = (): void => {
    if (!paper.hidden) return;
    paper.replaceChildren(...sheets(model, view()));
    paper.hidden = false;
  };
  const end = (): void => {
    paper.replaceChildren();
    paper.hidden = true;
  };
  window.addEventListener("beforeprint", begin);
  window.addEventListener("afterprint", end);
  matchMedia("print").addEventListener("change", ({ matches }) => {
    if (matches) begin();
    else end();
  });
  return paper;
}

function sheets(model: Model, { rows, columns }: View): HTMLElement[] {
  if (rows.length * columns.length > CELLS) {
    const size = `${number(rows.length)} × ${number(columns.length)}`;
    return [el("p", {}, `The matrix is too large for paper (${size}): filter it before you print.`)];
  }
  const found: HTMLElement[] = [];
  for (let from = 0; from < columns.length; from += COLUMNS) {
    found.push(sheet(model, rows, columns.slice(from, from + COLUMNS)));
  }
  return found;
}

function sheet(model: Model, rows: readonly Row[], columns: readonly Column[]): HTMLElement {
  const head = columns.map(({ label }) => el("th", { scope: "col", class: "what" }, name(label, { class: "title" })));
  const body = rows.map((row) => {
    const cells = columns.map((column) => {
      const cell = model.cell(row, column);
      const style = `cell ${cell.verdict.replace(" ", "-")} ${cell.mark ?? ""}`;
      return el("td", { class: style }, el("span", { class: "sign" }), el("span", { class: "unseen" }, cellText(cell)));
    });
    const notes = notesOf(row).map((note) => el("span", { class: "note" }, note));
    const who = el("th", { scope: "row" }, name(row.name), ...notes);
    return el("tr", {}, who, ...cells);
  });
  return el(
    "table",
    { class: "sheet" },
    el("thead", {}, el("tr", {}, el("th", {}, "Person"), ...head)),
    el("tbody", {}, ...body),
  );
}
