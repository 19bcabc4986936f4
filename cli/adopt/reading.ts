import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { isRecord } from "../../access/stack";
import { locate } from "../../config/problems";
import { flattenIssue, shapeError } from "../../config/shape-errors";
import type { Listed } from "./listed";

/** A part of a site as it was read from an instance. */
export interface Reading<T> {
  /** Nothing when the instance has no such thing, or one that a site cannot say. */
  readonly value?: T;
  /** Why it cannot be said. */
  readonly notes: readonly Listed[];
}

/** An instance without the part. */
export const NOTHING: Reading<never> = { notes: [] };

/** A part that is there and cannot be said. */
export function unsaid(what: string, ...reasons: readonly string[]): Reading<never> {
  return { notes: reasons.map((why) => ({ what, why })) };
}

type Written = Readonly<Record<string, unknown>>;

/** What was read, without what its shape says anyway; or why it is not of the shape. */
export function read<T extends z.ZodType>(what: string, shape: T, written: Written): Reading<z.input<T>> {
  const given = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
  const result = shape.safeParse(given, { error: shapeError });
  if (!result.success) return unsaid(what, ...result.error.issues.flatMap(flattenIssue).map(reason));
  const isSame = (candidate: Written): boolean => {
    const again = shape.safeParse(candidate);
    return again.success && isDeepStrictEqual(again.data, result.data);
  };
  return { value: shortest(given, isSame) as z.input<T>, notes: [] };
}

function reason({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }): string {
  const { field } = locate(["part", ...path]);
  return field === "" ? message : `${field} ${message}`;
}

/** What is left of a value when everything goes without which it means the same. */
function shortest(value: Written, isSame: (candidate: Written) => boolean): Written {
  let left = value;
  for (const [name, inner] of Object.entries(value)) {
    const { [name]: _, ...without } = left;
    if (isSame(without)) left = without;
    else if (isRecord(inner)) {
      const around = left;
      left = { ...around, [name]: shortest(inner, (candidate) => isSame({ ...around, [name]: candidate })) };
    }
  }
  return left;
}

/** A copy without the fields that are there and say nothing. */
export function withoutEmpty<T extends object>(value: T, names: readonly (keyof T)[]): T {
  const isEmpty = (name: string, inner: unknown): boolean =>
    (names as readonly string[]).includes(name) && isRecord(inner) && Object.keys(inner).length === 0;
  return Object.fromEntries(Object.entries(value).filter(([name, inner]) => !isEmpty(name, inner))) as T;
}

/** Whether a reference of an object leads anywhere. */
export function isSet(reference: unknown): boolean {
  return reference !== null && reference !== undefined;
}

/** A text; another one of what is no text. */
export function textOf(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}
