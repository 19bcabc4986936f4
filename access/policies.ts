import { isRecord, text } from "./stack";
import type { Block, Stack } from "./stack";
import type { Policy } from "./world";

/** Every policy of a stack. */
export function readPolicies(stack: Stack): Policy[] {
  return stack
    .allOf("authentik_policy_")
    .filter(({ type }) => type !== "authentik_policy_binding")
    .map((block): Policy => ({
      address: block.address,
      name: text(block.arguments.name),
      kind: block.type.replace("authentik_policy_", "").replaceAll("_", " "),
      says: says(block),
      always: always(block.arguments.expression),
    }));
}

/** Arguments of every block that say nothing about a policy. */
const OTHER = new Set(["//", "depends_on", "lifecycle", "name", "execution_logging"]);

function says({ arguments: given }: Block): string {
  const expression = given.expression;
  if (typeof expression === "string") return text(expression);
  const rest = Object.entries(given).filter(([argument]) => !OTHER.has(argument));
  return JSON.stringify(Object.fromEntries(rest.sort(([a], [b]) => (a < b ? -1 : 1))), (_key, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
}

const CONSTANT =
  /^(?:def evaluate\(request\)(?: -> bool)?: return (True|False) return evaluate\(request\)|return (True|False))$/;

/** What an expression answers when it is nothing but an answer; anything more is not run here. */
function always(expression: unknown): boolean | undefined {
  if (typeof expression !== "string") return undefined;
  const code = expression
    .trim()
    .replace(/^"""[^"\\]*"""/, "")
    .replaceAll(/^\s*#.*$/gm, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  const [, inside, alone] = CONSTANT.exec(code) ?? [];
  const answer = inside ?? alone;
  return answer === undefined ? undefined : answer === "True";
}
