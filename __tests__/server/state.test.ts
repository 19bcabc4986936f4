import type { AuthentikServer } from "./authentik";
import { startAuthentik } from "./authentik";
import { call } from "./call";

const servers: AuthentikServer[] = [];

const start = async (withDefaults: boolean): Promise<AuthentikServer> => {
  const server = await startAuthentik({ withDefaults, now: () => new Date("2026-06-01T00:00:00Z") });
  servers.push(server);
  return server;
};

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

test("a fresh authentik is the same on every run, but for its address", async () => {
  const [a, b] = [await start(true), await start(true)];
  expect(a.state()).toEqual(b.state());
});

test("without defaults there is the administrator and nothing else", async () => {
  const { collections } = (await start(false)).state();
  expect(Object.keys(collections)).toEqual(["core/groups", "core/tokens", "core/users"]);
});

test("a state moves to another server, and both go their own ways from there", async () => {
  const [a, b] = [await start(true), await start(false)];
  a.add("core/groups", { name: "staff", users: [1] });
  const state = a.state();
  b.load(state);
  expect(b.state()).toEqual(state);
  expect(b.objects("core/users")).toEqual(a.objects("core/users"));
  const made = await call(b, "POST core/groups/", { name: "new" });
  expect(made.status).toBe(201);
  expect(a.state()).toEqual(state);
});

test("ten thousand people and five hundred applications are held and listed without effort", async () => {
  const server = await start(true);
  const began = performance.now();
  const groups = server.add("core/groups", ...Array.from({ length: 100 }, (_, index) => ({ name: `group-${index}` })));
  const person = (index: number): Record<string, unknown> => ({
    username: `person-${index}`,
    name: `Person ${index}`,
    groups: [groups[index % 100]?.pk],
  });
  server.add("core/users", ...Array.from({ length: 10_000 }, (_, index) => person(index)));
  server.add(
    "core/applications",
    ...Array.from({ length: 500 }, (_, index) => ({ name: `A${index}`, slug: `a-${index}` })),
  );
  server.load(server.state());
  for (let page = 1; page <= 20; page++) {
    const { body } = await call(server, `GET core/users/?page_size=100&page=${page}&include_roles=false`);
    expect(body).toMatchObject({ pagination: { count: 10_002, current: page } });
  }
  for (let index = 0; index < 100; index++) {
    const { body } = await call(server, `GET core/users/?username=person-${index * 97}`);
    expect(body).toMatchObject({ results: [{ name: `Person ${index * 97}` }] });
  }
  // On the slowest machine this takes a second; walking through everybody for each would take a minute.
  expect(performance.now() - began).toBeLessThan(10_000);
}, 20_000);
