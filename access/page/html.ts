import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Failure } from "../../delivery/failure";
import type { PageData } from "./data";

const ROOT = resolve(__dirname, "..", "..");

/** The program of the page, in one piece; the same bytes on every machine. */
export async function browserProgram(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [join("access", "page", "browser", "main.ts")],
    bundle: true,
    write: false,
    minify: true,
    platform: "browser",
    target: "es2022",
    format: "iife",
    charset: "ascii",
    legalComments: "none",
    // What a machine has set up for itself must not show.
    tsconfigRaw: { compilerOptions: { target: "es2022" } },
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Failure("report: must be one program, got none; look at access/page/browser");
  // As text of HTML a program ends where its element does, also inside of its own texts.
  return file.text.replaceAll("</", "<\\/");
}

/** The page: one file that loads nothing, in which no program runs but its own. */
export async function pageHtml(data: PageData): Promise<string> {
  const program = await browserProgram();
  const style = readFileSync(join(ROOT, "access", "page", "page.css"), "utf8");
  const policy = [
    "default-src 'none'",
    `script-src '${hash(program)}'`,
    `style-src '${hash(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy.join("; ")}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="color-scheme" content="light dark">',
    `<title>Access review: ${escapeHtml(data.world.site)}</title>`,
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    "<noscript>This page needs JavaScript: it shows what is written into it, and loads nothing.</noscript>",
    `<script type="application/json" id="data">${asScript(data)}</script>`,
    `<script>${program}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

/** JSON in which nothing ends the element it stands in, or is markup. */
export function asScript(data: unknown): string {
  return JSON.stringify(data).replaceAll(
    /[<>&\u2028\u2029]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[<>&"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
