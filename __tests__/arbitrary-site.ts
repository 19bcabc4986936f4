import fc from "fast-check";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { signIn } from "./arbitrary-sign-in";
import type { SignInParts } from "./arbitrary-sign-in";

const key = fc.stringMatching(/^[a-z0-9]{1,6}(-[a-z0-9]{1,4})?$/);
/** Text people write: quotes, template signs, any script; nothing that begins or ends with a space. */
const text = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 20 }),
    fc.constantFrom("${x}", "%{if}", "{{ y }}", '"', "a\\b", "Ünï çødé"),
  )
  .map((value) => `x${value.replaceAll(/[\u0000-\u001f\u007f\u2028\u2029]/g, "")}y`);
const username = fc
  .stringMatching(/^[a-z][a-z0-9.@+_-]{0,12}[a-z0-9]$/)
  .filter((name) => name !== "akadmin" && !/^(ldap|reader)-|-directory$/.test(name));
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const unique = (values: readonly string[]): fc.Arbitrary<string[]> => fc.subarray([...values], { minLength: 1 });

interface Names {
  readonly groups: string[];
  readonly users: string[];
}

const names: fc.Arbitrary<Names> = fc.record({
  groups: fc.uniqueArray(key, { minLength: 1, maxLength: 5 }),
  users: fc.uniqueArray(username, { minLength: 1, maxLength: 5, selector: (name) => name.toLowerCase() }),
});

const redirectUri = fc.oneof(
  fc.webUrl({ validSchemes: ["https"] }).filter((url) => !url.includes("*")),
  fc.integer({ min: 1024, max: 65535 }).map((port) => `http://localhost:${port}/callback`),
  fc.record({
    url: key.map((name) => `^https://${name}\\.example\\.org/.*$`),
    matchingMode: fc.constant("regex"),
    type: fc.constantFrom("authorization", "logout"),
  }),
);

const access = ({ groups, users }: Names): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.constant("everyone"),
    fc.record({ groups: unique(groups), match: fc.constantFrom("any", "all") }),
    fc.record({ users: unique(users) }),
    fc.record({ groups: unique(groups), users: unique(users) }),
    fc.record({ groups: unique(groups), policies: fc.constant(["hours"]), match: fc.constant("all") }),
  );

const client = fc.oneof(
  fc.stringMatching(/^[a-z]{16}$/).map((path) => ({ publishTo: { mount: "secret", path: `published/${path}` } })),
  fc.record({ clientType: fc.constant("public"), emailVerified: fc.boolean() }),
  fc.record({ secretRevision: fc.integer({ min: 1, max: 1_000_000 }) }),
  key.map((path) => ({ clientSecret: { mount: "secret", path: `clients/${path}`, key: "client_secret" } })),
);

/** An account to read people with, where it would not have to match what people have to. */
const reader = (name: string): fc.Arbitrary<object | undefined> =>
  optional(
    fc.record({
      username: optional(fc.constant(`reader-${name}`)),
      passwordRevision: fc.integer({ min: 1, max: 9 }),
      publishTo: optional(fc.constant({ mount: "secret", path: `published/readers/${name}` })),
    }),
  );

const oidcApp = (all: Names, name: string): fc.Arbitrary<object> =>
  fc
    .tuple(
      client,
      reader(name),
      fc.record({
        kind: fc.constant("oidc"),
        name: text,
        access: access(all),
        redirectUris: fc.uniqueArray(redirectUri, {
          minLength: 1,
          maxLength: 3,
          selector: (uri) => JSON.stringify(uri),
        }),
        scopes: fc.subarray(["groups", "offline_access", "entitlements"]),
        consent: fc.constantFrom("implicit", "explicit"),
        accessTokenMinutes: fc.integer({ min: 1, max: 1440 }),
        grantTypes: optional(
          fc.subarray(["refresh_token", "authorization_code", "client_credentials"], { minLength: 1 }),
        ),
        launchUrl: optional(fc.webUrl({ validSchemes: ["https"] })),
        logoutUri: optional(fc.webUrl({ validSchemes: ["https"] })),
        description: optional(text),
        section: optional(text),
        openInNewTab: fc.boolean(),
      }),
    )
    .map(([secret, directoryReader, rest]) => {
      const { match } = rest.access as { readonly match?: string };
      return { ...secret, ...rest, ...(match === "all" ? {} : { directoryReader }) };
    });

const duration = fc.constantFrom("weeks=4", "hours=1;minutes=30", "days=400");
const tile = { name: text, description: optional(text), section: optional(text), openInNewTab: fc.boolean() };

/** What is open without sign-in; `%{` counts in a pattern, and begins a directive in Terraform. */
const openPaths = (start: string): fc.Arbitrary<string[]> =>
  fc.subarray(["health$", "%{2}b$", "a[.]b/", '"quoted"'].map((path) => `${start}${path}`));

/** How a forward-auth app meets requests, at hosts of its own; `outpost` is left out for the embedded one. */
const mode = (name: string): fc.Arbitrary<object> =>
  fc.oneof(
    fc.record({ externalHost: fc.constant(`https://${name}.example.org`), unauthenticatedPaths: openPaths("^/") }),
    fc.record({
      mode: fc.constant("forward_domain"),
      externalHost: fc.constant(`https://id.${name}.example.org`),
      cookieDomain: fc.constant(`${name}.example.org`),
      unauthenticatedPaths: openPaths(`^https://wiki\\.${name}\\.example\\.org/`),
    }),
    fc.record({
      mode: fc.constant("proxy"),
      externalHost: fc.constant(`https://${name}.example.org:8443`),
      internalHost: fc.constantFrom("http://app.app.svc:8080", "https://app.example.org/base"),
    }),
  );

const forwardAuthApp = (all: Names, name: string): fc.Arbitrary<object> =>
  fc
    .tuple(
      mode(name),
      fc.record({
        ...tile,
        kind: fc.constant("forward-auth"),
        access: access(all),
        accessTokenValidity: duration,
        basicAuth: optional(fc.record({ usernameAttribute: text, passwordAttribute: text })),
        scopes: fc.subarray(["groups"]),
        outpost: optional(fc.constantFrom(...OUTPOSTS)),
      }),
    )
    .map(([how, rest]) => ({ ...how, ...rest }));

const ldapApp = ({ groups, users }: Names, name: string): fc.Arbitrary<object> =>
  fc.record({
    ...tile,
    kind: fc.constant("ldap"),
    access: fc.oneof(
      fc.constant("everyone"),
      fc.record({ groups: unique(groups) }),
      fc.record({ groups: unique(groups), users: unique(users) }),
      fc.constant({ policies: ["hours"] }),
    ),
    baseDn: optional(fc.constantFrom(`ou=${name},dc=else`, `OU=${name},o=Ünï çødé`)),
    searchMode: fc.constantFrom("direct", "cached"),
    bindMode: fc.constantFrom("direct", "cached"),
    uidStartNumber: fc.integer({ min: 1, max: 2_000_000_000 }),
    passwordRevision: fc.integer({ min: 1, max: 9 }),
    publishTo: optional(fc.constant({ mount: "secret", path: `published/ldap/${name}` })),
  });

const app = (all: Names, name: string): fc.Arbitrary<object> =>
  fc.oneof(oidcApp(all, name), forwardAuthApp(all, name), ldapApp(all, name));

const hostAccess = (all: Names): fc.Arbitrary<object> =>
  fc.record({
    hosts: fc.dictionary(
      key.map((name) => `h-${name}.example.org`),
      access(all),
      { maxKeys: 2 },
    ),
    accessTokenValidity: duration,
    section: optional(text),
  });

/** Keys of the outposts of our own that apps may name. */
const OUTPOSTS = ["edge", "ldap-edge"];

const note = fc.tuple(key, text).map(([name, value]) => ({ [`example.org/${name}`]: value }));
const service = text.map((value) => [{ op: "add", path: "/metadata/annotations", value: { note: value } }]);
const parents = key.map((name) => [{ name }, { name, namespace: "gateways" }]);

const routes = {
  refreshMinutes: fc.integer({ min: 1, max: 1440 }),
  ingress: optional(
    fc.oneof(
      fc.constant("none"),
      fc.record({ className: optional(key), tlsSecretName: fc.constantFrom("", "tls"), annotations: note }),
    ),
  ),
  httpRoute: optional(fc.record({ parentRefs: parents, annotations: note })),
};
const image = optional(fc.constant({ repository: "registry.example.org/outpost" }));
const pods = {
  replicas: fc.integer({ min: 1, max: 20 }),
  logLevel: fc.constantFrom("trace", "debug", "info", "warning", "error"),
  image,
  pullSecrets: fc.subarray(["registry", "other"]),
};
const run = {
  ...pods,
  refreshMinutes: routes.refreshMinutes,
  namespace: optional(key.map((name) => `o-${name}`)),
  serviceConnection: optional(text),
  serviceType: fc.constantFrom("ClusterIP", "LoadBalancer", "NodePort"),
  patches: optional(
    fc.record({
      service,
      deployment: fc.constant([{ op: "add", path: "/spec/template/spec/priorityClassName", value: "high" }]),
    }),
  ),
};

const embedded = (hasPlatform: boolean): fc.Arbitrary<object> => {
  const inServer = fc.record({ form: fc.constant("in-server"), ...routes, patches: optional(fc.record({ service })) });
  if (!hasPlatform) return inServer;
  const own = fc.record({
    form: fc.constant("embedded-deployment"),
    ...routes,
    ...pods,
    tokenRevision: fc.integer({ min: 1, max: 9 }),
    receivesTraffic: fc.boolean(),
  });
  return fc.oneof(inServer, own);
};

/** Those with hardware only are refused. */
const setUpFactors = unique(["totp", "webauthn", "static"]).filter((factors) => factors.join() !== "webauthn");

const login = fc.record({
  title: text,
  userFields: unique(["username", "email"]),
  passkeys: fc.boolean(),
  passwordless: fc.boolean(),
  reputation: optional(
    fc.oneof(
      fc.constant(false),
      fc.record({ threshold: fc.integer({ min: -5, max: -1 }), checkIp: fc.boolean(), message: optional(text) }),
    ),
  ),
  mfa: optional(
    fc.oneof(
      fc.record({ deviceClasses: unique(["webauthn", "totp", "static", "email", "sms", "duo"]) }),
      fc.record({ notConfigured: fc.constant("configure"), setUp: setUpFactors }),
      fc.constant({ deviceClasses: ["totp", "email"], notConfigured: "configure", setUp: ["totp", "email"] }),
    ),
  ),
  sessionDuration: duration,
  rememberMeOffset: optional(duration),
});

const brand = fc.record({
  title: text,
  logo: optional(fc.constantFrom("/static/logo.svg", "https://cdn.example.org/logo.svg")),
  background: optional(fc.constantFrom("/media/hills.jpg", "https://cdn.example.org/hills.jpg")),
  customCss: optional(text),
  attributes: fc.dictionary(text, text, { maxKeys: 2 }),
});

const authProxy = fc.record({
  name: optional(key.map((name) => `ap-${name}`)),
  outpost: optional(fc.constant({ host: "ak-outpost-other.elsewhere.svc" })),
  replicas: fc.integer({ min: 1, max: 20 }),
  emergency: optional(
    fc.constantFrom(
      { from: "vault", htpasswd: { mount: "secret", path: "authentik/emergency", key: "htpasswd" } },
      { from: "existing", name: "way-in" },
    ),
  ),
  responseHeaders: fc.subarray(["Authorization", "X-Team"]),
  alerts: optional(fc.record({ labels: fc.constantFrom({}, { release: "prometheus" }) })),
});

const store = { key: "authentik", property: "value" };

const object = fc.tuple(key, text).map(([name, note]) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, annotations: { [note]: note } },
}));

const ingress = fc.oneof(
  fc.record({
    kind: fc.constant("ingress"),
    className: optional(key),
    tlsSecretName: optional(key),
    annotations: optional(note),
    staticCache: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("gateway"),
    parentRefs: key.map((name) => [{ name }]),
    staticCache: fc.boolean(),
  }),
);

const platform = fc.record({
  namespace: key.map((name) => `n-${name}`),
  createNamespace: fc.boolean(),
  secret: fc.constantFrom(
    { from: "vault", secretKey: { mount: "secret", path: "authentik/platform", key: "secret_key" } },
    { from: "existing", name: "authentik-env" },
    { from: "external-secret", store: { name: "vault" }, secretKey: store, databasePassword: store },
  ),
  release: key,
  smtp: optional(fc.constant({ host: "smtp.example.org", from: "authentik <a@example.org>" })),
  ingress: optional(ingress),
  image: optional(fc.constant({ repository: "registry.example.org/authentik", tag: "2026.5.6-ca" })),
  additionalObjects: fc.uniqueArray(object, { maxLength: 2, selector: ({ metadata }) => metadata.name }),
  tuning: fc.record({
    webWorkers: optional(fc.integer({ min: 1, max: 64 })),
    unauthenticatedAge: optional(fc.constant("hours=2")),
  }),
  authProxy: optional(authProxy),
  server: fc.record({ replicas: fc.integer({ min: 1, max: 50 }), pdb: optional(fc.constant({ minAvailable: 1 })) }),
});

function withPassword({ secret, ...rest }: { secret: { from: string } }): object {
  const password = { mount: "secret", path: "authentik/database", key: "password" };
  const database = { host: "db.example.org", ...(secret.from === "vault" ? { password } : {}) };
  return { ...rest, secret, database };
}

const person = ({ groups }: Names): fc.Arbitrary<object> =>
  fc.record({
    name: text,
    email: fc.constantFrom("a@example.org", "b.c@example.org"),
    groups: fc.subarray(groups),
    active: fc.boolean(),
    attributes: optional(fc.dictionary(text, text, { maxKeys: 2 })),
  });

function byName(keys: readonly string[], values: readonly object[]): Record<string, object> {
  return Object.fromEntries(keys.map((name, index) => [name, values[index] ?? {}]));
}

/** An arbitrary of one record for each key. */
function each<T>(keys: readonly string[], value: (name: string) => fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc
    .tuple(...keys.map(value))
    .map((values) => Object.fromEntries(keys.map((name, index) => [name, values[index] as T])));
}

/** A site in the making. */
interface Parts {
  readonly platform: Platform | undefined;
  readonly groups: Readonly<Record<string, object>>;
  readonly apps: Readonly<Record<string, object>>;
  readonly people: object;
}

type Platform = Parameters<typeof withPassword>[0] & {
  readonly authProxy: object | undefined;
  readonly smtp: object | undefined;
};

const parts = names.chain((all) =>
  fc
    .uniqueArray(
      key.map((name) => `p-${name}`),
      { maxLength: 4 },
    )
    .chain((apps) =>
      fc.record({
        layout: fc.constantFrom("single", "split"),
        platform: optional(platform),
        // Parents stand before their children, so that there is no circle.
        groups: fc
          .tuple(
            ...all.groups.map((_, index) =>
              fc.record({ parents: fc.subarray(all.groups.slice(0, index)), superuser: fc.boolean() }),
            ),
          )
          .map((groups) => byName(all.groups, groups)),
        apps: each(apps, (name) => app(all, name)),
        hostAccess: optional(hostAccess(all)),
        people: fc.tuple(...all.users.map(() => person(all))).map((people) => byName(all.users, people)),
      }),
    ),
);

/** Groups that do not make superusers, by themselves or by one above. */
function withoutPower(groups: Parts["groups"]): string[] {
  const all = groups as Readonly<Record<string, { readonly superuser: boolean; readonly parents: readonly string[] }>>;
  const hasPower = (name: string): boolean => {
    const { superuser = false, parents = [] } = all[name] ?? {};
    return superuser || parents.some(hasPower);
  };
  return Object.keys(all).filter((name) => !hasPower(name));
}

/** The outposts that the apps of a site need, how it looks, and how people get in. */
function completed(made: Parts): fc.Arbitrary<Parts & SignInParts> {
  const kinds = Object.values(made.apps) as readonly { readonly kind: string; readonly outpost?: string }[];
  const named = OUTPOSTS.filter((name) => kinds.some(({ outpost }) => outpost === name));
  const hasLdap = kinds.some(({ kind }) => kind === "ldap");
  const outposts = fc.record({
    embedded: embedded(made.platform !== undefined),
    managed: each(named, () =>
      fc.record({ ...run, ...routes, sessionAffinity: fc.constantFrom("ClientIP", "ingress") }),
    ),
    ...(hasLdap ? { ldap: optional(fc.record(run)) } : {}),
  });
  const shown = fc
    .tuple(optional(login), brand)
    .map(([given, look]) => (given === undefined ? { brand: look } : { brand: look, login: given }));
  const ldap = { root: "dc=example,dc=org", sessionMinutes: 20 };
  const { platform: cluster, groups } = made;
  const hasMail = cluster === undefined || cluster.smtp !== undefined || cluster.secret.from === "existing";
  const around = { groups: withoutPower(groups), hasMail, text, key, duration };
  return fc
    .tuple(outposts, signIn(around, fc.oneof(fc.constant({}), shown)))
    .map(([served, look]) => ({ ...made, outposts: served, ...(hasLdap ? { ldap } : {}), ...look }));
}

/** A site as people would write it, valid, with its people. */
export interface WrittenSite {
  readonly site: object;
  readonly users: object;
}

export const arbitrarySite: fc.Arbitrary<WrittenSite> = parts.chain(completed).map(written);

/** Puts the files that a written site names into a folder. */
export function writeFiles(folder: string, users: unknown): void {
  writeFileSync(join(folder, "users.json"), JSON.stringify({ users }));
  writeFileSync(join(folder, "policy.py"), "def evaluate(request):\n    return True\n");
}

function written({ people, platform: cluster, ...rest }: Parts): WrittenSite {
  const site = {
    name: "random",
    version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
    authentik: {
      url: "https://auth.example.org",
      apiToken: { from: "vault", ref: { mount: "secret", path: "authentik/token", key: "token" } },
    },
    vault: { address: "https://vault.example.org", mounts: ["secret"], auth: { method: "token" } },
    users: "users.json",
    policies: { hours: { file: "policy.py" } },
    scopeMappings: { groups: { scopeName: "groups", file: "policy.py" } },
    ...(cluster === undefined ? {} : { platform: withPassword(cluster) }),
    ...rest,
  };
  return { site, users: people };
}
