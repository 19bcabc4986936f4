/** Draws the flows of a synthesized stack: their steps in order, and the policies that decide about each. */
import { audienceOf, flowsOf } from "../access/flows";
import type { DrawnFlow, DrawnStep, FlowStack } from "../access/flows";

/** A flow as a Mermaid chart: policies are questions, `no` goes past the step. */
export function mermaid({ steps }: DrawnFlow): string[] {
  const nodes = steps.flatMap((step) => [
    `  s${step.order}["${step.order} ${text(step.kind)}<br/>${text(step.stage)}"]`,
    ...(step.policies.length === 0 ? [] : [`  q${step.order}{"${text(question(step))}"}`]),
  ]);
  const entrance = (index: number): string => {
    const step = steps[index];
    if (step === undefined) return "done";
    return step.policies.length === 0 ? `s${step.order}` : `q${step.order}`;
  };
  const arrows = steps.flatMap((step, index) => {
    const onwards = `  s${step.order} --> ${step.kind === "deny" ? 'denied(["turned away"])' : entrance(index + 1)}`;
    if (step.policies.length === 0) return [onwards];
    return [`  q${step.order} -- yes --> s${step.order}`, `  q${step.order} -- no --> ${entrance(index + 1)}`, onwards];
  });
  return [
    "```mermaid",
    "flowchart TB",
    '  start(["start"])',
    ...nodes,
    '  done(["done"])',
    `  start --> ${entrance(0)}`,
    ...arrows,
    "```",
  ];
}

function question({ policies, match }: DrawnStep): string {
  return `${policies.map(({ name, negated }) => `${negated ? "not " : ""}${name}`).join(match === "all" ? " and " : " or ")}?`;
}

/** Text in a Mermaid label, in which quotes and angle brackets would be markup. */
function text(value: string): string {
  return value.replaceAll("&", "#amp;").replaceAll('"', "#quot;").replaceAll("<", "#lt;").replaceAll(">", "#gt;");
}

/** One section a flow: how one gets there, a chart, and a table of its steps. */
export function flowSections(stack: FlowStack): string[] {
  return flowsOf(stack).flatMap((flow) => [
    `## ${flow.slug}`,
    "",
    `“${flow.title}”, ${flow.designation.replaceAll("_", " ")}, for ${audienceOf(flow)}.`,
    ...(flow.ways.length === 0 ? [] : ["", `What leads there: ${flow.ways.join("; ")}.`]),
    "",
    ...mermaid(flow),
    "",
    "| order | stage | name | only if | asked |",
    "| --- | --- | --- | --- | --- |",
    ...flow.steps.map(row),
    "",
  ]);
}

function row({ order, kind, stage, policies, match, asked, validated }: DrawnStep): string {
  const when = policies.map(
    ({ name, negated, passesBroken }) =>
      `${negated ? "not " : ""}\`${name}\`${passesBroken ? " (also when it breaks)" : ""}`,
  );
  const form =
    validated.length === 0 ? "" : `; its form is checked by ${validated.map((name) => `\`${name}\``).join(", ")}`;
  const decided = policies.length === 0 ? "" : asked;
  return `| ${order} | ${kind}${form} | \`${stage}\` | ${when.join(match === "all" ? " and " : " or ")} | ${decided} |`;
}
