import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesized } from "../../cli/synthesized";
import { Failure } from "../../delivery/failure";
import { loadDefault, synthSite } from "../synth";
import { writeSite } from "./run-cli";

const { env } = process;
/** Where this process keeps what it needs for a moment. */
const folder = mkdtempSync(join(tmpdir(), "synthesized-"));
beforeEach(() => {
  process.env = { ...env, AUTHENTIK_SITE: "", AUTHENTIK_LAYOUT: "", TMPDIR: folder };
});
afterEach(() => {
  process.env = env;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const left = (): string[] => readdirSync(folder).filter((name) => name.startsWith("authentik-iac-"));
const never = new AbortController().signal;

test("the stacks of the site, in order of apply, and nothing of them stays", async () => {
  process.env.AUTHENTIK_LAYOUT = "split";
  const stacks = await synthesized(never);
  const expected = synthSite(loadDefault("split"));
  expect(stacks).toEqual(["authentik-platform", "authentik", "authentik-users"].map((name) => expected[name]));
  expect(left()).toEqual([]);
}, 60_000);

test("what is wrong with the site, and no waiver, no trace of a stack", async () => {
  process.env.AUTHENTIK_SITE = writeSite({ authentik: {} });
  const failure = await synthesized(never).catch((error: unknown) => error);
  if (!(failure instanceof Failure)) throw failure;
  expect(failure.exitCode).toBe(1);
  expect(failure.message).toMatch(/^site\.js has 2 problems:\n {2}authentik: .*\n {2}authentik: .*$/);
  expect(left()).toEqual([]);
}, 60_000);

test("it ends when the command is stopped", async () => {
  const stop = new AbortController();
  const ended = synthesized(stop.signal).catch((error: unknown) => error);
  stop.abort(new Error("stopped"));
  expect(await ended).toEqual(new Error("stopped"));
  expect(left()).toEqual([]);
}, 60_000);
