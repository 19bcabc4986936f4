/**
 * Runs `init` and `validate` over every example and layout, with Terraform and OpenTofu as far as they are installed, and
 * takes a stack that needs no provider through a deploy.
 * TERRAFORM_BINARY_NAME names one engine to use. Exit code 1 when one refuses, 3 when there is no engine.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine } from "../delivery/engine";
import { readPlan } from "../delivery/plan";
import type { StackFolder } from "../delivery/workspace";

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

/** What goes wrong when an engine plans and applies a stack that needs no provider, and plans it again. */
async function deliver(binary: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "delivery-"));
  const resource = { terraform_data: { one: { input: "first" } } };
  const json = { terraform: { backend: { local: { path: "lab.tfstate" } } }, resource };
  writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify(json));
  const stack: StackFolder = { name: "authentik", folder, file: join(folder, "cdk.tf.json"), json };
  process.env.TERRAFORM_BINARY_NAME = binary;
  const complaints: string[] = [];
  try {
    const engine = await Engine.find({ plans: process.stderr });
    await engine.init(stack);
    await engine.withPlan(stack, {}, async (planned) => {
      const [change, ...others] = readPlan(planned.shown).changes;
      if (change?.action !== "create" || others.length > 0) complaints.push("the first plan must create one object");
      await planned.show();
      await planned.apply();
    });
    const isChanged = await engine.withPlan(stack, {}, ({ hasChanges }) => Promise.resolve(hasChanges));
    if (isChanged) complaints.push("the second plan must be empty");
    const plans = readdirSync(folder).filter((name) => name.endsWith(".tfplan"));
    if (plans.length > 0) complaints.push("no plan file may be left");
  } catch (error) {
    complaints.push(String(error));
  } finally {
    rmSync(folder, { recursive: true });
  }
  return complaints;
}

function tell(what: string, complaints: readonly string[]): void {
  console.log(`${complaints.length === 0 ? "ok    " : "failed"} ${what}`);
  for (const complaint of complaints) console.error(complaint);
  if (complaints.length > 0) process.exitCode = 1;
}

async function main(): Promise<void> {
  const found = engines();
  if (found.length === 0) {
    console.error(
      "found neither terraform nor tofu: install one, version 1.11 or newer, or name it in TERRAFORM_BINARY_NAME",
    );
    process.exitCode = 3;
  }
  for (const engine of found) {
    tell(`${engine} plan and apply`, await deliver(engine));
    for (const site of sites) {
      for (const layout of ["single", "split"]) tell(`${engine} ${site} ${layout}`, validate(engine, site, layout));
    }
  }
}

void main();
