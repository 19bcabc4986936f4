import { audienceOf } from "../../flows";
import type { DrawnFlow, DrawnPolicy, DrawnStep } from "../../flows";
import type { Model } from "../model";
import { el, name, section, table } from "./dom";
import { drawing } from "./drawing";

/** Every flow of the site, drawn and as a table. */
export function flowsSection({ world: { flows } }: Model): HTMLElement {
  if (flows.length === 0) {
    return section("flows", "Flows", el("p", {}, "The site makes no flow of its own: authentik's are in use."));
  }
  return section("flows", "Flows", el("div", { class: "flows" }, ...flows.map(card)));
}

function card(flow: DrawnFlow): HTMLElement {
  const { slug, title, designation, ways, steps } = flow;
  const rows = steps.map((step) => [
    String(step.order),
    step.kind,
    name(step.stage, { class: "code" }),
    name(question(step)),
    step.policies.length === 0 ? "" : step.asked,
    name(step.validated.join(", ")),
  ]);
  const head = ["Order", "Step", "Stage", "Only if", "Asked", "Form is checked by"];
  const audience = audienceOf(flow);
  return el(
    "article",
    { class: "flow", "aria-labelledby": `flow-${slug}` },
    el("h3", { id: `flow-${slug}`, class: "code" }, name(slug)),
    el("p", {}, "“", name(title), `”, ${designation.replaceAll("_", " ")}, for ${audience}.`),
    ways.length > 0 && el("p", { class: "aside" }, "What leads there: ", name(ways.join("; ")), "."),
    steps.length === 0 ? el("p", { class: "aside" }, "It has no steps.") : drawing(flow),
    steps.length > 0 && el("details", {}, el("summary", {}, "As a table"), table(`Steps of ${slug}`, head, rows)),
  );
}

/** What decides whether a step is taken. */
export function question({ policies, match }: DrawnStep): string {
  return policies.map(policyText).join(match === "all" ? " and " : " or ");
}

export function policyText({ name: called, negated, passesBroken }: DrawnPolicy): string {
  return `${negated ? "not " : ""}${called}${passesBroken ? " (also when it breaks)" : ""}`;
}
