import type { Problem, Rule } from "../finding";
import { at, eachBlock, problem } from "../finding";
import type { Json, JsonObject } from "../json";
import { isList, isObject, kindOf } from "../json";
import { schemaOf } from "../schemas/index";
import type { Argument, Arguments, Type } from "../schemas/schema";
import type { Block, Mode } from "../stack";
import { parseTemplate } from "../template";

const REFERENCED = ["//", "depends_on", "count", "for_each", "provider", "lifecycle"];
const META: Readonly<Record<Mode, ReadonlySet<string>>> = {
  resource: new Set([...REFERENCED, "provisioner", "connection"]),
  data: new Set(REFERENCED),
  ephemeral: new Set(REFERENCED),
  provider: new Set(["//", "alias"]),
  section: new Set(),
};
const KINDS: Readonly<Record<Mode, string>> = {
  resource: "resource",
  data: "data source",
  ephemeral: "ephemeral resource",
  provider: "provider",
  section: "section",
};

/** Every block is of a known kind, and every argument is one of its own, of the right type and value. */
export const argumentsFit = eachBlock(function* (block) {
  const schema = schemaOf(block.mode, block.type);
  if (!schema) {
    yield problem("unknown-type", `${block.type} is no ${KINDS[block.mode]} of a provider we know; correct the type`);
    return;
  }
  const stated = Object.entries(block.body).filter(([name]) => !META[block.mode].has(name));
  yield* structure(stated, schema.arguments, "", block.type);
  yield* exclusive(block, schema.arguments);
});

/** Terraform reads a null as "not set"; in our JSON it is a value that got lost. */
export const nothingIsNull: Rule = function* (stack) {
  for (const { address, leaves } of stack.everything) {
    for (const { path, value } of leaves) {
      if (value === null) yield at(address, problem("null-value", `${path} is null; give it a value or leave it out`));
    }
  }
};

function* structure(
  stated: readonly (readonly [string, Json])[],
  known: Arguments,
  prefix: string,
  owner: string,
): Generator<Problem> {
  const names = new Set<string>();
  for (const [name, value] of stated) {
    names.add(name);
    const path = prefix + name;
    const argument = known.get(name);
    if (!argument) {
      yield problem("unknown-attribute", `${path} is no argument of ${owner}; remove it or correct its name`);
    } else if (!argument.settable) {
      yield problem("read-only-attribute", `${path} is decided by the provider; remove it`);
    } else {
      yield* valueProblems(value, argument, path, owner);
    }
  }
  for (const [name, argument] of known) {
    if (argument.required && !names.has(name)) {
      yield problem("missing-required", `${prefix}${name} is required by ${owner}; state it`);
    }
  }
}

function* valueProblems(value: Json, argument: Argument, path: string, owner: string): Generator<Problem> {
  yield* typeProblems(value, argument.type, path, owner);
  if (argument.required && value === "") {
    yield problem("empty-required", `${path} must not be empty; give it a value`);
  }
  const { values } = argument;
  if (!values) return;
  for (const [index, entry] of (isList(value) ? value : [value]).entries()) {
    if (typeof entry !== "string" || parseTemplate(entry).expressions > 0 || values.includes(entry)) continue;
    const allowed = values.length > 25 ? `the ${values.length} values the provider knows` : values.join(", ");
    const where = isList(value) ? `${path}[${index}]` : path;
    yield problem("not-in-enum", `${where} must be one of ${allowed}, got "${entry}"`);
  }
}

function* typeProblems(value: Json, type: Type, path: string, owner: string): Generator<Problem> {
  if (value === null || type === "any" || (typeof value === "string" && parseTemplate(value).whole)) return;
  if (typeof type === "string") {
    if (typeof value !== (type === "bool" ? "boolean" : type)) yield wrongType(value, `a ${type}`, path);
  } else if ("list" in type) {
    if (!isList(value)) yield wrongType(value, "a list", path);
    else
      for (const [index, entry] of value.entries()) yield* typeProblems(entry, type.list, `${path}[${index}]`, owner);
  } else if ("map" in type) {
    if (!isObject(value)) yield wrongType(value, "a map", path);
    else
      for (const [key, entry] of Object.entries(value)) yield* typeProblems(entry, type.map, `${path}.${key}`, owner);
  } else if (!isObject(value)) {
    yield wrongType(value, "one block", path);
  } else {
    yield* structure(Object.entries(value), type.object, `${path}.`, owner);
  }
}

function wrongType(value: Json, wanted: string, path: string): Problem {
  return problem("wrong-type", `${path} must be ${wanted}, got ${kindOf(value)}`);
}

function* exclusive({ body }: Block, known: Arguments): Generator<Problem> {
  const reported = new Set<string>();
  for (const [name, { exactlyOneOf, conflictsWith }] of known) {
    const group = exactlyOneOf?.join(" and ");
    if (exactlyOneOf && group !== undefined && !reported.has(group) && count(body, exactlyOneOf) !== 1) {
      reported.add(group);
      yield problem("exclusive-arguments", `exactly one of ${group} must be stated, got ${count(body, exactlyOneOf)}`);
    }
    const other = conflictsWith?.find((candidate) => candidate in body);
    const pair = [name, other].sort().join(" and ");
    if (other !== undefined && name in body && !reported.has(pair)) {
      reported.add(pair);
      yield problem("exclusive-arguments", `${pair} exclude each other; state one of them`);
    }
  }
}

function count(body: JsonObject, names: readonly string[]): number {
  return names.filter((name) => name in body).length;
}
