/** A value that is not known before a plan, and perhaps not then. */
export class Unknown {
  constructor(
    /** The expression, as it is written. */
    readonly expression: string,
    /** Whether it is kept in Vault; else what it points at is not there, or only an engine can work it out. */
    readonly isStored = false,
  ) {}

  /** As it is shown. */
  toJSON(): string {
    return this.expression;
  }
}

/** What an expression refers to. */
export interface Reference {
  /** Such as `authentik_flow.identity_login_flow` or `data.authentik_flow.lookups_flow-login`. */
  readonly address: string;
  /** What of it, such as `uuid` or `data["client_secret"]`. */
  readonly attribute: string;
}

/** Finds what a reference refers to; nothing where only an engine could. */
export type Find = (reference: Reference) => unknown;

const ADDRESS = String.raw`(?:data\.|ephemeral\.)?[a-z][a-z0-9_]*\.[\w-]+`;
const REFERENCE = new RegExp(String.raw`^(${ADDRESS})\.([a-z_]+(?:\["[^"\\]*"\])?)$`);
const REPLACED = new RegExp(String.raw`^replace\((${ADDRESS})\.([a-z_]+), "([^"\\]*)", "([^"\\]*)"\)$`);
const WHOLE = /^\$\{([^{}]*)\}$/;
/** An escaped template, an expression, or text. */
const TOKEN = /([$%])\1(?=\{)|\$\{([^{}]*)\}|[$%](?!\{)|[^$%]+/gy;

/** A value of Terraform's JSON as the provider is given it: expressions worked out, escaped templates as they are meant. */
export function evaluate(value: unknown, find: Find): unknown {
  if (typeof value === "string") return fromText(value, find);
  if (Array.isArray(value)) return value.map((item: unknown) => evaluate(item, find));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, evaluate(item, find)]));
}

/** What one reference is the whole of: `${authentik_flow.login.uuid}`; nothing for any other text. */
export function referenceOf(value: unknown): Reference | undefined {
  const [, whole = ""] = typeof value === "string" ? (WHOLE.exec(value) ?? []) : [];
  const [, address, attribute] = REFERENCE.exec(whole) ?? [];
  return address === undefined || attribute === undefined ? undefined : { address, attribute };
}

function fromText(template: string, find: Find): unknown {
  const [, whole] = WHOLE.exec(template) ?? [];
  if (whole !== undefined) return fromExpression(whole, find) ?? new Unknown(template);
  let text = "";
  let length = 0;
  for (const [token, escaped, expression] of template.matchAll(TOKEN)) {
    length += token.length;
    const part = expression === undefined ? (escaped ?? token) : fromExpression(expression, find);
    if (typeof part !== "string" && typeof part !== "number") return new Unknown(template);
    text += String(part);
  }
  return length === template.length ? text : new Unknown(template);
}

function fromExpression(expression: string, find: Find): unknown {
  const reference = referenceOf(`\${${expression}}`);
  if (reference !== undefined) return find(reference);
  const [, address, attribute, from = "", to = ""] = REPLACED.exec(expression) ?? [];
  if (address === undefined || attribute === undefined) return undefined;
  const found = find({ address, attribute });
  return typeof found === "string" ? found.replaceAll(from, to) : found;
}
