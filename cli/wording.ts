import { visible } from "../delivery/visible";

/** What something is, a line each: what to the value; what has no value is left out. */
export function facts(rows: readonly (readonly [what: string, value: string | undefined])[]): string {
  const known = rows.flatMap(([what, value]) => (value === undefined ? [] : [[what, value]]));
  return table(known);
}

/** Rows whose columns stand below one another; what authentik says in them cannot harm a terminal. */
export function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => visible(cell, MOST)));
  const widths = cells.reduce<number[]>(
    (found, row) => row.map((cell, column) => Math.max(found[column] ?? 0, cell.length)),
    [],
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** More than a link is long. */
const MOST = 500;

const MINUTE = 60_000;
const UNITS = [
  { name: "day", length: 24 * 60 * MINUTE, from: 48 * 60 * MINUTE },
  { name: "hour", length: 60 * MINUTE, from: 90 * MINUTE },
  { name: "minute", length: MINUTE, from: 0 },
] as const;

/** A moment as people of every zone read it. */
export function moment(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** How far away a moment is, such as `in 7 days` or `3 hours ago`. */
export function distance(date: Date, now: Date = new Date()): string {
  const apart = date.getTime() - now.getTime();
  const unit = UNITS.find(({ from }) => Math.abs(apart) >= from) ?? UNITS[2];
  const count = Math.round(Math.abs(apart) / unit.length);
  const words = `${count} ${unit.name}${count === 1 ? "" : "s"}`;
  return apart >= 0 ? `in ${words}` : `${words} ago`;
}
