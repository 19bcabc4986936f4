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
  const refusals: Refusal[] = [];
  const add = (rule: string): void => void refusals.push({ code: "AK040", field: "file", text: `must ${rule}` });
  if (!/^def evaluate\(request\)/m.test(text)) {
    add(
      "define evaluate(request) at the top level, got a file without it; authentik's answer is what that function returns",
    );
  }
  for (const line of linesThatGainSpaces(text)) {
    add(
      `hold no string that goes on over line ${line}, got one; authentik indents each line, so it would gain four spaces: join shorter strings instead`,
    );
  }
  return refusals;
}

function source(file: string): string {
  return readFileSync(file, "utf8").replaceAll("\r\n", "\n").trim();
}

/** Lines on which a string that is no docstring continues, or a backslash continues the line. */
function linesThatGainSpaces(text: string): number[] {
  const found: number[] = [];
  const tokens = /#[^\n]*|("""|''')[\s\S]*?(?:\1|$)|"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?|\\\n/g;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (token.startsWith("#") || !token.includes("\n")) continue;
    const before = text.slice(text.lastIndexOf("\n", index - 1) + 1, index);
    const isDocstring = /^("""|''')/.test(token) && before.trim() === "";
    if (!isDocstring) found.push(text.slice(0, index).split("\n").length);
  }
  return found;
}
