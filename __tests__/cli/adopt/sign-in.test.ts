import fc from "fast-check";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signInOf } from "../../../cli/adopt/sign-in";
import { sourcesOf } from "../../../cli/adopt/sources";
import { unrecognised } from "../../../cli/adopt/unrecognised";
import { siteShape } from "../../../config/schema";
import type { SiteInput } from "../../../config/schema";
import { arbitrarySite, writeFiles } from "../../arbitrary-site";
import { COLLECTIONS } from "../../../cli/adopt/collections";
import { ROOT, read, smallSite, synthSite } from "../../synth";
import type { Synthesized } from "../../synth";
import { applied } from "./as-instance";
import type { Objects } from "./as-instance";
import { again } from "./round-trip";

const URL = "https://auth.example.org";
const folder = mkdtempSync(join(tmpdir(), "adopt-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Stacks = Readonly<Record<string, Synthesized>>;

const stacksOf = (site: SiteInput, at = folder): Stacks => synthSite(read(site, at));
const madeBy = (site: SiteInput): Promise<Objects> => applied(stacksOf(site));

/** A site without what of an adopted login and brand no instance tells. */
function tellable(site: SiteInput): SiteInput {
  const { adopt, recovery, enrollment, sources = {}, login, userSettings, ...rest } = site;
  const isLinked =
    recovery !== undefined ||
    enrollment !== undefined ||
    login?.passwordless === true ||
    Object.keys(sources).length > 0;
  const isCarried = recovery !== undefined || userSettings !== undefined;
  const { passwordOnFirstScreen: _, ...adopted } = adopt?.login ?? {};
  const kept = {
    ...(isLinked && adopt?.login !== undefined ? { login: adopted } : {}),
    ...(isCarried && adopt?.brand !== undefined ? { brand: adopt.brand } : {}),
  };
  return { ...rest, recovery, enrollment, sources, login, userSettings, adopt: kept } as SiteInput;
}

async function expectAgain(written: SiteInput, at = folder): Promise<void> {
  const site = tellable(written);
  const stacks = stacksOf(site, at);
  const instance = (await applied(stacks)).at(URL);
  const { whole, notes } = again(site, instance);
  expect(stacksOf(whole, at)).toEqual(stacks);
  // A fresh authentik has none of the flags that a site states.
  const expected = site.systemSettings === undefined ? ["system settings"] : [];
  expect(notes.map(({ what }) => what)).toEqual(expected);
  expect(sourcesOf(instance).skipped).toEqual([]);
  expect(unrecognised(instance)).toEqual([]);
}

const FILES = [
  join(ROOT, "config", "site.ts"),
  ...readdirSync(join(ROOT, "examples"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(ROOT, "examples", name)),
];
const load = (file: string): SiteInput => (createRequire(__filename)(file) as { default: SiteInput }).default;

test.each(FILES)("%s is said again by the instance it makes", async (file) => {
  await expectAgain(load(file), join(file, ".."));
});

/** What of a site is about sign-in, on an authentik that runs elsewhere. */
function onlySignIn({
  apps: _,
  hostAccess: _hosts,
  outposts: _outposts,
  ldap: _ldap,
  platform: _platform,
  ...site
}: SiteInput): SiteInput {
  return { ...site, users: undefined };
}

test("so is any site", async () => {
  await fc.assert(
    fc.asyncProperty(arbitrarySite, async (written) => {
      writeFiles(folder, written.users);
      await expectAgain(onlySignIn(written.site as SiteInput));
    }),
    { numRuns: 25 },
  );
}, 120_000);

const secret = { mount: "secret", path: "sources", key: "client_secret" };
const base: SiteInput = {
  ...smallSite,
  vault: { address: "https://vault.example.org", mounts: ["secret"], auth: { method: "token" } },
  brand: {},
};

/** A site in which whatever can be said of sign-in is something else than usual. */
const unusual: SiteInput = {
  ...base,
  systemSettings: {
    defaultAppAccess: true,
    avatars: ["attributes.avatar", "none"],
    changeName: false,
    changeEmail: true,
    changeUsername: true,
    impersonation: false,
    eventRetentionDays: 30,
    gdprCompliance: false,
    footerLinks: [{ name: "Help", href: "https://help.example.org" }],
    defaultTokenMinutes: 60,
    defaultTokenLength: 128,
    reputationLowerLimit: -10,
    reputationUpperLimit: 10,
    pageSize: 50,
    maxPageSize: 500,
    continuousLogin: true,
    expandedAuditDiffs: true,
  },
  brand: {
    title: "Example",
    logo: "/media/logo.svg",
    favicon: "/media/favicon.svg",
    background: "/media/hills.jpg",
    customCss: "a {\n  color: ${red};\n}",
    attributes: { settings: { locale: "de" } },
  },
  login: {
    title: "Come in",
    userFields: ["email"],
    passkeys: false,
    passwordless: true,
    rememberUsername: false,
    reputation: { threshold: -3, checkUsername: false, message: "Not now." },
    mfa: {
      deviceClasses: ["totp", "email", "duo"],
      notConfigured: "configure",
      setUp: ["email", "totp"],
      askAgainAfter: "hours=12",
    },
    sessionDuration: "days=2;hours=1",
    rememberMeOffset: "weeks=1",
    networkBinding: "bind_asn",
    geoipBinding: "bind_continent",
    compatibilityMode: true,
  },
  sources: {
    second: {
      kind: "openidconnect",
      name: "Company",
      slug: "a-company",
      clientId: "authentik",
      clientSecret: secret,
      userMatching: "email_deny",
      urls: {
        authorization: "https://id.example.com/authorize?tenant=1",
        accessToken: "https://id.example.com/token",
        profile: "https://id.example.com/userinfo",
        jwks: "https://id.example.com/jwks",
      },
      scopes: ["groups", "offline_access"],
      pkce: "S256",
      clientAuthentication: "basic_auth",
      promoted: true,
      enabled: false,
    },
    first: { kind: "facebook", name: "Facebook", clientId: "1", clientSecret: secret },
  },
  enrollment: {
    by: "social",
    title: "Join",
    assignableGroups: ["staff"],
    usersGroup: "staff",
    sources: ["first"],
    userType: "external",
    sessionDuration: "hours=3",
    rememberMeOffset: "days=3",
    networkBinding: "bind_asn_network",
    geoipBinding: "no_binding",
  },
  recovery: {
    title: "Forgotten?",
    userFields: ["username"],
    emailSubject: "A new one",
    tokenMinutes: 5,
    sessionDuration: "minutes=30",
  },
  passwordPolicy: {
    minLength: 8,
    digits: 1,
    lowercase: 2,
    uppercase: 3,
    symbols: 4,
    strength: 4,
    breachCheck: true,
    message: "Longer.",
  },
  userSettings: { title: "You", avatars: { maxKiB: 64, types: ["webp"] } },
};

test("whatever can be said of sign-in is read", async () => {
  await expectAgain(unusual);
  const { site } = again(unusual, (await madeBy(unusual)).at(URL));
  const { sources: _, ...said } = unusual;
  expect(site).toEqual({ ...Object.fromEntries(Object.entries(said).filter(([name]) => name in site)) });
  expect(Object.keys(site)).toHaveLength(7);
});

test.each<[string, Partial<SiteInput>]>([
  ["nobody is turned away", { login: { reputation: false } }],
  ["addresses do not count", { login: { reputation: { checkIp: false } } }],
  ["people confirm an address", { enrollment: { by: "open", emailSubject: "Welcome", tokenMinutes: 45, totp: true } }],
  ["an invitation and a passkey", { enrollment: { by: "invitation", passkey: true, assignableGroups: ["staff"] } }],
  ["some of the sources, by number", { login: {}, sources: { ...unusual.sources }, enrollment: { by: "social" } }],
])("what is usual is not said: %s", async (_, parts) => {
  const site = { ...base, ...parts };
  await expectAgain(site);
  const { site: found } = again(site, (await madeBy(site)).at(URL));
  expect(found.login).toEqual(parts.login);
  expect(found.enrollment).toEqual(parts.enrollment);
  expect(found.brand).toEqual({});
  expect(found.passwordPolicy).toBeUndefined();
});

test("a fresh authentik says nothing of a site", async () => {
  const instance = (await applied()).at(URL);
  const { site, notes } = again(base, instance);
  expect(site).toEqual({});
  expect(notes.map(({ what }) => what)).toEqual(["system settings"]);
  expect(unrecognised(instance)).toEqual([]);
  expect(sourcesOf(instance)).toEqual({ found: {}, skipped: [] });
});

test("a site's order of lists is that of the instance", async () => {
  const objects = await madeBy({ ...unusual, enrollment: { by: "social" } });
  for (const stage of objects.all("stages/identification")) (stage["sources"] as unknown[]).reverse();
  (
    objects.find("stages/authenticator/validate", "name", "iac-login-mfa")["configuration_stages"] as unknown[]
  ).reverse();
  const { whole, site } = again(unusual, objects.at(URL));
  expect(Object.keys(whole.sources ?? {})).toEqual(["first", "second"]);
  expect(site.enrollment).toEqual({ by: "social" });
  expect(site.login?.mfa?.setUp).toEqual(["totp", "email"]);
});

const none = (): undefined => undefined;

/** Changes one field of one object of an instance. */
interface Change {
  readonly path: string;
  readonly by: string;
  readonly value: string;
  readonly field: string;
  readonly to: unknown;
}

const stage = (kind: string, name: string, field: string, to: unknown): Change => ({
  path: `stages/${kind}`,
  by: "name",
  value: name,
  field,
  to,
});
const policy = (kind: string, name: string, field: string, to: unknown): Change => ({
  path: `policies/${kind}`,
  by: "name",
  value: name,
  field,
  to,
});

test.each<[keyof SiteInput, string, Change]>([
  [
    "login",
    'flow iac-login: sessionDuration must be a length of time such as weeks=4 or hours=1;minutes=30, each unit once, got "seconds=0"',
    stage("user_login", "iac-login-session", "session_duration", "seconds=0"),
  ],
  [
    "login",
    "flow iac-login: mfa.setUp must name stages iac-set-up-<factor>, got one that no site makes",
    stage("authenticator/validate", "iac-login-mfa", "configuration_stages", ["another"]),
  ],
  [
    "login",
    "flow iac-login: must have the stage iac-login-mfa, got none",
    stage("authenticator/validate", "iac-login-mfa", "name", "renamed"),
  ],
  [
    "login",
    "flow iac-login: reputation must be decided by a policy of the step that denies, got none",
    stage("deny", "iac-login-guard", "pk", "another"),
  ],
  [
    "enrollment",
    'flow iac-enrollment: assignableGroups must be groups of the site, got "nobody"',
    policy(
      "expression",
      "iac-enrollment-groups",
      "expression",
      'ALLOWED_GROUPS = ["nobody"]\nreturn evaluate(request)',
    ),
  ],
  [
    "enrollment",
    "flow iac-enrollment: assignableGroups must be in a list of the policy iac-enrollment-groups, got one that cannot be read",
    policy("expression", "iac-enrollment-groups", "expression", "return True"),
  ],
  [
    "enrollment",
    "flow iac-enrollment: usersGroup must be a group of the site, got another",
    stage("user_write", "iac-enrollment-write", "create_users_group", "another"),
  ],
  [
    "enrollment",
    "flow iac-enrollment: sources must be sources of the site, got another",
    stage("identification", "iac-enrollment-sources", "sources", ["another"]),
  ],
  [
    "enrollment",
    "flow iac-enrollment: sources must be one at least where the site has any, got none",
    stage("identification", "iac-enrollment-sources", "sources", []),
  ],
  [
    "enrollment",
    'flow iac-enrollment: rememberMeOffset must be a length of time such as weeks=4 or hours=1;minutes=30, each unit once, got "seconds=0"',
    stage("user_login", "iac-enrollment-session", "remember_me_offset", "seconds=0"),
  ],
  [
    "enrollment",
    "flow iac-enrollment: by must be invitation, social or open, got neither the step of an invitation nor that of an e-mail",
    { path: "flows/instances", by: "slug", value: "iac-enrollment", field: "pk", to: "another" },
  ],
  [
    "recovery",
    'flow iac-recovery: tokenMinutes must be a number, got "hours=1"',
    stage("email", "iac-recovery-email", "token_expiry", "hours=1"),
  ],
  [
    "passwordPolicy",
    "policy mine: must be called iac-password and what it asks for, got another name",
    policy("password", "iac-password-digits-lowercase-uppercase-symbols-strength-breaches", "name", "mine"),
  ],
  [
    "userSettings",
    "flow iac-user-settings: avatars.maxKiB must be a number, got NaN",
    policy("expression", "iac-user-settings-avatar", "expression", "return True"),
  ],
  [
    "brand",
    'brand auth.example.org: logo must be a URL or a path that begins with /, got "logo.svg"',
    { path: "core/brands", by: "domain", value: "auth.example.org", field: "branding_logo", to: "logo.svg" },
  ],
])("%s is left out with a note: %s", async (part, note, { path, by, value, field, to }) => {
  const objects = await madeBy(unusual);
  objects.find(path, by, value)[field] = to;
  const { site, notes } = again(unusual, objects.at(URL));
  expect(site).not.toHaveProperty(part);
  expect(notes.map(({ what, why }) => `${what}: ${why}`)).toContain(note);
});

test("what is left out anyway lends nothing to others", async () => {
  const site: SiteInput = { ...base, login: { sessionDuration: "days=2" }, recovery: {} };
  const instance = (await madeBy(site)).at(URL);
  expect(signInOf(instance, none, none).site.recovery).toEqual({});
  const { site: found, notes } = signInOf(instance, none, none, new Set(["login", "systemSettings"]));
  expect(found).toEqual({ brand: {}, recovery: { sessionDuration: "days=2" } });
  expect(notes.map(({ what }) => what)).toEqual(["flow iac-login"]);
});

test("a brand that authentik does not show is left out", async () => {
  const { site, notes } = again(base, (await madeBy(base)).at(`${URL}:8443`));
  expect(site).toEqual({});
  expect(notes[1]).toEqual({
    what: "brand auth.example.org",
    why: "must be at the usual port, got 8443, at which authentik does not show it",
  });
});

test("at an address that is none there is no brand", async () => {
  expect(again(base, (await madeBy(base)).at("nowhere")).site).toEqual({});
});

test("flows that nothing leads to are told", async () => {
  const objects = await madeBy(unusual);
  objects.find("stages/identification", "name", "iac-login-identification")["passwordless_flow"] = null;
  const { site, notes } = again(unusual, objects.at(URL));
  expect(site.login?.passwordless).toBeUndefined();
  expect(notes).toEqual([
    {
      what: "flow iac-passkey",
      why: "must be one that something of the site leads to, got none that does",
    },
  ]);
});

describe("authentik's own login and brand", () => {
  const site: SiteInput = { ...base, brand: undefined, recovery: {}, adopt: { brand: {} } };

  test("are said with what they lead to", async () => {
    const login = { sessionDuration: "weeks=2", networkBinding: "bind_asn", geoipBinding: "no_binding" } as const;
    const adopted: SiteInput = { ...site, adopt: { brand: { title: "Lab" }, login: { ...login, title: "Hello" } } };
    const { site: found } = again(adopted, (await madeBy(adopted)).at(URL));
    expect(found).toEqual({ recovery: {}, adopt: adopted.adopt });
  });

  test("stay as they are where they lead to nothing of a site", async () => {
    const objects = await madeBy({ ...base, recovery: {} });
    const { site: found, notes } = again(base, objects.at(URL));
    expect(found).toEqual({ recovery: {}, brand: {} });
    expect(notes.map(({ what }) => what)).toEqual(["system settings"]);
  });

  test("are told of when a site cannot say them", async () => {
    const objects = await madeBy(site);
    const { pk } = objects.find("flows/instances", "slug", "iac-recovery");
    const brand = objects.find("core/brands", "domain", "authentik-default");
    Object.assign(brand, { flow_authentication: pk, flow_device_code: pk });
    objects.find("stages/identification", "name", "default-authentication-identification")["recovery_flow"] = pk;
    const { site: found, notes } = again(site, objects.at(URL));
    expect(found).toEqual({ recovery: {}, adopt: { brand: {} } });
    expect(notes.filter(({ what }) => what !== "system settings").map(({ why }) => why)).toEqual([
      'sessionDuration must be a length of time such as weeks=4 or hours=1;minutes=30, each unit once, got "seconds=0"',
      "flow_authentication must be default-authentication-flow, got iac-recovery",
      "flow_device_code must be none, got iac-recovery",
    ]);
  });
});

const junk = fc.constantFrom<unknown>(
  ...[null, undefined, 7, -1, NaN, "", "nope", "${x}", "seconds=0", "__proto__", "constructor", "x".repeat(300)],
  ...[[], {}, true, false, ["x"], [null], { a: 1 }, "ALLOWED_GROUPS = [7]\nreturn evaluate(request)"],
);
const PATHS = COLLECTIONS.map(({ path }) => path).filter((path) =>
  /^(core\/(brands|groups)$|(flows|policies|sources|stages)\/)/.test(path),
);

test("nothing that an instance says is too odd", async () => {
  const whole = await madeBy(unusual);
  const place = fc.record({ path: fc.nat(), object: fc.nat(), field: fc.nat(), value: junk });
  fc.assert(
    fc.property(fc.array(place, { minLength: 1, maxLength: 12 }), (changes) => {
      const objects = whole.copy();
      const filled = PATHS.filter((path) => objects.all(path).length > 0);
      for (const { path, object, field, value } of changes) {
        const all = objects.all(filled[path % filled.length] ?? "");
        const one = all[object % all.length] ?? {};
        const name = Object.keys(one)[field % Object.keys(one).length] ?? "";
        one[name] = value;
        const setting = Object.keys(objects.settings)[field % Object.keys(objects.settings).length] ?? "";
        if (path % 5 === 0) objects.settings[setting] = value;
      }
      const instance = objects.at(URL);
      const { notes, whole: found } = again(unusual, instance);
      expect(siteShape.safeParse(found).error).toBeUndefined();
      for (const { why } of [...notes, ...sourcesOf(instance).skipped, ...unrecognised(instance)]) {
        expect(why).toMatch(/(^|\s)must /);
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);
