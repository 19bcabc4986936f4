import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { SiteInput } from "../../config/schema";

const ROOT = join(__dirname, "..", "..");

export interface SiteFiles {
  readonly site: SiteInput;
  /** Other files by their path beside the site. */
  readonly files: ReadonlyMap<string, string>;
  /** The folder that paths in the site are relative to as it is given. */
  readonly base: string;
}

/** Writes a site into a folder, with the files it names, and returns the site's. */
export function writeSite(folder: string, { base, files, site }: SiteFiles): string {
  for (const [path, text] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const file = join(folder, "site.ts");
  writeFileSync(file, siteText(moved(site, base, folder), folder));
  return file;
}

/** A site whose paths are seen from another folder. */
function moved(site: SiteInput, from: string, to: string): SiteInput {
  const seen = (path: string): string => relative(to, resolve(from, path));
  const { backend, platform } = site;
  const chart = platform?.chart?.from === "file" ? { ...platform.chart, path: seen(platform.chart.path) } : undefined;
  return {
    ...site,
    ...(backend === undefined ? {} : { backend: seen(backend) }),
    ...(platform === undefined || chart === undefined ? {} : { platform: { ...platform, chart } }),
  };
}

/** The site as TypeScript; inside the project, editors check it. */
function siteText(site: SiteInput, folder: string): string {
  const isInside = !relative(ROOT, resolve(folder)).startsWith("..");
  const literal = written(site, "");
  if (!isInside) return `export default ${literal};\n`;
  const schema = relative(resolve(folder), join(ROOT, "config", "schema"));
  const path = schema.startsWith(".") ? schema : `./${schema}`;
  return `import { defineSite } from ${JSON.stringify(path)};\n\nexport default defineSite(${literal});\n`;
}

const WIDTH = 100;

/** A value as TypeScript. */
function written(value: unknown, indent: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = isList
    ? (value as unknown[]).map((item) => written(item, inner))
    : Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => `${memberName(name)}: ${written(member, inner)}`);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return `${open}${close}`;
  const line = isList ? `[${parts.join(", ")}]` : `{ ${parts.join(", ")} }`;
  if (indent !== "" && !line.includes("\n") && indent.length + line.length <= WIDTH) return line;
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close}`;
}

function memberName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
