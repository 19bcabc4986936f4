import { writeFileSync } from "node:fs";
import { Failure } from "../../delivery/failure";
import { diff } from "../diff";
import { readRevision } from "../revision";
import type { World } from "../world";
import { pageData } from "./data";
import { pageHtml } from "./html";

export interface ReportOptions {
  /** What the site is compared with: a revision of git or a folder.  @default - nothing is compared */
  readonly base?: string;
  /** Which site of a revision.  @default - that of the world */
  readonly site?: string;
  /** The file that is written. */
  readonly out: string;
}

/**
 * Writes the page of a world.
 * @throws Failure when the base cannot be read, or the file cannot be written
 */
export async function writeReport(world: World, { base, site, out }: ReportOptions): Promise<void> {
  const comparison =
    base === undefined ? undefined : { base, diff: diff(readRevision(base, site ?? world.site), world) };
  const html = await pageHtml(pageData(world, comparison));
  try {
    writeFileSync(out, html);
  } catch {
    const value = JSON.stringify(out);
    throw new Failure(`report: --out must be a file that can be written, got ${value}; make its folder first`, 2);
  }
}
