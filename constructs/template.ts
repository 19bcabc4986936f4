/** A text in which Terraform must see no template: `${` and `%{` stand for themselves. */
export function escapeTemplate(text: string): string {
  return text.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
}

/** The text that was escaped, for what is no text to Terraform yet. */
export function unescapeTemplate(text: string): string {
  return text.replaceAll(/([$%])\1(?=\{)/g, "$1");
}

/** A copy of plain data with every text changed, names of fields too. */
export function mapTexts<T>(value: T, change: (text: string) => string): T {
  if (typeof value === "string") return change(value) as T;
  if (Array.isArray(value)) return value.map((inner: unknown) => mapTexts(inner, change)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [change(key), mapTexts<unknown>(inner, change)]),
  ) as T;
}
