import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Files by path below a folder. */
export type Tree = ReadonlyMap<string, Buffer>;

/** The files of a folder. */
export function readTree(folder: string): Tree {
  return new Map(pathsBelow(folder).map((path) => [path, readFileSync(join(folder, path))]));
}

/** Which paths of a folder are left alone. */
export type Kept = (path: string) => boolean;

const NONE: Kept = () => false;

/** How a file of a folder is not as it should be. */
export interface Difference {
  readonly file: string;
  readonly how: "changed" | "missing" | "stale";
}

/** What differs between a folder and the files it should hold, but for those that are kept. */
export function differences(folder: string, files: Tree, kept: Kept = NONE): Difference[] {
  const wanted = [...files].flatMap(([path, content]): Difference[] => {
    const file = join(folder, path);
    if (!existsSync(file)) return [{ file, how: "missing" }];
    return readFileSync(file).equals(content) ? [] : [{ file, how: "changed" }];
  });
  return [...wanted, ...stale(folder, files, kept).map((file): Difference => ({ file, how: "stale" }))];
}

/** Makes a folder hold these files and no others, but for those that are kept. */
export function replaceTree(folder: string, files: Tree, kept: Kept = NONE): void {
  for (const file of stale(folder, files, kept)) rmSync(file);
  for (const [path, content] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    if (!existsSync(file) || !readFileSync(file).equals(content)) writeFileSync(file, content);
  }
  removeEmpty(folder);
}

function stale(folder: string, files: Tree, kept: Kept): string[] {
  if (!existsSync(folder)) return [];
  return pathsBelow(folder)
    .filter((path) => !files.has(path) && !kept(path))
    .map((path) => join(folder, path));
}

/** Paths of a folder's files, seen from it, sorted. */
function pathsBelow(folder: string): string[] {
  return readdirSync(folder, { encoding: "utf8", recursive: true })
    .filter((path) => !statSync(join(folder, path)).isDirectory())
    .sort();
}

function removeEmpty(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeEmpty(join(folder, entry.name));
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
