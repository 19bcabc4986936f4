import type { AuthentikServer } from "./authentik";
import { startAuthentik } from "./authentik";
import { call } from "./call";

let server: AuthentikServer;

beforeAll(async () => {
  server = await startAuthentik({ token: "of-akadmin" });
});

afterAll(() => server.stop());

const INVALID = { status: 403, body: { detail: "Token invalid/expired" } };

test("a token of akadmin does everything", async () => {
  expect(server.token).toBe("of-akadmin");
  expect((await call(server, "GET core/users/", undefined, "of-akadmin")).status).toBe(200);
  expect((await call(server, "GET core/users/me/")).body).toMatchObject({
    user: { username: "akadmin", is_superuser: true, groups: [{ name: "authentik Admins" }] },
  });
});

test("none, a wrong one and a wrong scheme are refused", async () => {
  expect(await call(server, "GET core/users/", undefined, "")).toMatchObject({
    status: 403,
    body: { detail: "Authentication credentials were not provided." },
  });
  expect(await call(server, "GET core/users/", undefined, "wrong")).toMatchObject(INVALID);
  const response = await fetch(`${server.url}/api/v3/core/users/`, { headers: { authorization: "Basic YTpi" } });
  expect([response.status, await response.json()]).toEqual([403, { detail: "Unsupported authentication type" }]);
});

test("the configuration and the health are for everybody", async () => {
  expect((await call(server, "GET root/config/", undefined, "")).body).toMatchObject({
    error_reporting: { enabled: false },
  });
  expect((await call(server, "GET /-/health/live/", undefined, "")).status).toBe(200);
  expect((await call(server, "GET /-/health/ready/", undefined, "")).status).toBe(200);
});

test("others may only see themselves; locked people, app passwords and deleted tokens nothing", async () => {
  const [ada] = server.add("core/users", { username: "ada", name: "Ada" });
  server.add("core/tokens", { identifier: "ada", user: ada?.pk, key: "of-ada" });
  server.add("core/tokens", { identifier: "app", user: ada?.pk, key: "app", intent: "app_password" });
  expect((await call(server, "GET core/users/me/", undefined, "of-ada")).body).toMatchObject({ user: { name: "Ada" } });
  expect(await call(server, "GET core/users/", undefined, "of-ada")).toMatchObject({
    status: 403,
    body: { detail: "You do not have permission to perform this action." },
  });
  expect(await call(server, "GET core/users/me/", undefined, "app")).toMatchObject(INVALID);
  await call(server, `PATCH core/users/${String(ada?.pk)}/`, { is_active: false });
  expect(await call(server, "GET core/users/me/", undefined, "of-ada")).toMatchObject(INVALID);
  await call(server, `PATCH core/users/${String(ada?.pk)}/`, { is_active: true });
  await call(server, "DELETE core/tokens/ada/");
  expect(await call(server, "GET core/users/me/", undefined, "of-ada")).toMatchObject(INVALID);
});
