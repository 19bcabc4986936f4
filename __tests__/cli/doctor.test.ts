import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { CATALOGUE, CHECK_IDS } from "../../cli/doctor/catalogue";
import { textOf } from "../../cli/doctor/report";
import { Checkout, shown } from "../delivery/site";
import type { AuthentikServer } from "../server/authentik";
import { startAuthentik } from "../server/authentik";
import { KubernetesApi } from "./doctor/kubernetes-api";
import { recording } from "./doctor/recorded-cluster";
import { Strangers } from "./doctor/strangers";
import { runCli, writeSite } from "./run-cli";
import type { Ran } from "./run-cli";

let server: AuthentikServer;

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true, version: "2026.5.6" });
});
afterEach(() => server.stop());

function site(parts: Readonly<Record<string, unknown>> = {}): string {
  return writeSite({ authentik: { url: server.url, apiToken: { from: "env" } }, ...parts });
}

function doctor(args: readonly string[], file = site(), env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return runCli(["doctor", ...args], { AUTHENTIK_SITE: file, AUTHENTIK_TOKEN: server.token, ...env });
}

test("checks that pass: 0, a line each, and how many", async () => {
  const { code, stderr, stdout } = await doctor(["--only", "reach", "version", "break-glass", "brand"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toBe(`lab at ${server.url}

authentik
  pass     reach        ${server.url} answers, the token is akadmin's
  pass     version      2026.5.6 runs
  skipped  brand        the site has no brand
  pass     break-glass  default-authentication-flow asks who somebody is; akadmin is active, and a superuser

3 passed, 0 failed, 1 skipped
`);
});

test("a check that fails: 1, what was seen, and what to do", async () => {
  const file = site({ outposts: { embedded: { form: "in-server" } } });
  const { code, stdout } = await doctor(["--only", "reach", "--only", "outpost-mode"], file);
  expect(code).toBe(1);
  expect(stdout).toBe(`lab at ${server.url}

authentik
  pass     reach         ${server.url} answers, the token is akadmin's

outposts
  fail     outpost-mode  1 pod must report for "authentik Embedded Outpost", got 0
                         seen: authentik Embedded Outpost: sessions are in the database
                         do: look at the log of the pods that run the outpost, and compare it with docs/outposts.md; npm run deploy puts their environment right

1 passed, 1 failed, 0 skipped
`);
});

test("one document with --json", async () => {
  server.version = "2026.8.1";
  const ran = await doctor(["--json", "--only", "reach", "version", "brand"]);
  expect(ran.code).toBe(1);
  expect(ran.json()).toEqual({
    format: 1,
    site: "lab",
    checks: [
      {
        id: "reach",
        title: CATALOGUE.reach.title,
        status: "pass",
        evidence: [`${server.url} answers, the token is akadmin's`],
      },
      {
        id: "version",
        title: CATALOGUE.version.title,
        status: "fail",
        evidence: [],
        why: "the server must run 2026.5.6, got 2026.8.1",
        remedy:
          "npm run deploy brings server and outposts to the version of the site; where authentik is not the site's, set version to what runs",
      },
      { id: "brand", title: CATALOGUE.brand.title, status: "skipped", evidence: [], why: "the site has no brand" },
    ],
    passed: 1,
    failed: 1,
    skipped: 1,
  });
});

test("everything, when nothing is left out: what cannot be looked at is told, and nothing is changed", async () => {
  const ran = await doctor(["--no-cluster", "--no-plan", "--skip", "lookups", "orphans", "--json"]);
  expect(ran.code).toBe(0);
  const { checks } = ran.json() as { checks: { id: string; status: string; why?: string }[] };
  expect(checks.map(({ id }) => id)).toEqual(CHECK_IDS);
  const why = (wanted: string): unknown => checks.find(({ id }) => id === wanted)?.why;
  expect([why("plan"), why("lookups"), why("orphans")]).toEqual([
    "left out by --no-plan",
    "left out by --skip",
    "left out by --skip",
  ]);
  expect(server.writes.filter(({ path }) => !path.includes("/flows/executor/"))).toEqual([]);
});

test("authentik out of reach: 3, and the rest is told all the same", async () => {
  await server.goDown();
  const { code, stdout } = await doctor(["--only", "reach", "version", "outpost-shm"]);
  expect(code).toBe(3);
  expect(stdout).toContain(`  fail     reach        ${server.url} must answer, got ECONNREFUSED\n`);
  expect(stdout).toContain("  skipped  version      authentik is out of reach\n");
  expect(stdout).toContain("0 passed, 1 failed, 2 skipped");
  await server.comeUp();
});

test("without a token: 1, and how to make one", async () => {
  const { code, stdout } = await runCli(["doctor", "--only", "reach"], { AUTHENTIK_SITE: site() });
  expect(code).toBe(1);
  expect(stdout).toContain("authentik: AUTHENTIK_TOKEN must hold an API token, got nothing\n");
  expect(stdout).toContain(`do: make one: on a new instance set up akadmin at ${server.url}/if/flow/initial-setup/`);
});

test("asks the API where AUTHENTIK_URL says, and strangers' pages at the site's own address", async () => {
  const strangers = new Strangers();
  await strangers.start();
  const file = writeSite({ authentik: { url: strangers.url, apiToken: { from: "env" } } });
  const env = { AUTHENTIK_URL: server.url };
  const { stdout } = await doctor(["--only", "reach", "break-glass"], file, env);
  expect(stdout).toContain(`${server.url} answers, the token is akadmin's`);
  expect(stdout).toContain(`${strangers.url}/if/flow/default-authentication-flow/ must open, got 404`);
  await strangers.stop();
});

describe("wrong usage: 2", () => {
  test.each([
    [["--only", "brnad"], 'must name a check, got "brnad"; did you mean "brand"?'],
    [["--skip", "everything-at-all"], 'must name a check, got "everything-at-all"; known are reach, version, brand'],
    [["--fix"], "unknown option '--fix'"],
  ])("%s", async (args, message) => {
    const { code, stderr, stdout } = await doctor(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });
});

test("a site with problems: 1, and all of them", async () => {
  const { code, stderr } = await doctor([], site({ apps: { wiki: { kind: "oidc" } } }));
  expect(code).toBe(1);
  expect(stderr).toContain("apps.wiki: name must be");
});

test("the help names every check", async () => {
  const { stdout } = await runCli(["doctor", "--help"]);
  for (const id of CHECK_IDS) expect(stdout).toMatch(new RegExp(`^  ${id} +${CATALOGUE[id].title}$`, "m"));
});

test("what takes longer than a second is told, by the name of its check", async () => {
  server.script({ path: "/admin/version/", slow: 1200 });
  const { stderr } = await doctor(["--only", "version"]);
  expect(stderr).toBe("version …\nversion: done after 1 s\n");
});

test("long evidence is cut for people, and what would harm a terminal is written out", () => {
  const evidence = ["a", "b", "c", "d", "e", "\u001b[2J"];
  const checks = [{ id: "oidc", title: "", status: "pass", evidence } as const];
  expect(textOf("lab", "https://auth.example.org", checks)).toContain("  pass     oidc  a; b; c; d; and 2 more\n");
  const odd = [{ id: "oidc", title: "", status: "pass", evidence: ["\u001b[2J"] } as const];
  expect(textOf("lab", "https://auth.example.org", odd)).toContain("oidc  \\u{1b}[2J");
});

describe("with a cluster and an engine", () => {
  const kubernetes = new KubernetesApi();
  let checkout: Checkout;

  beforeAll(async () => {
    await kubernetes.start();
    kubernetes.recorded = recording("in-server");
    checkout = new Checkout("");
  });
  afterAll(async () => {
    checkout.remove();
    await kubernetes.stop();
  });

  const platform = {
    secret: { from: "existing", name: "authentik" },
    database: { host: "postgres.example.org" },
    server: { replicas: 2 },
  };

  test("makes the stacks and a plan in processes of their own, which take no lock and leave nothing behind", async () => {
    checkout.reset();
    checkout.write({ url: server.url, platform, ...{ outposts: { embedded: { form: "in-server" } } } });
    const { AUTHENTIK_SITE = "", TERRAFORM_BINARY_NAME = "" } = process.env;
    const env = { AUTHENTIK_SITE, TERRAFORM_BINARY_NAME, AUTHENTIK_TOKEN: server.token };
    const run = (): Promise<Ran> => runCli(["doctor", "--only", "lookups", "plan"], env);
    const first = await run();
    expect([first.code, first.stdout]).toEqual([
      0,
      `lab at ${server.url}

delivery
  pass     lookups  2 objects of 2 kinds are there
  pass     plan     authentik-platform: no changes; authentik: no changes; authentik-users: no changes

2 passed, 0 failed, 0 skipped
`,
    ]);
    const [plan] = checkout.engine.calls().filter(({ command }) => command === "plan");
    expect(plan?.args).toContain("-lock=false");
    checkout.engine.answer({
      authentik: {
        plan: shown({ "authentik_group.identity_groups_staff": { actions: ["create"], after: { name: "staff" } } }),
      },
    });
    const second = await run();
    expect([second.code, second.stdout]).toEqual([
      1,
      expect.stringContaining("fail     plan     a plan must change nothing"),
    ]);
    expect(second.stdout).toContain("authentik: 1 to create");
  }, 60_000);

  test("asks the cluster, over HTTP", async () => {
    const file = site({ platform, outposts: { embedded: { form: "in-server" } } });
    const program = join(__dirname, "..", "..", "cli", "main.ts");
    const args = ["--import", pathToFileURL(require.resolve("tsx")).href, program];
    const env = {
      PATH: process.env.PATH,
      AUTHENTIK_SITE: file,
      AUTHENTIK_TOKEN: server.token,
      KUBE_CONFIG_PATH: kubernetes.kubeconfig,
    };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...args, "doctor", "--only", "outpost-endpoints", "outpost-selector"],
      { env },
    );
    expect(stdout).toContain("  pass     outpost-endpoints  ak-outpost-authentik-embedded-outpost: 2 of 2 ready\n");
    expect(stdout).toContain("2 passed, 0 failed, 0 skipped");
  }, 60_000);
});
