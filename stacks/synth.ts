import type { App } from "cdktf";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";

/**
 * Writes an app's stacks and returns the files, relative to the working folder. Folders of stacks the app no longer has
 * are removed, as cdktf's command line does, so that nobody applies a stack of another layout.
 */
export function synth(app: App): string[] {
  app.synth();
  const folder = join(app.outdir, "stacks");
  return readdirSync(folder).flatMap((name) => {
    const file = join(folder, name, "cdk.tf.json");
    if (!existsSync(file)) return [];
    if (app.node.tryFindChild(name) !== undefined) return [relative(process.cwd(), file)];
    rmSync(join(folder, name), { recursive: true });
    return [];
  });
}
