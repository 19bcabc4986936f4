import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the API document says of a value. */
export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly type?: "array" | "boolean" | "integer" | "number" | "object" | "string";
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly readOnly?: boolean;
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
}

export type Method = "delete" | "get" | "patch" | "post" | "put";

export interface Operation {
  readonly request?: Schema;
  readonly response?: Schema;
  readonly status?: number;
  readonly query?: readonly string[];
}

interface ApiDocument {
  readonly base: string;
  readonly version: string;
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

const FILE = join(__dirname, "..", "..", "schema", "authentik-api-2026.5.0.json");

/** Every path and schema of authentik's API. */
export const apiDocument = JSON.parse(readFileSync(FILE, "utf8")) as ApiDocument;

/** A schema of the document by name. */
export function schemaNamed(name: string): Schema {
  const schema = apiDocument.schemas[name];
  if (schema === undefined) throw new Error(`the API document has no schema ${name}`);
  return schema;
}

/** The name of the schema that is referred to, if one is. */
export function schemaName(schema: Schema | undefined): string | undefined {
  const reference = schema?.$ref ?? (schema?.allOf?.length === 1 ? schema.allOf[0]?.$ref : undefined);
  return reference?.slice(reference.lastIndexOf("/") + 1);
}

/** The schema itself, references followed; what stands beside a reference is kept. */
export function resolve(schema: Schema): Schema {
  const name = schemaName(schema);
  if (name === undefined) return schema;
  const { $ref: _ref, allOf: _allOf, ...own } = schema;
  return { ...resolve(schemaNamed(name)), ...own };
}
