import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { GuardName } from "../config/delivery-shape";
import type { Site } from "../config/load";
import { formatProblem } from "../config/problems";
import { compareStacks } from "./compare";
import { judge } from "./context";
import { Failure } from "./failure";
import { differences, readTree, replaceTree } from "./file-tree";
import type { Difference, Kept, Tree } from "./file-tree";
import { fluxFiles, fluxManifests } from "./flux/manifests";
import { forRunners } from "./for-runners";
import { guardProgram } from "./guard-webhook/program";
import { Passes } from "./passes";
import { judgementLine } from "./report";
import { loadNamedSite, LOCK_FILE, renderedFolder, renderedJson, STACK_NAMES, writeStacks } from "./workspace";
import type { StackJson, StackName } from "./workspace";

export interface RenderOptions {
  /** Whether to compare only, and to write nothing. */
  readonly check: boolean;
  /** Guards that are let pass. */
  readonly pass: readonly GuardName[];
}

/** A stack as it is rendered. */
export interface RenderedStack {
  readonly name: StackName;
  readonly json: StackJson;
  /** Its files by path below the stack's folder: `cdk.tf.json`, and what it brings along. */
  readonly files: Tree;
}

/**
 * Writes a site's stacks in the layout `split` and the objects of Flux below `deploy/`, or says what is not up to date.
 * @throws Failure naming the files that differ, or the guards that stand
 */
export async function runRender({ check, pass }: RenderOptions): Promise<0> {
  const site = loadNamedSite("split");
  for (const waiver of site.waivers) console.error(`waived: ${formatProblem(waiver)} (${waiver.reason})`);
  const stacks = renderStacks(site);
  const folders = [...stackTrees(site, stacks), siteTree(site), await fluxTree(site, stacks)];
  const changed = folders.flatMap(({ folder, files, kept }) => differences(folder, files, kept));
  if (check) return tellDifferences(changed);
  judgeStacks(site, stacks, pass);
  for (const { folder, files, kept } of folders) replaceTree(folder, files, kept);
  for (const { file, how } of changed) console.log(`${how === "stale" ? "removed" : "written"}: ${file}`);
  if (changed.length === 0) console.log(`deploy/ is up to date with ${site.name}`);
  return 0;
}

/** A site's stacks as they are rendered, in order of apply; writes nothing that stays. */
export function renderStacks(site: Site): RenderedStack[] {
  const scratch = mkdtempSync(join(tmpdir(), "render-"));
  try {
    return writeStacks(forRunners(site), scratch).map(({ name, folder, json }) => ({
      name,
      json,
      files: readTree(folder),
    }));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

interface Folder {
  readonly folder: string;
  readonly files: Tree;
  readonly kept: Kept;
}

function stackTrees(site: Site, stacks: readonly RenderedStack[]): Folder[] {
  return STACK_NAMES.map((name) => {
    const files = stacks.find((stack) => stack.name === name)?.files ?? new Map<string, Buffer>();
    const kept: Kept = (path) => files.size > 0 && basename(path) === LOCK_FILE;
    return { folder: renderedFolder(site, name), files, kept };
  });
}

/** What no stack says about a site and a review of access needs: refusals that were let pass, and why. */
function siteTree({ name, waivers }: Site): Folder {
  const told = waivers.map(({ code, where, field, text, reason }) => ({ code, where, field, text, reason }));
  const content = Buffer.from(`${JSON.stringify({ name, waivers: told }, null, 2)}\n`);
  return {
    folder: dirname(renderedFolder({ name }, "authentik")),
    files: new Map(waivers.length === 0 ? [] : [["site.json", content]]),
    kept: (path) => dirname(path) !== ".",
  };
}

async function fluxTree(site: Site, stacks: readonly RenderedStack[]): Promise<Folder> {
  const program = site.delivery.flux?.guard === undefined ? "" : await guardProgram();
  const files = Object.entries(fluxFiles(fluxManifests(site, stacks, program)));
  return {
    folder: join("deploy", "flux", site.name),
    files: new Map(files.map(([path, text]) => [path, Buffer.from(text)])),
    kept: () => false,
  };
}

function tellDifferences(changed: readonly Difference[]): 0 {
  if (changed.length === 0) return 0;
  const lines = changed.map(({ file, how }) => `${how}: ${file}`);
  const remedy = "deploy/ must be as the site is rendered, got other files; run npm run render";
  throw new Failure([...lines, remedy].join("\n"));
}

/** A stack as it was rendered, and as it would be now. */
export interface Compared {
  readonly name: StackName;
  readonly before: StackJson | undefined;
  readonly json: StackJson;
}

/** Every stack that is rendered, or would be, in order of apply. */
export function againstRendered(site: Site, rendered: readonly RenderedStack[]): Compared[] {
  const now = new Map(rendered.map(({ name, json }) => [name, json]));
  return STACK_NAMES.flatMap((name): Compared[] => {
    const before = renderedJson(site, name);
    const json = now.get(name);
    return before === undefined && json === undefined ? [] : [{ name, before, json: json ?? {} }];
  });
}

/** Asks the guards what these stacks would change, were they applied where those before are. */
function judgeStacks(site: Site, rendered: readonly RenderedStack[], pass: readonly GuardName[]): void {
  const passes = new Passes(pass, site.delivery.pass);
  const stacks = againstRendered(site, rendered);
  const plans = new Map(stacks.map(({ name, before, json }) => [name, compareStacks(before, json)]));
  const judged = [...plans].flatMap(([name, plan]) =>
    judge({ site, stacks, passes }, { name }, plan, plans).map((judgement) => ({ name, judgement })),
  );
  const lines = (isPassed: boolean): string[] =>
    judged
      .filter(({ judgement }) => (judgement.passedBecause !== undefined) === isPassed)
      .map(({ name, judgement }) => judgementLine(name, judgement));
  const refused = lines(false);
  if (refused.length > 0) throw new Failure(refused.join("\n"));
  for (const line of [...lines(true), ...passes.unmet()]) console.log(line);
}
