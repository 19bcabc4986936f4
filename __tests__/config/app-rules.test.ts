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
    [{ hostAccess: { hosts: { "wiki.example.org": "everyone" } } }, "hostAccess: outpost"],
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
      "AK034 outposts.managed.edge: must have an app to serve, got none, which authentik refuses; name the outpost in an app or remove it",
    ]);
  });
});

describe("hosts inside a domain that another outpost serves", () => {
  const managed = { edge: {} };
  const apps = { everything: { ...everything, outpost: "edge" } };
  const hosts = { "traefik.example.org": { groups: ["admins"] } };

  test("are open to everybody the domain lets in", () => {
    expect(refused({ apps, hostAccess: { hosts }, outposts: { ...outposts, managed } })).toEqual([
      'AK034 hostAccess: outpost must be the outpost of the domain around, which is "edge" for apps.everything, got another; the domain\'s outpost would answer for these hosts too, and let in everybody the domain lets in',
    ]);
    expect(
      refused({ apps: { everything, wiki: { ...wiki, outpost: "edge" } }, outposts: { ...outposts, managed } }),
    ).toEqual([
      "AK034 apps.wiki: outpost must be the outpost of the domain around, which is the embedded one for apps.everything, got another; the domain's outpost would answer for these hosts too, and let in everybody the domain lets in",
    ]);
  });

  test.each<[string, object]>([
    ["served by the same one", { apps, hostAccess: { hosts, outpost: "edge" } }],
    ["of another domain", { apps, hostAccess: { hosts: { "traefik.example.net": "everyone" } } }],
    ["with a reason", { apps, hostAccess: { hosts, waive: { AK034: "no Ingress of theirs names that outpost" } } }],
    [
      "that an outpost passes on itself",
      { apps: { ...apps, wiki: { ...wiki, mode: "proxy", internalHost: "http://wiki.wiki.svc" } } },
    ],
  ])("%s", (_, parts) => {
    expect(() => read(site({ ...parts, outposts: { ...outposts, managed } }), folder)).not.toThrow();
  });
});

test("a host whose groups stand beside a policy, with a reason", () => {
  writeFileSync(join(folder, "hours.py"), "def evaluate(request):\n    return True\n");
  const hosts = { "traefik.example.org": { groups: ["admins"], policies: ["hours"] } };
  const parts = { policies: { hours: { file: "hours.py" } }, hostAccess: { hosts } };
  expect(refused(parts)).toEqual([expect.stringContaining("AK011 hostAccess: hosts.traefik.example.org.match")]);
  const waive = { AK011: "whoever is on duty comes in too" };
  expect(() => read(site({ ...parts, hostAccess: { hosts, waive } }), folder)).not.toThrow();
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
    "request.http_request.headers.get('Host') == 'x'",
    'request.http_request.build_absolute_uri() == "x"',
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

const ldap = { root: "dc=example,dc=org" };
const films = { kind: "ldap", name: "Films", access: { groups: ["staff"] } };
const edge = { ...wiki, outpost: "edge" };
const other = { ...wiki, name: "Other", externalHost: "https://other.example.org", outpost: "other" };

describe("names of outposts and providers", () => {
  test.each<[string, object, string[]]>([
    [
      "a managed outpost called like that of LDAP",
      { ldap, apps: { films, wiki: { ...wiki, outpost: "ldap" } }, outposts: { managed: { ldap: {} } } },
      [
        'AK001 outposts.ldap: must have an outpost name of its own, got "ldap", which outposts.managed.ldap has; rename one of them',
      ],
    ],
    [
      "two names that make one of Kubernetes",
      { apps: { edge, other }, outposts: { managed: { edge: { name: "Edge One" }, other: { name: "edge one!" } } } },
      [
        'AK001 outposts.managed.other: name must have a Kubernetes name of its own, got "ak-outpost-edge-one", which outposts.managed.edge.name has; rename one of them',
      ],
    ],
    [
      "a provider called after its mode",
      {
        apps: { wiki: { ...wiki, mode: "proxy", internalHost: "http://wiki.svc" }, "wiki-proxy": smallSite.apps.wiki },
      },
      [
        'AK001 apps.wiki-proxy: must have a provider name of its own, got "wiki-proxy", which apps.wiki has; rename one of them',
      ],
    ],
    [
      "an old key that is still there, and one that two claim",
      { apps: { edge, other }, outposts: { managed: { edge: { was: "other" }, other: { was: "other" } } } },
      [
        'AK019 outposts.managed.edge: was must be a key that is gone and claimed once, got "other"; remove it here or rename the other record',
        'AK019 outposts.managed.other: was must be a key that is gone and claimed once, got "other"; remove it here or rename the other record',
      ],
    ],
  ])("%s", (_, parts, texts) => {
    expect(refused(parts)).toEqual(texts);
  });

  test("one name in two namespaces, or of an outpost that is not made", () => {
    const managed = { edge: { name: "Edge One", namespace: "a" }, other: { name: "edge one!", namespace: "b" } };
    expect(() => read(site({ apps: { edge, other }, outposts: { managed } }), folder)).not.toThrow();
    const apps = { wiki: { ...wiki, outpost: "ldap" } };
    expect(() => read(site({ apps, outposts: { managed: { ldap: {} } } }), folder)).not.toThrow();
  });
});

describe("authentik's own host", () => {
  const text = (place: string, remedy = 'name the app\'s host, or say mode: "forward_domain"'): string =>
    `AK052 ${place} must not be authentik's own host, got "auth.example.org"; nobody could sign in before they had signed in, so ${remedy}`;

  test.each<[object, string]>([
    [
      { hostAccess: { hosts: { "auth.example.org": "everyone" } } },
      text("hostAccess: hosts.auth.example.org", "remove it"),
    ],
    [{ apps: { wiki: { ...wiki, externalHost: "https://auth.example.org" } } }, text("apps.wiki: externalHost")],
    [
      {
        apps: {
          wiki: { ...wiki, mode: "proxy", internalHost: "http://a.svc", externalHost: "https://auth.example.org" },
        },
      },
      text("apps.wiki: externalHost"),
    ],
  ])("is nobody else's: %j", (parts, refusal) => {
    expect(refused(parts)).toEqual([refusal]);
  });

  test("serves a domain's sign-in", () => {
    expect(() => read(site({ apps: { everything } }), folder)).not.toThrow();
  });
});

describe("hosts nobody could open", () => {
  test.each(["https://wiki.example.org.", "https://my_wiki.example.org", "https://*.example.org"])("%s", (host) => {
    expect(refused({ apps: { wiki: { ...wiki, externalHost: host } } })).toEqual([
      `AK035 apps.wiki: externalHost must name one host by letters, digits, dashes and dots, got "${host}"; outposts compare it letter by letter, and no Ingress takes it`,
    ]);
  });

  test("no web address at all, which cannot be waived", () => {
    const waive = { AK035: "we know what we do" };
    expect(refused({ apps: { wiki: { ...wiki, externalHost: "ftp://wiki.example.org", waive } } })).toEqual([
      'AK035 apps.wiki: externalHost must begin with https://, got "ftp://wiki.example.org"; correct it; AK035 cannot be waived',
    ]);
  });

  test("an address, where an Ingress is made", () => {
    const waive = { AK035: "there is no cluster here" };
    const apps = (more: object): object => ({ apps: { wiki: { ...wiki, externalHost: "https://10.0.0.1", ...more } } });
    expect(refused(apps({}))).toEqual([
      'AK035 apps.wiki: externalHost must be a name, got "https://10.0.0.1"; no Ingress takes an address, and an outpost that cannot make one updates nothing any more',
    ]);
    expect(() => read(site(apps({ waive })), folder)).not.toThrow();
    expect(refused({ hostAccess: { hosts: { "10.0.0.1": "everyone" } } })).toEqual([
      'hostAccess: hosts.10.0.0.1 must have a key that is a host name in lower case, such as wiki.example.org, got "10.0.0.1"',
    ]);
  });
});

describe("paths open without sign-in", () => {
  const open = (...unauthenticatedPaths: string[]): object => ({ apps: { wiki: { ...wiki, unauthenticatedPaths } } });

  test.each(["^/", "^/.*"])("that every path matches: %s", (pattern) => {
    expect(refused(open(pattern))).toEqual([
      `AK035 apps.wiki: unauthenticatedPaths[0] must leave something closed, got "${pattern}", which every path matches; name what is open`,
    ]);
  });

  test.each(["^/\\k<a>", "^/\\u0041", "^/a{2000}", "^/(?!a)"])("that Go would not read: %s", (pattern) => {
    expect(refused(open(pattern))).toEqual([
      `AK035 apps.wiki: unauthenticatedPaths[0] must be a regular expression of Go, got ${JSON.stringify(pattern)}; mend it, Go knows no look-around and no back-reference`,
    ]);
  });

  test("that Go reads, and Node does not", () => {
    expect(() => read(site(open("^/(?i:api)$", "^/(?i)docs", "^/(?P<a>x)", "^/\\Qa.b\\E")), folder)).not.toThrow();
  });
});

describe("LDAP", () => {
  test("an outpost without apps", () => {
    expect(refused({ outposts: { ldap: {} } })).toEqual([
      "AK034 outposts.ldap: must have an LDAP app to serve, got none; add one or remove it",
    ]);
  });

  test("a slug too long for the name of an account", () => {
    const slug = "a".repeat(146);
    expect(refused({ ldap, apps: { films: { ...films, slug } } })).toEqual([
      "apps.films: slug must hold at most 145 characters for an LDAP app, got 146; the account it searches with is called ldap-<slug>, and usernames end at 150: shorten it",
    ]);
    expect(() => read(site({ ldap, apps: { films: { ...films, slug: slug.slice(1) } } }), folder)).not.toThrow();
  });
});

test.each<[string, string]>([
  ["hours=1;hours=2", "be a length of time such as weeks=4 or hours=1;minutes=30, each unit once"],
  ["weeks=999999999", "be at most weeks=5200, a hundred years"],
])("a length of time authentik would take for another, or fail on: %s", (accessTokenValidity, rule) => {
  expect(refused({ apps: { wiki: { ...wiki, accessTokenValidity } } })).toEqual([
    `apps.wiki: accessTokenValidity must ${rule}, got "${accessTokenValidity}"`,
  ]);
});

test("options that do nothing without another", () => {
  expect(refused({ outposts: { embedded: { form: "embedded-deployment" } } })).toEqual([
    'outposts.embedded: form must be "in-server" without a platform, got "embedded-deployment"; describe platform, in whose namespace the pods run',
  ]);
  expect(refused({ outposts: { embedded: { form: "in-server", serviceConnection: "Home" } } })).toEqual([
    'outposts.embedded: serviceConnection must be left out without a platform, got "Home"; the outpost keeps the connection it has',
  ]);
});

test("a second factor that people without hardware could not set up, unless waived", () => {
  const login = { mfa: { notConfigured: "configure", setUp: ["webauthn"] } };
  expect(refused({ brand: {}, login })).toEqual([
    'AK054 login: mfa.setUp must name totp or static, got ["webauthn"]; a person without hardware could not go on: add one of them',
  ]);
  const waive = { AK054: "everybody is given a security key" };
  expect(read(site({ brand: {}, login: { ...login, waive } }), folder).waivers).toMatchObject([
    { where: "login", code: "AK054", reason: waive.AK054 },
  ]);
  expect(refused({ brand: {}, login: { waive } })).toEqual([
    "login: waive.AK054 must waive a refusal that applies, got AK054, which does not; remove it",
  ]);
});

test("a Gateway twice, a Secret twice", () => {
  const parentRefs = [{ name: "public" }, { name: "public", sectionName: "https" }, { name: "public" }];
  expect(refused({ outposts: { embedded: { form: "in-server", httpRoute: { parentRefs } } } })).toEqual([
    'AK012 outposts.embedded: httpRoute.parentRefs[2] must be listed once, got "public" again; remove it',
  ]);
  const managed = { edge: { pullSecrets: ["a", "a"] } };
  expect(refused({ apps: { edge }, outposts: { managed } })).toEqual([
    'AK012 outposts.managed.edge: pullSecrets[1] must be listed once, got "a" again; remove it',
  ]);
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

describe("LDAP apps", () => {
  const films = { kind: "ldap", name: "Films", access: { groups: ["staff"] } };
  const ldap = { root: "dc=example,dc=org" };

  test.each<[string, object, string]>([
    [
      "one base DN inside another",
      { films, series: { ...films, baseDn: "ou=series,ou=films,dc=example,dc=org" } },
      'AK036 apps.series: baseDn must lie beside those of other LDAP apps, got "ou=series,ou=films,dc=example,dc=org", which lies inside that of apps.films, which has "ou=films,dc=example,dc=org"; give one of them another',
    ],
    [
      "one base DN twice, whatever its case",
      { films, series: { ...films, baseDn: "OU=films,dc=example,dc=org" } },
      'AK036 apps.series: baseDn must lie beside those of other LDAP apps, got "OU=films,dc=example,dc=org", which equals that of apps.films, which has "ou=films,dc=example,dc=org"; give one of them another',
    ],
  ])("%s", (_, apps, text) => {
    expect(refused({ ldap, apps })).toEqual([text]);
    expect(() => read(site({ ldap, apps: { films, series: films } }), folder)).not.toThrow();
  });
});

test("what is no length of time is refused as that alone", () => {
  expect(refused({ apps: { wiki: { ...wiki, accessTokenValidity: "4 weeks" } } })).toEqual([
    'apps.wiki: accessTokenValidity must be a length of time such as weeks=4 or hours=1;minutes=30, each unit once, got "4 weeks"',
  ]);
  expect(refused({ apps: { wiki: { ...wiki, accessTokenValidity: "weeks=5201" } } })).toEqual([
    'apps.wiki: accessTokenValidity must be at most weeks=5200, a hundred years, got "weeks=5201"',
  ]);
});
