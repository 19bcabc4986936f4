const CALL = "return evaluate(request)";
const ASSIGNMENT = /^([A-Z][A-Z0-9_]*) = (.*)$/;
const WORDS: Readonly<Record<string, boolean>> = { True: true, False: false };

/**
 * The constants that a site gave a policy, which stand before its last line. The policy itself is not looked at.
 */
export function constantsOf(expression: unknown): Readonly<Record<string, unknown>> {
  if (typeof expression !== "string") return {};
  const lines = expression.trimEnd().split("\n");
  if (lines.pop() !== CALL) return {};
  const found: [string, unknown][] = [];
  for (const line of lines.reverse()) {
    const [, name, literal] = ASSIGNMENT.exec(line) ?? [];
    if (name === undefined || literal === undefined) break;
    found.push([name, valueOf(literal)]);
  }
  return Object.fromEntries(found);
}

function valueOf(literal: string): unknown {
  if (literal in WORDS) return WORDS[literal];
  try {
    return JSON.parse(literal) as unknown;
  } catch {
    return undefined;
  }
}
