/** A JSON value as text, as it stands in a URL or a message. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : String(value === undefined ? value : JSON.stringify(value));
}
