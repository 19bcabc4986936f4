import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guardProgram } from "../../delivery/guard-webhook/program";
import { guardServer } from "../../delivery/guard-webhook/server";
import { judge } from "../../delivery/guard-webhook/verdict";
import type { GuardSettings } from "../../delivery/guard-webhook/verdict";
import { shownPlan } from "./fixtures/shown-plan";

const person = (username: string): Record<string, object> => ({
  [`authentik_user.people_${username}`]: {
    username,
    email: `${username}@example.org`,
    groups: [],
    type: "internal",
    is_active: true,
  },
});
const people = (...names: string[]): Record<string, object> =>
  Object.assign({}, ...names.map((one) => person(one))) as Record<string, object>;
const state = people("ann", "ben", "cat", "dan");
const payload = (config: Record<string, object>): object => ({
  apiVersion: "infra.contrib.fluxcd.io/v1alpha2",
  kind: "Terraform",
  metadata: { name: "authentik-users", namespace: "authentik-delivery" },
  spec: { approvePlan: "auto" },
  status: { tfplan: shownPlan({ state, config }) },
});
const settings: GuardSettings = { maxRemovals: 2, pass: {}, kept: [] };
const removal =
  'authentik-users: people-removed: people: must lose no more than 2 accounts at once (delivery.maxRemovals), got 3: ann, ben, cat; say "active": false to keep an account that nobody may use, or let people-removed pass';

describe("the verdict", () => {
  test("refuses with what the guards say and what to do", () => {
    expect(judge(payload(people("dan")), settings)).toEqual({
      passed: false,
      message: removal,
      stack: "authentik-users",
      guards: ["people-removed"],
    });
  });

  test.each<[string, object, GuardSettings]>([
    ["as many people as may go", payload(people("cat", "dan")), settings],
    [
      "more of them where that is told to pass",
      payload({}),
      { ...settings, pass: { "people-removed": "a team left" } },
    ],
  ])("passes %s", (_what, sent, told) => {
    expect(judge(sent, told)).toMatchObject({ passed: true, message: "" });
  });

  test("keeps what must not be destroyed", () => {
    const kept = "authentik_user.people_ann";
    expect(judge(payload(people("ben", "cat", "dan")), { ...settings, kept: [kept] })).toMatchObject({
      passed: false,
      guards: ["adopted-destroyed"],
    });
  });

  test("passes no plan it was not sent", () => {
    expect(judge({ metadata: { name: "authentik" }, status: {} }, settings)).toMatchObject({
      passed: false,
      message: "authentik: status.tfplan must hold the plan, got nothing; set the webhook's payloadType to SpecAndPlan",
    });
  });
});

describe("the server", () => {
  const log: string[] = [];
  const server = guardServer({ settings, limit: 100_000, log: (line) => log.push(line) });
  let url = "";
  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  beforeEach(() => (log.length = 0));
  const post = async (body: string, path = "/plan", method = "POST"): Promise<[number, unknown]> => {
    const answer = await fetch(`${url}${path}`, { method, ...(method === "GET" ? {} : { body }) });
    return [answer.status, await answer.json()];
  };

  test("answers the controller, and logs names of guards only", async () => {
    expect(await post(JSON.stringify(payload(people("dan"))))).toEqual([200, { passed: false, message: removal }]);
    expect(await post(JSON.stringify(payload(state)))).toEqual([200, { passed: true, message: "" }]);
    expect(log).toEqual(["authentik-users: refused people-removed", "authentik-users: passed"]);
  });

  const unreadable =
    "plan must be what the controller sends, got something else; set the webhook's payloadType to SpecAndPlan";
  const wrongPlace = "request must be POST /plan, got another; mend the webhook's url";
  test.each<[string, [string, string?, string?], number, string]>([
    ["what is no JSON", ["{ token: s3cret"], 200, unreadable],
    [
      "more than it can hold",
      [JSON.stringify({ text: "x".repeat(200_000) })],
      413,
      "plan must be smaller than 64 MiB, got a larger one; apply it from a workstation",
    ],
    ["another path", ["{}", "/"], 404, wrongPlace],
    ["another method", ["", "/plan", "GET"], 405, wrongPlace],
  ])("lets %s not pass", async (_what, request, status, message) => {
    expect(await post(...request)).toEqual([status, { passed: false, message }]);
    expect(log.join("\n")).not.toContain("s3cret");
  });

  test.each(["a text", [1], null, { status: { tfplan: { resource_changes: "s3cret" } } }])(
    "lets %j not pass, and quotes nothing of it",
    async (sent) => {
      const [status, answer] = await post(JSON.stringify(sent));
      expect([status, answer]).toMatchObject([200, { passed: false }]);
      expect(JSON.stringify(answer) + log.join("\n")).not.toContain("s3cret");
    },
  );

  test("is healthy", async () => {
    expect(await post("", "/healthz", "GET")).toEqual([200, { ok: true }]);
  });
});

describe("the program", () => {
  const folder = mkdtempSync(join(tmpdir(), "guard-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test("is one file that plain Node runs, without any package, and answers as the server does", async () => {
    const program = await guardProgram();
    expect(program).not.toContain("/work/");
    expect([...program.matchAll(/require\("([^"]+)"\)/g)].map((match) => match[1])).toEqual(
      expect.arrayContaining(["node:http"]),
    );
    expect(program).not.toMatch(/require\("(?!node:)/);
    writeFileSync(join(folder, "guard.js"), program);
    writeFileSync(join(folder, "settings.json"), JSON.stringify(settings));
    const env = { PATH: "/nonexistent", PORT: "0" };
    const child = spawn(process.execPath, ["guard.js", "settings.json"], { cwd: folder, env });
    try {
      const [line] = (await once(child.stdout, "data")) as [Buffer];
      const port = /listening on (\d+)/.exec(line.toString())?.[1] ?? "";
      const body = JSON.stringify(payload(people("dan")));
      const answer = await fetch(`http://127.0.0.1:${port}/plan`, { method: "POST", body });
      expect(await answer.json()).toEqual({ passed: false, message: removal });
    } finally {
      child.kill();
      await once(child, "exit");
    }
  });
});
