import type { Effect } from "../../effect";
import type { Block, Section } from "../../review";
import type { PageChange } from "../data";
import { el, name, section } from "./dom";

/** How many entries are shown before the reader asks for more. */
const SHOWN = 18;

const SIGNS: Readonly<Record<Effect, readonly [sign: string, words: string]>> = {
  wider: ["+", "more access"],
  narrower: ["−", "less access"],
  either: ["?", "more or less access"],
  none: ["·", "no effect on access by itself"],
};

/** What the change does, in words, at the top of the page. */
export function changesSection({ base, widened, review }: PageChange): HTMLElement {
  const isEmpty = review.sections.length === 0;
  return section(
    "changes",
    "What the change does",
    el("p", { class: `headline ${isEmpty ? "same" : widened ? "wider" : "narrower"}` }, name(review.headline)),
    el("p", { class: "aside" }, "Compared with ", name(base, { class: "code" }), "."),
    ...(isEmpty ? [] : [el("div", { class: "review" }, ...review.sections.map(part))]),
  );
}

function part({ title, blocks }: Section): HTMLElement {
  const list = el("div", { class: "blocks" }, ...blocks.slice(0, SHOWN).map(block));
  const rest = blocks.slice(SHOWN);
  if (rest.length === 0) return el("div", { class: "part" }, el("h3", {}, title), list);
  const more = el("button", { type: "button", class: "quiet" }, `Show ${rest.length} more`);
  more.addEventListener("click", () => {
    list.append(...rest.map(block));
    more.remove();
  });
  return el("div", { class: "part" }, el("h3", {}, title), list, more);
}

function block({ title, lines }: Block): HTMLElement {
  const items = lines.map(({ effect, text }) => {
    const [sign, words] = SIGNS[effect];
    const mark = el("span", { class: "mark", role: "img", "aria-label": words, title: words }, sign);
    return el("li", { class: effect }, mark, name(text));
  });
  return el("div", { class: "block" }, el("h4", {}, name(title)), el("ul", {}, ...items));
}
