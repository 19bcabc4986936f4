import type { StackJson } from "../../../access/stack";
import type { Verdict } from "../../../cli/doctor/check";
import type { PlanDocument } from "../../../cli/doctor/plan";
import { Failure } from "../../../delivery/failure";
import type { AuthentikServer } from "../../server/authentik";
import { startAuthentik } from "../../server/authentik";
import { verdict } from "./verdicts";

let server: AuthentikServer;

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true });
});
afterEach(() => server.stop());

describe("lookups", () => {
  const STACKS: readonly StackJson[] = [
    {
      data: {
        authentik_flow: { logout: { slug: "default-invalidation-flow" } },
        authentik_outpost: { embedded: { name: "authentik Embedded Outpost" } },
        authentik_user: {
          account: { username: 'ak-outpost-${replace(data.authentik_outpost.embedded.id, "-", "")}' },
        },
        vault_kv_secret_v2: { token: { mount: "secret", name: "authentik" } },
      },
    },
    { data: { authentik_flow: { again: { slug: "default-invalidation-flow" } } } },
  ];

  const ask = (...stacks: readonly StackJson[]): Promise<Verdict> =>
    verdict("lookups", server, { stacks: () => Promise.resolve(stacks) });

  test("passes when all of them are there", async () => {
    expect(await ask(...STACKS)).toEqual({ status: "pass", evidence: ["3 objects of 3 kinds are there"] });
  });

  test("says which it does not understand", async () => {
    const twisted = { data: { authentik_flow: { odd: { slug: "${lower(var.x)}" } } } };
    expect((await ask(...STACKS, twisted)).evidence).toEqual([
      "3 objects of 3 kinds are there",
      "1 lookup only Terraform understands",
    ]);
  });

  test("tells what is missing", async () => {
    const missing = {
      data: { authentik_group: { staff: { name: "staff" } }, authentik_stage: { old: { name: "old-stage" } } },
    };
    expect(await ask(...STACKS, missing)).toEqual({
      status: "fail",
      evidence: [],
      why: "authentik must have what the stacks look up, got no group staff, no stage old-stage",
      remedy:
        "what authentik brings along comes back by its blueprints (Customization, Blueprints); what you made has to be called as the site says",
    });
  });

  test("is skipped where it may not look, and tells a server that fails", async () => {
    server.script({ path: "/flows/instances/", status: 403, body: { detail: "You do not have permission." } });
    expect(await ask(...STACKS)).toEqual({
      status: "skipped",
      evidence: [],
      why: "the token may not look at everything: 403 (You do not have permission.)",
    });
    server.script({ path: "/flows/instances/", status: 500 });
    expect((await ask(...STACKS)).why).toBe(
      "authentik must have what the stacks look up, got 500 (a fault of the stand-in)",
    );
  });

  test("tells stacks that cannot be made", async () => {
    const stacks = (): Promise<never> => Promise.reject(new Failure("apps.wiki: name must be a text, got 7; mend it"));
    expect(await verdict("lookups", server, { stacks })).toEqual({
      status: "fail",
      evidence: [],
      why: "apps.wiki: name must be a text, got 7",
      remedy: "mend it",
    });
  });
});

describe("plan", () => {
  const ask = (document: Partial<PlanDocument>): Promise<Verdict> => {
    const whole = { stacks: [], error: null, exitCode: 0, ...document };
    return verdict("plan", server, { plan: () => Promise.resolve(whole) });
  };
  const unchanged = { stack: "authentik", state: "unchanged", counts: {}, waitsFor: [] };

  test("passes when nothing would change", async () => {
    expect(await ask({ stacks: [unchanged] })).toEqual({ status: "pass", evidence: ["authentik: no changes"] });
  });

  test("counts what would", async () => {
    const stacks = [
      { ...unchanged, stack: "authentik-platform" },
      { ...unchanged, state: "changed", counts: { create: 2, update: 1 } },
      { ...unchanged, stack: "authentik-users", state: "waiting", waitsFor: ["staff"] },
    ];
    expect(await ask({ stacks, exitCode: 2 })).toEqual({
      status: "fail",
      evidence: [
        "authentik-platform: no changes",
        "authentik: 2 to create, 1 to change",
        "authentik-users: waits for 1 new group",
      ],
      why: "a plan must change nothing, got changes in authentik, authentik-users",
      remedy: "npm run diff shows them, npm run deploy applies them",
    });
    const outputs = [{ ...unchanged, state: "changed" }];
    expect((await ask({ stacks: outputs, exitCode: 2 })).evidence).toEqual(["authentik: nothing but outputs"]);
  });

  test("is skipped without an engine", async () => {
    const error = "engine: terraform must run, got ENOENT; install Terraform or OpenTofu, 1.11 or newer";
    expect(await ask({ error, exitCode: 3 })).toEqual({ status: "skipped", evidence: [], why: error });
  });

  test("tells one that failed, in one line", async () => {
    expect(await ask({ error: "authentik: the plan failed\nError: no way\n", exitCode: 1 })).toEqual({
      status: "fail",
      evidence: [],
      why: "authentik: the plan failed",
      remedy: "npm run diff says more",
    });
  });

  test("tells a process that ended without a word", async () => {
    const plan = (): Promise<never> =>
      Promise.reject(
        new Failure("the plan must end with a document, got no word from it; run npm run diff to see why"),
      );
    expect(await verdict("plan", server, { plan })).toMatchObject({
      status: "fail",
      why: "the plan must end with a document, got no word from it",
    });
  });
});

test("a check that breaks is told, and is none of the others'", async () => {
  const plan = (): Promise<never> => Promise.reject(new TypeError("x is not a function"));
  expect(await verdict("plan", server, { plan })).toEqual({
    status: "fail",
    evidence: [],
    why: "the check must run to its end, got TypeError: x is not a function",
    remedy: "tell its authors, this is a bug of the command",
  });
});
