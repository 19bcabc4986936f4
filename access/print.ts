import { escape, visible } from "../delivery/job-summary";
import type { Effect } from "./effect";
import type { Block, Review } from "./review";

/** How much of one text is shown, in characters. */
const LENGTH = 2000;
/** How much of a page is shown, in characters; a job's summary may have 1 MiB in all. */
const PAGE = 300_000;

/** More access, less, and what somebody has to look at. */
const MARKS: Readonly<Record<Effect, string>> = { wider: "+", narrower: "-", either: "?", none: " " };
const WORDS: Readonly<Record<Effect, string>> = { wider: "➕", narrower: "➖", either: "❔", none: "▫️" };

/** A review as plain lines. */
export function asText({ headline, sections }: Review): string {
  const lines = sections.flatMap(({ title, blocks }) => [
    "",
    title,
    ...blocks.flatMap((block) => [
      `  ${visible(block.title, LENGTH)}`,
      ...block.lines.map(({ effect, text }) => `    ${MARKS[effect]} ${visible(text, LENGTH)}`),
    ]),
  ]);
  return [visible(headline, LENGTH), ...lines, ""].join("\n");
}

/** The same for the log of a job: no line of it is a command of the runner. */
export function asLog(all: Review, title: string): string {
  const lines = `${visible(title, LENGTH)}\n${asText(all)}`.trimEnd().split("\n");
  return lines.map((line) => `| ${line.replaceAll("##[", "## [")}\n`).join("");
}

/** A review as Markdown, made of HTML blocks alone, in which no name is read as anything but text. */
export function asMarkdown({ headline, sections }: Review, title: string): string {
  const parts = sections.flatMap(({ title: heading, blocks }) => [`<h4>${escape(heading)}</h4>`, ...blocks.map(html)]);
  let room = PAGE;
  const end = parts.findIndex((part) => (room -= part.length) < 0);
  const shown = end < 0 ? parts : [...parts.slice(0, end), `<p>and ${parts.length - end} more</p>`];
  const head = [`<h3>${escape(title, LENGTH)}</h3>`, `<p><strong>${escape(headline, LENGTH)}</strong></p>`];
  return `${[...head, ...shown].join("\n\n")}\n`;
}

function html({ title, lines }: Block): string {
  const items = lines.map(({ effect, text }) => `<li>${WORDS[effect]} ${escape(text, LENGTH)}</li>`);
  return [`<p><strong>${escape(title, LENGTH)}</strong></p>`, "<ul>", ...items, "</ul>"].join("\n");
}
