import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../synth";
import { Answering, Checkout, shown } from "./site";

// Each test starts a process or two.
jest.setTimeout(30_000);

const authentik = new Answering();
let checkout: Checkout;

beforeAll(async () => {
  checkout = new Checkout(await authentik.start());
});
beforeEach(() => {
  checkout.reset();
});
afterAll(() => {
  checkout.remove();
  authentik.stop();
});

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program as npm does; `until` is asked again and again, and once it is true the process gets a SIGINT. */
function main(args: readonly string[], until?: () => boolean): Promise<Run> {
  const tsx = join(ROOT, "node_modules", "tsx", "dist", "cli.mjs");
  const child = spawn(process.execPath, [tsx, join(ROOT, "delivery", "main.ts"), ...args], {
    cwd: checkout.folder,
    env: process.env,
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (output.stderr += String(chunk)));
  const timer = setInterval(() => {
    if (until?.() !== true) return;
    clearInterval(timer);
    child.kill("SIGINT");
  }, 50);
  return new Promise((resolve) => {
    child.on("close", (status) => {
      clearInterval(timer);
      resolve({ status, ...output });
    });
  });
}

const group = shown({ "authentik_group.identity_groups_staff": { actions: ["create"], after: { name: "staff" } } });

test("diff prints one JSON document to stdout, and 2 says that there are changes", async () => {
  checkout.engine.answer({ authentik: { plan: group } });
  const { status, stdout, stderr } = await main(["diff", "authentik", "--json"]);
  expect(status).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ format: 1, command: "diff", exitCode: 2, stacks: [{ state: "changed" }] });
  expect(stderr).toBe("the engine's plan of authentik\nauthentik: 1 to create\n");
});

test("a failure is in the JSON document too, without a stack trace", async () => {
  process.env.TERRAFORM_BINARY_NAME = "/nonexistent/tofu";
  const { status, stdout, stderr } = await main(["diff", "--json"]);
  expect(status).toBe(3);
  const { error, engine } = JSON.parse(stdout) as { error: string; engine: unknown };
  expect(error).toMatch(/^engine: \/nonexistent\/tofu is not there; install Terraform or OpenTofu/);
  expect(stderr).toBe(`${error}\n`);
  expect(engine).toBeNull();
});

test("Ctrl-C ends the engine in good order and leaves no plan behind", async () => {
  checkout.engine.answer({ authentik: { planSeconds: 60 } });
  const planFile = join(checkout.folder, "cdktf.out", "stacks", "authentik", "delivery.tfplan");
  const planning = (): boolean => existsSync(planFile) && readFileSync(planFile, "utf8") !== "";
  const { status, stderr } = await main(["deploy", "authentik", "--auto-approve"], planning);
  expect(status).toBe(130);
  expect(stderr).toMatch(/stopped by SIGINT; the same command goes on from here\n$/);
  expect(checkout.engine.calls().filter(({ signal }) => signal !== undefined)).toHaveLength(1);
  expect(existsSync(planFile)).toBe(false);
});

test("wrong usage is 2, and 1 for diff, whose 2 says something else", async () => {
  const [deploy, diff] = await Promise.all([main(["deploy", "--wrong"]), main(["diff", "--pass", "nobody"])]);
  expect(deploy).toMatchObject({ status: 2, stderr: "error: unknown option '--wrong'\n" });
  expect(diff.status).toBe(1);
  expect(diff.stderr).toBe(
    "error: option '--pass <guard>' argument 'nobody' is invalid. must name a guard: people-removed, last-superuser, adopted-destroyed, client-id-replaced, identity-missing, flow-or-group-replaced, renamed.\n",
  );
});

test("what is wrong with the site is said as by synth", async () => {
  process.env.AUTHENTIK_LAYOUT = "splt";
  expect(await main(["diff"])).toMatchObject({
    status: 1,
    stdout: "",
    stderr: `${process.env.AUTHENTIK_SITE ?? ""} has 1 problem:\n  AUTHENTIK_LAYOUT: must be "single" or "split", got "splt"\n`,
  });
});
