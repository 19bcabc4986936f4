import type { Command } from "commander";
import { program, unwritten } from "../../cli/main";
import { run } from "../../cli/command";
import { startAuthentik } from "../server/authentik";
import { runCli, writeSite } from "./run-cli";

describe("wrong usage", () => {
  test.each([
    [["invite", "create", "--days", "999", "--json"], /^option '--days <days>' argument '999' is invalid/],
    [["assign", "--json"], /^missing required argument 'username'/],
    [["rotate", "--json"], /^missing required argument 'app'/],
    [["token", "create", "--json"], /^required option '--for <purpose>' not specified/],
    [["wait", "--timeout", "0", "--json"], /^option '--timeout <minutes>' argument '0' is invalid/],
    [["recovery-link", "ada", "--minutes", "1", "--json"], /^option '--minutes <minutes>' argument '1' is invalid/],
    [["nonsense", "--json"], /^unknown (command|option) /],
  ])("%j is one document", async (args, error) => {
    const ran = await runCli(args);
    expect(ran.code).toBe(2);
    expect(ran.json()).toEqual({ error: expect.stringMatching(error) as string, exitCode: 2 });
  });

  test("help is none, and prints no document", async () => {
    const ran = await runCli(["invite", "list", "--help", "--json"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/^Usage: authentik-iac invite list/);
  });

  test.each([
    ["a token that was given as an option", ["wait", "--token=sekrit", "--json"], "--token"],
    [
      "a credential that was given as a value",
      ["wait", "--timeout", `hvs.${"s".repeat(30)}`, "--json"],
      "(a credential)",
    ],
    ["a credential too many", ["wait", `ghp_${"s".repeat(36)}`, "--json"], "too many arguments"],
  ])("does not show %s", async (_what, args, left) => {
    const ran = await runCli(args);
    expect(ran.code).toBe(2);
    for (const text of [ran.stderr, ran.stdout]) {
      expect(text).toContain(left);
      expect(text).not.toMatch(/sekrit|sssss/);
    }
  });
});

test.each([
  "https://ada:sekrit@auth.example.org",
  "auth.example.org",
  "ftp://auth.example.org",
  "http://[",
  "https://a?b=c",
])("AUTHENTIK_URL=%s is told at once, without what is in it", async (url) => {
  const site = writeSite({ authentik: { url: "https://auth.example.org", apiToken: { from: "env" } } });
  const ran = await runCli(["invite", "list", "--json"], {
    AUTHENTIK_SITE: site,
    AUTHENTIK_TOKEN: "any",
    AUTHENTIK_URL: url,
  });
  expect(ran.code).toBe(2);
  expect(ran.json()).toEqual({ error: ran.stderr.trimEnd(), exitCode: 2 });
  expect(ran.stderr).toMatch(/^AUTHENTIK_URL: must begin with http/);
  expect(ran.stderr).not.toContain("sekrit");
});

test("what nobody thought of is one document as well", async () => {
  const server = await startAuthentik();
  const site = writeSite({ authentik: { url: server.url, apiToken: { from: "env" } } });
  server.script({ method: "get", status: 200, headers: { "content-type": "application/json" }, body: null });
  const ran = await runCli(["invite", "list", "--json"], { AUTHENTIK_SITE: site, AUTHENTIK_TOKEN: server.token });
  await server.stop();
  expect(ran.code).toBe(1);
  expect(ran.json()).toEqual({
    error: expect.stringMatching(/^authentik-iac: must not come to this, got /) as string,
    exitCode: 1,
  });
});

describe("a result that nobody could be shown", () => {
  const before = process.exitCode;
  let write: jest.SpyInstance;
  beforeEach(() => {
    process.exitCode = 0;
    write = jest.spyOn(process.stderr, "write").mockReturnValue(true);
  });
  afterEach(() => {
    process.exitCode = before;
    write.mockRestore();
  });

  test("is a failure: the key that is shown once may have been lost", () => {
    unwritten(Object.assign(new Error("full"), { code: "ENOSPC" }));
    expect(process.exitCode).toBe(3);
    expect(write).toHaveBeenCalledWith("stdout: must take what is written to it, got ENOSPC; it is lost\n");
  });

  test("is none when whoever reads stopped reading", () => {
    unwritten(Object.assign(new Error("closed"), { code: "EPIPE" }));
    expect(process.exitCode).toBe(0);
    expect(write).not.toHaveBeenCalled();
  });
});

test("run is quiet where there is nothing to say", async () => {
  const write = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  const before = process.exitCode;
  await run({}, () => Promise.resolve({ document: {}, text: "" }));
  expect(write).not.toHaveBeenCalled();
  write.mockRestore();
  process.exitCode = before;
});

test("descriptions say what to do", () => {
  const own = ["assign", "invite", "recovery-link", "rotate", "token", "wait"];
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
  const commands = program()
    .commands.filter((command) => own.includes(command.name()))
    .flatMap(all);
  const verbs = commands.map((command) => command.description().split(/[ ,]/)[0]);
  expect(verbs).toEqual(["make", "make", "show", "delete", "add", "make", "replace", "make", "make", "wait"]);
});
