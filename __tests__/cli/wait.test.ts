import { setTimeout as sleep } from "node:timers/promises";
import { VAULT_TOKEN, VaultServer } from "../delivery/vault-server";
import { startAuthentik } from "../server/authentik";
import type { AuthentikServer } from "../server/authentik";
import { runCli, writeSite } from "./run-cli";
import type { Ran } from "./run-cli";
import { smallSite } from "../synth";

let server: AuthentikServer;
let site: string;

beforeAll(async () => {
  server = await startAuthentik({ withDefaults: true, version: "2026.5.6" });
  site = lab();
});
beforeEach(() => {
  server.faults.clear();
});
afterAll(() => server.stop());

function lab(more: Readonly<Record<string, unknown>> = {}): string {
  return writeSite({
    authentik: { url: server.url, apiToken: { from: "env" } },
    groups: { staff: {} },
    apps: smallSite.apps,
    ...more,
  });
}

const wait = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  runCli(["wait", ...args], { AUTHENTIK_SITE: site, AUTHENTIK_TOKEN: server.token, ...env });

describe("with what the stacks look up", () => {
  test("says at once that everything is there", async () => {
    const ran = await wait(["--json"]);
    expect(ran.code).toBe(0);
    expect(ran.json()).toEqual({
      format: 1,
      command: "wait",
      site: "lab",
      url: server.url,
      ready: true,
      lookups: 6,
      seconds: expect.any(Number) as number,
    });
    const asked = server.requests.filter(({ path }) => path.includes("flows/instances")).length;
    expect(asked).toBeGreaterThan(0);
  }, 60_000);

  test("waits for the objects, and tells what it waits for", async () => {
    server.faults.set({ withoutFlows: true });
    const before = server.requests.length;
    const looked = (): boolean => server.requests.slice(before).some(({ path }) => path.includes("/flows/"));
    const waiting = wait([]);
    while (!looked()) await sleep(50);
    await sleep(300);
    server.faults.clear();
    const ran = await waiting;
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/waiting for \d objects: flow default-[\w-]+, .* \(0 s\)\n/);
    expect(ran.stdout).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+ answers, takes the token and has the 6 objects that are looked up in it \(\d s\)\n$/,
    );
  }, 60_000);

  test("gives up, and says where to look", async () => {
    server.faults.set({ withoutFlows: true });
    const ran = await wait(["--timeout", "0.02", "--json"]);
    expect(ran.code).toBe(3);
    expect(ran.json()).toMatchObject({
      exitCode: 3,
      error: expect.stringMatching(
        /^authentik: http:\/\/127\.0\.0\.1:\d+ must have everything that is looked up in it, got no flow default-.*; look at Customization, Blueprints in authentik, and at its worker's log$/,
      ) as string,
    });
  }, 60_000);

  test("a site that cannot be synthesized is told as synthesis tells it", async () => {
    const wrong = lab({
      apps: {
        films: { kind: "ldap", name: "Films", access: "everyone", baseDn: "ou=films,dc=example,dc=org" },
        more: { kind: "ldap", name: "More", access: "everyone", baseDn: "ou=films,dc=example,dc=org" },
      },
      ldap: { root: "dc=example,dc=org" },
    });
    const ran = await wait([], { AUTHENTIK_SITE: wrong });
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(
      /site\.js has 1 problem:\n {2}AK036 apps\.more: baseDn must lie beside those of other LDAP apps, /,
    );
    expect(ran.stderr).not.toMatch(/waived|at .*\.ts/);
  }, 60_000);
});

describe("for an answer and the token alone", () => {
  const alone = (args: readonly string[] = [], env?: Readonly<Record<string, string>>): Promise<Ran> =>
    wait(["--no-lookups", ...args], env);

  test("says that both are there", async () => {
    const ran = await alone();
    expect(ran).toMatchObject({ code: 0, stderr: "", stdout: `${server.url} answers, takes the token (0 s)\n` });
    expect((await alone(["--json"])).json()).toMatchObject({ ready: true, lookups: null });
  });

  test.each([
    ["starts", { status: 503 }, "503"],
    ["is asked too much", { status: 429, headers: { "Retry-After": "1" } }, "429"],
    ["cuts the connection", { cut: "before" }, "UND_ERR_SOCKET"],
  ] as const)("waits while authentik %s", async (_, fault, got) => {
    server.script({ path: "/root/config/", times: 2, ...fault });
    const ran = await alone();
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain(`waiting for ${server.url} to answer: ${got}`);
    expect(ran.stderr).toMatch(/authentik has everything that is looked up in it \(\d s\)\n$/);
  });

  test("gives up on one that is not there, where the site has no platform and where it has one", async () => {
    const gone = await startAuthentik();
    await gone.stop();
    const authentik = { url: gone.url, apiToken: { from: "env" } };
    const args = ["--timeout", "0.01"];
    expect(await alone(args, { AUTHENTIK_SITE: lab({ authentik }) })).toMatchObject({
      code: 3,
      stdout: "",
      stderr: expect.stringMatching(
        /\nauthentik: http:\/\/127\.0\.0\.1:\d+ must answer, got ECONNREFUSED after 1 s; check authentik\.url and the way there from this machine\n$/,
      ) as string,
    });
    const platform = { secret: { from: "existing", name: "env" }, database: { host: "db" } };
    expect((await alone(args, { AUTHENTIK_SITE: lab({ authentik, platform }) })).stderr).toMatch(
      /; kubectl -n authentik get pods,ingress; kubectl -n authentik logs deploy\/authentik-server --tail=50; the same command goes on from here\n$/,
    );
  });

  test("a token that is refused is told at once, as refused", async () => {
    const ran = await alone([], { AUTHENTIK_TOKEN: "wrong" });
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(
      /authentik: http:\/\/127\.0\.0\.1:\d+ must accept the token, got 403 \(Token invalid\/expired\) after 0 s; put a token of intent API that has not expired into AUTHENTIK_TOKEN\n$/,
    );
    expect(ran.stderr).not.toContain("wrong");
  });

  test("the token comes from Vault where the site says so", async () => {
    const vault = await VaultServer.start();
    try {
      const file = lab({
        vault: { address: vault.url, mounts: ["secret"], auth: { method: "token" } },
        authentik: {
          url: server.url,
          apiToken: { from: "vault", ref: { mount: "secret", path: "terraform", key: "token" } },
        },
      });
      const env = { AUTHENTIK_SITE: file, AUTHENTIK_TOKEN: "", VAULT_TOKEN };
      const none = await alone([], env);
      expect(none).toMatchObject({ code: 1, stdout: "" });
      expect(none.stderr).toMatch(
        /^authentik: secret\/terraform token must hold an API token, got nothing; make one: /,
      );
      vault.put("secret/terraform", { token: server.token });
      expect((await alone([], env)).code).toBe(0);
      vault.sealed = true;
      expect((await alone([], env)).code).toBe(3);
      expect((await alone([], { ...env, AUTHENTIK_TOKEN: server.token })).code).toBe(0);
    } finally {
      await vault.stop();
    }
  });
});

test.each(["0", "-1", "soon", "Infinity"])("--timeout %s is wrong usage", async (minutes) => {
  expect((await wait([`--timeout=${minutes}`])).code).toBe(2);
});
