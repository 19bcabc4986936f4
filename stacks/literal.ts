import { escapeTemplate, mapTexts } from "../constructs/template";

/** A copy of plain data in which every text stands for itself, whatever Terraform would read into it. */
export function literal<T>(value: T): T {
  return mapTexts(value, escapeTemplate);
}
