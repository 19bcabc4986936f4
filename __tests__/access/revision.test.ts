import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readRevision } from "../../access/revision";
import { stackOf } from "./build";

const root = realpathSync(mkdtempSync(join(tmpdir(), "revision-")));
const before = process.cwd();
const rendered = "deploy/rendered";

function write(path: string, content: unknown): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
}

function git(...args: string[]): void {
  const who = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"];
  execFileSync("git", [...who, ...args], { cwd: join(root, "repo"), stdio: "ignore" });
}

const waiver = {
  code: "AK010",
  where: "apps.wiki",
  field: "redirectUris[0]",
  text: "must be https",
  reason: "a trial",
};
const people = (...names: string[]): object => stackOf({ people: Object.fromEntries(names.map((name) => [name, {}])) });
const usernames = (revision: string, site?: string): string[] =>
  readRevision(revision, site).people.map(({ username }) => username);

beforeAll(() => {
  write(`repo/${rendered}/lab/authentik-users/cdk.tf.json`, people("ann"));
  write(`repo/${rendered}/lab/site.json`, { name: "lab", waivers: [waiver] });
  // Would be run by nothing that only reads.
  write("repo/config/site.ts", "throw new Error('run');");
  git("init", "-q", "-b", "main");
  git("add", ".");
  git("commit", "-qm", "one");
  write(`repo/${rendered}/lab/authentik-users/cdk.tf.json`, people("ann", "ben"));
  rmSync(join(root, "repo", rendered, "lab", "site.json"));
  git("commit", "-qam", "two");
  process.chdir(join(root, "repo"));
});
afterAll(() => {
  process.chdir(before);
  rmSync(root, { recursive: true });
});

test("a revision of git is read without being checked out", () => {
  expect(usernames("main")).toEqual(["ann", "ben"]);
  expect(usernames("HEAD~1")).toEqual(["ann"]);
  expect(readRevision("HEAD~1")).toMatchObject({ site: "lab", waivers: [waiver] });
  expect(readRevision("HEAD").waivers).toEqual([]);
});

test("it is read from where one stands, also below the root of the repository", () => {
  write("repo/sites/a/deploy/rendered/a/authentik/cdk.tf.json", people("cat"));
  git("add", ".");
  git("commit", "-qm", "three");
  process.chdir(join(root, "repo", "sites", "a"));
  expect(readRevision("HEAD")).toMatchObject({ site: "a", people: [{ username: "cat" }] });
  process.chdir(join(root, "repo"));
  expect(readRevision("HEAD").site).toBe("lab");
});

test("a folder is a checkout, what is rendered, one site of it, or what is synthesized", () => {
  write("synth/stacks/authentik/cdk.tf.json", people("dan"));
  expect(usernames(".")).toEqual(["ann", "ben"]);
  expect(usernames(rendered)).toEqual(["ann", "ben"]);
  expect(readRevision(`${rendered}/lab`)).toMatchObject({ site: "lab", waivers: [] });
  expect(readRevision(join(root, "synth"), "lab")).toMatchObject({ site: "lab", people: [{ username: "dan" }] });
  expect(readRevision(join(root, "synth")).waivers).toBeUndefined();
});

/** How reading a revision fails. */
function refusal(name: string, site?: string): unknown {
  try {
    readRevision(name, site);
  } catch (error) {
    return error;
  }
  return undefined;
}

test("of several sites one is named", () => {
  write("two/a/authentik/cdk.tf.json", people("ann"));
  write("two/b/authentik/cdk.tf.json", people("ben"));
  const two = join(root, "two");
  expect(usernames(two, "b")).toEqual(["ben"]);
  expect(refusal(two)).toMatchObject({
    exitCode: 2,
    message: `access: ${two} must hold one site, got a, b; choose one with --site`,
  });
  expect(refusal(two, "c")).toMatchObject({
    exitCode: 2,
    message: `access: ${two} must hold the site c, got a, b; choose one of them with --site`,
  });
});

const NEITHER = "must be a folder or a revision of git, got neither; fetch it, or name a folder with rendered stacks";
const NONE =
  "must hold rendered stacks, got none; run npm run render there and commit it, or name a folder with stacks";

test.each([
  ["nowhere", `access: "nowhere" ${NEITHER}`],
  ["--help", `access: "--help" ${NEITHER}`],
  ["config", `access: config ${NONE}`],
])("%s is refused", (name, message) => {
  expect(refusal(name)).toMatchObject({ message, exitCode: 3 });
});

test("what is no JSON is told", () => {
  write("broken/lab/authentik/cdk.tf.json", "{");
  const broken = join(root, "broken");
  expect(() => readRevision(broken)).toThrow(
    `access: lab/authentik/cdk.tf.json of ${broken} must be the JSON of a stack, got something else; render it again`,
  );
});
