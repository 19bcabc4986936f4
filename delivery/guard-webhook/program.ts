import { build } from "esbuild";
import { join, resolve } from "node:path";
import { Failure } from "../failure";

/** The guard in one file, for Node without any package; the same bytes on every machine. */
export async function guardProgram(): Promise<string> {
  const root = resolve(__dirname, "..", "..");
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join("delivery", "guard-webhook", "main.ts")],
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    charset: "utf8",
    legalComments: "none",
    // What a machine has set up for itself must not show.
    tsconfigRaw: { compilerOptions: { target: "es2022" } },
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Failure("guard: must be one program, got none; look at delivery/guard-webhook");
  return file.text;
}
