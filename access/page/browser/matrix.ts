import type { Column, Model, Row, View } from "../model";
import { cell, columnHeader, corner, personHeader } from "./cells";
import { el } from "./dom";

/** What the reader asked about: a person, something to open, or the two together. */
export interface Choice {
  readonly row?: Row | undefined;
  readonly column?: Column | undefined;
}

/** A place in the grid; row 0 is the header, column 0 are the names. */
interface Place {
  readonly row: number;
  readonly column: number;
}

const ROW = 30;
const CELL = 34;
/** How many rows and columns are drawn beyond what can be seen. */
const MARGIN = 6;

/**
 * The grid of people and what they may open. Only what can be seen is drawn, and the cell that has the focus; the rest
 * is told by numbers.
 */
export class Matrix {
  readonly element: HTMLElement;
  private readonly body = el("div", { class: "matrix-body", role: "rowgroup" });
  private readonly beam = el("div", { class: "beam", "aria-hidden": "true" });
  private readonly drawn = new Map<number, HTMLElement>();
  private drawnColumns: readonly number[] = [];
  private view: View = { rows: [], columns: [] };
  /** Height of the header, by the longest name in it. */
  private head = 0;
  private at: Place = { row: 1, column: 1 };
  private chosen: Choice = {};

  constructor(
    private readonly model: Model,
    private readonly onChoose: (choice: Choice) => void,
  ) {
    this.element = el("div", { class: "matrix", role: "grid", "aria-label": "Who can open what" }, this.body);
    this.element.addEventListener("scroll", () => {
      this.draw();
    });
    this.element.addEventListener("click", ({ target }) => {
      const place = placeOf(target);
      if (place !== undefined) this.choose(place);
    });
    this.element.addEventListener("keydown", (event) => {
      this.onKey(event);
    });
    this.element.addEventListener("pointerover", ({ target }) => {
      this.moveBeam(placeOf(target));
    });
    this.element.addEventListener("pointerleave", () => {
      this.moveBeam(undefined);
    });
    new ResizeObserver(() => {
      this.draw();
    }).observe(this.element);
  }

  /** Shows other rows and columns. */
  show(view: View): void {
    this.view = view;
    const longest = Math.max(0, ...view.columns.map(({ label }) => label.length));
    this.head = Math.min(Math.max(120, 44 + longest * 8.6), 250);
    this.element.style.setProperty("--head", `${this.head}px`);
    this.at = this.within({
      row:
        1 +
        Math.max(
          0,
          view.rows.findIndex((row) => row === this.chosen.row),
        ),
      column:
        1 +
        Math.max(
          0,
          view.columns.findIndex((column) => column === this.chosen.column),
        ),
    });
    this.element.setAttribute("aria-rowcount", String(view.rows.length + 1));
    this.element.setAttribute("aria-colcount", String(view.columns.length + 1));
    this.clear();
    this.draw();
  }

  private get names(): number {
    return matchMedia("(max-width: 560px)").matches ? 148 : 264;
  }

  private clear(): void {
    this.drawn.clear();
    this.drawnColumns = [];
    this.body.replaceChildren(this.beam);
  }

  private draw(): void {
    const { rows, columns } = this.view;
    const hadFocus = this.element.contains(document.activeElement) && document.activeElement !== this.element;
    this.body.style.width = `${this.names + columns.length * CELL}px`;
    this.body.style.height = `${this.head + rows.length * ROW}px`;
    this.element.style.setProperty("--names", `${this.names}px`);
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.element;
    const wantedColumns = around(scrollLeft / CELL, (clientWidth - this.names) / CELL, columns.length, this.at.column);
    const wantedRows = around(scrollTop / ROW, (clientHeight - this.head) / ROW, rows.length, this.at.row);
    if (wantedColumns.join() !== this.drawnColumns.join()) this.clear();
    this.drawnColumns = wantedColumns;
    this.place(wantedRows);
    if (hadFocus && !this.element.contains(document.activeElement))
      this.cellAt(this.at)?.focus({ preventScroll: true });
  }

  /** Draws rows that are not there yet, in order, and takes away those that are no longer wanted. */
  private place(wanted: readonly number[]): void {
    for (const [row, element] of this.drawn) {
      if (wanted.includes(row)) continue;
      element.remove();
      this.drawn.delete(row);
    }
    let before: Element = this.beam;
    for (const row of wanted) {
      const element = this.drawn.get(row) ?? this.drawRow(row);
      if (before.nextElementSibling !== element) before.after(element);
      this.drawn.set(row, element);
      before = element;
    }
  }

  private drawRow(row: number): HTMLElement {
    const element = el("div", {
      role: "row",
      class: row === 0 ? "head" : "row",
      "aria-rowindex": row + 1,
    });
    if (row > 0) element.style.top = `${this.head + (row - 1) * ROW}px`;
    element.append(...this.drawnColumns.map((column) => this.drawCell({ row, column })));
    return element;
  }

  private drawCell(place: Place): HTMLElement {
    const row = this.view.rows[place.row - 1];
    const column = this.view.columns[place.column - 1];
    const element = this.content(row, column);
    element.setAttribute("aria-colindex", String(place.column + 1));
    element.tabIndex = place.row === this.at.row && place.column === this.at.column ? 0 : -1;
    element.dataset.row = String(place.row);
    element.dataset.column = String(place.column);
    if (column !== undefined) element.style.left = `${this.names + (place.column - 1) * CELL}px`;
    if (column?.isHost === true && this.view.columns[place.column - 2]?.isHost === false) {
      element.classList.add("first-host");
    }
    if (row === this.chosen.row && column === this.chosen.column && (row ?? column) !== undefined) mark(element);
    return element;
  }

  private content(row: Row | undefined, column: Column | undefined): HTMLElement {
    if (row !== undefined)
      return column === undefined ? personHeader(row) : cell(row, column, this.model.cell(row, column));
    return column === undefined ? corner() : columnHeader(column, this.model.count(column));
  }

  private cellAt({ row, column }: Place): HTMLElement | null | undefined {
    return this.drawn.get(row)?.querySelector<HTMLElement>(`[data-column="${column}"]`);
  }

  private within({ row, column }: Place): Place {
    const { rows, columns } = this.view;
    return {
      row: Math.min(Math.max(row, 0), rows.length),
      column: Math.min(Math.max(column, 0), columns.length),
    };
  }

  private go(place: Place): void {
    const before = this.cellAt(this.at);
    this.at = this.within(place);
    this.reveal(this.at);
    this.draw();
    if (before !== null && before !== undefined) before.tabIndex = -1;
    const now = this.cellAt(this.at);
    if (now === null || now === undefined) return;
    now.tabIndex = 0;
    now.focus({ preventScroll: true });
  }

  private reveal({ row, column }: Place): void {
    const { element } = this;
    const [top, left] = [(row - 1) * ROW, (column - 1) * CELL];
    const [height, width] = [element.clientHeight - this.head, element.clientWidth - this.names];
    if (row > 0) element.scrollTop = Math.max(Math.min(element.scrollTop, top), top + ROW - height);
    if (column > 0) element.scrollLeft = Math.max(Math.min(element.scrollLeft, left), left + CELL - width);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.choose(this.at);
      return;
    }
    const page = Math.max(1, Math.floor((this.element.clientHeight - this.head) / ROW) - 1);
    const next = target(event, this.at, page);
    if (next === undefined) return;
    event.preventDefault();
    this.go(next);
  }

  private choose(place: Place): void {
    this.go(place);
    for (const old of this.body.querySelectorAll(".chosen")) {
      old.classList.remove("chosen");
      old.removeAttribute("aria-selected");
    }
    const choice = { row: this.view.rows[place.row - 1], column: this.view.columns[place.column - 1] };
    if ((choice.row ?? choice.column) === undefined) return;
    this.chosen = choice;
    const element = this.cellAt(place);
    if (element !== null && element !== undefined) mark(element);
    this.onChoose(choice);
  }

  private moveBeam(place: Place | undefined): void {
    const isColumn = place !== undefined && place.column > 0;
    this.beam.classList.toggle("on", isColumn);
    if (isColumn) this.beam.style.left = `${this.names + (place.column - 1) * CELL}px`;
  }
}

function mark(element: HTMLElement): void {
  element.classList.add("chosen");
  element.setAttribute("aria-selected", "true");
}

function placeOf(target: EventTarget | null): Place | undefined {
  const found = target instanceof Element ? target.closest<HTMLElement>("[data-row]") : null;
  if (found === null) return undefined;
  return { row: Number(found.dataset.row), column: Number(found.dataset.column) };
}

/** Where a key leads; nothing for keys that mean nothing here. */
function target({ key, ctrlKey }: KeyboardEvent, { row, column }: Place, page: number): Place | undefined {
  const last = Number.MAX_SAFE_INTEGER;
  const places: Readonly<Record<string, Place>> = {
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
    PageUp: { row: Math.max(1, row - page), column },
    PageDown: { row: row + page, column },
    Home: { row: ctrlKey ? 1 : row, column: ctrlKey ? 1 : 0 },
    End: { row: ctrlKey ? last : row, column: last },
  };
  return places[key];
}

/** The header, what can be seen and a margin, and the one that has the focus; in order. */
function around(first: number, visible: number, count: number, focus: number): number[] {
  const from = Math.max(1, Math.floor(first) + 1 - MARGIN);
  const to = Math.min(count, Math.ceil(first + Math.max(0, visible)) + MARGIN);
  const wanted = new Set([0, focus]);
  for (let place = from; place <= to; place++) wanted.add(place);
  return [...wanted].filter((place) => place <= count).sort((a, b) => a - b);
}
