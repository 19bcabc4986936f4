import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { read, smallSite } from "../synth";
import { lines } from "./lines";

const folder = mkdtempSync(join(tmpdir(), "apps-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const outposts = { embedded: { form: "in-server" } };
const wiki = {
  kind: "forward-auth",
  name: "Wiki",
  access: { groups: ["staff"] },
  externalHost: "https://wiki.example.org",
};
const everything = {
  kind: "forward-auth",
  name: "Everything",
  access: "everyone",
  mode: "forward_domain",
  externalHost: "https://auth.example.org",
  cookieDomain: "example.org",
};
const site = (parts: object): object => ({ ...smallSite, outposts, ...parts });
const refused = (parts: object): string[] => lines(site(parts), folder);

describe("who serves an app", () => {
  test.each([
    [{ apps: { wiki } }, "apps.wiki: outpost"],
    [{ hostAccess: { hosts: { "wiki.example.org": "everyone" } } }, "hostAccess:"],
  ])("somebody has to", (parts, place) => {
    expect(refused({ ...parts, outposts: {} })).toEqual([
      `AK034 ${place} must be served by an outpost, got none; describe outposts.embedded, such as { form: "in-server" }, or name one of outposts.managed`,
    ]);
    expect(() => read(site(parts), folder)).not.toThrow();
  });

  test("an outpost nobody described", () => {
    const managed = { edge: {} };
    expect(refused({ apps: { wiki: { ...wiki, outpost: "egde" } }, outposts: { ...outposts, managed } })).toEqual([
      'AK002 apps.wiki: outpost must name one of outposts.managed, got "egde"; did you mean "edge"?',
      "AK034 outposts: managed.edge must have an app to serve, got none, which authentik refuses; name the outpost in an app or remove it",
    ]);
  });
});

describe("a domain's provider cannot tell its hosts apart", () => {
  test("hosts on an app", () => {
    const hosts = { "traefik.example.org": { groups: ["admins"] } };
    expect(refused({ apps: { everything: { ...everything, hosts } } })).toEqual([
      "AK033 apps.everything: hosts must not stand on an app, whose policies run once a sign-in and are not told a host; name the hosts under hostAccess, each gets a provider of its own",
    ]);
  });

  test.each([
    'request.http_request.get_host() == "traefik.example.org"',
    'request.http_request.META["HTTP_HOST"] == "x"',
    'request.http_request.headers["X-Forwarded-Host"] == "x"',
  ])("a policy that asks for one: %s", (expression) => {
    writeFileSync(join(folder, "hosts.py"), `def evaluate(request):\n    return ${expression}\n`);
    const parts = {
      policies: { hosts: { file: "hosts.py" } },
      apps: { everything: { ...everything, access: { policies: ["hosts"] } } },
    };
    expect(refused(parts)).toEqual([
      'AK033 apps.everything: access.policies[0] must not restrict single hosts of a domain, got "hosts", whose Python asks for the host; a domain\'s policies run once a sign-in, when the host people will go on to is not known, so name the hosts under hostAccess',
    ]);
    const waive = { AK033: "it only logs the host" };
    expect(() =>
      read(site({ ...parts, apps: { everything: { ...parts.apps.everything, waive } } }), folder),
    ).not.toThrow();
    // One host's own provider may well ask.
    expect(() =>
      read(site({ ...parts, apps: { wiki: { ...wiki, access: { policies: ["hosts"] } } } }), folder),
    ).not.toThrow();
  });

  test("a policy that mentions a host in a comment only", () => {
    writeFileSync(
      join(folder, "comment.py"),
      "def evaluate(request):\n    # HTTP_HOST is not known here\n    return True\n",
    );
    const apps = { everything: { ...everything, access: { policies: ["comment"] } } };
    expect(() => read(site({ policies: { comment: { file: "comment.py" } }, apps }), folder)).not.toThrow();
  });
});

describe("names two records make", () => {
  test.each<[string, object, string]>([
    [
      "one host of two apps",
      { apps: { wiki, other: { ...wiki, name: "Other" } } },
      'AK001 apps.other: externalHost must have a host of its own, got "wiki.example.org", which apps.wiki.externalHost has; rename one of them',
    ],
    [
      "one host of an app and of hostAccess",
      { apps: { wiki }, hostAccess: { hosts: { "wiki.example.org": "everyone" } } },
      'AK001 hostAccess: hosts.wiki.example.org must have a host of its own, got "wiki.example.org", which apps.wiki.externalHost has; rename one of them',
    ],
    [
      "one domain of two apps",
      { apps: { everything, again: { ...everything, externalHost: "https://login.example.org" } } },
      'AK001 apps.again: cookieDomain must have a cookie domain of its own, got "example.org", which apps.everything.cookieDomain has; rename one of them',
    ],
    [
      "a host whose application takes an app's slug",
      { apps: { "wiki-example-org": wiki }, hostAccess: { hosts: { "wiki-example.org": "everyone" } } },
      'AK001 hostAccess: hosts.wiki-example.org must have a slug of its own, got "wiki-example-org", which apps.wiki-example-org has; rename one of them',
    ],
  ])("%s", (_, parts, text) => {
    expect(refused(parts)).toEqual([text]);
  });
});

test("hosts name what exists", () => {
  const hosts = {
    "traefik.example.org": { groups: ["admin"] },
    "grafana.example.org": { groups: [] },
    Bad: "everyone",
  };
  expect(refused({ hostAccess: { hosts } })).toEqual([
    'hostAccess: hosts.Bad must have a key that is a host name in lower case, such as wiki.example.org, got "Bad"',
    'AK002 hostAccess: hosts.traefik.example.org.groups[0] must name a group, got "admin"; did you mean "admins"?',
    'AK003 hostAccess: hosts.grafana.example.org.groups must hold at least one entry, got []; name who may open the app, or say access: "everyone"',
  ]);
});

test("what a forward-auth app's construct refuses is found with all else", () => {
  expect(refused({ apps: { wiki: { ...wiki, mode: "proxy", scopes: ["nothing"] } } })).toEqual([
    'AK002 apps.wiki: scopes[0] must name a scope mapping, got "nothing"; there are none yet',
    'AK035 apps.wiki: internalHost must be given with mode "proxy", got nothing; name where the outpost passes requests on to, such as http://wiki.wiki.svc:8080',
  ]);
});
