/**
 * Runs `init` and `validate` over every example and layout, with Terraform and OpenTofu as far as they are installed.
 * TERRAFORM_BINARY_NAME names one engine to use. Exit code 1 when one refuses, 3 when there is no engine.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "..");
const sites = [
  "config/site.ts",
  ...readdirSync(join(root, "examples"))
    .filter(isSite)
    .map((name) => `examples/${name}`),
];

function isSite(name: string): boolean {
  return name.endsWith(".ts");
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): string | undefined {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, CHECKPOINT_DISABLE: "1", ...env },
    encoding: "utf8",
  });
  return result.status === 0 ? undefined : `${result.stdout}${result.stderr}${result.error?.message ?? ""}`;
}

function engines(): string[] {
  const { TERRAFORM_BINARY_NAME: named } = process.env;
  return (named === undefined ? ["terraform", "tofu"] : [named]).filter(
    (name) => run(name, ["version"], root) === undefined,
  );
}

/** What an engine says against a site in a layout, by stack. */
function validate(engine: string, site: string, layout: string): string[] {
  const out = mkdtempSync(join(tmpdir(), "engine-"));
  const tsx = join(root, "node_modules", "tsx", "dist", "cli.mjs");
  const env = { AUTHENTIK_SITE: join(root, site), AUTHENTIK_LAYOUT: layout, CDKTF_OUTDIR: out };
  const failed = run(process.execPath, [tsx, join(root, "main.ts")], root, env);
  const complaints = failed === undefined ? [] : [failed];
  for (const stack of failed === undefined ? readdirSync(join(out, "stacks")) : []) {
    const folder = join(out, "stacks", stack);
    // The provider takes its token from the environment; without one `validate` misses an argument.
    const token = { AUTHENTIK_TOKEN: "validate" };
    const complaint =
      run(engine, ["init", "-backend=false", "-input=false", "-no-color"], folder, token) ??
      run(engine, ["validate", "-no-color"], folder, token);
    if (complaint !== undefined) complaints.push(`${stack}:\n${complaint}`);
  }
  rmSync(out, { recursive: true });
  return complaints;
}

const found = engines();
if (found.length === 0) {
  console.error(
    "found neither terraform nor tofu: install one, version 1.11 or newer, or name it in TERRAFORM_BINARY_NAME",
  );
  process.exitCode = 3;
}
for (const engine of found) {
  for (const site of sites) {
    for (const layout of ["single", "split"]) {
      const complaints = validate(engine, site, layout);
      console.log(`${complaints.length === 0 ? "ok    " : "failed"} ${engine} ${site} ${layout}`);
      for (const complaint of complaints) console.error(complaint);
      if (complaints.length > 0) process.exitCode = 1;
    }
  }
}
