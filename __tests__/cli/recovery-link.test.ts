import type { AuthentikServer } from "../server/authentik";
import { startAuthentik } from "../server/authentik";
import type { Stored, Values } from "../server/store";
import { runCli, writeSite } from "./run-cli";
import type { Ran } from "./run-cli";

let server: AuthentikServer;
let site: string;
let flow: Stored;

function siteOf(more: object = {}): string {
  const authentik = { url: server.url, apiToken: { from: "env" } };
  const jane = { name: "Jane Doe", email: "jane@example.org", groups: [] };
  return writeSite({ authentik, ...more }, { jane, gone: { ...jane, active: false } });
}

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true });
  site = siteOf();
  const [made] = server.add("flows/instances", {
    name: "iac-recovery",
    slug: "iac-recovery",
    designation: "recovery",
    authentication: "require_unauthenticated",
  });
  flow = made as Stored;
  server.add("core/brands", { domain: new URL(server.url).host, flow_recovery: flow.pk });
  server.add(
    "core/users",
    { username: "ada", name: "Ada Example", email: "ada@example.org" },
    { username: "jane", name: "Jane Doe", email: "jane@example.org" },
  );
});

afterEach(() => server.stop());

const link = (...args: string[]): Promise<Ran> =>
  runCli(["recovery-link", ...args], { AUTHENTIK_SITE: site, AUTHENTIK_TOKEN: server.token });

const tokens = (): Values[] => server.objects("core/tokens").filter(({ intent }) => intent === "recovery");
const minutesLeft = (): number => (Date.parse(String(tokens()[0]?.["expires"])) - Date.now()) / 60_000;

test("shows the link once, and what it is good for", async () => {
  const ran = await link("ada");
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(ran.stdout.replace(/flow_token=\w{60}\n/, "flow_token=…\n").replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, "…")).toBe(
    [
      `${server.url}/if/flow/iac-recovery/?flow_token=…`,
      "",
      "for       Ada Example, ada",
      "good for  one use, until … UTC (in 30 minutes)",
      "",
      "Whoever opens it first is signed in as ada. Give it to nobody else; it is shown this once.",
      "",
    ].join("\n"),
  );
  expect(minutesLeft()).toBeCloseTo(30, 0);
  expect(server.writes).toHaveLength(1);
});

test("people of users.json get theirs, for as long as is asked for", async () => {
  const ran = await link("jane", "--minutes", "1440", "--json");
  expect(ran.json()).toEqual({
    username: "jane",
    name: "Jane Doe",
    superuser: false,
    expires: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    link: expect.stringMatching(/\/if\/flow\/iac-recovery\/\?flow_token=\w{60}$/) as string,
  });
  expect(minutesLeft()).toBeCloseTo(1440, 0);
});

test("says what a superuser's link can do", async () => {
  expect((await link("akadmin")).stdout).toContain(
    "Whoever opens it first is signed in as akadmin, who may do everything in authentik. Give it to nobody else;",
  );
});

describe("asked for at a forwarded port", () => {
  const away = (...args: string[]): Promise<Ran> => {
    const elsewhere = { url: "https://auth.example.org", apiToken: { from: "env" } };
    return runCli(["recovery-link", ...args], {
      AUTHENTIK_SITE: siteOf({ authentik: elsewhere }),
      AUTHENTIK_TOKEN: server.token,
      AUTHENTIK_URL: server.url,
    });
  };

  test("the link leads to where people reach authentik", async () => {
    const ran = await away("ada", "--json");
    expect(ran.json()["link"]).toMatch(/^https:\/\/auth\.example\.org\/if\/flow\/iac-recovery\/\?flow_token=\w{60}$/);
  });

  test("no e-mail is sent, whose link would lead to the port", async () => {
    const ran = await away("ada", "--email");
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain("recovery-link: --email must be asked for at https://auth.example.org, got another");
    expect(server.writes).toEqual([]);
  });
});

describe("by e-mail", () => {
  beforeEach(() => {
    const others = Array.from({ length: 120 }, (_, n) => ({ name: `a-mail-${n}` }));
    server.add("stages/email", ...others);
    const [stage] = server.add("stages/email", { name: "iac-recovery-email" });
    server.add("flows/bindings", { target: flow.pk, stage: stage?.pk, order: 20 });
  });

  test("authentik sends it, and nobody sees it", async () => {
    const ran = await link("ada", "--email");
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(
      /^sent to ada@example\.org\n\nfor {7}Ada Example, ada\ngood for {2}until \d{4}-\d\d-\d\d \d\d:\d\d UTC \(in 30 minutes\)\n$/,
    );
    const json = await link("ada", "--email", "--json");
    expect(json.json()).toMatchObject({ username: "ada", sentTo: "ada@example.org" });
    expect(json.stdout).not.toContain("flow_token");
    expect(server.writes.map(({ path }) => path.split("/").at(-2))).toEqual(["recovery_email", "recovery_email"]);
  });

  test("needs an address", async () => {
    server.add("core/users", { username: "bob", name: "Bob" });
    const ran = await link("bob", "--email");
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toBe(
      'recovery-link: the account must have an e-mail address, got none for "bob"; give them one, or leave --email out\n',
    );
  });

  test("is not sent twice without a word when the answer is lost", async () => {
    server.script({ method: "post", path: "recovery_email", cut: "after" });
    const ran = await link("ada", "--email");
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toMatch(
      /\nnobody knows whether it was sent: ask them before you run it again, which sends another\n$/,
    );
  });
});

describe("refuses", () => {
  const refused = async (text: string, ...args: string[]): Promise<void> => {
    const ran = await link(...args);
    expect(ran.stderr).toBe(`${text}\n`);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(server.writes).toEqual([]);
  };

  test("a brand without a recovery flow", async () => {
    const bare = await startAuthentik({ withDefaults: true });
    const authentik = { url: bare.url, apiToken: { from: "env" } };
    const run = async (more: object): Promise<string> => {
      const env = { AUTHENTIK_SITE: writeSite({ authentik, ...more }), AUTHENTIK_TOKEN: bare.token };
      const ran = await runCli(["recovery-link", "akadmin"], env);
      expect(ran).toMatchObject({ code: 1, stdout: "" });
      return ran.stderr;
    };
    expect(await run({})).toBe(
      'recovery-link: the brand "authentik-default" must have a recovery flow, got none; give the site recovery: {} and a brand of its own, or adopt.brand, and deploy first\n',
    );
    expect(await run({ recovery: {}, brand: {}, login: {} })).toBe(
      'recovery-link: the brand "authentik-default" must have a recovery flow, got none; deploy first\n',
    );
    await bare.stop();
  });

  test("an e-mail that the flow cannot send", () =>
    refused(
      'recovery-link: the flow "iac-recovery" must have an e-mail stage, got none; leave --email out, and give them the link yourself',
      "ada",
      "--email",
    ));

  test("a username that nobody has, whatever page it would be on", async () => {
    server.add("core/users", ...Array.from({ length: 150 }, (_, n) => ({ username: `guest${n}`, name: "Guest" })));
    server.add("core/users", { username: "zoe", name: "Zoe" });
    await refused('recovery-link: the username must be one that authentik has, got "zo"; did you mean "zoe"?', "zo");
  });

  test("machines", async () => {
    server.add("core/users", { username: "robot", name: "Robot", type: "service_account" });
    await refused(
      'recovery-link: the account must be a person\'s, got the service account "robot"; a machine has a token, which authentik-iac token create makes',
      "robot",
    );
  });

  test("people who are not active", async () => {
    server.add(
      "core/users",
      { username: "bob", name: "Bob", is_active: false },
      { username: "gone", name: "Gone", is_active: false },
    );
    await refused(
      'recovery-link: the account must be active, got "bob", which is not; activate it in authentik first',
      "bob",
    );
    await refused(
      'recovery-link: the account must be active, got "gone", which is not; set "active" at users.json:8 and deploy first',
      "gone",
    );
  });

  test.each(["4", "1441", "30m", "-5"])("%s minutes, as wrong usage", async (minutes) => {
    const ran = await link("ada", `--minutes=${minutes}`);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toBe(
      `error: option '--minutes <minutes>' argument '${minutes}' is invalid. It must be a whole number of minutes from 5 to 1440.\n(--help says what there is)\n`,
    );
  });
});

test("a token without the right, and one that is none", async () => {
  server.script({ method: "post", path: "/recovery/", status: 403, body: { detail: "no permission" } });
  const denied = await link("ada");
  expect(denied).toMatchObject({ code: 1, stdout: "" });
  expect(denied.stderr).toMatch(
    /^authentik: POST \/core\/users\/\d+\/recovery\/ must be allowed, got 403 \(no permission\); give the token's account the right to it\n$/,
  );
  const ran = await runCli(["recovery-link", "ada"], { AUTHENTIK_SITE: site, AUTHENTIK_TOKEN: "wrong" });
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr).toContain("got 403 (Token invalid/expired)");
});

test("a server that is busy is waited for, and told", async () => {
  server.script({ method: "post", path: "/recovery/", status: 429, headers: { "retry-after": "1" } });
  server.script({ method: "get", path: "/core/brands/current/", status: 504 });
  const ran = await link("ada");
  expect(ran.code).toBe(0);
  expect(ran.stderr).toMatch(/^making the link …\nmaking the link: done after \d+ s\n$/);
});

test.each(["before", "after"] as const)("a connection cut %s the write says that it can be run again", async (cut) => {
  server.script({ method: "post", path: "/recovery/", cut });
  const ran = await link("ada");
  expect(ran).toMatchObject({ code: 3, stdout: "" });
  expect(ran.stderr).toMatch(
    /must answer, got .*\nif it was made, nobody has seen it: run it again, which makes the same link\n$/,
  );
  expect(ran.stderr).not.toContain("flow_token");
  expect((await link("ada")).code).toBe(0);
  expect(tokens()).toHaveLength(1);
});

test("a server that fails inside", async () => {
  server.script({ method: "post", path: "/recovery/", status: 500 });
  const ran = await link("ada", "--json");
  expect(ran.code).toBe(1);
  expect(ran.json()).toMatchObject({
    exitCode: 1,
    error: expect.stringMatching(/must be answered, got 500 .*\nif it was made, nobody has seen it/) as string,
  });
});
