import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./synth";

const folder = mkdtempSync(join(tmpdir(), "main-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs main.ts in a folder, with no program on the PATH: synthesis needs Node and nothing else. */
function main(name: string, env: Record<string, string> = {}): Run {
  const cwd = join(folder, name);
  mkdirSync(cwd, { recursive: true });
  const tsx = join(ROOT, "node_modules", "tsx", "dist", "cli.mjs");
  const options = { cwd, env: { PATH: "/nonexistent", HOME: folder, ...env }, encoding: "utf8" as const };
  return spawnSync(process.execPath, [tsx, join(ROOT, "main.ts")], options);
}

const stack = (name: string, id: string): string => join(folder, name, "cdktf.out", "stacks", id, "cdk.tf.json");

test("writes the default site's stack, the same bytes from any folder", () => {
  expect(main("a")).toMatchObject({ status: 0, stdout: "cdktf.out/stacks/authentik/cdk.tf.json\n", stderr: "" });
  expect(main("b/c").status).toBe(0);
  const text = readFileSync(stack("a", "authentik"), "utf8");
  expect(readFileSync(stack("b/c", "authentik"), "utf8")).toBe(text);
  expect(text).not.toContain(folder);
  expect(text).not.toContain(ROOT);
});

test("changes the layout by AUTHENTIK_LAYOUT, and leaves no stack of the other behind", () => {
  expect(main("layout", { AUTHENTIK_LAYOUT: "split" }).status).toBe(0);
  const stacks = join(folder, "layout", "cdktf.out", "stacks");
  expect(readdirSync(stacks)).toEqual(["authentik", "authentik-platform", "authentik-users"]);
  expect(main("layout").status).toBe(0);
  expect(readdirSync(stacks)).toEqual(["authentik"]);
});

test("reads another site by AUTHENTIK_SITE and reports what it waives", () => {
  const site = `import { defineSite } from ${JSON.stringify(join(ROOT, "config", "schema"))};
    export default defineSite({
      name: "lab", version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
      authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
      apps: { lab: { kind: "oidc", name: "Lab", access: "everyone", redirectUris: ["http://lab.example.org"],
        waive: { AK030: "no TLS on the lab network" } } },
    });`;
  writeFileSync(join(folder, "lab.ts"), site);
  expect(main("lab", { AUTHENTIK_SITE: "../lab.ts" })).toMatchObject({
    status: 0,
    stderr:
      'waived: AK030 apps.lab: redirectUris[0] must use https, got "http://lab.example.org"; over http the authorization code can be read on the way (no TLS on the lab network)\n',
  });
});

test("removes nothing that is no stack", () => {
  const own = join(folder, "own-stacks", "stacks", "notes.txt");
  mkdirSync(join(own, ".."), { recursive: true });
  writeFileSync(own, "mine");
  expect(main("own-stacks", { CDKTF_OUTDIR: "." }).status).toBe(0);
  expect(readFileSync(own, "utf8")).toBe("mine");
});

test.each<[string, string | undefined, string]>([
  [
    "no file",
    undefined,
    'site: must be in a file, got "../own.ts"; there is none at that place, name one in AUTHENTIK_SITE',
  ],
  [
    "no default export",
    "export const site = {};",
    "site: must be the default export of its file, got none; write `export default defineSite({ … })`",
  ],
  ["no TypeScript", "export default {", "site: must be TypeScript that parses, got Transform failed with 1 error:"],
])("a site of its own that is %s", (name, text, message) => {
  rmSync(join(folder, "own.ts"), { force: true });
  if (text !== undefined) writeFileSync(join(folder, "own.ts"), text);
  const { status, stderr } = main(name, { AUTHENTIK_SITE: "../own.ts" });
  expect(status).toBe(1);
  expect(stderr).toContain(`own.ts has 1 problem:\n  ${message}`);
  expect(stderr.trim().split("\n")).toHaveLength(2);
});

test("prints what is wrong and no stack trace, writes nothing and fails", () => {
  expect(main("wrong", { AUTHENTIK_LAYOUT: "splt" })).toMatchObject({
    status: 1,
    stdout: "",
    stderr: 'site.ts has 1 problem:\n  AUTHENTIK_LAYOUT: must be "single" or "split", got "splt"\n',
  });
  expect(existsSync(stack("wrong", "authentik"))).toBe(false);
});
