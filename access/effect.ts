import type { Verdict } from "./decide";

/** What a change does to access; `either` is what cannot be told from the JSON alone, `none` what does nothing by itself. */
export type Effect = "wider" | "narrower" | "either" | "none";

const RANK: Readonly<Record<Verdict, number>> = { closed: 0, "at login": 1, open: 2 };

/** What a step from one verdict to another does. */
export function effectOf({ before, after }: { readonly before: Verdict; readonly after: Verdict }): Effect {
  if (before === after) return "none";
  return RANK[after] > RANK[before] ? "wider" : "narrower";
}

/** What it does when something that lets in is new or gone. */
export function ofPresence(before: unknown, after: unknown): Effect {
  if ((before === undefined) === (after === undefined)) return before === after ? "none" : "either";
  return before === undefined ? "wider" : "narrower";
}

/** The effect of a number that lets in the more the larger it is; nothing is known of what is no number. */
export function ofNumbers(before: number | undefined, after: number | undefined): Effect {
  if (before === undefined || after === undefined) return "either";
  if (before === after) return "none";
  return after > before ? "wider" : "narrower";
}
