import type { AuthentikServer } from "./authentik";
import { startAuthentik } from "./authentik";
import { call } from "./call";

let server: AuthentikServer;

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true });
});

afterEach(() => server.stop());

const names = (): unknown[] => server.objects("core/groups").map(({ name }) => name);
const MADE = { name: "staff" };

test("not up: the router answers for authentik, alive and not ready", async () => {
  server.faults.set({ notUp: true });
  const starting = await call(server, "GET root/config/");
  expect(starting).toMatchObject({ status: 503, body: { error: "authentik starting" } });
  expect(starting.headers.get("retry-after")).toBe("5");
  expect((await call(server, "GET /-/health/live/")).status).toBe(200);
  expect((await call(server, "GET /-/health/ready/")).status).toBe(503);
  server.faults.set({ notUp: false });
  expect((await call(server, "GET /-/health/ready/")).status).toBe(200);
});

test("down: nobody listens, and then again at the same place", async () => {
  const { url } = server;
  await server.goDown();
  await expect(call(server, "GET root/config/")).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
  await server.comeUp();
  expect(server.url).toBe(url);
  expect((await call(server, "GET core/users/me/")).status).toBe(200);
});

test("before the blueprints have run there is only what authentik makes itself", async () => {
  server.faults.set({ withoutFlows: true });
  const count = async (path: string): Promise<unknown> => (await call(server, `GET ${path}/`)).body;
  expect(await count("flows/instances")).toMatchObject({ pagination: { count: 0 } });
  expect(await count("stages/all")).toMatchObject({ pagination: { count: 0 } });
  expect(await count("propertymappings/provider/scope")).toMatchObject({ pagination: { count: 0 } });
  expect(await count("core/brands")).toMatchObject({ pagination: { count: 0 } });
  expect(await count("core/groups")).toMatchObject({ pagination: { count: 1 } });
  expect(await count("outposts/instances")).toMatchObject({ pagination: { count: 1 } });
  expect((await call(server, "GET flows/instances/initial-setup/")).status).toBe(404);
  server.faults.set({ withoutFlows: false });
  expect(await count("flows/instances")).toMatchObject({ pagination: { count: 14 } });
});

test("without tokens nobody gets in", async () => {
  server.faults.set({ withoutTokens: true });
  expect(await call(server, "GET core/users/me/")).toMatchObject({ status: 403 });
  expect(await call(server, "GET root/config/")).toMatchObject({ status: 200 });
  server.faults.clear();
  expect(await call(server, "GET core/users/me/")).toMatchObject({ status: 200 });
});

test("scripted answers meet the requests they name, as often as they say", async () => {
  server.script(
    { method: "post", path: "/core/groups/", status: 500, body: "<h1>Server Error (500)</h1>" },
    { path: /users\/me/, status: 429, headers: { "retry-after": "7" }, times: 2, after: 1 },
  );
  const me = async (): Promise<unknown> => (await call(server, "GET core/users/me/")).status;
  expect([await me(), await me(), await me(), await me()]).toEqual([200, 429, 429, 200]);
  expect((await call(server, "POST core/groups/", MADE)).status).toBe(500);
  expect(names()).not.toContain("staff");
  expect((await call(server, "POST core/groups/", MADE)).status).toBe(201);
});

test("a connection is cut before anything happened, or after", async () => {
  server.script({ method: "post", cut: "before" });
  await expect(call(server, "POST core/groups/", MADE)).rejects.toThrow("fetch failed");
  expect(names()).not.toContain("staff");
  server.script({ method: "post", cut: "after" });
  await expect(call(server, "POST core/groups/", MADE)).rejects.toThrow("fetch failed");
  expect(names()).toContain("staff");
});

test("slow answers take their time, for one request or for all", async () => {
  const time = async (): Promise<number> => {
    const start = performance.now();
    await call(server, "GET root/config/");
    return performance.now() - start;
  };
  server.script({ slow: 60 });
  expect(await time()).toBeGreaterThanOrEqual(55);
  server.faults.set({ slow: 40 });
  expect(await time()).toBeGreaterThanOrEqual(35);
});

test("every request is remembered, and no token", async () => {
  await call(server, "GET core/groups/?name=staff");
  server.script({ method: "post", cut: "before" });
  await call(server, "POST core/groups/", MADE).catch(() => undefined);
  await call(server, "POST core/groups/", MADE);
  expect(server.requests).toEqual([
    { method: "get", path: "/api/v3/core/groups/", query: { name: "staff" }, status: 200 },
    { method: "post", path: "/api/v3/core/groups/", query: {}, body: MADE },
    { method: "post", path: "/api/v3/core/groups/", query: {}, body: MADE, status: 201 },
  ]);
  expect(server.writes).toHaveLength(2);
  expect(JSON.stringify(server.requests)).not.toContain(server.token);
});
