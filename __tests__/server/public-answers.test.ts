import type { AuthentikServer } from "./authentik";
import { startAuthentik } from "./authentik";
import { call } from "./call";
import { operation } from "./collections";
import { mismatches } from "./conformance";
import type { Values } from "./store";

let server: AuthentikServer;

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true });
});

afterEach(() => server.stop());

const flows = (): Values => {
  const [flow] = server.objects("flows/instances");
  return { authorization_flow: flow?.["pk"], invalidation_flow: flow?.["pk"] };
};

test("anybody may open a flow, and sees its first page", async () => {
  const open = async (slug: string): Promise<unknown> =>
    ((await call(server, `GET flows/executor/${slug}/?query=`, undefined, "")).body as Values)["component"];
  expect(await open("default-authentication-flow")).toBe("ak-stage-identification");
  expect(await open("initial-setup")).toBe("ak-stage-prompt");
  expect(await open("default-password-change")).toBe("ak-stage-access-denied");
  expect((await call(server, "GET flows/executor/none/?query=", undefined, "")).status).toBe(404);
  expect((await call(server, "GET /if/flow/default-authentication-flow/", undefined, "")).status).toBe(200);
  expect((await call(server, "GET /if/flow/none/", undefined, "")).status).toBe(404);
});

test("an app publishes its issuer, and keys where it has one that signs", async () => {
  const signing_key = server.objects("crypto/certificatekeypairs")[0]?.["pk"];
  const [signed, other] = server.add(
    "providers/oauth2",
    { name: "wiki", ...flows(), signing_key },
    { name: "git", ...flows(), issuer_mode: "global" },
  );
  server.add(
    "core/applications",
    { name: "wiki", slug: "wiki", provider: signed?.pk },
    { name: "git", slug: "git", provider: other?.pk },
  );
  const ask = async (path: string): Promise<unknown> =>
    (await call(server, `GET /application/o/${path}`, undefined, "")).body;
  expect(await ask("wiki/jwks/")).toMatchObject({ keys: [{ alg: "RS256", use: "sig" }] });
  expect(await ask("git/jwks/")).toEqual({});
  expect(await ask("wiki/.well-known/openid-configuration")).toEqual({ issuer: `${server.url}/application/o/wiki/` });
  expect(await ask("git/.well-known/openid-configuration")).toEqual({ issuer: `${server.url}/` });
  expect((await call(server, "GET /application/o/none/jwks/", undefined, "")).status).toBe(404);
});

test("an outpost's health is what its pods said last", async () => {
  const [outpost] = server.objects("outposts/instances");
  const path = `outposts/instances/${String(outpost?.["pk"])}/health/`;
  expect((await call(server, `GET ${path}`)).body).toEqual([]);
  const state = {
    uid: "a",
    hostname: "a",
    last_seen: "2026-06-01T12:00:00Z",
    version: "2026.5.0",
    version_should: "2026.5.0",
    version_outdated: false,
    golang_version: "go1.26",
    openssl_enabled: true,
    openssl_version: "3.5",
    fips_enabled: null,
    build_hash: "",
    build_hash_should: "",
  };
  server.add("outposts/instances", { ...outpost, health: [state] });
  const { body } = await call(server, `GET ${path}`);
  expect(body).toEqual([state]);
  expect([...mismatches(operation("/outposts/instances/{uuid}/health/", "get")?.response ?? {}, body)]).toEqual([]);
});

test("a sign-in at an app behind an outpost is an access token, the newest first when asked so", async () => {
  const [provider] = server.add("providers/proxy", {
    name: "wiki",
    ...flows(),
    access_tokens: [
      { pk: 1, issued: 1_780_000_000, expires: "2026-06-01T00:00:00Z" },
      { pk: 2, issued: 1_780_100_000, expires: "2026-06-02T00:00:00Z" },
    ],
  });
  const { body } = await call(
    server,
    `GET oauth2/access_tokens/?provider=${String(provider?.pk)}&ordering=-pk&page_size=1`,
  );
  expect(body).toMatchObject({
    pagination: { count: 2, next: 2 },
    results: [{ pk: 2, expires: "2026-06-02T00:00:00Z", user: { username: "akadmin" }, provider: { name: "wiki" } }],
  });
  expect((await call(server, "GET oauth2/access_tokens/?provider=99")).body).toMatchObject({ results: [] });
  expect((await call(server, "POST oauth2/access_tokens/", {})).status).toBe(405);
});
