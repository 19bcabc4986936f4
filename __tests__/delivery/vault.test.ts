import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { Vault } from "../../delivery/vault";
import type { VaultConfig } from "../../delivery/vault-api";
import { VAULT_TOKEN, VaultServer } from "./vault-server";

let server: VaultServer;
let home: string;

beforeEach(async () => {
  server = await VaultServer.start();
  home = mkdtempSync(join(tmpdir(), "home-"));
});

afterEach(async () => {
  await server.stop();
  rmSync(home, { recursive: true });
});

const config = (more: Partial<VaultConfig> = {}): VaultConfig => ({
  address: server.url,
  mounts: ["secret"],
  auth: { method: "token" },
  skipChildToken: false,
  ...more,
});

const open = (more: Partial<VaultConfig> = {}, env: NodeJS.ProcessEnv = { VAULT_TOKEN }): Promise<Vault> =>
  Vault.open(config(more), { env, home });

const failure = async (work: Promise<unknown>): Promise<{ message: string; exitCode: number }> => {
  try {
    await work;
  } catch (error) {
    const { message, exitCode } = error as { message: string; exitCode: number };
    return { message, exitCode };
  }
  throw new Error("nothing failed");
};

describe("signing in", () => {
  const works = async (vault: Promise<Vault>): Promise<void> => {
    server.put("secret/a", { key: "value" });
    expect(await (await vault).value({ mount: "secret", path: "a", key: "key" })).toBe("value");
  };

  test("VAULT_TOKEN", () => works(open()));

  test("the token that vault login left", async () => {
    writeFileSync(join(home, ".vault-token"), `${VAULT_TOKEN}\n`);
    await works(open({}, {}));
    await works(open({}, { VAULT_TOKEN: "" }));
  });

  test("no token", async () => {
    expect(await failure(open({}, {}))).toEqual({
      message: `vault: VAULT_TOKEN must hold a token, got none, and none in ~/.vault-token; run vault login -address=${server.url}`,
      exitCode: 1,
    });
  });

  test("a JWT of CI, once it is there and its role is known", async () => {
    server.logins.set("jwt", { jwt: "jwt-of-the-job", role: "plan" });
    const auth = { method: "jwt", mount: "jwt", role: "plan" } as const;
    await works(open({ auth }, { TERRAFORM_VAULT_AUTH_JWT: "jwt-of-the-job" }));
    expect(await failure(open({ auth }, {}))).toEqual({
      message:
        "vault: TERRAFORM_VAULT_AUTH_JWT must hold the JWT that vault.auth signs in with, got nothing; set it to the ID token of this job",
      exitCode: 1,
    });
    expect(await failure(open({ auth }, { TERRAFORM_VAULT_AUTH_JWT: "of-another" }))).toEqual({
      message:
        'vault: auth/jwt/login must accept the role "plan", got 403 (permission denied); check vault.auth and what the role is bound to',
      exitCode: 1,
    });
  });

  test("the pod's service account, where there is a pod", async () => {
    server.logins.set("k8s", { jwt: "of-the-pod", role: "runner" });
    const auth = { method: "kubernetes", mount: "k8s", role: "runner" } as const;
    const serviceAccountToken = join(home, "token");
    expect((await failure(Vault.open(config({ auth }), { serviceAccountToken }))).message).toBe(
      `vault: ${serviceAccountToken} must hold the pod's token, got no such file; vault.auth "kubernetes" works in a pod, elsewhere use "token" or "jwt"`,
    );
    writeFileSync(serviceAccountToken, "of-the-pod");
    await works(Vault.open(config({ auth }), { serviceAccountToken }));
  });

  test("a sealed Vault refuses nobody's credentials", async () => {
    server.sealed = true;
    const auth = { method: "jwt", mount: "jwt", role: "plan" } as const;
    expect(await failure(open({ auth }, { TERRAFORM_VAULT_AUTH_JWT: "jwt" }))).toEqual({
      message: `vault: ${server.url} must be unsealed, got 503 (Vault is sealed); run vault operator unseal`,
      exitCode: 3,
    });
  });

  test.each([
    ["of the site", { namespace: "team" }, {}, "team"],
    ["of the environment", {}, { VAULT_NAMESPACE: "ours" }, "ours"],
    ["of nobody", {}, {}, undefined],
  ])("the namespace %s", async (_whose, more, env, namespace) => {
    await (await open(more, { VAULT_TOKEN, ...env })).read("secret", "a");
    expect(server.requests.map((request) => request.namespace)).toEqual([namespace, namespace]);
  });

  test("the token is not shown with what holds it", async () => {
    const vault = await open();
    expect(inspect(vault, { depth: 5, showHidden: true }) + JSON.stringify(vault)).not.toContain(VAULT_TOKEN);
  });
});

describe("reading", () => {
  test("tells a secret that never was from one that is gone", async () => {
    server.put("secret/a", { key: "value" });
    server.put("secret/b", { key: "value" });
    server.remove("secret/b", "deleted");
    server.put("secret/c", { key: "old" });
    server.put("secret/c", { key: "new" });
    server.remove("secret/c", "destroyed");
    const vault = await open();
    expect(await vault.read("secret", "a")).toEqual({ version: 1, data: { key: "value" } });
    expect(await vault.read("secret", "b")).toEqual({ version: 1, data: {}, gone: "deleted" });
    expect(await vault.read("secret", "c")).toEqual({ version: 2, data: {}, gone: "destroyed" });
    expect(await vault.read("secret", "d")).toEqual({ version: 0, data: {} });
  });

  test("what the policy does not allow", async () => {
    server.forbidden.add("read secret/data/a");
    const vault = await open();
    expect(await failure(vault.read("secret", "a"))).toEqual({
      message:
        "vault: the token must be allowed to read secret/data/a, got 403; give its policy the capability read there",
      exitCode: 1,
    });
    expect(await vault.read("secret", "b")).toEqual({ version: 0, data: {} });
  });

  test("a token that is none", async () => {
    const vault = await open({}, { VAULT_TOKEN: "hvs.expired" });
    const { message } = await failure(vault.read("secret", "a"));
    expect(message).toBe(
      'vault: the token must be allowed to use the mount "secret", got 403 (2 errors occurred: * permission denied * invalid token); sign in again if it has expired, give its policy capabilities there, or make the mount: vault secrets enable -path=secret kv-v2',
    );
  });

  test("KV version 1, which would keep the path data/a for itself", async () => {
    const vault = await open();
    expect((await failure(vault.read("old", "a"))).message).toBe(
      'vault: the mount "old" must be a KV version 2 engine, got "kv" without versions; run vault kv enable-versioning old, or name another in vault.mounts',
    );
    await failure(vault.write("old", "a", { key: "value" }, 0));
    expect(server.writes).toEqual([]);
  });

  test("asks for a mount once", async () => {
    const vault = await open();
    await Promise.all(["a", "b", "c"].map((path) => vault.read("secret", path)));
    expect(server.requests.filter(({ path }) => path.startsWith("sys/"))).toHaveLength(1);
  });
});

describe("writing", () => {
  test("only over the version that was read", async () => {
    const vault = await open();
    expect(await vault.write("secret", "a", { key: "mine" }, 0)).toBe(true);
    expect(await vault.write("secret", "a", { key: "theirs" }, 0)).toBe(false);
    expect(server.get("secret/a")).toEqual({ key: "mine" });
  });

  test("what the policy does not allow", async () => {
    server.forbidden.add("write secret/data/a");
    expect((await failure((await open()).write("secret", "a", {}, 0))).message).toBe(
      "vault: the token must be allowed to write secret/data/a, got 403; give its policy the capabilities create and update there",
    );
  });
});

describe("out of reach", () => {
  test("nobody listens", async () => {
    const gone = await VaultServer.start();
    await gone.stop();
    const vault = await open({ address: gone.url });
    expect(await failure(vault.read("secret", "a"))).toEqual({
      message: `vault: ${gone.url} must answer, got ECONNREFUSED; check vault.address and the way there from this machine`,
      exitCode: 3,
    });
  });

  test("a certificate that nobody here trusts", async () => {
    const cause = Object.assign(new Error("self-signed"), { code: "SELF_SIGNED_CERT_IN_CHAIN" });
    const fetch = (): Promise<Response> => Promise.reject(new TypeError("fetch failed", { cause }));
    const vault = await Vault.open(config(), { env: { VAULT_TOKEN }, fetch });
    expect(await failure(vault.read("secret", "a"))).toEqual({
      message: `vault: ${server.url} must have a certificate that is trusted here, got SELF_SIGNED_CERT_IN_CHAIN; name the file of its authority in NODE_EXTRA_CA_CERTS, and for Terraform in VAULT_CACERT`,
      exitCode: 3,
    });
  });

  test("something else that answers there", async () => {
    const other = createServer((_request, response) => response.writeHead(502).end("<html>token=hvs.not-shown</html>"));
    await new Promise<void>((ready) => other.listen(0, "127.0.0.1", ready));
    const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { message, exitCode } = await failure((await open({ address })).read("secret", "a"));
    other.closeAllConnections();
    other.close();
    expect(exitCode).toBe(3);
    expect(message).toBe(
      `vault: ${address} must answer for the mount "secret", got 502 (no reason given); check vault.address and vault.mounts, and look at Vault's log`,
    );
  });

  test("somebody ends the command", async () => {
    const controller = new AbortController();
    const vault = await Vault.open(config(), { env: { VAULT_TOKEN }, signal: controller.signal });
    controller.abort(new Error("interrupted"));
    await expect(vault.read("secret", "a")).rejects.toThrow("interrupted");
  });
});
