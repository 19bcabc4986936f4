import { App } from "cdktf";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { loadSite } from "../config/load";
import type { Site } from "../config/load";
import { formatProblem } from "../config/problems";
import { checkConstructs } from "../stacks/checks";
import { addStacks } from "../stacks/site-stacks";
import { synth } from "../stacks/synth";

/** The stacks a site can have, in order of apply. */
export const STACK_NAMES = ["authentik-platform", "authentik", "authentik-users"] as const;
export type StackName = (typeof STACK_NAMES)[number];

/** A stack's JSON, as Terraform reads it. */
export type StackJson = Readonly<Record<string, unknown>>;

/** A stack that is written, ready for an engine. */
export interface StackFolder {
  readonly name: StackName;
  /** The folder an engine runs in, absolute. */
  readonly folder: string;
  /** `cdk.tf.json`, relative to the working folder. */
  readonly file: string;
  readonly json: StackJson;
}

export interface Workspace {
  readonly site: Site;
  /** In order of apply. */
  readonly stacks: readonly StackFolder[];
}

/** The engine's file of checked providers, beside a stack's JSON. */
export const LOCK_FILE = ".terraform.lock.hcl";

/** Where a site's rendered stack is, relative to the working folder. */
export function renderedFolder(site: Pick<Site, "name">, stack: StackName): string {
  return join("deploy", "rendered", site.name, stack);
}

/** The JSON of a site's rendered stack, as it lies in `deploy/`; nothing when there is none. */
export function renderedJson(site: Site, stack: StackName): StackJson | undefined {
  const file = join(renderedFolder(site, stack), "cdk.tf.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as StackJson) : undefined;
}

/**
 * Reads the site that AUTHENTIK_SITE names, the project's own unless set.
 * @throws ConfigError listing every problem of site and people at once
 */
export function loadNamedSite(layout: string | undefined = process.env.AUTHENTIK_LAYOUT || undefined): Site {
  return loadSite({
    file: process.env.AUTHENTIK_SITE || join(__dirname, "..", "config", "site.ts"),
    layout,
    checks: checkConstructs,
  });
}

/**
 * Writes a site's stacks, below `cdktf.out/stacks` unless another folder or CDKTF_OUTDIR is given, and returns them in
 * order of apply. Folders of stacks the site no longer has are removed.
 */
export function writeStacks(site: Site, outdir?: string): StackFolder[] {
  const app = new App(outdir === undefined ? {} : { outdir });
  addStacks(app, site);
  const files = synth(app);
  return STACK_NAMES.flatMap((name) => {
    const file = files.find((candidate) => dirname(candidate).endsWith(`/${name}`));
    if (file === undefined) return [];
    const json = JSON.parse(readFileSync(file, "utf8")) as StackJson;
    return [{ name, folder: dirname(resolve(file)), file: relative(process.cwd(), file), json }];
  });
}

/**
 * Reads the site of AUTHENTIK_SITE and AUTHENTIK_LAYOUT, tells its waivers on stderr, and writes its stacks, each beside
 * the lock file of its rendered form where there is one.
 * @throws ConfigError listing every problem of site and people at once
 */
export function loadAndWrite(): Workspace {
  const site = loadNamedSite();
  for (const waiver of site.waivers) console.error(`waived: ${formatProblem(waiver)} (${waiver.reason})`);
  const stacks = writeStacks(site);
  for (const { name, folder } of stacks) {
    const lock = join(renderedFolder(site, name), LOCK_FILE);
    if (existsSync(lock)) copyFileSync(lock, join(folder, LOCK_FILE));
  }
  return { site, stacks };
}
