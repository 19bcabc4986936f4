import { visible } from "../../../delivery/visible";

export type Child = Node | string | undefined | false;
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element. What is text stays text: nothing of it is read as markup, and what cannot be seen is written out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, children);
}

/** An element of a drawing. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) {
    if (child === undefined || child === false) continue;
    element.append(typeof child === "string" ? shown(child) : child);
  }
  return element;
}

/** A text as it is shown, whole. */
export function shown(text: string): string {
  return visible(text, Number.POSITIVE_INFINITY);
}

/** A name from the config, kept from turning round what stands beside it. */
export function name(text: string, attributes: Attributes = {}): HTMLElement {
  return el("bdi", attributes, text);
}

/** A path or address, which may go on in the next line after each of its parts. */
export function path(text: string): HTMLElement {
  const parts = text.split(/(?<=[/?&,])(?=[^/])/);
  return el("bdi", {}, ...parts.flatMap((part, place) => (place === 0 ? [part] : [el("wbr"), part])));
}

/** A list of names or paths, one a line; a dash where there is none. */
export function lines(texts: readonly string[], attributes: Attributes = {}): HTMLElement {
  if (texts.length === 0) return el("span", { class: "none" }, "–");
  return el("ul", { class: "lines", ...attributes }, ...texts.map((text) => el("li", {}, path(text))));
}

/** A table with a caption for those who cannot see what is around it. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Child[])[],
  attributes: Attributes = {},
): HTMLElement {
  const cells = (row: readonly Child[]): HTMLElement[] =>
    row.map((cell, place) => (place === 0 ? el("th", { scope: "row" }, cell) : el("td", {}, cell)));
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": caption },
    el(
      "table",
      attributes,
      el("caption", { class: "unseen" }, caption),
      el("thead", {}, el("tr", {}, ...head.map((title) => el("th", { scope: "col" }, title)))),
      el("tbody", {}, ...rows.map((row) => el("tr", {}, ...cells(row)))),
    ),
  );
}

/** A section of the page, which the navigation leads to. */
export function section(id: string, title: string, ...children: readonly Child[]): HTMLElement {
  return el("section", { id, "aria-labelledby": `${id}-title` }, el("h2", { id: `${id}-title` }, title), ...children);
}
