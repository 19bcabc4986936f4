import type { Check, Problem } from "../finding";
import { problem } from "../finding";
import type { Json, JsonObject } from "../json";
import { asList, isList, isObject, objectAt, textAt } from "../json";
import { faults } from "../schemas/kubernetes";
import { isAuthentikChart, valuesOf } from "./chart";

/** What becomes of the objects that a release of the chart brings along. */
export const chartObjects: Check = function* (block) {
  if (!isAuthentikChart(block)) return;
  const seen = new Set<string>();
  for (const [index, object] of asList(valuesOf(block)["additionalObjects"]).entries()) {
    const place = `values.additionalObjects[${index}]`;
    for (const text of texts(object)) {
      if (!text.replaceAll(RAW, "").includes("{{")) continue;
      yield problem("object-template", `${place} holds a template, which Helm runs; escape its braces`);
    }
    const rendered = unescape(object);
    if (!isObject(rendered)) yield problem("object-identity", `${place} is no object`);
    else yield* judged(rendered, place, seen);
  }
};

function* judged(object: JsonObject, place: string, seen: Set<string>): Generator<Problem> {
  const metadata = objectAt(object, "metadata");
  const [kind, name] = [textAt(object, "kind"), textAt(metadata, "name")];
  if (textAt(object, "apiVersion") === undefined || kind === undefined || name === undefined) {
    yield problem("object-identity", `${place} must have apiVersion, kind and metadata.name`);
    return;
  }
  const id = `${kind} ${textAt(metadata, "namespace") ?? ""}/${name}`;
  if (seen.has(id))
    yield problem("object-identity", `${place} is ${kind} ${name} again; Helm applies one over the other`);
  seen.add(id);
  for (const fault of faults(object)) yield problem("object-schema", `${place}: ${fault} of ${kind} ${name}`);
}

/** Helm's raw text, which comes out as it is. */
const RAW = /\{\{`([^`]*)`\}\}/g;

function unescape(value: Json): Json {
  if (typeof value === "string") return value.replaceAll(RAW, "$1");
  if (isList(value)) return value.map(unescape);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.replaceAll(RAW, "$1"), unescape(inner)]));
}

function* texts(value: Json): Generator<string> {
  if (typeof value === "string") yield value;
  else if (isList(value)) for (const entry of value) yield* texts(entry);
  else if (isObject(value)) {
    for (const [key, entry] of Object.entries(value)) {
      yield key;
      yield* texts(entry);
    }
  }
}
