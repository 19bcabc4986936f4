import type { Filter, Model, View } from "../model";
import { el } from "./dom";

/** The fields above the matrix. */
export class Filters {
  readonly element: HTMLElement;
  private readonly people = field("Person", "name or username");
  private readonly apps = field("App or host", "name, section");
  private readonly group: HTMLSelectElement;
  private readonly onlyChanges = el("input", { type: "checkbox" });
  private readonly machines = el("input", { type: "checkbox" });
  private readonly count = el("output", { class: "count", role: "status" });

  constructor(
    private readonly model: Model,
    private readonly onChange: (filter: Filter) => void,
  ) {
    this.group = el("select", {}, el("option", { value: "" }, "all groups"));
    const names = model.world.groups.map(({ name }) => name);
    this.group.append(...names.map((name) => el("option", { value: name }, name)));
    const reset = el("button", { type: "reset", class: "quiet" }, "Reset");
    const form = el(
      "form",
      { class: "filters", role: "search", "aria-label": "Filter the matrix" },
      labelled("Person", this.people),
      labelled("App or host", this.apps),
      labelled("Group", this.group),
      model.change !== undefined && checked("Only changes", this.onlyChanges),
      model.world.machines.length > 0 && checked("Machines too", this.machines),
      reset,
      this.count,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
    });
    form.addEventListener("input", () => {
      this.tell();
    });
    // The fields are empty only after the event.
    form.addEventListener("reset", () =>
      setTimeout(() => {
        this.tell();
      }),
    );
    this.element = form;
  }

  get value(): Filter {
    return {
      people: this.people.value,
      apps: this.apps.value,
      group: this.group.value,
      onlyChanges: this.onlyChanges.checked,
      machines: this.machines.checked,
    };
  }

  /** Fills in a field, as if the reader had. */
  set({ people, apps }: Partial<Pick<Filter, "people" | "apps">>): void {
    if (people !== undefined) this.people.value = people;
    if (apps !== undefined) this.apps.value = apps;
    this.tell();
  }

  /** Says how much is left. */
  tellCount({ rows, columns }: View): void {
    const { rows: allRows, columns: allColumns } = this.model;
    const people = allRows.filter(({ isMachine }) => this.machines.checked || !isMachine).length;
    this.count.value = `${number(rows.length)} of ${number(people)} people · ${number(columns.length)} of ${number(allColumns.length)} apps and hosts`;
  }

  private tell(): void {
    this.onChange(this.value);
  }
}

/** A number people can read. */
export function number(value: number): string {
  return value.toLocaleString("en");
}

function field(label: string, placeholder: string): HTMLInputElement {
  return el("input", { type: "search", placeholder, autocomplete: "off", spellcheck: "false", "aria-label": label });
}

function labelled(text: string, control: HTMLElement): HTMLElement {
  return el("label", { class: "field" }, el("span", {}, text), control);
}

function checked(text: string, control: HTMLElement): HTMLElement {
  return el("label", { class: "check" }, control, text);
}
