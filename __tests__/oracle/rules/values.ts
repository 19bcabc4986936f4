import type { Problem } from "../finding";
import { eachBlock, problem } from "../finding";
import type { Json } from "../json";
import { isList, isObject, parseObject } from "../json";
import { schemaOf } from "../schemas/index";
import type { Argument } from "../schemas/schema";
import type { Block, Leaf } from "../stack";
import { wanted } from "./wants";

const DURATION_PART = /^(?:weeks|days|hours|minutes|seconds|milliseconds|microseconds)=-?\d+(?:\.\d+)?$/;
/** The provider appends a newline to what it reads of these, see the certificate's own check. */
const PEM = new Set(["certificate_data", "key_data"]);

/** Values of authentik resources come back as they are sent: the server trims text, compares JSON, merges lists. */
export const valuesComeBack = eachBlock(function* (block) {
  if (block.mode !== "resource" || !block.type.startsWith("authentik_")) return;
  const known = schemaOf(block.mode, block.type)?.arguments;
  for (const leaf of block.leaves) {
    const argument = known?.get(leaf.argument);
    if (argument && typeof leaf.value === "string" && !wanted(block.type, leaf.argument)) {
      yield* textProblems(leaf, argument);
    }
  }
  yield* duplicates(block);
});

function* textProblems(leaf: Leaf, argument: Argument): Generator<Problem> {
  const { path, template, value } = leaf;
  if (template === undefined || template.whole) return;
  const { text } = template;
  if (value === "") {
    if (argument.required || argument.default === "" || path !== leaf.argument) return;
    yield problem("never-sent", `${path} is empty, which the provider does not send; leave it out`);
  } else if (argument.form === "json") {
    if (!parseObject(text)) yield problem("json-value", `${path} must be a JSON object; write it with JSON.stringify`);
  } else if (argument.form === "duration") {
    if (template.expressions > 0 || isDuration(text)) return;
    yield problem("duration", `${path} must be a duration such as hours=1;minutes=30, got "${text}"`);
  } else if (argument.form === "expression") {
    yield* expressionProblems(path, text);
  } else if (text !== text.trim() && !PEM.has(path)) {
    yield problem("surrounding-space", `${path} begins or ends in white space, which the server strips; trim it`);
  }
}

function isDuration(text: string): boolean {
  return text.split(";").every((part) => DURATION_PART.test(part));
}

function* expressionProblems(path: string, text: string): Generator<Problem> {
  if (text.includes("\r")) yield problem("expression-text", `${path} has Windows line ends; use \\n alone`);
  if (/^\s/.test(text))
    yield problem("expression-text", `${path} begins in white space, which the server strips; dedent it`);
  if (/\s$/.test(text))
    yield problem("expression-text", `${path} ends in white space, which the server strips; trim it`);
  if (path === "expression" && text.split("\n").every((line) => /^\s*(?:#|$)/.test(line))) {
    yield problem("expression-text", `${path} has no code, which the server refuses; return something`);
  } else if (path === "expression" && !/\breturn\b/.test(text)) {
    yield problem("expression-text", `${path} returns nothing, so it always fails; return something`);
  }
}

/** The provider merges what it sent with what it reads and keeps one of two equal entries. */
function* duplicates({ body }: Block): Generator<Problem> {
  for (const [name, value] of Object.entries(body)) {
    if (!isList(value) || name === "depends_on") continue;
    const entries = value.map(canonical);
    const repeated = entries.findIndex((entry, index) => entries.indexOf(entry) !== index);
    if (repeated < 0) continue;
    yield problem("list-duplicates", `${name}[${repeated}] repeats an earlier entry, which would collapse; remove it`);
  }
}

function canonical(value: Json): string {
  return JSON.stringify(isObject(value) ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : value);
}
