import type { Site } from "../../config/load";
import type { SiteInput } from "../../config/schema";
import { missingLine, missingSecrets, secretLines, secretsInit } from "../../delivery/secrets-init";
import type { SecretRow } from "../../delivery/secrets-init";
import { Vault } from "../../delivery/vault";
import { read, smallSite } from "../synth";
import { VAULT_TOKEN, VaultServer } from "./vault-server";

let server: VaultServer;
let vault: Vault;

beforeEach(async () => {
  server = await VaultServer.start();
  vault = await connect();
});
afterEach(() => server.stop());

const secret = (path: string, key: string) => ({ mount: "secret", path, key });

const full = (more: Partial<SiteInput> = {}): Site =>
  read({
    ...smallSite,
    vault: { address: server.url, mounts: ["secret"], auth: { method: "token" } },
    authentik: {
      url: "https://auth.example.org",
      apiToken: { from: "vault", ref: secret("bootstrap", "token") },
      bootstrap: {
        token: secret("bootstrap", "token"),
        password: secret("bootstrap", "password"),
        email: "admin@example.org",
      },
    },
    platform: {
      namespace: "authentik",
      secret: { from: "vault", secretKey: secret("platform", "secret_key") },
      database: { host: "postgres.example.org", password: secret("platform", "database") },
      smtp: { host: "smtp.example.org", from: "authentik@example.org", username: "a", password: secret("smtp", "pw") },
    },
    apps: { wiki: { ...smallSite.apps.wiki, clientSecret: secret("apps/wiki", "client_secret") } },
    ...more,
  } satisfies SiteInput);

const connect = (): Promise<Vault> =>
  Vault.open(
    { address: server.url, mounts: ["secret"], auth: { method: "token" }, skipChildToken: false },
    { env: { VAULT_TOKEN } },
  );

const lines = (rows: readonly SecretRow[]): string[] =>
  rows.map(({ ref, owner, state, command }) =>
    [`${ref.path} ${ref.key}`, owner, state, ...(command === undefined ? [] : [command])].join(", "),
  );

test("makes what is random and says what somebody else has to put there", async () => {
  expect(lines(await secretsInit(full(), vault))).toEqual([
    "bootstrap token, ours, created",
    "bootstrap password, ours, created",
    "platform secret_key, ours, created",
    'platform database, theirs, missing, read -rs VALUE; printf %s "$VALUE" | vault kv patch -mount=secret platform database=-',
    'smtp pw, theirs, missing, read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret smtp pw=-',
    "apps/wiki client_secret, ours, created",
  ]);
  const { token, password } = server.get("secret/bootstrap") ?? {};
  expect(token).toMatch(/^[0-9a-f]{64}$/);
  expect(password).toMatch(/^[0-9a-f]{64}$/);
  expect(token).not.toBe(password);
  // authentik wants its secret key to have 50 characters.
  expect(server.get("secret/platform")).toEqual({ secret_key: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
  expect(server.writes).toEqual(["secret/data/bootstrap", "secret/data/platform", "secret/data/apps/wiki"]);
});

test("names the fields of the site that share a place", async () => {
  const [token] = await secretsInit(full(), vault, { dryRun: true });
  expect(token?.fields).toEqual(["authentik.apiToken.ref", "authentik.bootstrap.token"]);
});

test("adds to a path, and leaves what is there as it is", async () => {
  server.put("secret/bootstrap", { token: "chosen", more: { nested: [1] }, empty: "" });
  expect(lines(await secretsInit(full(), vault)).slice(0, 2)).toEqual([
    "bootstrap token, ours, there",
    "bootstrap password, ours, created",
  ]);
  expect(server.get("secret/bootstrap")).toEqual({
    token: "chosen",
    more: { nested: [1] },
    empty: "",
    password: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
});

test("writes nothing the second time", async () => {
  server.put("secret/smtp", { pw: "theirs" });
  await secretsInit(full(), vault);
  server.put("secret/platform", { ...server.get("secret/platform"), database: "theirs" });
  const before = server.writes.length;
  const rows = await secretsInit(full(), vault);
  expect(rows.map(({ state }) => state)).toEqual(rows.map(() => "there"));
  expect(server.writes).toHaveLength(before);
  expect(await missingSecrets(full(), vault)).toEqual([]);
});

test("a dry run writes nothing, and says who makes what", async () => {
  server.put("secret/smtp", { pw: "" });
  expect(lines(await secretsInit(full(), vault, { dryRun: true }))).toEqual([
    "bootstrap token, ours, missing, npm run secrets:init",
    "bootstrap password, ours, missing, npm run secrets:init",
    "platform secret_key, ours, missing, npm run secrets:init",
    'platform database, theirs, missing, read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret platform database=-',
    'smtp pw, theirs, missing, read -rs VALUE; printf %s "$VALUE" | vault kv patch -mount=secret smtp pw=-',
    "apps/wiki client_secret, ours, missing, npm run secrets:init",
  ]);
  expect(server.writes).toEqual([]);
});

test("several missing values of one path: the first makes it, the others are added", async () => {
  const site = full({
    platform: {
      namespace: "authentik",
      secret: { from: "vault", secretKey: secret("platform", "secret_key") },
      database: { host: "postgres.example.org", password: secret("theirs", "database") },
      smtp: { host: "smtp.example.org", from: "a@example.org", username: "a", password: secret("theirs", "smtp") },
    },
  });
  const rows = await secretsInit(site, vault);
  expect(rows.flatMap(({ command }) => command ?? [])).toEqual([
    'read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret theirs database=-',
    'read -rs VALUE; printf %s "$VALUE" | vault kv patch -mount=secret theirs smtp=-',
  ]);
});

test("what was deleted is told, and not made again", async () => {
  server.put("secret/platform", { secret_key: "of the instance that runs" });
  server.remove("secret/platform", "deleted");
  server.put("secret/apps/wiki", { client_secret: "a" });
  server.remove("secret/apps/wiki", "destroyed");
  const rows = lines(await secretsInit(full(), vault));
  expect(rows).toContain("platform secret_key, ours, deleted, vault kv undelete -mount=secret -versions=1 platform");
  expect(rows).toContain("apps/wiki client_secret, ours, deleted, vault kv metadata get -mount=secret apps/wiki");
  expect(server.writes).toEqual(["secret/data/bootstrap"]);
});

test("an API token of its own is made in authentik, not here", async () => {
  const { authentik } = full();
  const rows = await secretsInit(
    full({ authentik: { ...authentik, apiToken: { from: "vault", ref: secret("terraform", "token") } } }),
    vault,
  );
  expect(lines(rows)).toContain(
    'terraform token, theirs, missing, read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret terraform token=-',
  );
});

test("a place that stands for a random value and for a chosen one is chosen", async () => {
  const { authentik } = full();
  const bootstrap = { ...authentik.bootstrap, password: secret("smtp", "pw") } as SiteInput["authentik"]["bootstrap"];
  const rows = await secretsInit(full({ authentik: { ...authentik, bootstrap } }), vault);
  expect(lines(rows)).toContain(
    'smtp pw, theirs, missing, read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret smtp pw=-',
  );
});

describe("somebody else writes at the same time", () => {
  test("what they wrote stays", async () => {
    server.beforeWrite = (path) => {
      if (server.get(path)?.token === undefined) server.put(path, { ...server.get(path), token: "of the other one" });
    };
    expect(lines(await secretsInit(full(), vault)).slice(0, 2)).toEqual([
      "bootstrap token, ours, there",
      "bootstrap password, ours, created",
    ]);
    expect(server.get("secret/bootstrap")).toMatchObject({ token: "of the other one" });
  });

  test("two runs at once agree", async () => {
    const runs = await Promise.all([secretsInit(full(), vault), secretsInit(full(), await connect())]);
    expect(server.versionOf("secret/bootstrap")).toBe(1);
    for (const path of ["bootstrap", "platform", "apps/wiki"]) {
      const states = runs.map((rows) => rows.find(({ ref, owner }) => ref.path === path && owner === "ours")?.state);
      expect(states.sort()).toEqual(["created", "there"]);
    }
  });

  test("somebody who never stops", async () => {
    server.beforeWrite = (path) => {
      server.put(path, {});
    };
    await expect(secretsInit(full(), vault)).rejects.toThrow(
      "vault: secret/bootstrap must hold still while it is filled, got another version 5 times; see who writes there, then run it again",
    );
  });
});

describe("what is forbidden is told at once", () => {
  test("reading: nothing is made before everything could be read", async () => {
    server.forbidden.add("read secret/data/smtp").add("read secret/data/platform");
    await expect(secretsInit(full(), vault)).rejects.toThrow(
      [
        "vault: the token must be allowed to read secret/data/platform, got 403; give its policy the capability read there",
        "vault: the token must be allowed to read secret/data/smtp, got 403; give its policy the capability read there",
      ].join("\n"),
    );
    expect(server.writes).toEqual([]);
  });

  test("writing: the rest is made", async () => {
    server.forbidden.add("write secret/data/apps/wiki").add("write secret/data/platform");
    await expect(secretsInit(full(), vault)).rejects.toThrow(
      [
        "vault: the token must be allowed to write secret/data/platform, got 403; give its policy the capabilities create and update there",
        "vault: the token must be allowed to write secret/data/apps/wiki, got 403; give its policy the capabilities create and update there",
      ].join("\n"),
    );
    expect(server.versionOf("secret/bootstrap")).toBe(1);
  });
});

describe("an authentik that runs already", () => {
  const isRunning = jest.fn(() => Promise.resolve(true));

  test("keeps its secret key and its bootstrap values", async () => {
    const rows = await secretsInit(full(), vault, { isRunning });
    expect(lines(rows)).toEqual([
      'bootstrap token, theirs, missing, read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret bootstrap token=-',
      'bootstrap password, theirs, missing, read -rs VALUE; printf %s "$VALUE" | vault kv patch -mount=secret bootstrap password=-',
      'platform secret_key, theirs, missing, read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret platform secret_key=-',
      'platform database, theirs, missing, read -rs VALUE; printf %s "$VALUE" | vault kv patch -mount=secret platform database=-',
      'smtp pw, theirs, missing, read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret smtp pw=-',
      "apps/wiki client_secret, ours, created",
    ]);
    expect(server.writes).toEqual(["secret/data/apps/wiki"]);
    expect(rows.slice(2, 3).map(missingLine)).toEqual([
      'vault: secret/platform must hold secret_key for platform.secret.secretKey, got nothing, though authentik runs with one; read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret platform secret_key=-',
    ]);
  });

  test("is asked for only when one of them is missing", async () => {
    await secretsInit(full(), vault);
    isRunning.mockClear();
    server.put("secret/apps/wiki", {});
    const rows = await secretsInit(full(), vault, { isRunning });
    expect(lines(rows)).toContain("apps/wiki client_secret, ours, created");
    expect(isRunning).not.toHaveBeenCalled();
  });
});

test("no value of a secret is in what is handed back", async () => {
  server.put("secret/smtp", { pw: "not-to-be-shown" });
  const text = JSON.stringify(await secretsInit(full(), vault));
  const values = ["bootstrap", "platform", "smtp", "apps/wiki"].flatMap((path) =>
    Object.values(server.get(`secret/${path}`) ?? {}),
  );
  expect(values).toHaveLength(5);
  expect(values.filter((value) => text.includes(String(value)))).toEqual([]);
});

test("a site without Vault has no secrets", async () => {
  expect(await secretsInit(read(smallSite), vault)).toEqual([]);
});

test("what is printed of each, and of a missing one", async () => {
  server.put("secret/bootstrap", { token: "chosen" });
  const rows = await secretsInit(full(), vault, { dryRun: true });
  expect(secretLines(rows, true).slice(0, 4)).toEqual([
    "secret/bootstrap token          there",
    "secret/bootstrap password       would be created",
    "secret/platform secret_key      would be created",
    "secret/platform database        missing",
  ]);
  expect(rows.filter(({ owner }) => owner === "theirs").map(missingLine)).toEqual([
    'vault: secret/platform must hold database for platform.database.password, got nothing; read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret platform database=-',
    'vault: secret/smtp must hold pw for platform.smtp.password, got nothing; read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret smtp pw=-',
  ]);
  expect(secretLines([], false)).toEqual(["the site has no secrets in Vault"]);
});

test("only what a stack reads is looked for", async () => {
  const rows = await missingSecrets(full(), vault, { only: ({ path }) => path === "smtp" });
  expect(lines(rows)).toEqual([
    'smtp pw, theirs, missing, read -rs VALUE; printf %s "$VALUE" | vault kv put -mount=secret smtp pw=-',
  ]);
  expect(server.requests.filter(({ path }) => path.includes("/data/")).map(({ path }) => path)).toEqual([
    "secret/data/smtp",
  ]);
});
