import { Access } from "../../access/decide";
import { diff, isEmpty } from "../../access/diff";
import { answering } from "../../access/openings";
import { readWorld } from "../../access/world";
import type { World } from "../../access/world";
import { loadDefault, synthSite } from "../synth";

const read = (layout: string): World =>
  readWorld(synthSite(loadDefault(layout)) as unknown as Parameters<typeof readWorld>[0], { site: "example" });
const world = read("split");

test("the default site is the same in both layouts", () => {
  const single = read("single");
  expect({ ...single, moved: world.moved }).toEqual(world);
  expect(isEmpty(diff(world, single))).toBe(true);
});

test("people are found in groups of another stack, and machines apart from them", () => {
  expect(world.people.map(({ username }) => username)).toEqual([
    "alex",
    "jane.doe",
    "john",
    "kim",
    "mary@example.org",
    "pat",
    "richard",
    "robin",
  ]);
  expect(world.machines.map(({ username }) => username)).toEqual(["ldap-emby", "ldap-jellyfin", "netbird-directory"]);
  expect(world.people.find(({ username }) => username === "john")?.groups).toEqual(["Engineers", "On call", "VPN"]);
  expect(world.groups.every(({ address }) => address !== undefined)).toBe(true);
  expect(world.defaultAppAccess).toBe(false);
});

test("every app, with what it tells", () => {
  const grafana = world.apps.find(({ slug }) => slug === "grafana");
  expect(grafana).toMatchObject({
    name: "Grafana",
    section: "Monitoring",
    match: "any",
    provider: {
      kind: "oauth2",
      clientType: "confidential",
      redirectUris: [
        { url: "https://grafana.example.org/login/generic_oauth", type: "authorization" },
        { url: "https://grafana.example.org/logout", type: "logout" },
      ],
      lifetimes: [
        { what: "authorization code", lasts: "minutes=1", seconds: 60 },
        { what: "access token", lasts: "minutes=10", seconds: 600 },
        { what: "refresh token", lasts: "days=30", seconds: 2_592_000 },
      ],
    },
    vault: [{ mount: "secret", path: "apps/grafana/oidc", use: "written" }],
  });
  expect(world.apps.find(({ slug }) => slug === "forgejo")?.vault).toEqual([
    { mount: "secret", path: "apps/forgejo/oidc", use: "read" },
  ]);
  expect(answering(world, "traefik.example.org").map(({ name }) => name)).toEqual(["traefik.example.org"]);
  expect(answering(world, "anything.example.org").map(({ slug }) => slug)).toEqual(["everything"]);
});

test("no app of the default site is left to a setting or to a policy that is not known", () => {
  const access = new Access(world);
  expect(world.apps.filter(({ bindings }) => bindings.length === 0)).toEqual([]);
  expect(world.apps.flatMap((app) => access.deciders(app))).toEqual([]);
});

test("sessions, factors and sources by the flows they belong to", () => {
  const { sessions, factors, sources } = world;
  expect(sessions.map(({ what, lasts }) => `${what} ${lasts}`)).toContain("flow iac-login: session weeks=4");
  expect(sessions.map(({ what, lasts }) => `${what} ${lasts}`)).toContain(
    "flow iac-recovery: link in an e-mail minutes=30",
  );
  expect(new Set(sessions.map(({ what }) => what)).size).toBe(sessions.length);
  expect(factors.find(({ stage }) => stage === "iac-login-mfa")).toEqual({
    stage: "iac-login-mfa",
    flows: ["iac-login"],
    withoutDevice: "configure",
    devices: ["email", "static", "totp", "webauthn"],
  });
  expect(sources.map(({ name, matching }) => `${name} ${matching}`)).toEqual([
    "GitHub identifier",
    "Google identifier",
  ]);
});

test.each([
  "null",
  "[]",
  '{ "resource": [] }',
  '{ "resource": { "authentik_user": null, "authentik_group": { "a": 1 } } }',
])("whatever the JSON is, it is only read: %s", (json) => {
  const stack = JSON.parse(json) as Readonly<Record<string, unknown>> | null;
  expect(readWorld({ authentik: stack ?? {} }, { site: "x" })).toMatchObject({ people: [], groups: [], apps: [] });
});

test("a group that lives in authentik alone is known by its name", () => {
  const lives = readWorld(
    {
      authentik: {
        data: { authentik_group: { a: { name: "authentik Admins" } } },
        resource: { authentik_user: { ann: { username: "ann", groups: ["${data.authentik_group.a.id}"] } } },
      },
    },
    { site: "x" },
  );
  expect(lives.groups).toEqual([{ name: "authentik Admins", superuser: true, parents: [] }]);
  expect(new Access(lives).superuserBy(lives.people[0] ?? { active: false, groups: [] })).toEqual(["authentik Admins"]);
});
