import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CommanderError } from "commander";
import { diff } from "../../access/diff";
import { program } from "../../access/main";
import { asText } from "../../access/print";
import { review } from "../../access/review";
import type { StackJson } from "../../access/stack";
import { readRevision } from "../../access/revision";
import { workingWorld } from "../../access/working-folder";
import { readWorld } from "../../access/world";
import type { World } from "../../access/world";
import type { Site } from "../../config/load";
import { runRender } from "../../delivery/render";
import { loadDefault, ROOT, synthSite } from "../synth";
import { stackOf } from "./build";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "access-")));
const { AUTHENTIK_SITE: siteBefore } = process.env;
const printed = { out: "", err: "" };

beforeAll(() => {
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed.out += String(text);
    return true;
  });
  jest.spyOn(console, "error").mockImplementation((text: string) => void (printed.err += `${text}\n`));
  jest.spyOn(console, "log").mockImplementation(() => undefined);
});
beforeEach(() => {
  Object.assign(printed, { out: "", err: "" });
  process.chdir(folder);
});
afterEach(() => {
  process.exitCode = undefined;
});
afterAll(() => {
  jest.restoreAllMocks();
  process.chdir(ROOT);
  if (siteBefore === undefined) delete process.env.AUTHENTIK_SITE;
  else process.env.AUTHENTIK_SITE = siteBefore;
  rmSync(folder, { recursive: true });
});

/** Runs a command; what it printed, and how it would end. */
async function run(...args: string[]): Promise<{ out: string; err: string; code: typeof process.exitCode }> {
  Object.assign(printed, { out: "", err: "" });
  process.exitCode = 0;
  await program().parseAsync(args, { from: "user" });
  return { ...printed, code: process.exitCode };
}

function write(path: string, content: object): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(content));
}

const small = stackOf({
  groups: { staff: {}, engineers: { parents: ["staff"] }, admins: { superuser: true } },
  people: {
    ann: { groups: ["engineers"] },
    ben: { active: false },
    cat: { groups: ["admins"] },
    reader: { type: "service_account" },
  },
  policies: { hours: "return in_hours()" },
  apps: {
    wiki: { name: "Wiki", bindings: [{ group: "staff" }, { user: "reader" }] },
    grafana: { name: "Grafana", bindings: [{ group: "admins" }, { policy: "hours" }] },
    all: {
      name: "Everything else",
      bindings: [{ group: "staff" }],
      provider: { type: "proxy", mode: "forward_domain", cookie_domain: "example.org" },
    },
  },
});

describe("the table", () => {
  beforeAll(() => {
    write("now/authentik/cdk.tf.json", small);
  });

  test("people and apps", async () => {
    expect((await run("--at", "now")).out).toBe(
      [
        "                  1 2 3",
        "ann               x ? x",
        "ben (not active)  . . .",
        "cat *             . x .",
        "",
        " 1 Everything else (every other host of example.org)",
        " 2 Grafana (grafana)",
        " 3 Wiki (wiki)",
        "",
        "x may open it   ? decided at login   . may not   * superuser, may change everything",
        "",
      ].join("\n"),
    );
  });

  test("one person", async () => {
    expect((await run("--at", "now", "--person", "ann")).out).toBe(
      [
        "The ann (ann)",
        "in engineers and staff",
        "",
        "may open",
        "  Everything else (every other host of example.org)  in engineers, part of staff",
        "  Wiki (wiki)                                        in engineers, part of staff",
        "",
        "decided at login",
        "  Grafana (grafana)  decided at login by hours",
        "",
      ].join("\n"),
    );
    expect((await run("--at", "now", "--person", "cat")).out).toContain(
      "\nsuperuser: in admins, whose members may change everything\n",
    );
  });

  test("one app, one host", async () => {
    expect((await run("--at", "now", "--app", "wiki")).out).toBe(
      [
        "Wiki (wiki)",
        "open to staff or the account reader",
        "",
        "may open it",
        "  ann               in engineers, part of staff",
        "  reader (machine)  named by a binding of its own",
        "",
        "may not open it",
        "  ben  the account is not active",
        "  cat  not in staff",
        "",
      ].join("\n"),
    );
    expect((await run("--at", "now", "--host", "nas.example.org")).out).toMatch(
      /^nas\.example\.org is answered by Everything else \(every other host of example\.org\)\nopen to staff\n/,
    );
  });

  test("for other programs", async () => {
    const { out } = await run("--at", "now", "--person", "ann", "--json");
    expect(JSON.parse(out)).toMatchObject({
      format: 1,
      people: [
        {
          username: "ann",
          groups: ["engineers", "staff"],
          superuser: null,
          apps: [
            { app: "all", decided: "open", why: "in engineers, part of staff" },
            { app: "grafana", decided: "at login", by: ["hours"] },
            { app: "wiki", decided: "open" },
          ],
        },
      ],
    });
  });

  test.each([
    ["--person", "nobody", 'access: --person must name one there is, got "nobody"; known are ann, ben, cat, reader'],
    ["--app", "nothing", 'access: --app must name one there is, got "nothing"; known are all, grafana, wiki'],
    [
      "--host",
      "example.com",
      'access: --host must be a host that an outpost answers for, got "example.com"; give it a forward-auth app, or a rule in hostAccess',
    ],
  ])("%s %s is refused", async (option, value, message) => {
    expect(await run("--at", "now", option, value)).toEqual({ out: "", err: `${message}\n`, code: 2 });
  });
});

describe("diff", () => {
  beforeAll(() => {
    write(
      "old/authentik/cdk.tf.json",
      stackOf({ people: { ann: {} }, groups: { staff: {} }, apps: { wiki: { bindings: [{ group: "staff" }] } } }),
    );
    write(
      "new/authentik/cdk.tf.json",
      stackOf({
        people: { ann: { groups: ["staff"] } },
        groups: { staff: {} },
        apps: { wiki: { bindings: [{ group: "staff" }] } },
      }),
    );
  });

  test("as text, for a log, as Markdown and as JSON", async () => {
    const line = "+ gains wiki (now in staff, which may open it)";
    expect(await run("diff", "old", "new")).toEqual({
      out: `Access gets wider: 1 person gains something.\n\nPeople\n  The ann (ann)\n      joins staff\n    ${line}\n`,
      err: "",
      code: 0,
    });
    expect((await run("diff", "old", "new", "--format", "log")).out.split("\n")).toContain(`|     ${line}`);
    expect((await run("diff", "old", "new", "--format", "markdown")).out).toContain("<li>➕ gains wiki ");
    expect(JSON.parse((await run("diff", "old", "new", "--format", "json")).out)).toMatchObject({
      format: 1,
      base: "old",
      head: "new",
      widened: true,
      people: [{ username: "ann", openings: [{ key: "app wiki", before: "closed", after: "open" }] }],
    });
  });

  test("tells by its exit code, when asked to, that access gets wider", async () => {
    expect((await run("diff", "old", "new", "--exit-code")).code).toBe(1);
    expect((await run("diff", "new", "old", "--exit-code")).code).toBe(0);
    expect((await run("diff", "old", "old", "--exit-code")).out).toBe("Nobody's access changes.\n");
  });

  test("what is not there ends with 3", async () => {
    expect(await run("diff", "nowhere", "new")).toMatchObject({ out: "", code: 3 });
  });

  test("wrong usage", async () => {
    const write = jest.spyOn(process.stderr, "write").mockReturnValue(true);
    await expect(run("diff")).rejects.toThrow(CommanderError);
    await expect(run("diff", "old", "--format", "html")).rejects.toThrow(CommanderError);
    await expect(run("something")).rejects.toThrow(CommanderError);
    write.mockRestore();
  });
});

describe("the working folder", () => {
  const site = (name: string, redirect: string, waive: string): string => {
    const file = join(folder, `${name}.ts`);
    writeFileSync(
      file,
      `export default {
        name: "lab", version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
        authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
        users: "people.json", groups: { staff: { name: "Staff" } },
        apps: { wiki: { kind: "oidc", name: "Wiki", access: { groups: ["staff"] }, redirectUris: [${redirect}] ${waive} } },
      };`,
    );
    return file;
  };
  const difference = (): string => asText(review(diff(readRevision("deploy/rendered"), workingWorld())));
  const people = (groups: readonly string[]): void => {
    write("people.json", { users: { ann: { name: "Ann", email: "ann@example.org", groups } } });
  };

  test("is compared with what is rendered, waivers included", async () => {
    people([]);
    process.env.AUTHENTIK_SITE = site("one", '"https://wiki.example.org/cb"', "");
    await runRender({ check: false, pass: [] });
    expect(difference()).toBe("Nobody's access changes.\n");
    people(["staff"]);
    const waive = `, waive: { AK030: "a trial until May" }`;
    process.env.AUTHENTIK_SITE = site("two", '"https://wiki.example.org/cb", "http://wiki.example.org/cb"', waive);
    const out = difference();
    expect(out).toContain("    + gains Wiki (now in Staff, which may open it)\n");
    expect(out).toContain("    + redirect URI new: http://wiki.example.org/cb\n");
    expect(out).toMatch(/\nWaivers\n {2}AK\d{3} apps\.wiki .*\n {4}\+ is new: a trial until May\n$/);
  });

  test("rendering writes down what is waived, and nothing where nothing is", async () => {
    await runRender({ check: false, pass: [] });
    const told = JSON.parse(readFileSync("deploy/rendered/lab/site.json", "utf8")) as object;
    expect(told).toMatchObject({ name: "lab", waivers: [{ where: "apps.wiki", reason: "a trial until May" }] });
    expect(await runRender({ check: true, pass: [] })).toBe(0);
    expect(difference()).toBe("Nobody's access changes.\n");
    process.env.AUTHENTIK_SITE = site("three", '"https://wiki.example.org/cb"', "");
    await expect(runRender({ check: true, pass: [] })).rejects.toThrow("stale: deploy/rendered/lab/site.json");
    await runRender({ check: false, pass: [] });
    expect(() => readFileSync("deploy/rendered/lab/site.json")).toThrow("ENOENT");
  });

  test("mistakes in it are told as everywhere, and wrong usage ends with 2", () => {
    people(["nothing"]);
    const tsx = join(ROOT, "node_modules", "tsx", "dist", "cli.mjs");
    const spawned = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
      spawnSync(process.execPath, [tsx, join(ROOT, "access", "main.ts"), ...args], {
        cwd: folder,
        env: process.env,
        encoding: "utf8",
      });
    const { status, stdout, stderr } = spawned();
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^three\.ts has 1 problem:\n {2}AK002 users\.ann: groups\[0\] must /);
    expect(spawned("diff").status).toBe(2);
  });
});

test("docs/access.md shows what moving one person of the default site prints", () => {
  const site = loadDefault("split");
  const moved = site.people.map((person) =>
    person.username === "jane.doe"
      ? { ...person, groups: [...person.groups.filter((group) => group !== "engineers"), "family"] }
      : person,
  );
  const world = (of: Site): World =>
    readWorld(synthSite(of) as unknown as Readonly<Record<string, StackJson>>, { site: of.name });
  const text = asText(review(diff(world(site), world({ ...site, people: moved }))));
  expect(text).toContain("jane.doe");
  expect(readFileSync(join(ROOT, "docs", "access.md"), "utf8")).toContain(`\`\`\`text\n${text}\`\`\``);
});
