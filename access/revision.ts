import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Failure } from "../delivery/failure";
import { isRecord } from "./stack";
import type { StackJson } from "./stack";
import { readWorld } from "./world";
import type { SiteWaiver, World } from "./world";

/** Files of a revision, by path; nothing of them is run. */
interface Files {
  /** What it is called in errors. */
  readonly label: string;
  /** Paths like `<site>/<stack>/cdk.tf.json`, or without the site. */
  readonly paths: readonly string[];
  readonly read: (path: string) => string;
  /** What the site is called that has no folder of its own; nothing when that is not known. */
  readonly bareName?: string | undefined;
}

/** Where `npm run render` writes. */
const RENDERED = "deploy/rendered";

/**
 * The world of a revision: a folder with stacks, rendered or synthesized, or a revision of git with rendered ones.
 * @param site Which site; needed where there are several
 * @throws Failure when there is no such thing, it holds no stacks, or several sites
 */
export function readRevision(name: string, site?: string): World {
  const files = isFolder(name) ? inFolder(name) : inGit(name);
  const stacks = files.paths.filter((path) => path.endsWith("/cdk.tf.json"));
  const sites = [...new Set(stacks.map((path) => parent(parent(path))))].sort();
  // Stacks without a folder for their site are of the site that is asked for.
  const matching = sites.filter((path) => path === "" || site === undefined || path === site);
  const [chosen] = matching;
  if (chosen === undefined) throw none(files.label, site, sites);
  if (matching.length > 1) {
    const known = matching.join(", ");
    throw new Failure(`access: ${files.label} must hold one site, got ${known}; choose one with --site`, 2);
  }
  const own = stacks.filter((path) => parent(parent(path)) === chosen);
  return readWorld(Object.fromEntries(own.map((path) => [basename(parent(path)), stack(files, path)])), {
    site: chosen || site || files.bareName || "site",
    waivers: waivers(files, chosen),
  });
}

function parent(path: string): string {
  return path.split("/").slice(0, -1).join("/");
}

function none(label: string, site: string | undefined, known: readonly string[]): Failure {
  if (site !== undefined && known.length > 0) {
    return new Failure(
      `access: ${label} must hold the site ${site}, got ${known.join(", ")}; choose one of them with --site`,
      2,
    );
  }
  const remedy = "run npm run render there and commit it, or name a folder with stacks";
  return new Failure(`access: ${label} must hold rendered stacks, got none; ${remedy}`, 3);
}

function stack({ label, read }: Files, path: string): StackJson {
  const json = parsed(read(path));
  if (isRecord(json)) return json;
  throw new Failure(`access: ${path} of ${label} must be the JSON of a stack, got something else; render it again`);
}

/** A rendered site without this file waives nothing; of stacks that are only synthesized, it is not known. */
function waivers({ paths, read, bareName }: Files, site: string): SiteWaiver[] | undefined {
  const path = site === "" ? "site.json" : `${site}/site.json`;
  if (!paths.includes(path)) return site === "" && bareName === undefined ? undefined : [];
  const json = parsed(read(path));
  const found = isRecord(json) && Array.isArray(json.waivers) ? json.waivers.filter(isRecord) : [];
  return found.map((one) => ({
    code: String(one.code),
    where: String(one.where),
    field: String(one.field),
    text: String(one.text),
    reason: String(one.reason),
  }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A folder: a checkout, what is below `deploy/rendered/`, one site of it, or what `npm run synth` writes. */
function inFolder(name: string): Files {
  const inside = [RENDERED, "stacks", "."].find((path) => isFolder(join(name, path))) ?? ".";
  const root = join(name, inside);
  const below = (path: string): string[] =>
    readdirSync(join(root, path))
      .sort()
      .map((entry) => (path === "" ? entry : `${path}/${entry}`));
  const folders = (paths: readonly string[]): string[] => paths.filter((path) => isFolder(join(root, path)));
  const sites = below("");
  const stacks = folders(sites).flatMap(below);
  const files = [...sites, ...stacks, ...folders(stacks).flatMap(below)];
  return {
    label: name,
    paths: files.filter((path) => /(^|\/)(cdk\.tf|site)\.json$/.test(path)),
    read: (path) => readFileSync(join(root, path), "utf8"),
    bareName: inside === "stacks" ? undefined : basename(resolve(root)),
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function inGit(name: string): Files {
  const commit = git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`])?.trim();
  if (commit === undefined || commit === "") {
    const remedy = "fetch it, or name a folder with rendered stacks";
    throw new Failure(
      `access: ${JSON.stringify(name)} must be a folder or a revision of git, got neither; ${remedy}`,
      3,
    );
  }
  const listed = git(["ls-tree", "-r", "-z", "--name-only", commit, "--", `${RENDERED}/`]) ?? "";
  return {
    label: name,
    paths: listed
      .split("\0")
      .filter((path) => path !== "")
      .map((path) => path.slice(RENDERED.length + 1)),
    read: (path) => git(["cat-file", "blob", `${commit}:./${RENDERED}/${path}`]) ?? "",
  };
}

/** What git prints; nothing when it fails. */
function git(args: readonly string[]): string | undefined {
  try {
    return execFileSync("git", args, { encoding: "utf8", maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return undefined;
  }
}
