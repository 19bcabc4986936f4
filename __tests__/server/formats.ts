const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;
const URL = /^[a-z][a-z0-9+.-]*:\/\/\S+$/i;

interface Format {
  readonly test: (text: string) => boolean;
  readonly message: (text: string) => string;
}

const DATE_TIME_FORMATS = "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]";

/** The formats of the API document, and what authentik says of a text that does not have one. */
export const FORMATS: Readonly<Record<string, Format>> = {
  uuid: { test: (text) => UUID.test(text), message: (text) => `“${text}” is not a valid UUID.` },
  "date-time": {
    test: (text) => DATE_TIME.test(text) && !Number.isNaN(Date.parse(text)),
    message: () => `Datetime has wrong format. Use one of these formats instead: ${DATE_TIME_FORMATS}.`,
  },
  email: { test: (text) => EMAIL.test(text), message: () => "Enter a valid email address." },
  uri: { test: (text) => URL.test(text), message: () => "Enter a valid URL." },
};

const SLUG = "^[-a-zA-Z0-9_]+$";

/** What authentik says of a text that does not match a pattern. */
export function patternMessage(pattern: string): string {
  return pattern === SLUG
    ? "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."
    : "This value does not match the required pattern.";
}

/** What Python calls the type of a JSON value. */
export function pythonType(value: unknown): string {
  if (value === null) return "NoneType";
  if (Array.isArray(value)) return "list";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  return typeof value === "string" ? "str" : "dict";
}
