/** Keys that a JSON text gives twice in one object, with the line of the second; JSON.parse keeps the last silently. */
export function duplicateKeys(text: string): [key: string, line: number][] {
  const found: [string, number][] = [];
  const objects: (Set<string> | undefined)[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[[\]{}]/g;
  for (const match of text.matchAll(tokens)) {
    const [token, colon] = match;
    if (token === "{") objects.push(new Set());
    else if (token === "[") objects.push(undefined);
    else if (token === "}" || token === "]") objects.pop();
    else if (colon !== undefined) {
      const key = token.slice(1, token.lastIndexOf('"'));
      if (objects.at(-1)?.has(key)) found.push([key, text.slice(0, match.index).split("\n").length]);
      objects.at(-1)?.add(key);
    }
  }
  return found;
}
