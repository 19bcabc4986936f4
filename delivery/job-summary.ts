/**
 * Writes what `diff --json` printed as a page for people who review a pull request: `job-summary.ts [--text] <file>`.
 * Names in it may be anybody's text, so nothing of them is left to be read as Markdown, HTML or a command of the log.
 */
import { readFileSync } from "node:fs";
import { judgementLine, summary } from "./report";
import type { ReportDocument, StackReport } from "./report";
import { TEXT_LENGTH, visible } from "./visible";

export { visible };

/** How much of one list is shown, in characters; a job's summary may have 1 MiB in all. */
const LIST_LENGTH = 200_000;

/** A text that is nothing but text in Markdown and in HTML: what is no letter, digit or blank becomes a reference. */
export function escape(text: string, length = TEXT_LENGTH): string {
  return visible(text, length).replaceAll(/[^\p{L}\p{N}\p{M} ]/gu, (one) => `&#${one.codePointAt(0) ?? 0};`);
}

/** A table of texts; one HTML block, in which Markdown means nothing. Rows that are too many are counted. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: "td" | "th"): string =>
    `<tr>${cells.map((cell) => `<${tag}><code>${escape(cell)}</code></${tag}>`).join("")}</tr>`;
  const [shown, left] = fit(rows.map((cells) => line(cells, "td")));
  const more = left === 0 ? [] : [`<tr><td colspan="${head.length}">and ${left} more</td></tr>`];
  return ["<table>", line(head, "th"), ...shown, ...more, "</table>"].join("\n");
}

/** As many lines as there is room for, and how many are left. */
function fit(lines: readonly string[]): [string[], number] {
  let room = LIST_LENGTH;
  const end = lines.findIndex((line) => (room -= line.length) < 0);
  return end < 0 ? [[...lines], 0] : [lines.slice(0, end), lines.length - end];
}

/** Lines of text as they are, without empty ones: Markdown would begin again after one. */
function quote(text: string): string {
  const [shown, left] = fit(
    text
      .split("\n")
      .filter(Boolean)
      .map((line) => escape(line, 2000)),
  );
  return ["<pre>", ...shown, ...(left === 0 ? [] : [`and ${left} more lines`]), "</pre>"].join("\n");
}

function title(text: string): string {
  return `<h3>${escape(text)}</h3>`;
}

/** The page as Markdown, made of HTML blocks alone. */
export function jobSummary(document: ReportDocument): string {
  const { stacks, unmetPasses, error } = document;
  const blocks = [
    title(headline(document)),
    ...(error === null ? [] : [quote(error)]),
    ...stacks.flatMap(stackBlocks),
    ...(unmetPasses.length === 0 ? [] : [quote(unmetPasses.join("\n"))]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function stackBlocks(report: StackReport): string[] {
  const { changes, guards } = report;
  const judgements = guards.map(({ guard, text, passedBecause }) => [guard, passedBecause ?? "stands", text]);
  return [
    title(summary(report)),
    ...(judgements.length === 0 ? [] : [quote(judgements.map((cells) => cells.join(": ")).join("\n"))]),
    ...(changes.length === 0 ? [] : [table(["what", "name", "address", "fields", "was"], changes.map(cells))]),
  ];
}

function cells({ action, name = "", address, fields, was = "" }: StackReport["changes"][number]): string[] {
  return [action, name, address, fields.join(", "), was];
}

/** The same as plain lines, for a log. None begins with what a runner takes for a command. */
export function logLines(document: ReportDocument): string[] {
  const lines = [
    headline(document),
    ...(document.error?.split("\n") ?? []),
    ...document.stacks.flatMap((report) => [
      summary(report),
      ...report.guards.map((judgement) => judgementLine(report.stack, judgement)),
      ...report.changes.map((change) => cells(change).filter(Boolean).join(" ")),
    ]),
    ...document.unmetPasses,
  ];
  const [shown, left] = fit(lines.map((line) => `| ${visible(line, 2000).replaceAll("##[", "## [")}`));
  return left === 0 ? shown : [...shown, `| and ${left} more lines`];
}

function headline({ command, site, exitCode, engine }: ReportDocument): string {
  const against = engine === null ? "what is rendered" : `the state, by ${engine.product} ${engine.version}`;
  const found = new Map([
    [0, "nothing changes"],
    [2, "there are changes"],
    [3, "something is out of reach"],
  ]);
  return `${command} of ${site ?? "a site that cannot be read"} against ${against}: ${found.get(exitCode) ?? "refused"}`;
}

/**
 * Reads what a command printed.
 * @throws Error on anything else, such as nothing, when the command ended before it printed
 */
export function readDocument(text: string): ReportDocument {
  const document = JSON.parse(text) as Partial<ReportDocument>;
  if (document.format !== 1) throw new Error("not a document of diff --json");
  return document as ReportDocument;
}

function main(args: readonly string[]): void {
  const file = args.find((argument) => !argument.startsWith("--"));
  try {
    const document = readDocument(readFileSync(file ?? "", "utf8"));
    const page = args.includes("--text") ? `${logLines(document).join("\n")}\n` : jobSummary(document);
    process.stdout.write(page);
  } catch {
    process.stdout.write("The diff ended before it found anything out; the log of its step says why.\n");
  }
}

if (require.main === module) main(process.argv.slice(2));
