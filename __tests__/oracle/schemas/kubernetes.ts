import definitions from "../../../schema/kubernetes-crds.json";
import type { Json, JsonObject } from "../json";
import { isList, isObject, kindOf } from "../json";

/** The part of OpenAPI that definitions of custom resources are written in. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly nullable?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}

const KINDS = new Map(Object.entries(definitions as unknown as Readonly<Record<string, Schema>>));

/** What a cluster would refuse of an object, or drop from it; nothing is known of kinds without a definition. */
export function* faults(object: JsonObject): Generator<string> {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return;
  const schema = KINDS.get(`${apiVersion}/${kind}`);
  if (schema !== undefined) yield* judge(object, schema, "");
}

function* judge(value: Json, schema: Schema, path: string): Generator<string> {
  const problem = value === null ? (schema.nullable === true ? undefined : "is null") : scalarProblem(value, schema);
  if (problem !== undefined) yield `${path} ${problem}`;
  else if (isList(value)) yield* judgeList(value, schema, path);
  else if (isObject(value)) yield* judgeObject(value, schema, path);
}

function* judgeList(value: readonly Json[], { items, minItems = 0 }: Schema, path: string): Generator<string> {
  if (value.length < minItems) yield `${path} must hold at least ${minItems}`;
  if (items === undefined) return;
  for (const [index, entry] of value.entries()) yield* judge(entry, items, `${path}[${index}]`);
}

function* judgeObject(value: JsonObject, schema: Schema, path: string): Generator<string> {
  const names = Object.keys(value);
  const { minProperties = 0, maxProperties = Infinity } = schema;
  if (names.length < minProperties || names.length > maxProperties) yield `${path} has ${names.length} fields`;
  for (const name of schema.required ?? []) {
    if (!names.includes(name)) yield `${join(path, name)} is missing`;
  }
  const free = schema["x-kubernetes-preserve-unknown-fields"] === true || schema.properties === undefined;
  for (const [name, entry] of Object.entries(value)) {
    const inner = schema.properties?.[name] ?? schema.additionalProperties;
    if (inner !== undefined) yield* judge(entry, inner, join(path, name));
    else if (!free) yield `${join(path, name)} is no field`;
  }
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

const TYPES: Readonly<Record<string, (value: Json) => boolean>> = {
  array: isList,
  boolean: (value) => typeof value === "boolean",
  integer: Number.isInteger,
  number: (value) => typeof value === "number",
  object: isObject,
  string: (value) => typeof value === "string",
};

function scalarProblem(value: Json, schema: Schema): string | undefined {
  const { type } = schema;
  if (schema["x-kubernetes-int-or-string"] === true) {
    if (typeof value !== "string" && !Number.isInteger(value)) return `is ${kindOf(value)}, not an integer or a string`;
  } else if (type !== undefined && TYPES[type]?.(value) === false) {
    return `is ${kindOf(value)}, not of type ${type}`;
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) return `is ${JSON.stringify(value)}, not in the enum`;
  if (typeof value === "string") return textProblem(value, schema);
  return typeof value === "number" ? numberProblem(value, schema) : undefined;
}

function textProblem(value: string, { pattern, minLength = 0, maxLength = Infinity }: Schema): string | undefined {
  if (value.length < minLength || value.length > maxLength) return `has ${value.length} characters`;
  if (pattern !== undefined && !new RegExp(pattern, "u").test(value)) return `does not match ${pattern}`;
  return undefined;
}

function numberProblem(value: number, { minimum = -Infinity, maximum = Infinity }: Schema): string | undefined {
  return value < minimum || value > maximum ? `is ${value}, out of range` : undefined;
}
