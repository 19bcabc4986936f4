import { relative } from "node:path";
import { VAULT_TOKEN, VaultServer } from "../delivery/vault-server";
import { APPS, appSite, siteWith } from "./app-site";
import { runCli } from "./run-cli";
import type { Ran } from "./run-cli";

const PLACE = "secret/apps/forgejo";
const BEFORE = { client_secret: "the old one", note: "of somebody", nested: { kept: [1] } };

let vault: VaultServer;
let site: string;
beforeAll(async () => {
  vault = await VaultServer.start();
  site = appSite({}, vault.url);
});
beforeEach(() => {
  vault.clear();
  vault.put(PLACE, { client_secret: "an older one" });
  vault.put(PLACE, BEFORE);
});
afterAll(() => vault.stop());

const rotate = (args: readonly string[], file = site, token = VAULT_TOKEN): Promise<Ran> =>
  runCli(["rotate", ...args], { AUTHENTIK_SITE: file, VAULT_TOKEN: token });

const field = (): unknown => vault.get(PLACE)?.client_secret;

/** That neither the old nor the new value is anywhere in what was printed. */
function isSilent({ stdout, stderr }: Ran): void {
  for (const version of [BEFORE.client_secret, String(field())]) expect(`${stdout}${stderr}`).not.toContain(version);
  expect(`${stdout}${stderr}`).not.toMatch(/[0-9a-f]{64}/);
}

describe("a secret in Vault", () => {
  test("is replaced by a random one, the fields beside it stay", async () => {
    const ran = await rotate(["git"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toBe(
      `${[
        "git: secret/apps/forgejo (client_secret) has a new client secret, as version 3; the one before stays in version 2",
        "until authentik and the app have the same one, nobody signs in to Forgejo anew",
        "1. npm run deploy, or the controller's next run: authentik takes the new one from there",
        "2. give the new one to Forgejo: authentik-iac app git says where it is set",
      ].join("\n")}\n`,
    );
    expect(vault.get(PLACE)).toEqual({ ...BEFORE, client_secret: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(vault.versionOf(PLACE)).toBe(3);
    expect(vault.writes).toEqual(["secret/data/apps/forgejo"]);
    isSilent(ran);
  });

  test("for programs, by the app's slug", async () => {
    const ran = await rotate(["forgejo", "--json"]);
    expect(ran.code).toBe(0);
    expect(ran.json()).toEqual({
      format: 1,
      command: "rotate",
      site: "lab",
      app: "git",
      rotated: true,
      place: { mount: "secret", path: "apps/forgejo", key: "client_secret" },
      version: 3,
      sharedWith: [],
      next: [
        "npm run deploy, or the controller's next run: authentik takes the new one from there",
        "give the new one to Forgejo: authentik-iac app git says where it is set",
      ],
    });
    isSilent(ran);
  });

  test("a dry run says what would be replaced", async () => {
    const ran = await rotate(["git", "--dry-run"]);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(
      /^git: would replace secret\/apps\/forgejo \(client_secret\), now version 2; nothing is written\n/,
    );
    expect(vault.writes).toEqual([]);
    expect(field()).toBe(BEFORE.client_secret);
    expect((await rotate(["git", "--dry-run", "--json"])).json()).toMatchObject({ rotated: false, version: 2 });
  });

  test("one that two apps share is given to both", async () => {
    const second = {
      ...APPS.git,
      name: "Runner",
      slug: "runner",
      redirectUris: ["https://runner.example.org/callback"],
    };
    const file = appSite(
      { apps: { git: APPS.git, runner: second }, ldap: undefined, outposts: undefined, hostAccess: undefined },
      vault.url,
    );
    const ran = await rotate(["git"], file);
    expect(ran.stdout).toContain("\n3. give the new one to Runner: authentik-iac app runner says where it is set\n");
    expect((await rotate(["git", "--dry-run", "--json"], file)).json()).toMatchObject({ sharedWith: ["runner"] });
  });

  test("one that is something else as well is left alone", async () => {
    const google = { kind: "google", name: "Google", clientId: "id", clientSecret: APPS.git.clientSecret };
    const ran = await rotate(["git"], siteOf({ sources: { google }, login: {}, brand: {} }));
    expect(ran).toMatchObject({
      code: 1,
      stdout: "",
      stderr:
        "rotate: secret/apps/forgejo (client_secret) must hold a client secret alone, got that of sources.google.clientSecret as well; give apps.git.clientSecret a place of its own\n",
    });
    expect(vault.writes).toEqual([]);
  });

  const siteOf = (more: Readonly<Record<string, unknown>>): string =>
    siteWith("git", {}, { vault: { address: vault.url, mounts: ["secret"], auth: { method: "token" } }, ...more });

  test("one that is not there yet is made elsewhere", async () => {
    vault.clear();
    const message =
      "vault: secret/apps/forgejo must hold client_secret to be replaced, got nothing; npm run secrets:init makes the first one";
    expect(await rotate(["git"])).toMatchObject({ code: 1, stdout: "", stderr: `${message}\n` });
    vault.put(PLACE, { client_secret: "", other: "x" });
    expect((await rotate(["git", "--json"])).json()).toEqual({ error: message, exitCode: 1 });
    expect(vault.writes).toEqual([]);
  });

  test.each([
    ["deleted", "vault kv undelete -mount=secret -versions=2 apps/forgejo"],
    ["destroyed", "vault kv metadata get -mount=secret apps/forgejo"],
  ] as const)("a %s version is left as it is", async (gone, remedy) => {
    vault.remove(PLACE, gone);
    expect((await rotate(["git"])).stderr).toBe(
      `vault: secret/apps/forgejo must hold client_secret to be replaced, got a ${gone} version; ${remedy}\n`,
    );
    expect(vault.writes).toEqual([]);
  });
});

test("a number that would come back as another one keeps the path as it is", async () => {
  vault.put(PLACE, { ...BEFORE, nested: { id: 2 ** 60 } });
  const ran = await rotate(["forgejo"]);
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr).toBe(
    `vault: ${PLACE} must hold numbers that can be written again as they are, got a longer one; openssl rand -hex 32 | tr -d '\\n' | vault kv patch -mount=secret apps/forgejo client_secret=- leaves it alone\n`,
  );
  expect(vault.writes).toEqual([]);
});

describe("somebody else writes at the same time", () => {
  test("what they wrote stays, and the secret is replaced in it", async () => {
    let others = 2;
    vault.beforeWrite = (path) => {
      if (others-- > 0) vault.put(path, { ...vault.get(path), theirs: others });
    };
    const ran = await rotate(["git"]);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain(" as version 5; ");
    expect(vault.get(PLACE)).toEqual({
      ...BEFORE,
      theirs: 0,
      client_secret: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  test("and never stops", async () => {
    vault.beforeWrite = (path) => {
      vault.put(path, BEFORE);
    };
    expect(await rotate(["git"])).toMatchObject({
      code: 1,
      stdout: "",
      stderr:
        "vault: secret/apps/forgejo must hold still while client_secret is replaced, got another version 5 times; see who writes there, then run it again\n",
    });
    expect(field()).toBe(BEFORE.client_secret);
  });
});

describe("the connection is cut", () => {
  const cut = (): never => {
    throw new Error("cut");
  };
  const lost = (code: string): string =>
    `vault: ${vault.url} must answer, got ${code}; check vault.address and the way there from this machine`;

  test("before the write: nothing is written, and that is told", async () => {
    vault.beforeWrite = cut;
    const ran = await rotate(["git"]);
    expect(ran).toMatchObject({
      code: 3,
      stdout: "",
      stderr: `${lost("UND_ERR_SOCKET")}\nvault: nothing was written to secret/apps/forgejo, it is version 2 as before; run it again\n`,
    });
    expect(vault.get(PLACE)).toEqual(BEFORE);
  });

  test("after the write: the new value is found", async () => {
    vault.afterWrite = cut;
    const ran = await rotate(["git"]);
    expect(ran).toMatchObject({ code: 0, stderr: "the answer was lost, and the new value is there\n" });
    expect(ran.stdout).toContain(" as version 3; the one before stays in version 2\n");
    expect(field()).toMatch(/^[0-9a-f]{64}$/);
    expect(vault.writes).toHaveLength(1);
    isSilent(ran);
  });

  test("after the write, and somebody else writes another value", async () => {
    vault.afterWrite = (path) => {
      vault.afterWrite = () => undefined;
      vault.put(path, { client_secret: "theirs" });
      cut();
    };
    expect(await rotate(["git"])).toMatchObject({
      code: 3,
      stderr: `${lost("UND_ERR_SOCKET")}\nvault: secret/apps/forgejo is version 4 by somebody else, and has none of this run; run it again\n`,
    });
    expect(field()).toBe("theirs");
  });

  test("after the write, and Vault is gone: nobody knows", async () => {
    vault.afterWrite = () => {
      vault.sealed = true;
      cut();
    };
    const ran = await rotate(["git"]);
    expect(ran).toMatchObject({
      code: 3,
      stdout: "",
      stderr: `${lost("UND_ERR_SOCKET")}\nvault: whether secret/apps/forgejo has a new client_secret is not known, it was version 2; look at vault kv metadata get -mount=secret apps/forgejo\n`,
    });
    isSilent(ran);
  });
});

describe("Vault refuses", () => {
  test.each([
    ["read", "the capability read"],
    ["write", "the capabilities create and update"],
  ])("to %s", async (action, capability) => {
    vault.forbidden.add(`${action} secret/data/apps/forgejo`);
    expect(await rotate(["git"])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: `vault: the token must be allowed to ${action} secret/data/apps/forgejo, got 403; give its policy ${capability} there\n`,
    });
    expect(field()).toBe(BEFORE.client_secret);
  });

  test("the token", async () => {
    const ran = await rotate(["git"], site, "hvs.expired");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^vault: the token must be allowed to use the mount "secret", got 403 /);
  });

  test("while it is sealed", async () => {
    vault.sealed = true;
    expect(await rotate(["git"])).toMatchObject({
      code: 3,
      stderr: `vault: ${vault.url} must be unsealed, got 503 (Vault is sealed); run vault operator unseal\n`,
    });
  });

  test.each([429, 500, 502])("with %i: it is looked whether the value is there", async (status) => {
    vault.fail({ method: "POST", status });
    expect(await rotate(["git"])).toMatchObject({
      code: 3,
      stderr: [
        `vault: ${vault.url} must answer for secret/data/apps/forgejo, got ${status} (no reason given); check vault.address and vault.mounts, and look at Vault's log`,
        "vault: nothing was written to secret/apps/forgejo, it is version 2 as before; run it again",
        "",
      ].join("\n"),
    });
  });

  test("and is slow: what takes long is told", async () => {
    vault.fail({ method: "POST", slow: 1200 });
    expect((await rotate(["git"])).stderr).toBe("writing to Vault …\nwriting to Vault: done after 1 s\n");
  });

  test("by not being there", async () => {
    const gone = await VaultServer.start();
    await gone.stop();
    const ran = await rotate(["git"], appSite({}, gone.url));
    expect(ran).toMatchObject({
      code: 3,
      stdout: "",
      stderr: `vault: ${gone.url} must answer, got ECONNREFUSED; check vault.address and the way there from this machine\n`,
    });
  });
});

describe("what authentik makes is replaced by an apply: the line of the site is told, and nothing was rotated", () => {
  const file = (): string => relative(process.cwd(), site);

  test("a client secret that is published", async () => {
    const ran = await rotate(["grafana"]);
    expect(ran).toMatchObject({ code: 1, stderr: "" });
    expect(ran.stdout).toBe(
      `${[
        "grafana: nothing was rotated; authentik makes this client secret, and makes it anew when the site says so",
        `1. in ${file()}, apps.grafana: secretRevision: 2 (now 1)`,
        "2. npm run deploy: the provider is made anew, and everybody signs in to Grafana again; secret/apps/grafana/oidc (client_secret) follows in the same apply",
        "3. give the new one to Grafana: authentik-iac app grafana says where it is set",
      ].join("\n")}\n`,
    );
    expect(vault.requests).toEqual([]);
    expect((await rotate(["grafana", "--json"])).json()).toMatchObject({
      rotated: false,
      edit: { file: file(), path: "apps.grafana.secretRevision", from: 1, to: 2 },
    });
  });

  test("one that is in authentik alone, and was replaced before", async () => {
    const other = siteWith("immich", { secretRevision: 4 });
    expect((await rotate(["immich"], other)).stdout).toContain(
      [
        "apps.immich: secretRevision: 5 (now 4)",
        "2. npm run deploy: the provider is made anew, and everybody signs in to Immich again; the new one is in authentik, on the page of the provider",
      ].join("\n"),
    );
  });

  test("the bind password of an LDAP app", async () => {
    const ran = await rotate(["jellyfin"]);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain(
      [
        "apps.jellyfin: passwordRevision: 2 (now 1)",
        "2. npm run deploy: the old password ends at once; secret/apps/jellyfin/ldap (bind_password) follows in the same apply",
      ].join("\n"),
    );
    const kept = await rotate(["jellyfin"], siteWith("jellyfin", { publishTo: undefined }));
    expect(kept.stdout).toContain("the new one is in authentik, under Directory > Tokens: iac-ldap-jellyfin\n");
  });

  test("the password of a directory account, when it is asked for", async () => {
    const reads = siteWith("immich", { slug: "photos", directoryReader: { passwordRevision: 2 } });
    const ran = await rotate(["immich", "--directory"], reads);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain(
      [
        "apps.immich.directoryReader: passwordRevision: 3 (now 2)",
        "2. npm run deploy: the old password ends at once; the new one is in authentik, under Directory > Tokens: iac-photos-directory",
      ].join("\n"),
    );
    const published = siteWith("immich", { directoryReader: { publishTo: { mount: "secret", path: "photos" } } });
    expect((await rotate(["immich", "--directory"], published)).stdout).toContain(
      "secret/photos (password) follows in the same apply\n",
    );
  });
});

describe("nothing to rotate", () => {
  test.each([
    [
      ["kubernetes"],
      1,
      'rotate: apps.kubernetes must be a client with a secret, got clientType "public"; there is nothing to replace',
    ],
    [
      ["wiki"],
      1,
      'rotate: apps.wiki must be an app with a secret, got kind "forward-auth"; what its outpost and authentik share, they make themselves',
    ],
    [
      ["grafana", "--directory"],
      2,
      "rotate: --directory must stand beside an app with a directoryReader, got apps.grafana, which has none; leave it out",
    ],
    [
      ["wiki", "--directory"],
      2,
      "rotate: --directory must stand beside an app with a directoryReader, got apps.wiki, which has none; leave it out",
    ],
    [["gut"], 2, 'rotate: must be an app of the site, got "gut"; did you mean "git"?'],
    [
      ["traefik.example.org"],
      2,
      'rotate: must be an app of the site, got "traefik.example.org"; known are grafana, git, immich, headscale, kubernetes, jellyfin, wiki, everything and 1 more',
    ],
  ] as const)("%j", async (args, code, message) => {
    expect(await rotate(args)).toMatchObject({ code, stdout: "", stderr: `${message}\n` });
    expect((await rotate([...args, "--json"])).json()).toEqual({ error: message, exitCode: code });
    expect(vault.requests).toEqual([]);
  });

  test("a public client that reads who is there", async () => {
    const file = siteWith("kubernetes", { directoryReader: {} });
    expect((await rotate(["kubernetes"], file)).stderr).toBe(
      'rotate: apps.kubernetes must be a client with a secret, got clientType "public"; authentik-iac rotate kubernetes --directory is for the password of its directory account\n',
    );
  });

  test("no app is wrong usage", async () => {
    expect((await rotate([])).code).toBe(2);
  });
});
