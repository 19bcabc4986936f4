import { visible } from "../../delivery/visible";
import { CATALOGUE } from "./catalogue";
import type { Checked } from "./examine";

/** Facts that are shown of a check in a line. */
const SHOWN = 4;
/** More than a check has to say; names come from authentik, and must not harm a terminal. */
const LONGEST = 2000;

/** What `doctor --json` prints. */
export function documentOf(site: string, checks: readonly Checked[]): object {
  const { fail, pass, skipped } = counts(checks);
  return {
    format: 1,
    site,
    checks: checks.map(({ id, title, status, evidence, why, remedy }) => ({
      id,
      title,
      status,
      evidence,
      why,
      remedy,
    })),
    passed: pass,
    failed: fail,
    skipped,
  };
}

/** The checks for people, by what they are about, and how many there are of each kind. */
export function textOf(site: string, url: string, checks: readonly Checked[]): string {
  const width = Math.max(...checks.map(({ id }) => id.length));
  const groups = [...new Set(checks.map(({ id }) => CATALOGUE[id].group))];
  const parts = groups.map((group) =>
    [group, ...checks.filter(({ id }) => CATALOGUE[id].group === group).flatMap((check) => lines(check, width))].join(
      "\n",
    ),
  );
  const { fail, pass, skipped } = counts(checks);
  return [`${site} at ${url}`, ...parts, `${pass} passed, ${fail} failed, ${skipped} skipped`].join("\n\n");
}

function lines({ id, title, status, evidence, why = "", remedy }: Checked, width: number): string[] {
  const begin = `  ${status.padEnd(7)}  ${id.padEnd(width)}  `;
  const indent = " ".repeat(begin.length);
  const told = (text: string): string => visible(text, LONGEST);
  switch (status) {
    case "pass":
      return [`${begin}${evidence.length === 0 ? title : told(some(evidence))}`];
    case "skipped":
      return [`${begin}${told(why)}`];
    case "fail":
      return [
        `${begin}${told(why)}`,
        ...(evidence.length === 0 ? [] : [`${indent}seen: ${told(some(evidence))}`]),
        ...(remedy === undefined || remedy === "" ? [] : [`${indent}do: ${told(remedy)}`]),
      ];
  }
}

function some(evidence: readonly string[]): string {
  const rest = evidence.length - SHOWN;
  return [...evidence.slice(0, SHOWN), ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ");
}

function counts(checks: readonly Checked[]): Record<Checked["status"], number> {
  const count = (wanted: Checked["status"]): number => checks.filter(({ status }) => status === wanted).length;
  return { pass: count("pass"), fail: count("fail"), skipped: count("skipped") };
}
