import { z } from "zod";

/** A parsed value in which anything may be missing, because it was missing or wrong. */
export type Loose<T> = T extends readonly (infer U)[]
  ? readonly (Loose<U> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Loose<T[K]> | undefined }
    : T;

/**
 * A copy of a shape that never fails: what does not fit becomes `undefined`. With it the rules across records still
 * run on a site with mistakes of shape, so that one run reports both.
 */
export function lenient<T extends z.ZodType>(shape: T): { parse: (value: unknown) => Loose<z.output<T>> | undefined } {
  return place(shape) as unknown as { parse: (value: unknown) => Loose<z.output<T>> | undefined };
}

/** A shape at a place where `undefined` can stand in for it. */
function place(shape: unknown): z.ZodType {
  if (shape instanceof z.ZodOptional) return place(shape.unwrap());
  if (shape instanceof z.ZodDefault) return place(shape.unwrap()).default(shape.def.defaultValue);
  return relax(shape).optional().catch(undefined);
}

/** A shape whose own kind must still fit, so that a union finds its member; what is inside may be missing. */
function relax(shape: unknown): z.ZodType {
  if (shape instanceof z.ZodObject) {
    const fields = Object.entries(shape.def.shape);
    return z.object(
      Object.fromEntries(fields.map(([name, field]) => [name, field instanceof z.ZodLiteral ? field : place(field)])),
    );
  }
  if (shape instanceof z.ZodArray) return z.array(place(shape.element));
  if (shape instanceof z.ZodRecord) return z.record(z.string(), place(shape.valueType));
  if (shape instanceof z.ZodUnion) return z.union(shape.options.map(relax));
  return shape as z.ZodType;
}
