import { readFileSync } from "node:fs";
import type { Refusal } from "./refusal";

/**
 * The expression authentik runs for a Python file that defines `evaluate(request)`.
 *
 * authentik strips an expression, indents it by four spaces and runs it as the body of a function, so one appended
 * `return` turns a module that linters and tests understand into an expression.
 */
export function readExpression(file: string): string {
  return `${source(file)}\n\nreturn evaluate(request)`;
}

/** What in a Python file authentik would refuse, or run with another meaning than Python does. */
export function checkExpression(file: string): Refusal[] {
  const text = source(file);
  const { code, continued } = withoutText(text);
  const refusals: Refusal[] = [];
  const add = (rule: string): void => void refusals.push({ code: "AK040", field: "file", text: `must ${rule}` });
  if (!/^def evaluate\(\s*request\b[^)]*\)/m.test(code)) {
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
  for (const line of continued) {
    add(
      `hold no string that goes on over line ${line}, got one; authentik indents each line, so it would gain four spaces: join shorter strings instead`,
    );
  }
  return refusals;
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
