import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly if?: string;
  readonly needs?: string;
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly "enable-openid-connect"?: boolean;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly env?: unknown;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly group?: string };
  readonly "enable-openid-connect"?: boolean;
  readonly jobs: Readonly<Record<string, Job>>;
}

const root = join(__dirname, "..");
const FOLDERS = [".forgejo/workflows", ".github/workflows"];
const files = FOLDERS.flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`));
const workflows = files.map((file) => {
  const text = readFileSync(join(root, file), "utf8");
  return { file, text, workflow: parse(text) as Workflow };
});
const jobs = workflows.flatMap(({ file, workflow }) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ file, name, place: `${file} ${name}`, job })),
);

function job(file: string, name: string): Job {
  const found = jobs.find((candidate) => candidate.file === file && candidate.name === name);
  if (found === undefined) throw new Error(`${file} has no job "${name}"`);
  return found.job;
}

function scripts({ steps }: Job): string {
  return steps.map(({ run }) => run ?? "").join("\n");
}

test("there are the workflows that docs/pull-requests.md describes", () => {
  expect(jobs.map(({ place }) => place)).toEqual([
    ".forgejo/workflows/drift.yml diff",
    ".forgejo/workflows/pull-request.yml checks",
    ".forgejo/workflows/pull-request.yml engine",
    ".github/workflows/drift.yml diff",
    ".github/workflows/drift.yml issue",
    ".github/workflows/pull-request.yml checks",
    ".github/workflows/pull-request.yml engine",
  ]);
});

describe.each(workflows)("$file", ({ file, text, workflow }) => {
  test("never runs a fork's code with the rights of this repository", () => {
    expect(text).not.toMatch(/pull_request_target|workflow_run|issue_comment/);
  });

  test("gives no right and no variable to all jobs at once", () => {
    expect(workflow.permissions).toEqual(file.startsWith(".github/") ? {} : undefined);
    expect(workflow.env).toBeUndefined();
    expect(workflow["enable-openid-connect"]).toBeUndefined();
    expect(workflow.concurrency?.group).toBeDefined();
  });

  test("says which version each pinned commit is", () => {
    for (const line of text.split("\n").filter((candidate) => candidate.includes("uses:"))) {
      expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });
});

describe.each(jobs)("$place", ({ file, job: { permissions = {}, steps, ...found } }) => {
  test("ends in time", () => {
    expect(found["timeout-minutes"]).toBeGreaterThan(0);
    expect(found["timeout-minutes"]).toBeLessThanOrEqual(30);
  });

  test("puts nothing of an event into a script", () => {
    for (const { run } of steps) expect(run ?? "").not.toContain("${{");
  });

  test("pins each action, and leaves no credentials behind", () => {
    for (const { uses, with: inputs } of steps.filter((step) => step.uses !== undefined)) {
      expect(uses).toMatch(/^(https:\/\/(data\.forgejo\.org|github\.com)\/)?[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      if (uses?.includes("actions/checkout@")) expect(inputs).toMatchObject({ "persist-credentials": false });
      if (file.startsWith(".forgejo/")) expect(uses).toMatch(/^https:/);
    }
  });

  test("may write nothing beside a sign-in, or issues without one", () => {
    const writes = Object.entries(permissions).filter(([, right]) => right !== "read");
    if (writes.length === 0) return;
    expect([[["id-token", "write"]], [["issues", "write"]]]).toContainEqual(writes);
    expect(found.environment !== undefined).toBe("id-token" in permissions);
    if ("issues" in permissions) expect(steps.some(({ uses }) => uses !== undefined)).toBe(false);
  });

  test("runs scripts and files that are there", () => {
    const { scripts: known } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const text = scripts({ ...found, steps });
    for (const [, name = ""] of text.matchAll(/npm run (?:--silent )?([\w:]+)/g))
      expect(Object.keys(known)).toContain(name);
    for (const [, name = ""] of text.matchAll(/npx tsx (\S+)/g)) expect(existsSync(join(root, name))).toBe(true);
  });
});

test("an action is pinned to the same commit everywhere", () => {
  const pins = jobs.flatMap(({ job: { steps } }) => steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses])));
  const commits = new Map<string, Set<string>>();
  for (const pin of pins) {
    const [, action = "", commit = ""] = /([\w-]+\/[\w-]+)@(.*)$/.exec(pin) ?? [];
    commits.set(action, (commits.get(action) ?? new Set()).add(commit));
  }
  expect([...commits.keys()].sort()).toEqual(["actions/checkout", "actions/setup-node", "opentofu/setup-opentofu"]);
  expect([...commits.values()].map(({ size }) => size)).toEqual([1, 1, 1]);
});

describe.each(FOLDERS)("%s/pull-request.yml", (folder) => {
  const file = `${folder}/pull-request.yml`;
  const checks = job(file, "checks");
  const engine = job(file, "engine");

  test("the job for everybody has no secret, no identity, no environment, and writes nothing", () => {
    expect(JSON.stringify(checks)).not.toMatch(/secrets|\btoken\b|TOKEN|vars\.|id-token|openid|environment|write/i);
    expect(checks.permissions).toEqual(folder === ".github/workflows" ? { contents: "read" } : undefined);
  });

  test("it tests, synthesizes, checks what is rendered, and compares without an engine", () => {
    const text = scripts(checks);
    for (const command of [
      "npm ci",
      "npm run check",
      "npm run synth",
      "npm run render -- --check",
      "diff -- --offline",
      "access -- diff",
    ]) {
      expect(text).toContain(command);
    }
  });

  test("the job that plans takes no lock and applies nothing", () => {
    expect(scripts(engine)).toContain("npm run --silent diff -- --no-lock --json");
    expect(scripts(engine)).not.toMatch(/deploy|apply|bootstrap|secrets:init|--pass/);
  });
});

test("on GitHub the job that plans runs for this repository's branches alone, once a reviewer lets it", () => {
  const file = ".github/workflows/pull-request.yml";
  expect(Object.keys(workflowOf(file).on)).toEqual(["pull_request"]);
  expect(job(file, "engine")).toMatchObject({
    if: "github.event.pull_request.head.repo.full_name == github.repository && vars.VAULT_ADDR != ''",
    needs: "checks",
    environment: "authentik-plan",
    permissions: { contents: "read", "id-token": "write" },
  });
});

test("on Forgejo the job that plans runs for what was pushed to plan/ alone, where a fork cannot push", () => {
  const file = ".forgejo/workflows/pull-request.yml";
  expect(workflowOf(file).on).toEqual({ pull_request: null, push: { branches: ["plan/**"] } });
  expect(job(file, "checks").if).toBe("forgejo.event_name == 'pull_request'");
  expect(job(file, "engine")).toMatchObject({
    if: "forgejo.event_name == 'push' && vars.VAULT_ADDR != ''",
    "enable-openid-connect": true,
  });
});

test.each(FOLDERS)("%s/drift.yml runs at night or by hand, and fails on what differs", (folder) => {
  const file = `${folder}/drift.yml`;
  expect(Object.keys(workflowOf(file).on)).toEqual(["schedule", "workflow_dispatch"]);
  expect(scripts(job(file, "diff"))).toMatch(/diff -- --no-lock --json[^]*exit "\$code"\n$/);
});

test("on GitHub drift is looked for on the default branch alone", () => {
  expect(job(".github/workflows/drift.yml", "diff")).toMatchObject({
    if: "github.ref_name == github.event.repository.default_branch && vars.VAULT_ADDR != ''",
    environment: "authentik-drift",
  });
});

function workflowOf(file: string): Workflow {
  const found = workflows.find((candidate) => candidate.file === file);
  if (found === undefined) throw new Error(`there is no ${file}`);
  return found.workflow;
}
