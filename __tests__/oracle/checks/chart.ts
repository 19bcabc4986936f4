import type { Check, Problem } from "../finding";
import { problem } from "../finding";
import type { Json, JsonObject } from "../json";
import { asList, isList, isObject, objectAt, parseObject, textAt } from "../json";
import { SECRET_NAME } from "../rules/secrets";
import type { Block, Stack } from "../stack";

/** What the authentik chart does with its values: it has no schema and ignores what it does not know. */
export const chartValues: Check = function* (block, stack) {
  if (!/(?:^|\/)authentik$/.test(textAt(block.body, "chart") ?? "")) return;
  const values = valuesOf(block);
  yield* environment(values);
  const name = textAt(objectAt(objectAt(values, "authentik"), "existingSecret"), "secretName");
  if (name === undefined || name === "") return;
  yield* inert(values);
  yield* unknownSecret(name, values, stack);
  if (!rolls(values)) {
    const text = "values need a checksum among the pod annotations; beside an existing Secret pods never roll with it";
    yield problem("chart-values", text);
  }
};

/** All values of a release as one object, expressions as they are. */
function valuesOf({ body }: Block): JsonObject {
  let merged: JsonObject = {};
  for (const text of asList(body["values"])) {
    if (typeof text !== "string") continue;
    merged = merge(merged, parseObject(text) ?? parseObject(text.replaceAll(/\$\{[^{}]*\}/g, "$${}")) ?? {});
  }
  return merged;
}

function merge(base: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const before = merged[name];
    merged[name] = isObject(before) && isObject(value) ? merge(before, value) : value;
  }
  return merged;
}

/** Beside an existing Secret the chart renders none of its own. */
function* inert(values: JsonObject): Generator<Problem> {
  for (const path of paths(objectAt(values, "authentik"), "authentik")) {
    if (path.startsWith("authentik.existingSecret.") || path === "authentik.web.path") continue;
    yield problem(
      "chart-values",
      `values state ${path}, which does nothing beside existingSecret; put it in that Secret`,
    );
  }
}

function* paths(value: JsonObject, prefix: string): Generator<string> {
  for (const [name, entry] of Object.entries(value)) {
    if (isObject(entry)) yield* paths(entry, `${prefix}.${name}`);
    else yield `${prefix}.${name}`;
  }
}

/** A Secret that this stack makes and the values name nowhere was meant to be the one. */
function* unknownSecret(name: string, values: JsonObject, stack: Stack): Generator<Problem> {
  const made = stack.resources("kubernetes_secret_v1").map(({ body }) => textAt(objectAt(body, "metadata"), "name"));
  if (made.includes(name) || [name, ...made].some((known) => known?.includes("${") !== false)) return;
  const named = new Set(texts(values));
  const unused = made.filter((known) => known !== undefined && !named.has(known));
  if (unused.length === 0) return;
  yield problem(
    "chart-values",
    `values take the Secret ${name}, and this stack makes ${unused.join(", ")}; correct one`,
  );
}

/** Every text among the values, at any depth. */
function* texts(value: Json): Generator<string> {
  if (typeof value === "string") yield value;
  else if (isList(value)) for (const entry of value) yield* texts(entry);
  else if (isObject(value)) for (const entry of Object.values(value)) yield* texts(entry);
}

/** Whether the pods of server and worker change with the Secret. */
function rolls(values: JsonObject): boolean {
  const isMarked = (part: string): boolean =>
    ["podAnnotations", "deploymentAnnotations"].some((kind) =>
      Object.keys(objectAt(objectAt(values, part), kind)).some((name) => /checksum|revision|reloader/.test(name)),
    );
  return isMarked("global") || (isMarked("server") && isMarked("worker"));
}

const PARTS = ["global", "server", "worker"] as const;

function* environment(values: JsonObject): Generator<Problem> {
  const names = new Map<string, readonly string[]>();
  for (const part of PARTS) {
    const entries = asList(objectAt(values, part)["env"]).filter(isObject);
    names.set(
      part,
      entries.flatMap((entry) => textAt(entry, "name") ?? []),
    );
    for (const [index, entry] of entries.entries()) yield* variable(entry, `${part}.env[${index}]`);
  }
  const reported = new Set<string>();
  for (const part of ["server", "worker"]) {
    const all = [...(names.get("global") ?? []), ...(names.get(part) ?? [])];
    for (const name of all.filter((candidate, index) => all.indexOf(candidate) !== index)) {
      if (reported.has(name)) continue;
      reported.add(name);
      yield problem("chart-env", `values set ${name} twice for the ${part}; the cluster refuses or takes the last`);
    }
  }
}

function* variable(entry: JsonObject, path: string): Generator<Problem> {
  const { name, value } = entry;
  if (value === undefined) return;
  if (typeof value !== "string") {
    yield problem(
      "chart-env",
      `values.${path}.value must be a string, got ${JSON.stringify(value)}; Kubernetes refuses it`,
    );
  } else if (typeof name === "string" && SECRET_NAME.test(name.toLowerCase()) && isLiteral(value)) {
    yield problem("literal-secret", `values.${path} (${name}) holds a literal; take it from a Secret`);
  }
}

/** authentik reads `file://` and `env://` itself. */
function isLiteral(value: string): boolean {
  return value !== "" && !value.includes("${") && !/^(?:file|env):\/\//.test(value);
}
