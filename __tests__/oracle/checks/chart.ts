import chart from "../../../schema/authentik-chart-2026.5.6.values.json";
import type { Check, Problem } from "../finding";
import { problem } from "../finding";
import type { Json, JsonObject } from "../json";
import { asList, isList, isObject, objectAt, parseObject, textAt } from "../json";
import { SECRET_NAME } from "../rules/secrets";
import type { Block, Stack } from "../stack";

/** What the authentik chart does with its values: it has no schema and ignores what it does not know. */
export const chartValues: Check = function* (block, stack) {
  if (!isAuthentikChart(block)) return;
  const values = valuesOf(block);
  yield* unknownKeys(values);
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

/** By its name in a repository, or as a file. */
export function isAuthentikChart({ body }: Block): boolean {
  return /(?:^|\/)authentik(?:-\d[^/]*\.tgz)?$/.test(textAt(body, "chart") ?? "");
}

const KEYS: Readonly<Record<string, { readonly type: string }>> = chart.values;
/** In the chart's values, and read by none of its templates. */
const DEAD = ["global.namespaceOverride"];

/** Of the chart below `serviceAccount`, which knows more keys than authentik's own chart states. */
const BELOW = ["serviceAccount.clusterRole.enabled"];

/** The chart ignores what it does not know. */
function* unknownKeys(values: JsonObject): Generator<Problem> {
  for (const path of keyPaths(values, [])) {
    // Routes have names of their own; below PostgreSQL begins another chart.
    const known = path.replace(/^server\.route\.[^.]+/, "server.route.main");
    if (known.startsWith("postgresql.") || BELOW.includes(known)) continue;
    if (known in KEYS && !DEAD.includes(known)) continue;
    yield problem("chart-key", `values state ${path}, which the chart does not read; correct it`);
  }
}

/** Paths down to what the chart has a type for; below its free-form objects anything goes. */
function* keyPaths(value: JsonObject, above: readonly string[]): Generator<string> {
  for (const [name, entry] of Object.entries(value)) {
    const keys = [...above, name];
    const path = keys.join(".");
    if (isObject(entry) && KEYS[path.replace(/^server\.route\.[^.]+/, "server.route.main")] === undefined)
      yield* keyPaths(entry, keys);
    else yield path;
  }
}

/** All values of a release as one object, expressions as they are. */
export function valuesOf({ body }: Block): JsonObject {
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

/** A Secret that this stack makes and neither the values nor other pods name was meant to be the one. */
function* unknownSecret(name: string, values: JsonObject, stack: Stack): Generator<Problem> {
  const made = stack.resources("kubernetes_secret_v1").map(({ body }) => textAt(objectAt(body, "metadata"), "name"));
  if (made.includes(name) || [name, ...made].some((known) => known?.includes("${") !== false)) return;
  const pods = stack
    .resources("kubernetes_deployment_v1")
    .flatMap(({ leaves }) =>
      leaves
        .filter(({ path, key }) => key === "secret_name" || path.includes("secret_key_ref"))
        .map(({ value }) => value),
    );
  const named = new Set([...texts(values), ...pods]);
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
