import type { Schema } from "./document";
import { resolve } from "./document";
import { FORMATS, patternMessage, pythonType } from "./formats";
import type { Values } from "./store";
import { asText } from "./text";

/** The errors of a body in the shape of Django REST framework: by field, by place in a list, or of the whole. */
export type Errors = { readonly [field: string]: Errors | readonly string[] | string };
type Problem = Errors | readonly string[];

interface Read {
  readonly value?: unknown;
  readonly problem?: Problem;
}

/** A body that was checked: its known fields as values, or what is wrong with it. */
export type Checked = { readonly values: Values } | { readonly errors: Errors };

const problem = (...texts: string[]): Read => ({ problem: texts });
const YES: readonly unknown[] = [true, "true", "True", "1", 1, "on", "yes"];
const NO: readonly unknown[] = [false, "false", "False", "0", 0, "off", "no"];

function readText(schema: Schema, given: unknown): Read {
  if (typeof given !== "string" && typeof given !== "number") return problem("Not a valid string.");
  const text = String(given);
  if (text.trim() === "") {
    return (schema.minLength ?? 0) > 0 ? problem("This field may not be blank.") : { value: text };
  }
  const { format, maxLength, pattern } = schema;
  if (maxLength !== undefined && text.length > maxLength) {
    return problem(`Ensure this field has no more than ${maxLength} characters.`);
  }
  const known = format === undefined ? undefined : FORMATS[format];
  if (known?.test(text) === false) return problem(known.message(text));
  if (pattern !== undefined && !new RegExp(pattern, "u").test(text)) return problem(patternMessage(pattern));
  return { value: text };
}

function readNumber({ maximum, minimum, type }: Schema, given: unknown): Read {
  const wrong = type === "integer" ? "A valid integer is required." : "A valid number is required.";
  if (typeof given !== "number" && (typeof given !== "string" || given.trim() === "")) return problem(wrong);
  const value = Number(given);
  if (Number.isNaN(value) || (type === "integer" && !Number.isInteger(value))) return problem(wrong);
  if (maximum !== undefined && value > maximum) {
    return problem(`Ensure this value is less than or equal to ${maximum}.`);
  }
  if (minimum !== undefined && value < minimum) {
    return problem(`Ensure this value is greater than or equal to ${minimum}.`);
  }
  return { value };
}

function readBoolean(_schema: Schema, given: unknown): Read {
  if (YES.includes(given)) return { value: true };
  return NO.includes(given) ? { value: false } : problem("Must be a valid boolean.");
}

function readList({ items = {}, maxItems }: Schema, given: unknown): Read {
  if (!Array.isArray(given)) return problem(`Expected a list of items but got type "${pythonType(given)}".`);
  if (maxItems !== undefined && given.length > maxItems) {
    return problem(`Ensure this field has no more than ${maxItems} elements.`);
  }
  const read = given.map((item: unknown) => readValue(items, item));
  const wrong = read.flatMap(({ problem: found }, index) => (found ? [[String(index), found] as const] : []));
  // A list of keys stops at the first that is wrong, and tells it without its place.
  if (resolve(items).format === "uuid" && wrong[0] !== undefined) return { problem: wrong[0][1] };
  return wrong.length > 0 ? { problem: Object.fromEntries(wrong) } : { value: read.map(({ value }) => value) };
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readObject(schema: Schema, given: unknown): Read {
  if (schema.properties === undefined) {
    return isObject(given) ? { value: given } : problem("Value must be a dictionary, and not have any duplicate keys.");
  }
  const checked = checkBody(schema, given);
  return "errors" in checked ? { problem: checked.errors } : { value: checked.values };
}

const READERS = {
  array: readList,
  boolean: readBoolean,
  integer: readNumber,
  number: readNumber,
  object: readObject,
  string: readText,
} as const;

function readValue(unresolved: Schema, given: unknown): Read {
  const schema = resolve(unresolved);
  if (given === null) return schema.nullable === true ? { value: null } : problem("This field may not be null.");
  if (schema.enum !== undefined) {
    return schema.enum.map(asText).includes(asText(given))
      ? { value: schema.enum.find((choice) => asText(choice) === asText(given)) }
      : problem(`"${asText(given)}" is not a valid choice.`);
  }
  return schema.type === undefined ? { value: given } : READERS[schema.type](schema, given);
}

/**
 * Checks the body of a request against its schema as authentik does: fields it does not know and fields that are only read
 * are left out without a word.
 */
export function checkBody(unresolved: Schema, body: unknown): Checked {
  if (!isObject(body)) {
    const text = `Invalid data. Expected a dictionary, but got ${pythonType(body)}.`;
    return { errors: { non_field_errors: [text] } };
  }
  const { properties = {}, required = [] } = resolve(unresolved);
  const values: Values = {};
  const errors: Record<string, Problem> = {};
  for (const [name, schema] of Object.entries(properties)) {
    if (schema.readOnly === true) continue;
    if (!(name in body)) {
      const { default: stated } = resolve(schema);
      if (required.includes(name)) errors[name] = ["This field is required."];
      else if (stated !== undefined) values[name] = stated;
      continue;
    }
    const { problem: found, value } = readValue(schema, body[name]);
    if (found !== undefined) errors[name] = found;
    else values[name] = value;
  }
  return Object.keys(errors).length > 0 ? { errors } : { values };
}
