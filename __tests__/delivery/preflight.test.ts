import { openDelivery } from "../../delivery/context";
import { preflight } from "../../delivery/preflight";
import { Report } from "../../delivery/report";
import { Answering, Checkout, watched } from "./site";
import { VAULT_TOKEN, VaultServer } from "./vault-server";

const authentik = new Answering();
let checkout: Checkout;
let vault: VaultServer;

beforeAll(async () => {
  checkout = new Checkout(await authentik.start());
  vault = await VaultServer.start();
});
beforeEach(() => {
  vault.clear();
  checkout.reset();
  const ref = (path: string, key: string): object => ({ mount: "secret", path, key });
  checkout.write({
    authentik: { apiToken: { from: "vault", ref: ref("authentik/terraform", "token") } },
    vault: { address: vault.url, mounts: ["secret"], auth: { method: "token" } },
    platform: {
      secret: { from: "vault", secretKey: ref("authentik/platform", "secret_key") },
      database: { host: "postgres.example.org", password: ref("authentik/database", "password") },
    },
  });
  process.env.VAULT_TOKEN = VAULT_TOKEN;
  vault.put("secret/authentik/terraform", { token: "good-token" });
  vault.put("secret/authentik/platform", { secret_key: "k" });
  vault.put("secret/authentik/database", { password: "p" });
});
afterAll(async () => {
  checkout.remove();
  authentik.stop();
  await vault.stop();
});

async function run(names?: readonly string[]): Promise<unknown> {
  const { result } = await watched(async () => {
    const context = await openDelivery({ pass: [] }, new Report("diff"));
    const stacks = context.stacks.filter(({ name }) => names?.includes(name) ?? true);
    await preflight(context, stacks);
    return "ready";
  });
  return result;
}

test("takes the token from Vault", async () => {
  expect(await run()).toBe("ready");
  vault.put("secret/authentik/terraform", { token: "another" });
  expect(await run()).toMatchObject({
    exitCode: 1,
    message: expect.stringMatching(
      /^authentik: \S+ must take the API token, got 403 \(Token invalid\/expired\); put a token of intent API that has not expired into secret\/authentik\/terraform, field token$/,
    ) as string,
  });
});

test("names what is missing in Vault with the command for it, and what is wrong with authentik beside it", async () => {
  vault.put("secret/authentik/database", {});
  vault.remove("secret/authentik/platform", "deleted");
  checkout.engine.answer({});
  const failed = (await run()) as Error;
  expect(failed.message.split("\n").map((line) => line.split(", got ")[0])).toEqual([
    "vault: secret/authentik/platform must hold secret_key for platform.secret.secretKey",
    "vault: secret/authentik/database must hold password for platform.database.password",
  ]);
  expect(failed.message).toContain("vault kv patch -mount=secret authentik/database password=-");
  expect(checkout.engine.calls()).toEqual([]);
});

test("asks for nothing that the named stacks do not read", async () => {
  vault.put("secret/authentik/database", {});
  expect(await run(["authentik", "authentik-users"])).toBe("ready");
  expect(await run(["authentik-platform"])).toMatchObject({ exitCode: 1 });
});

test("Vault that is out of reach ends with 3", async () => {
  const gone = await VaultServer.start();
  checkout.write({
    authentik: { apiToken: { from: "vault", ref: { mount: "secret", path: "authentik/terraform", key: "token" } } },
    vault: { address: gone.url, mounts: ["secret"], auth: { method: "token" } },
  });
  await gone.stop();
  expect(await run()).toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(/^vault: \S+ must answer/) as string,
  });
});
