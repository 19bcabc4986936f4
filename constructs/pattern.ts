/** Whether a `|` stands outside all parentheses and classes of a regular expression, where no anchor holds. */
export function hasAlternatives(pattern: string): boolean {
  const bare = pattern.replaceAll(/\\./g, "").replaceAll(/\[[^\]]*\]/g, "");
  let depth = 0;
  for (const sign of bare) {
    if (sign === "(") depth++;
    else if (sign === ")") depth--;
    else if (sign === "|" && depth === 0) return true;
  }
  return false;
}
