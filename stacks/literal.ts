import { escapeTemplate } from "../constructs/template";

/** A copy of plain data in which every text stands for itself, whatever Terraform would read into it. */
export function literal<T>(value: T): T {
  if (typeof value === "string") return escapeTemplate(value) as T;
  if (Array.isArray(value)) return value.map(literal) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [escapeTemplate(key), literal<unknown>(inner)]),
  ) as T;
}
