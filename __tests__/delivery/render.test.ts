import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runRender } from "../../delivery/render";
import { ROOT } from "../synth";

const { AUTHENTIK_SITE: before } = process.env;
const folder = realpathSync(mkdtempSync(join(tmpdir(), "render-test-")));
const printed: string[] = [];
let sites = 0;

beforeAll(() => {
  jest.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
});
beforeEach(() => {
  printed.length = 0;
});
afterEach(() => {
  process.chdir(ROOT);
  if (before === undefined) delete process.env.AUTHENTIK_SITE;
  else process.env.AUTHENTIK_SITE = before;
});
afterAll(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Goes to a folder of its own, with a site and people. */
function enter(name: string, users: readonly string[] = [], rest = ""): void {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  const entries = users.map((user) => [user, { name: user, email: `${user}@example.org`, groups: [] }]);
  writeFileSync(join(own, "users.json"), JSON.stringify({ users: Object.fromEntries(entries) as object }));
  // Node reads a module once.
  const file = join(own, `site-${(sites += 1)}.ts`);
  writeFileSync(
    file,
    `export default {
      name: "lab", version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
      authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
      users: "users.json", ${rest}
    };`,
  );
  process.chdir(own);
  process.env.AUTHENTIK_SITE = file;
}

function tree(): Record<string, string> {
  const paths = readdirSync("deploy", { encoding: "utf8", recursive: true }).filter((path) =>
    statSync(join("deploy", path)).isFile(),
  );
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join("deploy", path), "utf8")]));
}

const write = (pass: [] | ["people-removed"] = []): Promise<0> => runRender({ check: false, pass });
const check = (): Promise<0> => runRender({ check: true, pass: [] });
const identity = "deploy/rendered/lab/authentik/cdk.tf.json";
const people = "deploy/rendered/lab/authentik-users/cdk.tf.json";
const remedy = "deploy/ must be as the site is rendered, got other files; run npm run render";

const FLUX = `delivery: { flux: {
  source: { from: "git", url: "https://git.example.org/lab.git" },
  token: { store: { name: "vault" }, ref: { key: "authentik/api" } }, guard: {},
} },`;

test("what is committed is what the project's own site renders to", async () => {
  process.chdir(ROOT);
  delete process.env.AUTHENTIK_SITE;
  expect(await check()).toBe(0);
  const large = readdirSync("deploy", { encoding: "utf8", recursive: true }).filter(
    (path) => statSync(join("deploy", path)).size >= 1024 * 1024,
  );
  expect(large).toEqual([]);
});

test("is written once, and is the same from any folder", async () => {
  enter("a", ["ann"], FLUX);
  expect(await write()).toBe(0);
  expect(printed.filter((line) => line.includes("rendered"))).toEqual([`written: ${identity}`, `written: ${people}`]);
  const first = tree();
  expect(Object.keys(first)).toContain("flux/lab/authentik-delivery/guard.yaml");
  printed.length = 0;
  await write();
  expect(printed).toEqual(["deploy/ is up to date with lab"]);
  enter("elsewhere/b", ["ann"], FLUX);
  await write();
  expect(tree()).toEqual(first);
  expect(JSON.stringify(first)).not.toMatch(new RegExp(`${folder}|${ROOT}|${tmpdir()}/`));
});

test("the check names what is missing, changed or stale, and writes nothing", async () => {
  enter("check");
  await expect(check()).rejects.toThrow(`missing: ${identity}\nmissing: ${people}\n${remedy}`);
  expect(existsSync("deploy")).toBe(false);
  await write();
  expect(await check()).toBe(0);
  writeFileSync(people, `${readFileSync(people, "utf8")} `);
  mkdirSync("deploy/flux/lab", { recursive: true });
  writeFileSync("deploy/flux/lab/old.yaml", "");
  await expect(check()).rejects.toMatchObject({
    exitCode: 1,
    message: `changed: ${people}\nstale: deploy/flux/lab/old.yaml\n${remedy}`,
  });
});

test("what is stale goes, other sites and the lock file stay", async () => {
  enter("stale");
  await write();
  const lock = join(dirname(people), ".terraform.lock.hcl");
  const gone = "deploy/rendered/lab/authentik-platform/assets/a/b.tgz";
  const other = "deploy/rendered/other/authentik/cdk.tf.json";
  for (const file of [lock, gone, other]) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "kept?");
  }
  printed.length = 0;
  await write();
  expect(printed).toEqual([`removed: ${gone}`]);
  expect([lock, other, "deploy/rendered/lab/authentik-platform"].map((file) => existsSync(file))).toEqual([
    true,
    true,
    false,
  ]);
  expect(await check()).toBe(0);
});

test("a guard stops it, before anything is written, unless it is let pass", async () => {
  const everybody = ["ann", "ben", "cat", "dan"];
  enter("guarded", everybody);
  await write();
  const text = readFileSync(people, "utf8");
  enter("guarded", []);
  await expect(write()).rejects.toThrow(/^authentik-users: people-removed: .*got 4: ann, ben, cat, dan/);
  expect(readFileSync(people, "utf8")).toBe(text);
  printed.length = 0;
  await write(["people-removed"]);
  expect(printed[0]).toMatch(/^authentik-users: people-removed let pass \(--pass\): /);
  expect(readFileSync(people, "utf8")).not.toBe(text);
  printed.length = 0;
  await write(["people-removed"]);
  expect(printed).toEqual(["--pass people-removed: that guard had nothing to say", "deploy/ is up to date with lab"]);
});
