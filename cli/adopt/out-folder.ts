import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { Failure } from "../../delivery/failure";

/** What is written; a folder that has one of them is somebody's. */
const WRITTEN = ["site.ts", "users.json", "imports.json", "policies"];

/**
 * Refuses a folder that cannot become a site's, before anything is asked or written.
 * @throws Failure when it is no folder, or has what would be written
 */
export function refuseTaken(out: string): void {
  const above = nearest(resolve(out));
  if (!statSync(above).isDirectory()) {
    throw new Failure(`--out: must be a folder, got ${out}, and ${above} is a file; name another`, 2);
  }
  const taken = WRITTEN.find((name) => holds(join(out, name)));
  if (taken === undefined) return;
  throw new Failure(
    `--out: must be a folder without a site, got ${out}, which has ${taken}; name another, or move that away`,
    2,
  );
}

/** Where a site is written before it is moved to where it is wanted; it goes however the process ends. */
export class OutFolder {
  /** The folder that is written. */
  readonly path: string;
  /** The topmost folder that was made for it. */
  private readonly made: string | undefined;
  private readonly remove = (): void => {
    rmSync(this.path, { recursive: true, force: true });
  };

  /**
   * A folder on the same disk as the one that is wanted, so that what is written can be moved there; a dry run's is where
   * nothing stays.
   * @throws Failure when nothing can be written there
   */
  constructor(
    private readonly out: string,
    private readonly dryRun: boolean,
  ) {
    const parent = dryRun ? tmpdir() : dirname(resolve(out));
    try {
      this.made = mkdirSync(parent, { recursive: true });
      this.path = mkdtempSync(join(parent, ".adopt-"));
    } catch (error) {
      throw unwritable(out, error);
    }
    process.once("exit", this.remove);
  }

  /**
   * Moves what was written to where it is wanted, the site last.
   * @throws Failure when somebody wrote there meanwhile, or nothing can be written there
   */
  place(): void {
    if (this.dryRun) return;
    refuseTaken(this.out);
    try {
      mkdirSync(this.out, { recursive: true });
      const written = readdirSync(this.path).sort((a, b) => Number(a === "site.ts") - Number(b === "site.ts"));
      for (const name of written) renameSync(join(this.path, name), join(this.out, name));
    } catch (error) {
      throw unwritable(this.out, error);
    }
  }

  /** Removes what is left, and the folders that were made for nothing. */
  close(): void {
    this.remove();
    process.off("exit", this.remove);
    if (this.made === undefined) return;
    const names = relative(dirname(this.made), dirname(this.path)).split(/[\\/]/);
    for (; names.length > 0; names.pop()) {
      const folder = join(dirname(this.made), ...names);
      if (!existsSync(folder) || readdirSync(folder).length > 0) return;
      rmdirSync(folder);
    }
  }
}

function holds(path: string): boolean {
  return existsSync(path) && !(statSync(path).isDirectory() && readdirSync(path).length === 0);
}

/** What is there of a path: itself, or the nearest above it. */
function nearest(path: string): string {
  return existsSync(path) ? path : nearest(dirname(path));
}

function unwritable(out: string, error: unknown): Error {
  const { code } = error as { code?: string };
  if (code === undefined) return error as Error;
  return new Failure(`--out: must be a folder that can be written, got ${out} (${code}); name another`, 2);
}
