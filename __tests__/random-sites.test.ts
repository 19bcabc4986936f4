import fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../config/problems";
import { inspect } from "./oracle";
import type { TerraformJson } from "./oracle";
import { read, synthSite } from "./synth";

const folder = mkdtempSync(join(tmpdir(), "random-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const key = fc.stringMatching(/^[a-z0-9]{1,6}(-[a-z0-9]{1,4})?$/);
/** Text people write: quotes, template signs, any script; nothing that begins or ends with a space. */
const text = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 20 }),
    fc.constantFrom("${x}", "%{if}", "{{ y }}", '"', "a\\b", "Ünï çødé"),
  )
  .map((value) => `x${value.replaceAll(/[\u0000-\u001f\u007f\u2028\u2029]/g, "")}y`);
const username = fc.stringMatching(/^[a-z][a-z0-9.@+_-]{0,12}[a-z0-9]$/).filter((name) => name !== "akadmin");
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

const app = (all: Names): fc.Arbitrary<object> =>
  fc
    .tuple(
      client,
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
    .map(([secret, rest]) => ({ ...secret, ...rest }));

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
    annotations: optional(fc.dictionary(key, text, { maxKeys: 2 })),
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
  ingress: optional(ingress),
  image: optional(fc.constant({ repository: "registry.example.org/authentik", tag: "2026.5.6-ca" })),
  additionalObjects: fc.uniqueArray(object, { maxLength: 2, selector: ({ metadata }) => metadata.name }),
  tuning: fc.record({
    webWorkers: optional(fc.integer({ min: 1, max: 64 })),
    unauthenticatedAge: optional(fc.constant("hours=2")),
  }),
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

const site = names.chain((all) =>
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
    apps: fc.dictionary(
      key.map((name) => `p-${name}`),
      app(all),
      { maxKeys: 4 },
    ),
    people: fc.tuple(...all.users.map(() => person(all))).map((people) => byName(all.users, people)),
  }),
);

function written({
  people,
  platform: cluster,
  ...rest
}: {
  people: object;
  platform: Parameters<typeof withPassword>[0] | undefined;
}): unknown {
  writeFileSync(join(folder, "users.json"), JSON.stringify({ users: people }));
  writeFileSync(join(folder, "policy.py"), "def evaluate(request):\n    return True\n");
  return {
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
}

test("a valid site synthesizes to what applies and plans to zero", () => {
  fc.assert(
    fc.property(site, (generated) => {
      const stacks = synthSite(read(written(generated), folder));
      for (const json of Object.values(stacks)) {
        expect(inspect(json as unknown as TerraformJson)).toEqual([]);
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("a broken site gives an error with places, never a crash", () => {
  const path = fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 5 });
  const junk = fc.constantFrom<unknown>(null, 7, "", "nope", [], {}, true, ["x"], { a: 1 });
  fc.assert(
    fc.property(site, path, junk, (generated, where, value) => {
      const broken = structuredClone(written(generated));
      replace(broken, where, value);
      try {
        synthSite(read(broken, folder));
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
        for (const problem of (error as ConfigError).problems) {
          expect(problem.where).not.toBe("");
          expect(problem.text).toMatch(/^must /);
        }
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);

/** Puts a value somewhere into an object, at the place a list of numbers leads to. */
function replace(target: unknown, [first = 0, ...rest]: readonly number[], value: unknown): void {
  if (typeof target !== "object" || target === null) return;
  const record = target as Record<string, unknown>;
  const names = Object.keys(record);
  const name = names[first % Math.max(1, names.length)];
  if (name === undefined) return;
  const inner = record[name];
  if (rest.length === 0 || typeof inner !== "object" || inner === null) record[name] = value;
  else replace(inner, rest, value);
}
