/** What runs in the page: reads what is written into it, and shows it. */
import type { PageData } from "../data";
import { Model } from "../model";
import type { View } from "../model";
import { appsSection } from "./apps";
import { changesSection } from "./changes";
import { el, name, section } from "./dom";
import { explain } from "./explain";
import type { Actions } from "./explain";
import { Filters, number } from "./filters";
import { flowsSection } from "./flows";
import { Matrix } from "./matrix";
import type { Choice } from "./matrix";
import { peopleSection, signInSection, waiversSection } from "./people";
import { printable } from "./print";
import { themeSwitch } from "./theme";

function readData(): PageData {
  return JSON.parse(document.getElementById("data")?.textContent ?? "") as PageData;
}

function matrixSection(model: Model): HTMLElement {
  let view: View = { rows: [], columns: [] };
  const filters = new Filters(model, () => {
    show();
  });
  const actions: Actions = {
    onlyPerson: ({ username }) => {
      filters.set({ people: username });
    },
    onlyApp: ({ label }) => {
      filters.set({ apps: label });
    },
  };
  const why = el("aside", { class: "why", "aria-label": "Why", "aria-live": "polite" }, hint());
  const matrix = new Matrix(model, (choice: Choice) => {
    why.replaceChildren(...explain(model, choice, actions).filter((child) => child !== undefined && child !== false));
    why.classList.add("told");
  });
  const none = el(
    "p",
    { class: "nothing", hidden: true },
    "Nothing is left: no person or no app fits the fields above.",
  );
  const show = (): void => {
    view = model.filter(filters.value);
    none.hidden = view.rows.length > 0 && view.columns.length > 0;
    matrix.show(view);
    filters.tellCount(view);
  };
  show();
  return section(
    "matrix",
    "Who can open what",
    filters.element,
    legend(model),
    el("div", { class: "with-why" }, el("div", { class: "left" }, matrix.element, none), why),
    printable(model, () => view),
  );
}

function hint(): HTMLElement {
  return el(
    "p",
    { class: "aside" },
    "Choose a cell to see why, or a name to see everything about it. Arrow keys move, Enter tells.",
  );
}

function legend({ change }: Model): HTMLElement {
  const entry = (style: string, text: string): HTMLElement =>
    el("li", {}, el("span", { class: `cell ${style}`, "aria-hidden": "true" }, el("span", { class: "sign" })), text);
  return el(
    "ul",
    { class: "legend", "aria-label": "Signs" },
    entry("open", "may open it"),
    entry("at-login", "decided at login by a policy"),
    entry("closed", "may not"),
    ...(change === undefined ? [] : [entry("open gained", "gained"), entry("closed lost", "lost")]),
  );
}

function header({ world: { site, people, apps, groups, waivers }, columns, change }: Model): HTMLElement {
  const count = (value: number, what: string): HTMLElement => el("li", {}, el("strong", {}, number(value)), ` ${what}`);
  const links = [
    ...(change === undefined ? [] : [["changes", "Change"]]),
    ["matrix", "Who can open what"],
    ["apps", "Apps"],
    ["flows", "Flows"],
    ["sign-in", "Sign-in"],
    ["people", "Superusers, inactive"],
    ["waivers", "Waived"],
  ];
  return el(
    "header",
    {},
    el("div", { class: "top" }, el("h1", {}, "Access review: ", name(site)), themeSwitch()),
    el(
      "ul",
      { class: "facts" },
      count(people.length, "people"),
      count(groups.length, "groups"),
      count(apps.filter(({ host }) => host === undefined).length, "apps"),
      count(columns.filter(({ isHost, opening }) => isHost && opening !== undefined).length, "hosts and domains"),
      waivers !== undefined && count(waivers.length, "refusals waived"),
    ),
    el(
      "nav",
      { "aria-label": "Sections" },
      ...links.map(([id = "", title = ""]) => el("a", { href: `#${id}` }, title)),
    ),
  );
}

function start(): void {
  const model = new Model(readData());
  const { change } = model;
  const main = el("main", { id: "main", tabindex: -1 });
  document.body.append(el("a", { class: "skip", href: "#matrix" }, "Skip to the matrix"), header(model), main);
  if (change !== undefined) main.append(changesSection(change));
  main.append(matrixSection(model));
  performance.mark("matrix");
  // What is further down can wait until the reader has something to look at.
  setTimeout(() => {
    main.append(
      appsSection(model),
      flowsSection(model),
      signInSection(model),
      peopleSection(model),
      waiversSection(model),
    );
    performance.mark("page");
    document.documentElement.dataset.ready = "true";
    if (location.hash !== "") document.getElementById(location.hash.slice(1))?.scrollIntoView();
  });
}

start();
