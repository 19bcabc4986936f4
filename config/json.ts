/** A string, with the colon behind it when it is a key, or what opens or closes an object or a list. */
const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|[[\]{}]/g;

/** Keys that a JSON text gives twice in one object, with the line of the second; JSON.parse keeps the last silently. */
export function duplicateKeys(text: string): [key: string, line: number][] {
  const found: [string, number][] = [];
  const objects: (Set<string> | undefined)[] = [];
  for (const match of text.matchAll(TOKENS)) {
    const [token, colon] = match;
    if (token === "{") objects.push(new Set());
    else if (token === "[") objects.push(undefined);
    else if (token === "}" || token === "]") objects.pop();
    else if (colon !== undefined) {
      const key = token.slice(1, token.lastIndexOf('"'));
      if (objects.at(-1)?.has(key)) found.push([key, lineAt(text, match.index)]);
      objects.at(-1)?.add(key);
    }
  }
  return found;
}

/** The line of a key in a JSON text, by the keys that lead to it; nothing when there is no such key. */
export function lineOfKey(text: string, path: readonly string[]): number | undefined {
  const here: (string | undefined)[] = [];
  for (const match of text.matchAll(TOKENS)) {
    const [token, colon] = match;
    if (token === "{" || token === "[") here.push(undefined);
    else if (token === "}" || token === "]") here.pop();
    else if (colon !== undefined) {
      here[here.length - 1] = JSON.parse(token.slice(0, token.lastIndexOf('"') + 1)) as string;
      if (here.length === path.length && path.every((key, depth) => key === here[depth])) {
        return lineAt(text, match.index);
      }
    }
  }
  return undefined;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
