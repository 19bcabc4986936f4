import type { Schema } from "./document";
import { resolve } from "./document";
import { FORMATS } from "./formats";

const TYPES: Readonly<Record<NonNullable<Schema["type"]>, (value: unknown) => boolean>> = {
  array: Array.isArray,
  boolean: (value) => typeof value === "boolean",
  integer: Number.isInteger,
  number: (value) => typeof value === "number",
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  string: (value) => typeof value === "string",
};

function* entries(schema: Schema, value: object, where: string): Generator<string> {
  const members = value as Readonly<Record<string, unknown>>;
  for (const name of schema.required ?? []) if (!(name in members)) yield `${where}.${name} is missing`;
  for (const [name, member] of Object.entries(members)) {
    const known = schema.properties?.[name];
    if (known !== undefined) yield* mismatches(known, member, `${where}.${name}`);
    else if (schema.properties !== undefined) yield `${where}.${name} is not in the document`;
  }
}

function* text({ format }: Schema, value: string, where: string): Generator<string> {
  const known = format === undefined ? undefined : FORMATS[format];
  if (value !== "" && known?.test(value) === false) yield `${where} is no ${String(format)}: ${value}`;
}

/** Where an answer is not what the document says of it, and a client made from the document would fail. */
export function* mismatches(unresolved: Schema, value: unknown, where = "answer"): Generator<string> {
  const schema = resolve(unresolved);
  if (value === null) {
    if (schema.nullable !== true && schema.type !== undefined) yield `${where} is null`;
    return;
  }
  if (value === undefined) return;
  if (schema.type !== undefined && !TYPES[schema.type](value)) {
    yield `${where} is no ${schema.type}: ${JSON.stringify(value)}`;
    return;
  }
  if (schema.enum?.includes(value) === false) yield `${where} is none of its choices: ${JSON.stringify(value)}`;
  if (typeof value === "string") yield* text(schema, value, where);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* mismatches(schema.items ?? {}, item, `${where}[${index}]`);
  } else if (typeof value === "object") {
    yield* entries(schema, value, where);
  }
}
