/** The remedy for a name that nothing has: the nearest known one, or all of them. */
export function suggest(name: string, known: readonly string[]): string {
  const near = known
    .map((candidate) => ({ candidate, distance: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  if (near && near.distance <= Math.max(1, Math.floor(name.length / 3))) return `did you mean "${near.candidate}"?`;
  if (known.length === 0) return "there are none yet";
  const shown = known.slice(0, 8).join(", ");
  return known.length > 8 ? `known are ${shown} and ${known.length - 8} more` : `known are ${shown}`;
}

/** Edits (insert, delete, replace, swap neighbours) from one word to another. */
function distance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = at(rows[i - 1], j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
          ? at(rows[i - 2], j - 2) + 1
          : Infinity;
      row.push(Math.min(at(rows[i - 1], j) + 1, at(row, j - 1) + 1, replaced, swapped));
    }
    rows.push(row);
  }
  return at(rows[from.length], to.length);
}

function at(row: readonly number[] | undefined, column: number): number {
  return row?.[column] ?? Infinity;
}
