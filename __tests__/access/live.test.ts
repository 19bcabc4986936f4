import { onlyThere } from "../../access/live";
import { liveLines } from "../../access/list";
import { Authentik } from "../../api/authentik";
import { startAuthentik } from "../server/authentik";
import type { AuthentikServer } from "../server/authentik";
import { worldOf } from "./build";

let server: AuthentikServer;

beforeAll(async () => {
  server = await startAuthentik({ withDefaults: true });
});
afterAll(() => server.stop());

const world = worldOf({
  groups: { staff: {}, engineers: { parents: ["staff"] } },
  people: { ann: { groups: ["staff"] }, reader: { type: "service_account" } },
  policies: { hours: "return in_hours()" },
  apps: {
    wiki: { name: "Wiki", bindings: [{ group: "staff" }] },
    grafana: { name: "Grafana", match: "all", bindings: [{ group: "engineers" }, { policy: "hours" }] },
  },
});

test("says who exists only there, and what their groups there open", async () => {
  const [staff] = server.add("core/groups", { name: "staff" });
  const [engineers] = server.add("core/groups", { name: "engineers", parents: [staff?.pk] });
  // The site does not know this group, nor what is above it.
  const [team] = server.add("core/groups", { name: "team", parents: [engineers?.pk] });
  server.add(
    "core/users",
    { username: "ann", name: "Ann", groups: [staff?.pk] },
    { username: "zoe", name: "Zoe", groups: [team?.pk], type: "internal" },
    { username: "yan", name: "Yan", groups: [staff?.pk], is_active: false, type: "external" },
    { username: "machine", name: "Machine", type: "service_account" },
  );
  server.add(
    "core/users",
    ...Array.from({ length: 120 }, (_, n) => ({ username: `guest${n}`, name: "Guest", type: "external" })),
  );
  const found = await onlyThere(new Authentik({ url: server.url, token: server.token }), world);
  expect(found).toHaveLength(123);
  expect(found.find(({ username }) => username === "zoe")).toEqual({
    username: "zoe",
    name: "Zoe",
    active: true,
    groups: ["team"],
    superuser: undefined,
    opens: ["Wiki"],
    atLogin: ["Grafana"],
  });
  const lines = liveLines(found).split("\n");
  expect(lines[0]).toBe("123 people exist only in authentik");
  expect(lines).toContain("  akadmin: superuser, in authentik Admins, whose members may change everything");
  expect(lines).toContain("  guest7: may open nothing");
  expect(lines).toContain("  yan: not active");
  expect(lines).toContain("  zoe: may open Wiki; decided at login: Grafana");
  expect(server.writes).toEqual([]);
});

test("a token that is not taken is told", async () => {
  await expect(onlyThere(new Authentik({ url: server.url, token: "wrong" }), world)).rejects.toThrow(/token/i);
});
