/** What an expression reads: `authentik_flow.login.uuid` has address `authentik_flow.login` and attribute `uuid`. */
export interface Reference {
  readonly address: string;
  readonly attribute: string | undefined;
  readonly text: string;
}

/** A string as Terraform reads it: text with `${…}` in it. */
export interface Template {
  /** The text with escapes undone and every expression replaced by `0`. */
  readonly text: string;
  readonly expressions: number;
  /** The string is one expression and nothing else, so it can have any type. */
  readonly whole: boolean;
  readonly references: readonly Reference[];
  readonly error: string | undefined;
}

const NONE: readonly Reference[] = [];
const KEYWORDS = new Set(["true", "false", "null", "for", "in", "if", "else", "endif", "endfor"]);
/** Roots that exist only while one block is evaluated. */
const CONTEXT = new Set(["each", "self", "count", "path", "terraform"]);

export function parseTemplate(text: string): Template {
  if (!text.includes("${") && !text.includes("%{")) {
    return { text, expressions: 0, whole: false, references: NONE, error: undefined };
  }
  const references: Reference[] = [];
  let literal = "";
  let expressions = 0;
  let position = 0;
  const result = (error?: string): Template => ({
    text: literal,
    expressions,
    whole: expressions === 1 && literal === "0" && text.startsWith("${"),
    references,
    error,
  });
  while (position < text.length) {
    if (text.startsWith("$${", position) || text.startsWith("%%{", position)) {
      literal += text.slice(position + 1, position + 3);
      position += 3;
    } else if (text.startsWith("%{", position)) {
      return result("holds a template directive; write %%{ for a literal %{");
    } else if (text.startsWith("${", position)) {
      const end = expressionEnd(text, position + 2);
      if (end < 0) return result("holds an expression that never ends; write $${ for a literal ${");
      references.push(...referencesIn(text.slice(position + 2, end)));
      literal += "0";
      expressions += 1;
      position = end + 1;
    } else {
      literal += text.charAt(position);
      position += 1;
    }
  }
  return result();
}

/** References of a bare expression such as an entry of `depends_on`. */
export function parseStatic(text: string): Template {
  if (text.startsWith("${")) return parseTemplate(text);
  return { text: "0", expressions: 1, whole: true, references: [...referencesIn(text)], error: undefined };
}

/** Index of the brace that closes an expression starting at `position`; -1 when there is none. */
function expressionEnd(text: string, position: number): number {
  let depth = 1;
  for (let i = position; i >= 0 && i < text.length; i += 1) {
    const character = text.charAt(i);
    if (character === '"') {
      i = stringEnd(text, i + 1);
      if (i < 0) return -1;
    } else if (character === "{") {
      depth += 1;
    } else if (character === "}") {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  return -1;
}

/** Index of the quote that closes a string starting at `position`; -1 when there is none. */
function stringEnd(text: string, position: number): number {
  for (let i = position; i < text.length; i += 1) {
    const character = text.charAt(i);
    if (character === "\\") {
      i += 1;
    } else if (character === '"') {
      return i;
    } else if (text.startsWith("$${", i)) {
      i += 2;
    } else if (text.startsWith("${", i)) {
      i = expressionEnd(text, i + 2);
      if (i < 0) return -1;
    }
  }
  return -1;
}

function* referencesIn(expression: string): Generator<Reference> {
  const locals = new Set<string>();
  for (const [, first, second] of expression.matchAll(/\bfor\s+(\w+)(?:\s*,\s*(\w+))?\s+in\b/g)) {
    if (first !== undefined) locals.add(first);
    if (second !== undefined) locals.add(second);
  }
  let position = 0;
  while (position < expression.length) {
    const character = expression.charAt(position);
    if (character === '"') {
      const end = stringEnd(expression, position + 1);
      yield* parseTemplate(expression.slice(position + 1, end)).references;
      position = end + 1;
    } else if (/[A-Za-z_]/.test(character)) {
      const { segments, indexes, next } = traversal(expression, position);
      for (const index of indexes) yield* referencesIn(index);
      if (!isName(segments, expression, next, locals)) yield referenceTo(segments);
      position = next;
    } else {
      const number = /\d[\w.]*/y;
      number.lastIndex = position;
      position += number.exec(expression)?.[0].length ?? 1;
    }
  }
}

/** Whether an identifier is a function, a keyword, an object key or a loop variable rather than a reference. */
function isName(segments: readonly string[], expression: string, next: number, locals: ReadonlySet<string>): boolean {
  const [root = ""] = segments;
  if (CONTEXT.has(root) || locals.has(root)) return true;
  const call = /\s*(?:\(|::)/y;
  const key = /\s*(?::|=(?![=>]))/y;
  call.lastIndex = next;
  key.lastIndex = next;
  return call.test(expression) || (segments.length === 1 && (KEYWORDS.has(root) || key.test(expression)));
}

function traversal(text: string, start: number): { segments: string[]; indexes: string[]; next: number } {
  const word = /[A-Za-z_][\w-]*/y;
  const step = /\.(?:([A-Za-z_][\w-]*)|\d+|\*)/y;
  word.lastIndex = start;
  const segments = [word.exec(text)?.[0] ?? ""];
  const indexes: string[] = [];
  let next = word.lastIndex;
  for (;;) {
    step.lastIndex = next;
    const found = step.exec(text);
    if (found) {
      if (found[1] !== undefined) segments.push(found[1]);
      next = step.lastIndex;
    } else if (text.charAt(next) === "[") {
      const end = bracketEnd(text, next + 1);
      indexes.push(text.slice(next + 1, end));
      next = end + 1;
    } else {
      return { segments, indexes, next };
    }
  }
}

function bracketEnd(text: string, position: number): number {
  let depth = 1;
  for (let i = position; i < text.length; i += 1) {
    const character = text.charAt(i);
    if (character === '"') {
      const end = stringEnd(text, i + 1);
      if (end < 0) return text.length;
      i = end;
    } else if (character === "[") {
      depth += 1;
    } else if (character === "]") {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  return text.length;
}

function referenceTo(segments: readonly string[]): Reference {
  const [root = ""] = segments;
  const length = root === "data" || root === "ephemeral" ? 3 : 2;
  return {
    address: segments.slice(0, length).join("."),
    attribute: segments[length],
    text: segments.join("."),
  };
}
