import { existsSync } from "node:fs";
import { join } from "node:path";
import { diff } from "../../delivery/diff";
import type { DiffOptions } from "../../delivery/diff";
import { Failure } from "../../delivery/failure";
import { diffOffline } from "../../delivery/offline";
import { Report } from "../../delivery/report";
import { Answering, Checkout, shown, watched } from "./site";

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
const newGroup = shown({ "authentik_group.identity_groups_staff": { actions: ["create"], after: { name: "staff" } } });

type Ran = Awaited<ReturnType<typeof watched>> & { report: Report };

async function run(options: Partial<DiffOptions> = {}): Promise<Ran> {
  const report = new Report("diff");
  const all = { stacks: [], pass: [], json: false, lock: true, preflight: true, ...options };
  return { ...(await watched(() => diff(all, report))), report };
}

test("is 0 and says so when nothing would change", async () => {
  expect(await run()).toMatchObject({
    result: 0,
    stdout: "authentik-platform: no changes\nauthentik: no changes\nauthentik-users: no changes\n",
  });
  expect(checkout.engine.calls().map(({ command }) => command)).toEqual([
    "init",
    "init",
    "init",
    "plan",
    "plan",
    "plan",
  ]);
});

test("is 2 with changes, shows the engine's plans and ends with a line for each stack", async () => {
  checkout.engine.answer({ "authentik-platform": { plan: release }, authentik: { plan: newGroup } });
  const { result, stdout } = await run();
  expect(result).toBe(2);
  expect(stdout).toBe(
    [
      "the engine's plan of authentik-platform",
      "the engine's plan of authentik",
      "authentik-platform: 1 to create",
      "authentik: 1 to create",
      "authentik-users: no changes",
      "",
    ].join("\n"),
  );
  expect(checkout.engine.calls().map(({ command }) => command)).not.toContain("apply");
  expect(existsSync(join("cdktf.out", "stacks", "authentik", "delivery.tfplan"))).toBe(false);
});

test("takes no lock only when told so", async () => {
  await run({ lock: false, stacks: ["authentik"] });
  expect(checkout.engine.calls().map(({ command, args }) => [command, args.includes("-lock=false")])).toEqual([
    ["init", false],
    ["plan", true],
  ]);
});

describe("people in a group that is new", () => {
  const words = (id: string, error = "No matching groups found"): string =>
    `${error}\n\n  with data.authentik_group.${id},\n  on cdk.tf.json line 12, in data.authentik_group.${id}:\n  12:   {\n`;

  function lookup(): string {
    const { data } = JSON.parse(checkout.json("authentik-users")) as { data: { authentik_group: object } };
    return Object.keys(data.authentik_group)[0] ?? "";
  }

  test("wait for the stack that makes it", async () => {
    await run();
    checkout.engine.answer({ authentik: { plan: newGroup }, "authentik-users": { planError: words(lookup()) } });
    const { result, stdout, report } = await run();
    expect(result).toBe(2);
    expect(stdout).toMatch(/authentik: 1 to create\nauthentik-users waits for authentik: group "staff" is new\n$/);
    expect(report.stacks[2]).toMatchObject({ state: "waiting", waitsFor: ["staff"] });
  });

  test("do not hide what else is wrong", async () => {
    await run();
    const plans = { authentik: { plan: newGroup } };
    for (const planError of [
      `${words(lookup())}\nError: Error acquiring the state lock\n`,
      words(lookup(), "403 Forbidden").replaceAll("authentik_group", "authentik_user"),
      words("lookups_group-other"),
    ]) {
      checkout.engine.answer({ ...plans, "authentik-users": { planError } });
      expect((await run()).result).toBeInstanceOf(Failure);
    }
  });

  test("fail when no stack makes it", async () => {
    await run();
    checkout.engine.answer({ "authentik-users": { planError: words(lookup()) } });
    expect(((await run()).result as Failure).message).toMatch(/^authentik-users: \S+ plan failed\nError: No matching/);
  });
});

describe("guards", () => {
  const person = (username: string): object => ({ username, name: username, type: "internal", is_active: true });
  const removals = shown(
    Object.fromEntries(
      ["ann", "bob", "cid", "dan"].map((name) => [
        `authentik_user.people_${name}`,
        { actions: ["delete"], before: person(name) },
      ]),
    ),
  );
  const gone = {
    "authentik_flow.identity_login": { actions: ["delete", "create"], before: { slug: "a" }, after: { slug: "b" } },
  };

  test("are heard on every stack, and stand together at the end", async () => {
    checkout.engine.answer({ authentik: { plan: shown(gone) }, "authentik-users": { plan: removals } });
    const { result, stdout, report } = await run();
    expect(result).toMatchObject({ exitCode: 1 });
    expect((result as Failure).message.split("\n").map((line) => line.split(": ").slice(0, 2).join(": "))).toEqual([
      "authentik: flow-or-group-replaced",
      "authentik-users: people-removed",
      "what is meant passes by --pass and the guard's name (docs/guards.md)",
    ]);
    expect(stdout).toMatch(/authentik: 1 to replace\nauthentik-users: 4 to delete\n$/);
    expect(report.stacks.map(({ state }) => state)).toEqual(["unchanged", "refused", "refused"]);
  });

  test("let pass what the site names, with its reason, and say which pass meets nothing", async () => {
    checkout.write({ pass: { "people-removed": "the summer school is over", renamed: "nothing is renamed here" } });
    checkout.engine.answer({ "authentik-users": { plan: removals } });
    const { result, stdout, report } = await run();
    expect(result).toBe(2);
    expect(stdout).toMatch(/authentik-users: people-removed let pass \(the summer school is over\): people: must lose/);
    expect(stdout).toContain(
      "delivery.pass.renamed: that guard had nothing to say; take it out of the site once it is applied",
    );
    expect(report.stacks[2]?.guards[0]).toMatchObject({ passedBecause: "the summer school is over" });
    // Another stack may be the one the pass is for.
    expect((await run({ stacks: ["authentik-users"] })).stdout).not.toContain("delivery.pass.renamed");
  });
});

describe("before a plan", () => {
  const failure = async (options: Partial<DiffOptions> = {}): Promise<unknown> => {
    const { result } = await run(options);
    return result;
  };

  /** Where nothing answers. */
  const nobody = async (): Promise<string> => {
    const gone = new Answering();
    const url = await gone.start();
    gone.stop();
    return url;
  };

  test("a token that is refused is told, and where it comes from", async () => {
    process.env.AUTHENTIK_TOKEN = "bad-token";
    expect(await failure()).toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(
        /^authentik: http:\/\/127\.0\.0\.1:\d+ must take the API token, got 403 \(Token invalid\/expired\); set AUTHENTIK_TOKEN to a token of intent API that has not expired$/,
      ) as string,
    });
    delete process.env.AUTHENTIK_TOKEN;
    expect(await failure()).toMatchObject({
      message: "authentik: AUTHENTIK_TOKEN must hold an API token, got nothing; make one in Directory, Tokens",
    });
    expect(checkout.engine.calls()).toEqual([]);
  });

  test("authentik that is not there ends with 3; bootstrap is the way where the site has a platform", async () => {
    const url = await nobody();
    checkout.write({ url });
    expect(await failure()).toMatchObject({
      exitCode: 3,
      message: `authentik: ${url} must answer, got ECONNREFUSED; if it is not up yet, run npm run bootstrap, which brings it up and waits`,
    });
    checkout.write({ url, platform: undefined });
    expect(await failure()).toMatchObject({
      exitCode: 3,
      message: `authentik: ${url} must answer, got ECONNREFUSED; check authentik.url and the way there from this machine`,
    });
  });

  test("authentik is not asked when only its platform is planned, or nobody wants to", async () => {
    checkout.write({ url: await nobody() });
    expect(await failure({ stacks: ["authentik-platform"] })).toBe(0);
    expect(await failure({ preflight: false })).toBe(0);
  });

  test("a server of another release is refused, unless this brings it up to date", async () => {
    authentik.version = "2026.2.4";
    const { stderr, result } = await run();
    expect(result).toBe(0);
    expect(stderr).toContain("authentik: 2026.2.4 runs, the site says 2026.5.6: applying the platform changes it\n");
    expect(await failure({ stacks: ["authentik"] })).toMatchObject({
      message: expect.stringMatching(
        /^authentik: version\.server must be what runs, got 2026\.5\.6 in the site and 2026\.2\.4 at http:\S+; the provider is made for 2026\.5 and fails on others: upgrade authentik, or set version to what runs$/,
      ) as string,
    });
    authentik.version = "2026.5.4";
    const patch = await run({ stacks: ["authentik"] });
    expect(patch.result).toBe(0);
    expect(patch.stderr).toMatch(/2026\.5\.4 at \S+; nothing else follows from that\n/);
    authentik.version = "2026.5.6";
  });

  test("a backend that is out of reach is told before anything is planned", async () => {
    checkout.engine.answer({ "authentik-users": { initError: 'namespaces "flux-system" not found' } });
    expect(await failure()).toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(
        /authentik-users: the namespace is missing: kubectl create namespace flux-system$/,
      ) as string,
    });
    expect(checkout.engine.calls().map(({ command }) => command)).toEqual(["init", "init", "init"]);
  });
});

describe("offline", () => {
  async function offline(options: Partial<DiffOptions> = {}): Promise<Ran> {
    const report = new Report("diff");
    const all = { stacks: [], pass: [], json: false, ...options };
    return { ...(await watched(() => Promise.resolve().then(() => diffOffline(all, report)))), report };
  }

  beforeEach(() => {
    process.env.TERRAFORM_BINARY_NAME = "/nonexistent";
  });

  test("needs something to compare with", async () => {
    expect((await offline()).result).toMatchObject({
      message:
        "offline: deploy/rendered/lab/authentik must hold what was rendered before, got nothing; run npm run render and commit it, so that later changes have something to be compared with",
    });
  });

  test("compares with what is rendered, needs no engine, and asks the guards", async () => {
    process.env.TERRAFORM_BINARY_NAME = checkout.engine.binary;
    await run({ preflight: false });
    const stacks = ["authentik-platform", "authentik", "authentik-users"];
    for (const stack of stacks) checkout.render(stack, "cdk.tf.json", checkout.json(stack));
    process.env.TERRAFORM_BINARY_NAME = "/nonexistent";
    expect(await offline()).toMatchObject({
      result: 0,
      stdout: "authentik-platform: no changes\nauthentik: no changes\nauthentik-users: no changes\n",
    });

    checkout.write({ groups: { staff: {}, vpn: {} } });
    const added = await offline();
    expect(added.result).toBe(2);
    expect(added.stdout).toMatch(/create authentik_group\.identity_groups_vpn \(vpn\)/);
    expect(added.stdout).toMatch(/\nauthentik: 1 to create\nauthentik-users: 1 to change\n$/);

    checkout.write({ groups: { team: { name: "staff" } } });
    const renamed = await offline();
    expect((renamed.result as Failure).message).toMatch(/^authentik: renamed: /m);
    expect((await offline({ stacks: ["authentik-platform"] })).result).toBe(0);
  });
});
