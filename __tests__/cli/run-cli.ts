import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../cli/main";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The document of `--json`. */
  readonly json: () => Record<string, unknown>;
}

/** Runs `authentik-iac` in this process with an environment of its own. */
export async function runCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const before = { env: process.env, exitCode: process.exitCode };
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    jest.spyOn(process[stream], "write").mockImplementation((text) => {
      written[stream] += String(text);
      return true;
    }),
  );
  const log = jest.spyOn(console, "error").mockImplementation((line: unknown) => {
    written.stderr += `${String(line)}\n`;
  });
  process.env = { PATH: before.env.PATH, HOME: before.env.HOME, ...env };
  process.exitCode = 0;
  try {
    await main(args);
    const json = (): Record<string, unknown> => JSON.parse(written.stdout) as Record<string, unknown>;
    return { code: process.exitCode, ...written, json };
  } finally {
    process.env = before.env;
    process.exitCode = before.exitCode;
    for (const spy of [...spies, log]) spy.mockRestore();
  }
}

/** Writes a site into a folder of its own, with people if any are given, and returns what AUTHENTIK_SITE is. */
export function writeSite(site: Readonly<Record<string, unknown>>, people?: object): string {
  const folder = mkdtempSync(join(tmpdir(), "cli-"));
  writeFileSync(join(folder, "backend.json"), JSON.stringify({ terraform: { backend: { local: {} } } }));
  if (people !== undefined) writeFileSync(join(folder, "users.json"), JSON.stringify({ users: people }, null, 2));
  const whole = {
    name: "lab",
    version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
    backend: "backend.json",
    ...(people === undefined ? {} : { users: "users.json" }),
    ...site,
  };
  const file = join(folder, "site.js");
  writeFileSync(file, `module.exports = { default: ${JSON.stringify(whole, null, 2)} };\n`);
  return file;
}
