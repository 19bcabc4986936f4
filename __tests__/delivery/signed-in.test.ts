import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { commandEnv, masks, openSession } from "../../delivery/signed-in";

/** A forge that signs ID tokens, and as much of Vault as a job meets. */
const requests: { method: string; path: string; token: string | undefined; body: string }[] = [];
let server: Server;
let url: string;

const ANSWERS: Readonly<Record<string, object>> = {
  "GET /idtoken?x=1&audience=https%3A%2F%2Fvault.example.org": { value: "the-jwt" },
  "GET /idtoken?x=1&audience=other": { value: "the-jwt" },
  "POST /v1/auth/jwt/login": { auth: { client_token: "hvs.token" } },
  "GET /v1/secret/data/authentik/plan": { data: { data: { token: "ak-token", count: 3 }, metadata: { version: 1 } } },
  "POST /v1/kubernetes/creds/plan": { data: { service_account_token: "kube-token" } },
  "POST /v1/auth/token/revoke-self": {},
};

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const token = headers["x-vault-token"] ?? headers.authorization;
      requests.push({ method, path, token: token?.toString(), body: Buffer.concat(chunks).toString() });
      const body = ANSWERS[`${method} ${path}`];
      response.writeHead(body === undefined ? 403 : 200).end(JSON.stringify(body ?? { errors: ["permission denied"] }));
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  requests.length = 0;
});

const env = (more: Record<string, string> = {}): Record<string, string> => ({
  ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/idtoken?x=1`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "bearer",
  VAULT_ADDR: url,
  VAULT_AUDIENCE: "https://vault.example.org",
  VAULT_ROLE: "authentik-plan",
  ...more,
});

const paths = (): string[] => requests.map(({ path }) => path);

test("a job's own identity buys what the command needs, and all of it ends with the command", async () => {
  const session = await openSession(
    env({
      VAULT_ENV: "\nAUTHENTIK_TOKEN=secret:authentik/plan#token\n",
      VAULT_KUBERNETES: "kubernetes/creds/plan@flux-system",
    }),
  );
  expect(session.env).toEqual({
    VAULT_TOKEN: "hvs.token",
    TERRAFORM_VAULT_AUTH_JWT: "the-jwt",
    AUTHENTIK_TOKEN: "ak-token",
    KUBE_TOKEN: "kube-token",
  });
  expect(requests.find(({ path }) => path.endsWith("/login"))?.body).toBe('{"role":"authentik-plan","jwt":"the-jwt"}');
  expect(requests.find(({ path }) => path.includes("/creds/"))?.body).toBe('{"kubernetes_namespace":"flux-system"}');
  expect(paths()).not.toContain("/v1/auth/token/revoke-self");
  await session.end();
  expect(requests.at(-1)).toMatchObject({ path: "/v1/auth/token/revoke-self", token: "hvs.token" });
});

test("a site that needs nothing else gets the token alone", async () => {
  const session = await openSession(env({ VAULT_AUDIENCE: "other", VAULT_ENV: "", VAULT_KUBERNETES: "" }));
  expect(Object.keys(session.env)).toEqual(["VAULT_TOKEN", "TERRAFORM_VAULT_AUTH_JWT"]);
});

test.each([
  [
    { ACTIONS_ID_TOKEN_REQUEST_URL: "" },
    "signed-in: the job must be allowed to ask for an ID token, got no ACTIONS_ID_TOKEN_REQUEST_URL; give it `permissions: id-token: write` on GitHub, `enable-openid-connect: true` on Forgejo; jobs of forks never get one",
  ],
  [
    { VAULT_ROLE: "" },
    "signed-in: VAULT_ROLE must be the role of Vault's JWT auth method, got nothing; set it as a variable of the repository",
  ],
  [{ VAULT_AUDIENCE: "unknown" }, "signed-in: the forge must give the job an ID token, got 403; run the job again"],
  [
    { VAULT_AUTH_MOUNT: "jwt-other" },
    'vault: auth/jwt-other/login must accept the role "authentik-plan", got 403 (permission denied); check vault.auth and what the role is bound to',
  ],
])("it says what is missing: %j", async (more, message) => {
  await expect(openSession(env(more))).rejects.toThrow(message);
});

test.each([
  [
    { VAULT_ENV: "TOKEN=secret:authentik/other#token" },
    'signed-in: TOKEN must be in Vault at secret/data/authentik/other, key "token", got 403 (permission denied); write it there, or let the role\'s policy read it',
  ],
  [
    { VAULT_ENV: "TOKEN=secret:authentik/plan#none" },
    'signed-in: TOKEN must be in Vault at secret/data/authentik/plan, key "none", got nothing; write it there, or let the role\'s policy read it',
  ],
  [
    { VAULT_ENV: "TOKEN=hvs.a-token-itself" },
    'signed-in: VAULT_ENV must hold lines such as AUTHENTIK_TOKEN=secret:authentik/plan#token, got "TOKEN" without mount, path and key; correct the line',
  ],
  [
    { VAULT_KUBERNETES: "kubernetes/creds/other@flux-system" },
    "signed-in: VAULT_KUBERNETES must be a role of Vault's Kubernetes engine and a namespace, got 403 (permission denied) from kubernetes/creds/other; write it as kubernetes/creds/<role>@<namespace>, and let the policy update it",
  ],
])("what cannot be fetched ends the session: %j", async (more, message) => {
  await expect(openSession(env(more))).rejects.toThrow(message);
  expect(paths()).toContain("/v1/auth/token/revoke-self");
});

test("the command gets neither empty variables nor what buys ID tokens", () => {
  const given = { ...env(), KUBE_HOST: "", PATH: "/bin", VAULT_TOKEN: "old" };
  expect(commandEnv(given, { VAULT_TOKEN: "new" })).toEqual({
    PATH: "/bin",
    VAULT_ADDR: url,
    VAULT_AUDIENCE: "https://vault.example.org",
    VAULT_ROLE: "authentik-plan",
    VAULT_TOKEN: "new",
  });
});

test("each line of each secret is hidden in the log", () => {
  expect(masks({ A: "one\ntwo\n", B: "one" })).toEqual(["::add-mask::one", "::add-mask::two"]);
});
