import { existsSync } from "node:fs";
import { join } from "node:path";
import { deploy } from "../../delivery/deploy";
import type { DeployOptions } from "../../delivery/deploy";
import { Failure } from "../../delivery/failure";
import { Report } from "../../delivery/report";
import { Answering, Checkout, shown, watched } from "./site";

const ask = jest.fn<Promise<string>, [string]>();
jest.mock("node:readline/promises", () => ({
  createInterface: () => ({ question: (text: string) => ask(text), once: () => undefined, close: () => undefined }),
}));

const authentik = new Answering();
let checkout: Checkout;

beforeAll(async () => {
  checkout = new Checkout(await authentik.start());
});
beforeEach(() => {
  checkout.reset();
});
afterAll(() => {
  checkout.remove();
  authentik.stop();
});

const release = shown({ "helm_release.platform_release": { actions: ["create"], after: { name: "authentik" } } });
const group = shown({ "authentik_group.identity_groups_staff": { actions: ["create"], after: { name: "staff" } } });
const jane = { username: "jane", name: "Jane Doe", type: "internal", is_active: true, groups: [] };
const people = shown({
  "authentik_user.people_jane": { actions: ["update"], before: jane, after: { ...jane, name: "Jane Roe" } },
});

async function run(
  options: Partial<DeployOptions> = {},
): Promise<Awaited<ReturnType<typeof watched>> & { report: Report }> {
  const report = new Report("deploy");
  const all = { stacks: [], pass: [], json: false, autoApprove: false, ...options };
  return { ...(await watched(() => deploy(all, report))), report };
}

const steps = (): string[] => checkout.engine.calls().map(({ stack, command }) => `${command} ${stack}`);

test("prepares every stack, then plans and applies one after the other", async () => {
  checkout.engine.answer({
    "authentik-platform": { plan: release },
    authentik: { plan: group },
    "authentik-users": { plan: people },
  });
  const { result, stdout } = await run();
  expect(result).toBe(0);
  expect(stdout).toBe(
    [
      "the engine's plan of authentik-platform",
      "authentik-platform: 1 to create",
      "authentik-platform: applied, 1 created",
      "the engine's plan of authentik",
      "authentik: 1 to create",
      "authentik: applied, 1 created",
      "the engine's plan of authentik-users",
      "authentik-users: 1 to change",
      "authentik-users: applied, 1 changed",
      "authentik-platform: applied, 1 created",
      "authentik: applied, 1 created",
      "authentik-users: applied, 1 changed",
      "",
    ].join("\n"),
  );
  const each = (stack: string): string[] => ["plan", "show", "show", "apply"].map((step) => `${step} ${stack}`);
  const stacks = ["authentik-platform", "authentik", "authentik-users"];
  expect(steps()).toEqual([...stacks.map((stack) => `init ${stack}`), ...stacks.flatMap(each)]);
});

test("applies the very plan it showed, and leaves no file of it", async () => {
  checkout.engine.answer({ authentik: { plan: group } });
  await run();
  const ids = checkout.engine
    .calls()
    .flatMap(({ stack, id }) => (stack === "authentik" && id !== undefined ? [id] : []));
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(1);
  expect(existsSync(join("cdktf.out", "stacks", "authentik", "delivery.tfplan"))).toBe(false);
});

test("applies nothing where nothing changes, and takes a lock", async () => {
  const { result, stdout } = await run();
  expect(result).toBe(0);
  expect(stdout).toBe("authentik-platform: no changes\nauthentik: no changes\nauthentik-users: no changes\n");
  expect(steps().filter((step) => step.startsWith("apply"))).toEqual([]);
  expect(checkout.engine.calls().flatMap(({ args }) => args)).not.toContain("-lock=false");
});

test("stops at a guard before anything of that stack is applied", async () => {
  const gone = Object.fromEntries(
    ["ann", "bob", "cid", "dan"].map((username) => [
      `authentik_user.people_${username}`,
      { actions: ["delete"], before: { ...jane, username } },
    ]),
  );
  checkout.engine.answer({ authentik: { plan: group }, "authentik-users": { plan: shown(gone) } });
  const refused = await run();
  expect(refused.result).toBeInstanceOf(Failure);
  expect(refused.result).toMatchObject({ exitCode: 1 });
  expect((refused.result as Failure).message).toMatch(
    /^authentik-users: people-removed: people: must lose no more than 3 accounts at once .*, got 4: ann, bob, cid, dan; /,
  );
  expect(refused.stderr).toContain(
    "applied: authentik; stopped at authentik-users; not begun: nothing; once it is mended, the same command goes on from here",
  );
  expect(steps()).not.toContain("apply authentik-users");
  expect(existsSync(join("cdktf.out", "stacks", "authentik-users", "delivery.tfplan"))).toBe(false);

  const passed = await run({ pass: ["people-removed", "renamed"] });
  expect(passed.result).toBe(0);
  expect(passed.stderr).toMatch(/authentik-users: people-removed let pass \(--pass\): people: must lose no more/);
  expect(passed.stderr).toContain("--pass renamed: that guard had nothing to say");
  expect(steps()).toContain("apply authentik-users");
});

test("says what is applied when a stack fails, and goes on from there", async () => {
  checkout.engine.answer({
    "authentik-platform": { plan: release },
    authentik: { plan: group, applyError: "No matching flows found" },
    "authentik-users": { plan: people },
  });
  const { result, stderr } = await run();
  expect((result as Failure).message).toContain(
    "authentik: authentik has no such flows: right after its first start it still makes them, npm run bootstrap waits for that",
  );
  expect(stderr).toContain("applied: authentik-platform; stopped at authentik; not begun: authentik-users;");
  checkout.engine.answer({ authentik: { plan: group }, "authentik-users": { plan: people } });
  expect(await run()).toMatchObject({ result: 0 });
  expect(steps().filter((step) => step.startsWith("apply"))).toEqual(["apply authentik", "apply authentik-users"]);
});

test("takes the stacks that are named in their order of apply, and no other", async () => {
  await run({ stacks: ["authentik-users", "authentik"] });
  expect(steps()).toEqual(["init authentik", "init authentik-users", "plan authentik", "plan authentik-users"]);
  expect((await run({ stacks: ["authentic"] })).result).toMatchObject({
    message:
      'stacks: must name stacks of this site and layout, got "authentic"; there is authentik-platform, authentik, authentik-users, and AUTHENTIK_LAYOUT changes the layout',
  });
});

test("keeps stdout free for one JSON document", async () => {
  checkout.engine.answer({ authentik: { plan: group } });
  const { stdout, stderr, report } = await run({ json: true });
  expect(stdout).toBe("");
  expect(stderr).toContain("the engine's plan of authentik\nauthentik: 1 to create\n");
  expect(report.document(0)).toEqual({
    format: 1,
    command: "deploy",
    site: "lab",
    engine: { product: "Terraform", version: "1.11.4" },
    stacks: [
      { stack: "authentik-platform", state: "unchanged", counts: {}, changes: [], guards: [], waitsFor: [] },
      {
        stack: "authentik",
        state: "applied",
        counts: { create: 1 },
        changes: [
          expect.objectContaining({
            address: "authentik_group.identity_groups_staff",
            action: "create",
            name: "staff",
          }),
        ],
        guards: [],
        waitsFor: [],
      },
      { stack: "authentik-users", state: "unchanged", counts: {}, changes: [], guards: [], waitsFor: [] },
    ],
    unmetPasses: [],
    error: null,
    exitCode: 0,
  });
});

describe("on a terminal", () => {
  const terminal = [process.stdin, process.stderr].map((stream) => ({ stream, isTTY: stream.isTTY }));
  beforeEach(() => {
    ask.mockReset();
    for (const { stream } of terminal) stream.isTTY = true;
    process.env.NO_COLOR = "1";
    checkout.engine.answer({ authentik: { plan: group } });
  });
  afterEach(() => {
    for (const { stream, isTTY } of terminal) stream.isTTY = isTTY;
  });

  test("asks once the plan was shown, and applies on yes", async () => {
    ask.mockResolvedValue(" yes ");
    expect((await run()).result).toBe(0);
    expect(ask.mock.calls).toEqual([["authentik: apply? (yes) "]]);
    expect(steps()).toContain("apply authentik");
  });

  test.each(["", "y", "no", "YES!"])("applies nothing on %j", async (answer) => {
    ask.mockResolvedValue(answer);
    expect((await run({ stacks: ["authentik"] })).result).toMatchObject({
      exitCode: 1,
      message: "authentik: not applied, the answer was not yes",
    });
    expect(steps()).not.toContain("apply authentik");
    expect(existsSync(join("cdktf.out", "stacks", "authentik", "delivery.tfplan"))).toBe(false);
  });

  test("asks nobody when told so", async () => {
    expect((await run({ autoApprove: true })).result).toBe(0);
    expect(ask).not.toHaveBeenCalled();
    expect(steps()).toContain("apply authentik");
  });
});
