export type Scalar = string | number | boolean | null;
export type Json = Scalar | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** One parsed `cdk.tf.json`. */
export type TerraformJson = JsonObject;

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object under a key; an empty one when there is none. */
export function objectAt(value: Json | undefined, key: string): JsonObject {
  const found = isObject(value) ? value[key] : undefined;
  return isObject(found) ? found : {};
}

/** The text under a key; undefined when there is none or something else. */
export function textAt(value: JsonObject, key: string): string | undefined {
  const found = value[key];
  return typeof found === "string" ? found : undefined;
}

/** A value as a list: absent is empty, one is a list of one. */
export function asList(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

export function kindOf(value: Json): string {
  if (value === null) return "null";
  if (isList(value)) return "a list";
  if (isObject(value)) return "an object";
  return typeof value === "boolean" ? "a bool" : `a ${typeof value}`;
}

/** The object that a text holds as JSON; undefined when it holds something else. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
