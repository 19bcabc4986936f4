import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { program as npmRunAccess } from "../../access/main";
import { program } from "../../cli/main";
import { stackOf } from "../access/build";
import { startAuthentik } from "../server/authentik";
import { runCli, writeSite } from "./run-cli";
import { smallSite } from "../synth";

const folder = mkdtempSync(join(tmpdir(), "cli-access-"));
const stacks = (name: string): string => join(folder, name);

function write(name: string, bindings: readonly object[]): void {
  const path = join(folder, name, "authentik");
  mkdirSync(path, { recursive: true });
  const json = stackOf({
    groups: { staff: {}, engineers: {} },
    people: { ann: { groups: ["engineers"] }, ben: { groups: ["staff"] } },
    apps: { wiki: { name: "Wiki", bindings } },
  });
  writeFileSync(join(path, "cdk.tf.json"), JSON.stringify(json));
}

beforeAll(() => {
  write("before", [{ group: "engineers" }]);
  write("after", [{ group: "engineers" }, { group: "staff" }]);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("is npm run access: the same options, the same commands", () => {
  const access = program().commands.find((one) => one.name() === "access");
  const shape = (command: typeof access): unknown => [
    command?.options.map(({ flags, description }) => [flags, description]),
    command?.commands.map((one) => [one.name(), one.options.map(({ flags }) => flags), one.registeredArguments.length]),
  ];
  expect(shape(access)).toEqual(shape(npmRunAccess()));
});

test("its usage is that of this command line", () => {
  const access = program().commands.find((one) => one.name() === "access");
  expect(access?.helpInformation()).toMatch(/^Usage: authentik-iac access \[options\] \[command\]\n/);
  const [diff] = access?.commands ?? [];
  expect(diff?.helpInformation()).toMatch(/^Usage: authentik-iac access diff \[options\] <base> \[head\]\n/);
  expect(npmRunAccess().helpInformation()).toMatch(/^Usage: npm run access -- \[options\]\n/);
  expect(npmRunAccess().commands[0]?.helpInformation()).toMatch(
    /^Usage: npm run access diff -- \[options\] <base> \[head\]\n/,
  );
});

test("one app, in words and for programs", async () => {
  const ran = await runCli(["access", "--at", stacks("before"), "--app", "wiki"]);
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(ran.stdout).toMatch(/^Wiki \(wiki\)\nopen to engineers\n/);
  const json = await runCli(["access", "--at", stacks("before"), "--app", "wiki", "--json"]);
  expect(json.json()).toMatchObject({ format: 1, apps: [{ slug: "wiki" }] });
});

test("the working folder is synthesized", async () => {
  const site = writeSite(
    {
      authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
      groups: { staff: {} },
      apps: smallSite.apps,
    },
    { ann: { name: "Ann", email: "ann@example.org", groups: ["staff"] } },
  );
  const ran = await runCli(["access", "--person", "ann"], { AUTHENTIK_SITE: site });
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(ran.stdout).toContain("may open\n  Wiki (wiki)  in staff\n");
}, 60_000);

test("a change that lets in more people is told, by the exit code too when it is asked for", async () => {
  const args = ["access", "diff", stacks("before"), stacks("after")];
  const ran = await runCli(args);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain("ben");
  expect((await runCli([...args, "--exit-code"])).code).toBe(1);
  expect((await runCli([...args.slice(0, 2), stacks("after"), stacks("before"), "--exit-code"])).code).toBe(0);
  expect((await runCli([...args, "--format", "json"])).json()).toMatchObject({ format: 1, widened: true });
});

test("the report is written", async () => {
  const out = join(folder, "report.html");
  const ran = await runCli(["access", "report", "--at", stacks("before"), "--out", out]);
  expect(ran).toMatchObject({ code: 0, stdout: `${out}\n` });
  expect(readFileSync(out, "utf8")).toMatch(/^<!doctype html>/i);
}, 60_000);

test.each([
  [["--at", "before", "--app", "nope"], 2, 'access: --app must name one there is, got "nope"; known are wiki'],
  [
    ["--at", "before", "--person", "nope"],
    2,
    'access: --person must name one there is, got "nope"; known are ann, ben',
  ],
])("%j ends with %i", async ([at = "", name = "", ...args], code, message) => {
  const ran = await runCli(["access", at, stacks(name), ...args]);
  expect(ran).toMatchObject({ code, stdout: "", stderr: `${message}\n` });
});

test.each([[["--nope"]], [["diff"]], [["diff", "a", "--format", "xml"]], [["unknown"]]])(
  "%j is wrong usage",
  async (args) => {
    expect((await runCli(["access", ...args])).code).toBe(2);
  },
);

test("a revision that is not there, a site that is wrong", async () => {
  expect((await runCli(["access", "--at", stacks("nowhere")])).code).toBe(3);
  const ran = await runCli(["access"], { AUTHENTIK_SITE: writeSite({ authentik: {} }) });
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr).toMatch(/^site\.js has 2 problems:\n/);
}, 60_000);

describe("--live", () => {
  test("asks authentik, and ends as its answer is", async () => {
    const server = await startAuthentik({ withDefaults: true });
    try {
      const site = writeSite({ authentik: { url: server.url, apiToken: { from: "env" } } });
      const live = (token: string): ReturnType<typeof runCli> =>
        runCli(["access", "--at", stacks("before"), "--live"], { AUTHENTIK_SITE: site, AUTHENTIK_TOKEN: token });
      const ran = await live(server.token);
      expect(ran).toMatchObject({ code: 0, stderr: "" });
      expect(ran.stdout).toContain("akadmin");
      const refused = await live("wrong");
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain("got 403 (Token invalid/expired)");
    } finally {
      await server.stop();
    }
  }, 60_000);
});
