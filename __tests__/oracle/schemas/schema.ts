import type { Json } from "../json";

export type Type =
  | "string"
  | "number"
  | "bool"
  | "any"
  | { readonly list: Type }
  | { readonly map: Type }
  | { readonly object: Arguments };

export interface Argument {
  readonly type: Type;
  readonly required: boolean;
  /** False for what the provider alone decides. */
  readonly settable: boolean;
  /** True when the provider fills it in where config is silent. */
  readonly computed: boolean;
  readonly sensitive: boolean;
  /** The only values it can have; for a list, its entries. */
  readonly values?: readonly string[];
  /** What its text has to be. */
  readonly form?: "json" | "expression" | "duration";
  /** True when its numbers, or its entries', are the server's 32-bit integers. */
  readonly integer?: boolean;
  readonly default?: Json;
  readonly exactlyOneOf?: readonly string[];
  readonly conflictsWith?: readonly string[];
}

export type Arguments = ReadonlyMap<string, Argument>;

export interface BlockSchema {
  readonly arguments: Arguments;
  /** Whether an expression can read this attribute. */
  exports(attribute: string): boolean;
}

export function argument(type: Type, options: Partial<Argument> = {}): Argument {
  return { type, required: false, settable: true, computed: false, sensitive: false, ...options };
}
