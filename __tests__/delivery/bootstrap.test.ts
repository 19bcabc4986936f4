import type { Site } from "../../config/load";
import { platformAddresses } from "../../delivery/bootstrap";
import type { StackJson } from "../../delivery/workspace";
import { synthSite } from "../synth";
import { FirstBoot, Killed } from "./first-boot";

// Some fifty runs against two servers, however busy the machine is.
jest.setTimeout(30_000);

let world: FirstBoot;
const before = { ...process.env };

beforeAll(async () => {
  world = await FirstBoot.start();
});
beforeEach(() => {
  world.reset();
});
afterAll(async () => {
  process.env = before;
  await world.stop();
});

describe("from an empty cluster to the whole site", () => {
  const waiting = (): string[] => [
    "3/4 wait",
    `waiting for ${world.authentik.url} to answer: 503 (0 s)`,
    "waiting for the token to be accepted: 403 (Token invalid/expired) (1 s)",
    "waiting for 5 objects: flow default-provider-authorization-implicit-consent, flow default-provider-invalidation-flow, scope mapping goauthentik.io/providers/oauth2/scope-openid, scope mapping goauthentik.io/providers/oauth2/scope-email, and 1 more (1 s)",
    "authentik has everything that is looked up in it (2 s)",
    "4/4 everything",
  ];

  test("single: the platform by target, a wait, then everything", async () => {
    const { lines, printed, error } = await world.run();
    expect(error).toBeUndefined();
    expect(lines).toEqual(["1/4 secrets", "secrets: 3 created, 1 there", "2/4 platform", ...waiting()]);
    expect(world.calls).toEqual([
      "init authentik",
      "plan authentik -target",
      "apply authentik -target",
      "plan authentik",
      "apply authentik",
    ]);
    expect(printed).toEqual([
      "authentik: 1 to create",
      "authentik: applied, 1 created",
      "authentik: 1 to create",
      "authentik: applied, 1 created",
    ]);
  });

  test("split: the platform's stack as a whole, a wait, then the others", async () => {
    const { lines, error } = await world.run(world.site("split"));
    expect(error).toBeUndefined();
    expect(lines).toEqual(["1/4 secrets", "secrets: 3 created, 1 there", "2/4 platform", ...waiting()]);
    const stacks = ["authentik-platform", "authentik", "authentik-users"];
    expect(world.calls).toEqual([
      ...stacks.map((stack) => `init ${stack}`),
      ...stacks.flatMap((stack) => [`plan ${stack}`, `apply ${stack}`]),
    ]);
  });

  test("nothing is looked up before it is there, and nothing but Terraform writes to authentik", async () => {
    await world.run();
    expect(world.authentik.writes).toEqual([]);
    const [group] = world.authentik.requests.filter(({ path }) => path.includes("/core/groups/"));
    expect(group).toBeUndefined();
  });
});

test.each(["single", "split"] as const)("%s: a finished site is left as it is", async (layout) => {
  await world.run(world.site(layout));
  const [outcome, written] = [world.outcome, world.vault.writes.length];
  world.calls.length = 0;
  const { lines, printed, error } = await world.run(world.site(layout));
  expect(error).toBeUndefined();
  expect(lines.filter((line) => line.startsWith("waiting"))).toEqual([]);
  expect(world.calls.filter((call) => call.startsWith("apply"))).toEqual([]);
  expect(printed).toEqual(printed.filter((line) => line.endsWith(": no changes")));
  expect(world.vault.writes).toHaveLength(written);
  expect(world.outcome).toEqual(outcome);
});

test("single: an authentik that runs needs no plan of its platform alone", async () => {
  await world.run();
  world.calls.length = 0;
  const { lines } = await world.run();
  expect(world.calls).toEqual(["init authentik", "plan authentik"]);
  expect(lines).toContain("authentik runs: what is left of the platform comes with the rest");
});

describe.each(["single", "split"] as const)("%s: killed anywhere and started again", (layout) => {
  let site: Site;

  /** Counts what a whole run does, and where it can be killed. */
  const effects = async (): Promise<string[]> => {
    const names: string[] = [];
    world.effect = (name) => names.push(name);
    world.vault.beforeWrite = (path) => names.push(`write ${path}`);
    world.vault.afterWrite = (path) => names.push(`wrote ${path}`);
    await world.run(site);
    return names;
  };

  test("ends in the same place", async () => {
    site = world.site(layout);
    world.looksUntilReady = 1;
    const all = await effects();
    const outcome = world.outcome;
    const wrote = ["write", "wrote"].map((when) => `${when} secret/authentik/bootstrap`);
    expect(all).toEqual(expect.arrayContaining([...wrote, "sleep", "plan authentik", "apply authentik"]));
    for (const [place, name] of all.entries()) {
      world.reset();
      world.looksUntilReady = 1;
      let left = place;
      const kill = (): void => {
        if (left-- === 0) throw new Killed();
      };
      world.effect = kill;
      world.vault.beforeWrite = kill;
      world.vault.afterWrite = kill;
      const first = await world.run(site);
      expect([name, first.error?.name]).not.toEqual([name, undefined]);
      const made = ["bootstrap", "platform"].map((path) => world.vault.get(`secret/authentik/${path}`));
      world.effect = () => undefined;
      world.vault.beforeWrite = () => undefined;
      world.vault.afterWrite = () => undefined;
      const second = await world.run(site);
      expect([name, second.error]).toEqual([name, undefined]);
      expect([name, world.outcome]).toEqual([name, outcome]);
      for (const [index, path] of ["bootstrap", "platform"].entries()) {
        if (made[index] !== undefined) expect(world.vault.get(`secret/authentik/${path}`)).toEqual(made[index]);
      }
    }
  });
});

describe("says where it stopped, and what to do", () => {
  test("a secret that somebody else has to put into Vault", async () => {
    world.vault.clear();
    const { lines, error } = await world.run();
    expect(error).toEqual({
      name: "Failure",
      exitCode: 1,
      message:
        'vault: secret/authentik/database must hold password for platform.database.password, got nothing; read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret authentik/database password=-',
    });
    expect(lines.at(-1)).toBe("stopped at 1/4 secrets; the same command goes on from here");
    expect(world.calls).toEqual([]);
  });

  test("a secret key that was deleted", async () => {
    world.vault.put("secret/authentik/platform", { secret_key: "old" });
    world.vault.remove("secret/authentik/platform", "deleted");
    expect((await world.run()).error?.message).toBe(
      "vault: secret/authentik/platform must hold secret_key for platform.secret.secretKey, got a deleted version; vault kv undelete -mount=secret -versions=1 authentik/platform",
    );
  });

  test("an authentik that runs with a secret key Vault does not have", async () => {
    world.authentik.faults.set({ notUp: false });
    const { error } = await world.run();
    expect(error?.message.split("\n")).toContain(
      'vault: secret/authentik/platform must hold secret_key for platform.secret.secretKey, got nothing, though authentik runs with one; read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret authentik/platform secret_key=-',
    );
    expect(world.vault.writes).toEqual([]);
  });

  test("a token of its own before there is an authentik that made it", async () => {
    const { authentik } = world.site();
    const ref = { mount: "secret", path: "authentik/terraform", key: "token" };
    const site = world.site("single", { authentik: { ...authentik, apiToken: { from: "vault", ref } } });
    expect((await world.run(site)).error?.message).toBe(
      'vault: secret/authentik/terraform must hold token for authentik.apiToken.ref, got nothing; before authentik\'s first start, name the place of authentik.bootstrap.token instead; after it, make one in Directory, Tokens, with the intent API: read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret authentik/terraform token=-',
    );
  });

  test("a token from the environment that is not there", async () => {
    const site = world.site("single", { authentik: { ...world.site().authentik, apiToken: { from: "env" } } });
    const { lines, error } = await world.run(site);
    expect(error?.message).toBe(
      'authentik: AUTHENTIK_TOKEN must hold an API token, got nothing; export AUTHENTIK_TOKEN="$(vault kv get -mount=secret -field=token authentik/bootstrap)"',
    );
    expect(lines.at(-1)).toBe("stopped at 2/4 platform; the same command goes on from here");
    expect(world.calls).toEqual([]);
    process.env.AUTHENTIK_TOKEN = String(world.vault.get("secret/authentik/bootstrap")?.token);
    expect((await world.run(site)).error).toBeUndefined();
  });

  test("a token that only people can make, once the platform is there", async () => {
    const { bootstrap: _bootstrap, ...authentik } = world.site().authentik;
    const site = world.site("single", { authentik: { ...authentik, apiToken: { from: "env" } } });
    const { lines, error } = await world.run(site);
    expect(error?.message).toBe(
      `authentik: AUTHENTIK_TOKEN must hold an API token, got nothing; make one: on a new instance set up akadmin at ${world.authentik.url}/if/flow/initial-setup/, then Directory, Tokens, with the intent API`,
    );
    expect(lines.at(-1)).toBe("stopped at 3/4 wait; the same command goes on from here");
    expect(world.isInstalled).toBe(true);
  });

  test("an authentik that does not get up", async () => {
    world.isHealthy = false;
    const { lines, error } = await world.run();
    expect(error).toEqual({
      name: "Failure",
      exitCode: 3,
      message: `authentik: ${world.authentik.url} must answer, got 503 after 15 min 0 s; kubectl -n authentik get pods,ingress; kubectl -n authentik logs deploy/authentik-server --tail=50; the same command goes on from here`,
    });
    expect(lines.at(-1)).toBe("stopped at 3/4 wait; the same command goes on from here");
    world.isHealthy = true;
    expect((await world.run()).error).toBeUndefined();
  });

  test("a worker that makes no flows", async () => {
    await world.run();
    world.authentik.faults.set({ withoutFlows: true });
    world.isHealthy = false;
    const { error } = await world.run(world.site(), 2);
    expect(error?.exitCode).toBe(3);
    expect(error?.message).toMatch(
      /must have everything that is looked up in it, got no flow default-provider-authorization-implicit-consent, .* after 2 min 0 s; kubectl -n authentik logs deploy\/authentik-worker --tail=50; kubectl -n authentik exec deploy\/authentik-worker -- ak healthcheck; the same command goes on from here$/,
    );
  });

  test("a token that authentik does not know, after three minutes", async () => {
    await world.run();
    world.authentik.faults.set({ withoutTokens: true });
    world.isHealthy = false;
    const { error } = await world.run();
    expect(error).toEqual({
      name: "Failure",
      exitCode: 1,
      message: `authentik: ${world.authentik.url} must accept the token, got 403 (Token invalid/expired) after 3 min 0 s; authentik takes bootstrap values on its very first start only: put a token of intent API that it knows into secret/authentik/bootstrap token; kubectl -n authentik logs deploy/authentik-worker --tail=50`,
    });
  });

  test("a guard that stands", async () => {
    await world.run();
    world.applied.clear();
    const jane = { username: "jane", type: "internal", path: "users", is_active: true };
    world.extra = Object.fromEntries(
      ["a", "b", "c", "d"].map((name) => [`authentik_user.people_${name}`, { actions: ["delete"], before: jane }]),
    );
    world.calls.length = 0;
    const { lines, error } = await world.run();
    expect(error?.message).toContain("people-removed");
    expect(world.calls.filter((call) => call.startsWith("apply"))).toEqual([]);
    expect(lines.at(-1)).toBe("stopped at 4/4 everything; the same command goes on from here");
  });
});

describe("an authentik that somebody else runs", () => {
  const site = () =>
    world.site("single", {
      platform: undefined,
      vault: undefined,
      authentik: { url: world.authentik.url, apiToken: { from: "env" } },
    });

  test("gets everything in one plan", async () => {
    world.authentik.faults.clear();
    process.env.AUTHENTIK_TOKEN = world.authentik.token;
    expect(await world.run(site())).toEqual({
      lines: ["1/4 secrets", "2/4 platform", "3/4 wait", "4/4 everything"],
      printed: ["authentik: 1 to create", "authentik: applied, 1 created"],
    });
    expect(world.calls).toEqual(["init authentik", "plan authentik", "apply authentik"]);
  });

  test("a token that it does not know is told at once", async () => {
    world.authentik.faults.clear();
    process.env.AUTHENTIK_TOKEN = "of-another";
    const { error } = await world.run(site());
    expect(error?.message).toBe(
      `authentik: ${world.authentik.url} must accept the token, got 403 (Token invalid/expired) after 0 s; put a token of intent API that has not expired into AUTHENTIK_TOKEN`,
    );
  });
});

test("the platform's addresses are all of it, and nothing else", () => {
  const json = synthSite(world.site())["authentik"] as unknown as StackJson;
  expect(platformAddresses({ json }).sort()).toEqual([
    "helm_release.platform_release",
    "kubernetes_namespace_v1.platform_namespace",
    "kubernetes_secret_v1.platform_bootstrap",
    "kubernetes_secret_v1.platform_secret",
  ]);
  expect(platformAddresses({ json: synthSite(world.site("split"))["authentik"] as unknown as StackJson })).toEqual([]);
});
