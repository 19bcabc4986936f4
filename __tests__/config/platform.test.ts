import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { read, smallSite } from "../synth";
import { lines } from "./lines";

const folder = mkdtempSync(join(tmpdir(), "platform-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const platform = { secret: { from: "existing", name: "authentik-env" }, database: { host: "db.example.org" } };
const refused = (change: object, rest: object = {}): string[] =>
  lines({ ...smallSite, ...rest, platform: { ...platform, ...change } }, folder);

const external = {
  from: "external-secret",
  store: { name: "vault" },
  secretKey: { key: "a" },
  databasePassword: { key: "b" },
};
const ref = { mount: "kv", path: "a", key: "b" };
const vault = { address: "https://vault.example.org", mounts: ["kv"], auth: { method: "token" } };

test.each<[object, string]>([
  [
    { chart: { from: "file", path: "charts/authentik-2026.5.6.tgz" } },
    'platform: chart.path must name a file, got "charts/authentik-2026.5.6.tgz"; there is none at that place, seen from the site file',
  ],
  [
    { chart: { from: "oci", url: "https://registry.example.org/charts" } },
    'platform: chart.url must be a URL that begins with oci:// and ends without a slash, got "https://registry.example.org/charts"',
  ],
  [
    { image: { repository: "registry.example.org/authentik:2026.5.6" } },
    'platform: image.repository must be a registry and a name, without tag and digest, got "registry.example.org/authentik:2026.5.6"',
  ],
  [{ image: { digest: "latest" } }, 'platform: image.digest must be sha256: and 64 hexadecimal digits, got "latest"'],
  [
    { image: { tag: "2026.2.0" } },
    'AK047 platform: image.tag must be version.server or a build of it, got "2026.2.0", which is not 2026.5.6; correct one of the two',
  ],
  [{ ingress: { kind: "nginx" } }, 'platform: ingress.kind must be "ingress" or "gateway", got "nginx"'],
  [{ ingress: { kind: "gateway", parentRefs: [] } }, "platform: ingress.parentRefs must hold at least 1 entry, got []"],
  [
    { ingress: { kind: "ingress", tlsSecretName: "My Secret" } },
    'platform: ingress.tlsSecretName must be the name of a Kubernetes object: lower-case letters, digits, dashes and dots, got "My Secret"',
  ],
  [
    { secret: { ...external, secretKey: "hunter2" } },
    "platform: secret.secretKey must be an object, got a string (not shown)",
  ],
  [
    { secret: { ...external, refreshInterval: "hourly" } },
    'platform: secret.refreshInterval must be a time such as 1h or 30m, got "hourly"',
  ],
  [
    { additionalObjects: [{ kind: "ConfigMap" }] },
    "AK048 platform: additionalObjects[0] must say apiVersion, kind and metadata.name, got no apiVersion and no metadata.name; Helm cannot apply it without",
  ],
  [
    {
      ingress: { kind: "ingress", staticCache: true },
      additionalObjects: [
        { apiVersion: "traefik.io/v1alpha1", kind: "Middleware", metadata: { name: "authentik-static-cache" } },
      ],
    },
    "AK048 platform: additionalObjects[0] must be an object of its own, got Middleware authentik-static-cache twice in the release; give it another name",
  ],
  [
    { values: { fullnameOverride: "sso" } },
    "AK045 platform: values.fullnameOverride must be as in the chart, got another; outposts and ingresses find authentik by it, so choose the release's name instead",
  ],
])("%j", (change, problem) => {
  expect(refused(change)).toEqual([problem]);
});

test("a chart of another version", () => {
  writeFileSync(join(folder, "authentik-2026.2.0.tgz"), "a chart");
  expect(refused({ chart: { from: "file", path: "authentik-2026.2.0.tgz" } })).toEqual([
    'AK046 platform: chart.path must name authentik-2026.5.6.tgz, the file `helm pull` makes, got "authentik-2026.2.0.tgz"; Helm asks a file for no version, so take the one of version.chart',
  ]);
});

describe("a host that no Ingress takes", () => {
  const at = (url: string, ingress: object = { kind: "ingress" }): string[] =>
    refused({ ingress }, { authentik: { ...smallSite.authentik, url } });

  test("an address", () => {
    expect(at("https://192.0.2.1")).toEqual([
      'AK049 platform: ingress.host must be a host name in lower case, got "192.0.2.1"; Kubernetes routes names only, so give authentik one',
    ]);
  });

  test("a path, which the chart does not serve", () => {
    expect(at("https://example.org/auth/")).toEqual([
      'AK049 platform: ingress must lead to where authentik.url says, got a URL with the path "/auth/"; the chart serves authentik at the root, so give it a host of its own',
    ]);
  });
});

describe("passwords beside an ExternalSecret", () => {
  test("are named there", () => {
    const smtp = { host: "smtp.example.org", from: "a@example.org", password: ref };
    const database = { host: "db.example.org", password: ref };
    expect(refused({ secret: external, smtp, database }, { vault })).toEqual([
      "AK017 platform: database.password must not be given beside an ExternalSecret, which would not hold it; name its place in the store in secret.databasePassword and remove it here",
      "AK017 platform: smtp.password must not be given beside an ExternalSecret, which would not hold it; name its place in the store in secret.smtpPassword and remove it here",
    ]);
  });

  const bootstrap = { token: { key: "t" }, password: { key: "p" }, email: "admin@example.org" };

  test("the first start's come from one place", () => {
    const twice = { ...smallSite.authentik, bootstrap: { token: ref, password: ref, email: "a@example.org" } };
    expect(refused({ secret: { ...external, bootstrap } }, { vault, authentik: twice })).toEqual([
      "AK017 authentik: bootstrap must not be given beside platform.secret.bootstrap, got both; remove one of them",
    ]);
  });

  test("the first start's go into a Secret of their own", () => {
    expect(refused({ secret: { ...external, bootstrap, name: "authentik-bootstrap" } })).toEqual([
      'AK001 platform: secret.name must have a Secret of its own, got "authentik-bootstrap", which platform.secret.bootstrap has; rename one of them',
    ]);
  });
});

test("an image of another version passes with a reason", () => {
  const waive = { AK047: "a mirror with tags of its own" };
  const site = read({ ...smallSite, platform: { ...platform, image: { tag: "stable" }, waive } }, folder);
  expect(site.waivers.map(({ code }) => code)).toEqual(["AK047"]);
});

describe("names beside the release", () => {
  const outposts = { embedded: { form: "in-server" } };

  test.each<[object, object, string]>([
    [
      { authProxy: {} },
      {},
      "AK034 platform.authProxy: outpost must be given without outposts.embedded, got nothing; describe that one, or say outpost: { host } of the outpost behind the proxy",
    ],
    [
      { authProxy: { name: "authentik-server" } },
      { outposts },
      'AK001 platform.authProxy: name must have a Kubernetes name of its own, got "authentik-server", which platform.release has; rename one of them',
    ],
    [
      { authProxy: { name: "ak-outpost-authentik-embedded-outpost" } },
      { outposts },
      'AK001 platform.authProxy: name must have a Kubernetes name of its own, got "ak-outpost-authentik-embedded-outpost", which outposts.embedded has; rename one of them',
    ],
    [
      { authProxy: { emergency: { from: "existing", name: "authentik-embedded-outpost-token" } } },
      { outposts: { embedded: { form: "embedded-deployment" } } },
      'AK001 platform.authProxy: emergency.name must have a Secret of its own, got "authentik-embedded-outpost-token", which outposts.embedded has; rename one of them',
    ],
    [
      {
        authProxy: { emergency: { from: "existing", name: "authentik-bootstrap" } },
        secret: {
          ...external,
          bootstrap: { token: { key: "t" }, password: { key: "p" }, email: "admin@example.org" },
        },
      },
      { outposts },
      'AK001 platform.authProxy: emergency.name must have a Secret of its own, got "authentik-bootstrap", which platform.secret.bootstrap has; rename one of them',
    ],
    [
      {
        authProxy: {},
        additionalObjects: [
          {
            apiVersion: "traefik.io/v1alpha1",
            kind: "Middleware",
            metadata: { name: "auth-proxy", namespace: "authentik" },
          },
        ],
      },
      { outposts },
      "AK048 platform: additionalObjects[0] must be an object of its own, got Middleware auth-proxy twice in the release; give it another name",
    ],
    [
      {
        secret: external,
        additionalObjects: [
          { apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", metadata: { name: "authentik-config" } },
        ],
      },
      {},
      "AK048 platform: additionalObjects[0] must be an object of its own, got ExternalSecret authentik-config twice in the release; give it another name",
    ],
    [
      { release: "a".repeat(53) },
      {},
      `platform: release must be shorter, got "${"a".repeat(53)}"; the chart cuts its names to 63 characters, and server and worker would have one: take at most 46`,
    ],
  ])("%j", (change, rest, text) => {
    expect(refused(change, rest)).toEqual([text]);
  });

  test("the longest release, and a proxy before an outpost elsewhere", () => {
    const change = { release: "a".repeat(46), authProxy: { outpost: { host: "outpost.edge.svc" } } };
    expect(() => read({ ...smallSite, platform: { ...platform, ...change } }, folder)).not.toThrow();
  });
});

test.each<[object, string]>([
  [
    { blueprints: { configMaps: ["a", "a"] } },
    'AK012 platform: blueprints.configMaps[1] must be listed once, got "a" again; remove it',
  ],
  [
    { ingress: { kind: "gateway", parentRefs: [{ name: "a" }, { name: "a" }] } },
    'AK012 platform: ingress.parentRefs[1] must be listed once, got "a" again; remove it',
  ],
  [
    { ingress: { kind: "ingress", annotations: { "a b": "c" } } },
    'platform: ingress.annotations.a b must have a key that is a name as Kubernetes takes it, such as example.org/owner, got "a b"',
  ],
  [
    { server: { resources: { requests: { cpu: "lots" } } } },
    'platform: server.resources.requests.cpu must be an amount such as 200m or 1Gi, got "lots"',
  ],
  [
    { geoip: { secretName: "maxmind", editionIds: ["GeoLite2 City"] } },
    'platform: geoip.editionIds[0] must be the id of an edition, such as GeoLite2-City, got "GeoLite2 City"',
  ],
  [
    {
      ingress: {
        kind: "ingress",
        staticCache: true,
        annotations: { "traefik.ingress.kubernetes.io/router.priority": "high" },
      },
    },
    'platform: ingress.annotations.traefik.ingress.kubernetes.io/router.priority must be a whole number beside staticCache, got "high"; the second Ingress has to come before the first',
  ],
])("what Kubernetes would not take: %j", (change, text) => {
  expect(refused(change)).toEqual([text]);
});

describe("a database that the outpost's own pods share with the server", () => {
  const sslMode = { database: { ...platform.database, sslMode: "verify-full" } };
  const env = [{ name: "AUTHENTIK_POSTGRESQL__DEFAULT_SCHEMA", value: "sso" }];
  const values = { values: { server: { env } } };
  const own = { outposts: { embedded: { form: "embedded-deployment" } } };

  test("has to be found by them too", () => {
    expect(refused({ ...sslMode, ...values }, own)).toEqual([
      'AK053 platform: database.sslMode must be one that the outpost\'s own pods can do as well, got "verify-full"; they are not told which authority to trust, so say "require", or run the outpost in the server',
      "AK053 platform: values.server.env[0] must not be a setting of the database beside an outpost in pods of its own, got AUTHENTIK_POSTGRESQL__DEFAULT_SCHEMA; it reaches the server alone, and sessions would be looked for elsewhere: use platform.database, or run the outpost in the server",
    ]);
  });

  test("unless they are in the server, or somebody says why", () => {
    const inServer = { outposts: { embedded: { form: "in-server" } } };
    const accepted = (change: object, rest: object): unknown =>
      read({ ...smallSite, ...rest, platform: { ...platform, ...change } }, folder);
    expect(() => accepted({ ...sslMode, ...values }, inServer)).not.toThrow();
    const waive = { AK053: "our image trusts the authority" };
    expect(() => accepted({ ...sslMode, ...values, waive }, own)).not.toThrow();
  });
});
