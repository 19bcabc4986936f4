import type { DrawnFlow, DrawnStep } from "../../flows";
import { shown, svg } from "./dom";
import { policyText } from "./flows";

const WIDTH = 372;
/** Width of the boxes; beside them runs the way past a step. */
const BOX = 330;
const LINE = 16;
const PAD = 9;
const GAP = 20;
/** How many letters of a name fit into a line of a box. */
const LETTERS = 46;

/** A box of the drawing: a step, or the question before it. */
interface Drawn {
  readonly top: number;
  readonly height: number;
  readonly element: SVGElement;
}

/** A flow from top to bottom. Questions are rounder than steps, and whoever is answered `no` goes past on the right. */
export function drawing({ slug, steps }: DrawnFlow): SVGElement {
  const parts: SVGElement[] = [];
  const start = pill("start", 0);
  let bottom = start.top + start.height;
  /** Where those who go past the step before come back in. */
  let past: number | undefined;
  let deniedAt: number | undefined;
  parts.push(start.element);
  const connect = (top: number): void => {
    // Nobody goes on from a step that denies; who went past it does.
    const isDenied = bottom === deniedAt;
    if (!isDenied || past !== undefined) parts.push(arrow(isDenied ? top - GAP / 2 : bottom, top));
    if (past !== undefined) parts.push(bypass(past, top));
  };
  for (const step of steps) {
    const top = bottom + GAP;
    connect(top);
    const drawn = stepDrawing(step, top);
    parts.push(...drawn.elements);
    past = drawn.past;
    bottom = drawn.bottom;
    if (step.kind === "deny") deniedAt = bottom;
  }
  const end = pill(deniedAt === bottom && past === undefined ? "turned away" : "done", bottom + GAP);
  connect(end.top);
  const height = end.top + end.height + 2;
  return svg(
    "svg",
    {
      class: "drawing",
      role: "img",
      viewBox: `-1 -1 ${WIDTH} ${height + 2}`,
      width: WIDTH,
      height: height + 2,
      "aria-label": inWords(slug, steps),
    },
    ...parts,
    end.element,
  );
}

function inWords(slug: string, steps: readonly DrawnStep[]): string {
  const all = steps.map((step) => {
    const only =
      step.policies.length === 0
        ? ""
        : ` if ${step.policies.map(policyText).join(step.match === "all" ? " and " : " or ")}`;
    return `${step.order} ${step.kind}${only}`;
  });
  return shown(`Drawing of ${slug}: ${all.join("; ")}. The table below says the same.`);
}

function stepDrawing(
  step: DrawnStep,
  top: number,
): { readonly elements: SVGElement[]; readonly bottom: number; readonly past?: number | undefined } {
  if (step.policies.length === 0) {
    const box = stepBox(step, top);
    return { elements: [box.element, ...deniedMark(step, box)], bottom: box.top + box.height };
  }
  const asked = questionBox(step, top);
  const at = asked.top + asked.height;
  const box = stepBox(step, at + GAP);
  const yes = svg("text", { x: BOX / 2 + 7, y: at + GAP / 2 + 4, class: "answer" }, "yes");
  return {
    elements: [asked.element, arrow(at, box.top), yes, box.element, ...deniedMark(step, box)],
    bottom: box.top + box.height,
    past: asked.top + asked.height / 2,
  };
}

/** Nobody goes on from a step that denies. */
function deniedMark({ kind }: DrawnStep, { top, height }: Drawn): SVGElement[] {
  if (kind !== "deny") return [];
  return [svg("path", { class: "barrier", d: `M ${BOX / 2 - 16} ${top + height + 4} h 32` })];
}

function stepBox({ order, kind, stage, validated }: DrawnStep, top: number): Drawn {
  const rows: [string, string][] = [
    [kind, "kind"],
    ...wrapped(stage).map((text): [string, string] => [text, "stage"]),
    ...validated
      .flatMap((policy) => wrapped(`form checked by ${policy}`))
      .map((text): [string, string] => [text, "asked"]),
  ];
  const box = textBox(rows, top, { class: `step${kind === "deny" ? " deny" : ""}`, radius: 5, indent: 36 });
  const number = svg("text", { x: 28, y: top + PAD + 12, class: "order" }, String(order));
  return { ...box, element: svg("g", {}, box.element, number) };
}

function questionBox({ policies, match, asked }: DrawnStep, top: number): Drawn {
  const glue = match === "all" ? "and " : "or ";
  const rows: [string, string][] = [
    ...policies.flatMap((policy, place) =>
      wrapped(`${place === 0 ? "" : glue}${policyText(policy)}${place === policies.length - 1 ? "?" : ""}`).map(
        (text): [string, string] => [text, "policy"],
      ),
    ),
    [`asked ${asked}`, "asked"],
  ];
  return textBox(rows, top, { class: "question", radius: 16, indent: 16 });
}

function textBox(
  rows: readonly (readonly [text: string, style: string])[],
  top: number,
  { class: style, radius, indent }: { readonly class: string; readonly radius: number; readonly indent: number },
): Drawn {
  const height = rows.length * LINE + PAD * 2 - 3;
  const box = svg("rect", { x: 0, y: top, width: BOX, height, rx: radius, class: style });
  const texts = rows.map(([text, of], row) =>
    svg("text", { x: indent, y: top + PAD + 12 + row * LINE, class: of }, text),
  );
  return { top, height, element: svg("g", {}, box, ...texts) };
}

function pill(text: string, top: number): Drawn {
  const width = 30 + text.length * 7;
  const box = svg("rect", { x: (BOX - width) / 2, y: top, width, height: 24, rx: 12, class: "pill" });
  const label = svg("text", { x: BOX / 2, y: top + 16, class: "pill-text" }, text);
  return { top, height: 24, element: svg("g", {}, box, label) };
}

function arrow(from: number, to: number): SVGElement {
  return svg("path", { class: "way", d: `M ${BOX / 2} ${from} V ${to - 1} m -4 -6 l 4 6 l 4 -6` });
}

/** From the side of a question, past its step, to what comes next. */
function bypass(from: number, to: number): SVGElement {
  const x = BOX + 24;
  const y = to - GAP / 2;
  return svg(
    "g",
    {},
    svg("path", { class: "way", d: `M ${BOX} ${from} H ${x - 6} q 6 0 6 6 V ${y - 6} q 0 6 -6 6 H ${BOX / 2}` }),
    svg("text", { x: BOX + 5, y: from - 5, class: "answer" }, "no"),
  );
}

/** A long name on as many lines as it needs, cut after what joins its words where there is such. */
function wrapped(text: string): string[] {
  const rest = shown(text);
  const found: string[] = [];
  let from = 0;
  while (rest.length - from > LETTERS) {
    const piece = rest.slice(from, from + LETTERS);
    const at = Math.max(piece.lastIndexOf("-"), piece.lastIndexOf(" "), piece.lastIndexOf("_")) + 1;
    const length = at > LETTERS / 3 ? at : LETTERS;
    found.push(rest.slice(from, from + length));
    from += length;
  }
  return [...found, rest.slice(from)];
}
