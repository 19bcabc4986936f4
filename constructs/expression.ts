import { readFileSync } from "node:fs";
import type { Refusal } from "./refusal";

/** A module that defines `evaluate(request)`, or the text as authentik runs it. */
export type ExpressionForm = "body" | "module";

/** Values a Python file is given, by the names of the constants it declares for them. */
export type Constants = Readonly<Record<string, boolean | number | string | readonly string[]>>;

/**
 * The expression authentik runs for a Python file that defines `evaluate(request)`.
 *
 * authentik strips an expression, indents it by four spaces and runs it as the body of a function, so one appended
 * `return` turns a module that linters and tests understand into an expression. Constants are assigned again before it,
 * where the functions of the file see them.
 */
export function readExpression(file: string, constants: Constants = {}, form: ExpressionForm = "module"): string {
  if (form === "body") return source(file);
  const assignments = Object.keys(constants)
    .sort()
    .map((name) => `${name} = ${pythonLiteral(constants[name] ?? [])}\n`);
  return `${source(file)}\n\n${assignments.join("")}return evaluate(request)`;
}

/** What in a Python file authentik would refuse, or run with another meaning than Python does. */
export function checkExpression(file: string, constants: Constants = {}, form: ExpressionForm = "module"): Refusal[] {
  const { code, continued } = withoutText(source(file));
  const refusals: Refusal[] = [];
  const add = (rule: string): void => void refusals.push({ code: "AK040", field: "file", text: `must ${rule}` });
  if (form === "module" && !/^def evaluate\(\s*request\b[^)]*\)/m.test(code)) {
    add(
      "define evaluate(request) at the top level, got a file without it; authentik's answer is what that function returns",
    );
  }
  if (/^\s*from\s+__future__\s|^\s*from\s+\S+\s+import\s+\*/m.test(code)) {
    add("import names only, got a future or star import, which Python refuses inside a function; name what you import");
  }
  if (/^\s*global\s/m.test(code)) {
    add("use no global statement, got one; the file runs as the body of a function, so say nonlocal");
  }
  if (form === "body" && !/^\s*return\b/m.test(code)) {
    add("return something, got a file without return; authentik takes nothing for no");
  }
  for (const line of form === "body" ? [] : continued) {
    add(
      `hold no string that goes on over line ${line}, got one; authentik indents each line, so it would gain four spaces: join shorter strings instead`,
    );
  }
  return [...refusals, ...Object.entries(constants).flatMap(([name, value]) => checkConstant(name, value, code))];
}

/** What is in a flow's context from the start. */
const PLANNED = new Set(["is_sso"]);

/**
 * What a Python file reads of a flow's context that is not there yet when the flow is planned; `context` itself when the
 * file does more with it than to ask for one of its keys.
 */
export function contextRead(file: string): string[] {
  const text = source(file);
  const uses = [...withoutText(text).code.matchAll(/\bcontext\b|\bflow_plan\b/g)];
  const keys = uses.map(({ index }) => CONTEXT_KEY.exec(text.slice(index))?.[2] ?? "context");
  return [...new Set(keys)].filter((key) => !PLANNED.has(key)).sort();
}

const CONTEXT_KEY = /^context\s*(?:\.get\(|\[)\s*(["'])([^"'\n]+)\1/;

function checkConstant(name: string, value: Constants[string], code: string): Refusal[] {
  const refusal = (rule: string): Refusal[] => [{ code: "AK040", field: `constants.${name}`, text: `must ${rule}` }];
  if (!/^[A-Z][A-Z0-9_]*$/.test(name)) {
    return refusal(
      `be named in upper case, got "${name}"; it would take the place of a name of the file or of authentik`,
    );
  }
  if (!new RegExp(`^${name}\\s*(?::[^=\\n]+)?=(?!=)`, "m").test(code)) {
    return refusal(
      `be declared at the top level of the file, got a file without it; write ${name} = … there, with what does no harm`,
    );
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    return refusal(`be a finite number, got ${value}; Python has no literal for it`);
  }
  return [];
}

/** authentik indents lines, and takes more characters than Python does for the end of one. */
function pythonLiteral(value: Constants[string]): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function source(file: string): string {
  return readFileSync(file, "utf8").replaceAll("\r\n", "\n").trim();
}

const TEXT = /#[^\n]*|("""|''')[\s\S]*?(?:\1|$)|"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?/g;

/** Code without its strings and comments, and the lines on which a string that is no docstring goes on. */
function withoutText(text: string): { code: string; continued: number[] } {
  const continued: number[] = [];
  const code = text.replaceAll(TEXT, (token: string, ...rest: unknown[]) => {
    const at = rest.find((value) => typeof value === "number") ?? 0;
    if (!token.startsWith("#") && token.includes("\n") && !isDocstring(token, text.slice(0, at))) {
      continued.push(text.slice(0, at).split("\n").length);
    }
    return token.replaceAll(/[^\n]/g, " ");
  });
  return { code, continued };
}

/** Whether a string is a statement of its own: at the top of the file, or first in a block. */
function isDocstring(token: string, before: string): boolean {
  if (!/^("""|''')/.test(token)) return false;
  const lines = before.split("\n");
  if (!/^\s*[rRuU]?$/.test(lines.at(-1) ?? "")) return false;
  const above = lines.slice(0, -1).findLast((line) => line.trim() !== "" && !line.trim().startsWith("#"));
  return above === undefined || above.trimEnd().endsWith(":");
}
