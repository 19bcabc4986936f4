import { enrollment } from "../../config/enrollment-shape";
import { passwordPolicy, recovery } from "../../config/recovery-shape";
import { userSettings } from "../../config/settings-shape";
import { source } from "../../config/source-shape";
import { AvatarSettings } from "../../constructs/avatar-settings";
import { EnrollmentFlow } from "../../constructs/enrollment-flow";
import { PasswordPolicy } from "../../constructs/password-policy";
import { RecoveryFlow } from "../../constructs/recovery-flow";
import { SocialSource } from "../../constructs/social-source";
import { read, smallSite, synth } from "../synth";
import type { Scope } from "../synth";
import { lines as refusals } from "./lines";

const lines = (change: object): string[] => refusals({ ...smallSite, ...change }, __dirname);
const secret = { mount: "secret", path: "sources/a", key: "client_secret" };
const vault = { address: "https://vault.example.org", mounts: ["secret"], auth: { method: "token" } };
const github = { kind: "github", name: "GitHub", clientId: "id", clientSecret: secret };
const shown = { login: {}, brand: {} };
const platform = { secret: { from: "vault", secretKey: { ...secret, path: "platform" } } };
const database = { host: "db.example.org", password: { ...secret, path: "database" } };
const social = { by: "social" };

test("the defaults of config are those of the constructs", () => {
  const made = (build: (stack: Scope["stack"]) => unknown): unknown =>
    synth(({ stack }) => {
      build(stack);
    });
  const { emailSubject, tokenMinutes, ...fields } = recovery.parse({});
  expect(made((stack) => new RecoveryFlow(stack, "a", { ...fields, subject: emailSubject, tokenMinutes }))).toEqual(
    made((stack) => new RecoveryFlow(stack, "a")),
  );
  expect(made((stack) => new PasswordPolicy(stack, "a", passwordPolicy.parse({})))).toEqual(
    made((stack) => new PasswordPolicy(stack, "a")),
  );
  expect(made((stack) => new AvatarSettings(stack, "a", userSettings.parse({})))).toEqual(
    made((stack) => new AvatarSettings(stack, "a")),
  );
  const { by, title, userType } = enrollment.parse({ by: "invitation" });
  expect(made((stack) => new EnrollmentFlow(stack, "a", { by, title, userType, assignableGroups: [] }))).toEqual(
    made((stack) => new EnrollmentFlow(stack, "a", { by: "invitation" })),
  );
  const { name: _, scopes: _scopes, ...given } = source.parse(github);
  const props = {
    title: "A",
    slug: "a",
    kind: given.kind,
    clientId: "id",
    clientSecret: "${s}",
    authenticationFlow: "${f}",
  };
  expect(made((stack) => new SocialSource(stack, "a", { ...given, ...props }))).toEqual(
    made((stack) => new SocialSource(stack, "a", props)),
  );
});

test("a source's slug is its key unless given", () => {
  const site = read({
    ...smallSite,
    ...shown,
    vault,
    sources: { github, other: { ...github, name: "Other", slug: "gh" } },
  });
  expect(Object.values(site.sources).map(({ slug }) => slug)).toEqual(["github", "gh"]);
});

describe("names", () => {
  test.each<[string, object, string]>([
    [
      "AK002 a group",
      { enrollment: { by: "invitation", assignableGroups: ["stff"] } },
      'AK002 enrollment: assignableGroups[0] must name a group, got "stff"; did you mean "staff"?',
    ],
    [
      "AK002 the group of all",
      { enrollment: { by: "open", usersGroup: "everybody" } },
      'AK002 enrollment: usersGroup must name a group, got "everybody"; known are staff, admins',
    ],
    [
      "AK002 a source",
      { ...shown, vault, sources: { github }, enrollment: { ...social, sources: ["githib"] } },
      'AK002 enrollment: sources[0] must name one of sources, got "githib"; did you mean "github"?',
    ],
    [
      "AK012 a source",
      { ...shown, vault, sources: { github }, enrollment: { ...social, sources: ["github", "github"] } },
      'AK012 enrollment: sources[1] must be listed once, got "github" again; remove it',
    ],
    [
      "AK012 a group",
      { enrollment: { by: "invitation", assignableGroups: ["staff", "staff"] } },
      'AK012 enrollment: assignableGroups must name each once, got "staff" again; remove it',
    ],
    [
      "AK012 a name of people",
      { brand: {}, recovery: { userFields: ["email", "email"] } },
      'AK012 recovery: userFields[1] must be listed once, got "email" again; remove it',
    ],
    [
      "AK001 a slug",
      { ...shown, vault, sources: { github, other: { ...github, name: "Other", slug: "github" } } },
      'AK001 sources.other: must have a slug of its own, got "github", which sources.github has; rename one of them',
    ],
    [
      "AK001 a name",
      { ...shown, vault, sources: { github, other: github } },
      'AK001 sources.other: must have a name of its own, got "GitHub", which sources.github has; rename one of them',
    ],
    [
      "AK018 the slug of authentik's own source",
      { ...shown, vault, sources: { "authentik-built-in": github } },
      'AK018 sources.authentik-built-in: must have a slug of its own, got "authentik-built-in", which authentik\'s own source has; rename it',
    ],
    [
      "AK018 its name",
      { ...shown, vault, sources: { other: { ...github, name: "authentik Built-in" } } },
      'AK018 sources.other: must have a name of its own, got "authentik Built-in", which authentik\'s own source has; rename it',
    ],
  ])("%s", (_, change, expected) => {
    expect(lines(change)).toEqual([expected]);
  });
});

describe("what constructs would refuse", () => {
  test.each<[string, object, string]>([
    [
      "AK056 a group that makes superusers",
      { enrollment: { by: "invitation", assignableGroups: ["admins"] } },
      'AK056 enrollment: assignableGroups[0] must be no group that makes superusers, by itself or by a group above it, got "admins"; whoever may make invitations could hand it out: add people to it in users.json',
    ],
    [
      "AK056 a group below one, by its name",
      {
        groups: { ...smallSite.groups, team: { name: "Team", parents: ["crew"] }, crew: { parents: ["admins"] } },
        enrollment: { by: "open", usersGroup: "team" },
      },
      'AK056 enrollment: usersGroup must be no group that makes superusers, by itself or by a group above it, got "Team"; everybody who enrolls would have it: add people to it in users.json',
    ],
    [
      "codes without a password",
      { ...shown, enrollment: { ...social, totp: true } },
      'enrollment: totp must be left out with by "social", got one; nobody sets a password there: leave it out',
    ],
    [
      "nothing to enroll with",
      { ...shown, enrollment: { ...social, passkey: false } },
      'enrollment: sources must be given with by "social", or else passkey, got neither; nobody could sign in again',
    ],
    [
      "sources of another kind",
      { ...shown, vault, sources: { github }, enrollment: { by: "invitation", sources: ["github"] } },
      'enrollment: sources must be left out with by "invitation", got some; people who come from a source need by "social"',
    ],
    [
      "groups that nobody names",
      { enrollment: { by: "open", assignableGroups: ["staff"] } },
      'enrollment: assignableGroups must be left out with by "open", got some; only an invitation says groups: use usersGroup',
    ],
    [
      "AK060 matching by address",
      { ...shown, vault, sources: { github: { ...github, userMatching: "email_link" } } },
      'AK060 sources.github: userMatching must be "identifier", got "email_link"; who can choose an address it does not verify at the source takes over the account that has it here: let people link the source in their settings',
    ],
    [
      "a source without addresses",
      { ...shown, vault, sources: { work: { ...github, kind: "openidconnect" } } },
      "sources.work: wellKnownUrl must be given for openidconnect, or else urls, got neither; give the provider's /.well-known/openid-configuration",
    ],
    [
      "AK012 a type of picture",
      { brand: {}, userSettings: { avatars: { types: ["png", "png"] } } },
      'AK012 userSettings: avatars.types must name each once, got "png" again; remove it',
    ],
    [
      "AK057 pictures nobody sees",
      { brand: {}, userSettings: {}, systemSettings: { avatars: ["gravatar", "attributes.avatar"] } },
      'AK057 systemSettings: avatars must begin with "attributes.avatar", got "gravatar"; pictures that people upload would be kept and not shown: put it first, or let them upload none',
    ],
    [
      "AK057 avatars nobody comes to",
      { systemSettings: { avatars: ["initials", "gravatar"] } },
      'AK057 systemSettings: avatars[1] must come before "initials", got "gravatar" after it; everybody has one of those: move it before, or remove it',
    ],
    [
      "AK042 a guard whose threshold is never reached",
      { ...shown, systemSettings: { reputationLowerLimit: -3 } },
      "AK042 login: reputation.threshold must be at least systemSettings.reputationLowerLimit, -3, got -5; the score of a username at an address ends there, so guessing would go on: raise it, or lower that",
    ],
    [
      "AK037 an account that all entries would have to match",
      { apps: { wiki: { ...smallSite.apps.wiki, access: { groups: ["staff"], match: "all" }, directoryReader: {} } } },
      'AK037 apps.wiki: access.match must be "any" with a directoryReader, got "all"; its account would have to match every entry too: name groups alone, or one policy that asks for the group itself',
    ],
  ])("%s", (_, change, expected) => {
    expect(lines(change)).toEqual([expected]);
  });

  test("AK060 passes with a reason", () => {
    const waive = { AK060: "we run it and verify addresses" };
    const sources = { work: { ...github, userMatching: "email_link", waive } };
    expect(read({ ...smallSite, ...shown, vault, sources }).waivers).toMatchObject([
      { code: "AK060", where: "sources.work" },
    ]);
  });
});

describe("AK043 what nothing leads to", () => {
  test.each<[object, string]>([
    [
      { recovery: {} },
      "AK043 recovery: must come with a brand, got none; links that administrators make lead to the brand's flow: add brand: {}, or adopt.brand for the default one",
    ],
    [
      { userSettings: {} },
      "AK043 userSettings: must come with a brand, got none; authentik's default brand shows its own settings: add brand: {}, or adopt.brand for the default one",
    ],
    [
      { vault, sources: { github } },
      "AK043 sources: must come with a login that shows them, got none; authentik's own login has no button of theirs: add login: {}, or adopt.login",
    ],
  ])("%j", (change, expected) => {
    const asItIs = { sessionDuration: "weeks=4", networkBinding: "no_binding", geoipBinding: "no_binding" };
    expect(lines(change)).toEqual([expected]);
    expect(() => read({ ...smallSite, ...change, adopt: { login: asItIs, brand: {} } })).not.toThrow();
    expect(() => read({ ...smallSite, ...change, ...shown })).not.toThrow();
  });
});

describe("AK058 mail without a mail server", () => {
  const withMail = { secret: { from: "existing", name: "env" }, database: { host: "db.example.org" } };
  const codes = {
    mfa: { deviceClasses: ["totp", "email"], notConfigured: "configure", setUp: ["totp", "email"] },
  };
  test.each<[object, string]>([
    [
      { enrollment: { by: "open" } },
      "AK058 enrollment: by must come with platform.smtp, got none; nobody could be sent a link: describe the mail server, or leave it out",
    ],
    [
      { recovery: {} },
      "AK058 recovery: must come with platform.smtp, got none; nobody could be sent a link: describe the mail server, or leave it out",
    ],
    [
      { login: codes },
      "AK058 login: mfa.setUp must come with platform.smtp, got none; nobody could be sent a code: describe the mail server, or leave it out",
    ],
  ])("%j", (change, expected) => {
    const site = { vault, brand: {}, ...change };
    const own = { ...platform, database };
    expect(lines({ ...site, platform: own })).toEqual([expected]);
    const accepted = (cluster: object | undefined): unknown => read({ ...smallSite, ...site, platform: cluster });
    expect(accepted(undefined)).toBeDefined();
    expect(accepted({ ...own, smtp: { host: "smtp.example.org", from: "a@example.org" } })).toBeDefined();
    expect(accepted(withMail)).toBeDefined();
    const values = { global: { env: [{ name: "AUTHENTIK_EMAIL__HOST", value: "smtp" }] } };
    expect(accepted({ ...own, values })).toBeDefined();
  });
});

test("AK059 people with a passkey and no login that takes one", () => {
  const found = (got: string): string =>
    `AK059 enrollment: passkey must come with a login that takes passkeys with by "social", got ${got}; people who come from no source have nothing else: say login: {}, or passkey: false`;
  expect(lines({ enrollment: social })).toEqual([found("none")]);
  const login = { passkeys: false };
  expect(lines({ ...shown, login, enrollment: social })).toEqual([found("one that takes no passkeys")]);
  for (const more of [{ passkeys: true }, { passwordless: true }]) {
    expect(() => read({ ...smallSite, ...shown, login: { ...login, ...more }, enrollment: social })).not.toThrow();
  }
});

describe("what would do nothing", () => {
  const unused =
    "passwordPolicy: must come with recovery, or an enrollment by invitation or open, got neither; nobody would be asked for a password: remove it";

  test("rules for passwords that nobody sets", () => {
    expect(lines({ passwordPolicy: {} })).toEqual([unused]);
    expect(lines({ ...shown, passwordPolicy: {}, enrollment: social })).toEqual([unused]);
    for (const used of [{ recovery: {} }, { enrollment: { by: "open" } }, { enrollment: { by: "invitation" } }]) {
      expect(() => read({ ...smallSite, ...shown, passwordPolicy: {}, ...used })).not.toThrow();
    }
  });

  test("options of an e-mail that is not sent", () => {
    const options = { emailSubject: "Hello", tokenMinutes: 30 };
    expect(lines({ enrollment: { by: "invitation", ...options } })).toEqual(
      Object.keys(options).map(
        (field) =>
          `enrollment: ${field} must be left out with by "invitation", got one; no e-mail is sent: leave it out`,
      ),
    );
    expect(() => read({ ...smallSite, enrollment: { by: "open", ...options } })).not.toThrow();
  });
});

describe("secrets of sources and readers", () => {
  const wiki = smallSite.apps.wiki;

  test("AK014 and AK002 need a Vault and a mount", () => {
    expect(lines({ ...shown, sources: { github } })).toEqual([
      "AK014 sources.github: clientSecret must have a Vault to be in, got a site without one; describe it under vault",
    ]);
    const elsewhere = { ...github, clientSecret: { ...secret, mount: "secrets" } };
    expect(lines({ ...shown, vault, sources: { github: elsewhere } })).toEqual([
      'AK002 sources.github: clientSecret.mount must name one of vault.mounts, got "secrets"; did you mean "secret"?',
    ]);
    const directoryReader = { publishTo: { mount: "kv", path: "apps/wiki" } };
    expect(lines({ vault, apps: { wiki: { ...wiki, directoryReader } } })).toEqual([
      'AK002 apps.wiki: directoryReader.publishTo.mount must name one of vault.mounts, got "kv"; known are secret',
    ]);
  });

  test("AK004 a literal", () => {
    expect(lines({ ...shown, vault, sources: { github: { ...github, clientSecret: "hunter2" } } })).toEqual([
      "AK004 sources.github: clientSecret must be a Vault reference { mount, path, key }, got a literal (not shown); put the value into Vault and name its place",
    ]);
  });

  test("AK013 and AK016 keep apart from those of the platform", () => {
    const apiToken = { from: "vault", ref: { ...secret, key: "token" } };
    expect(lines({ ...shown, vault, authentik: { ...smallSite.authentik, apiToken }, sources: { github } })).toEqual([
      'AK013 sources.github: clientSecret.path must be a path of its own, got "sources/a", which also holds authentik.apiToken.ref; Terraform stores a client secret\'s whole path in its state, so move one of them',
    ]);
    const directoryReader = { publishTo: { mount: "secret", path: "sources/a" } };
    expect(lines({ ...shown, vault, sources: { github }, apps: { wiki: { ...wiki, directoryReader } } })).toEqual([
      'AK016 apps.wiki: directoryReader.publishTo.path must be a path nothing else uses, got "sources/a", which holds sources.github.clientSecret; publishing would overwrite it',
    ]);
  });

  test("AK001 a path that two publish to", () => {
    const publishTo = { mount: "secret", path: "apps/wiki" };
    expect(lines({ vault, apps: { wiki: { ...wiki, publishTo, directoryReader: { publishTo } } } })).toEqual([
      'AK001 apps.wiki: directoryReader.publishTo must have a Vault path of its own, got "secret/apps/wiki", which apps.wiki.publishTo has; rename one of them',
    ]);
  });
});

describe("the account an app reads people with", () => {
  const { wiki } = smallSite.apps;
  const films = { kind: "ldap", name: "Films", access: { groups: ["staff"] } };
  const ldap = { root: "dc=example,dc=org" };

  test("AK001 has a username and a token of its own", () => {
    const reads = { ...wiki, directoryReader: {} };
    const other = { ...wiki, clientId: "docs", directoryReader: { username: "Wiki-Directory" } };
    expect(lines({ apps: { wiki: reads, docs: other } })).toEqual([
      'AK001 apps.docs: directoryReader must have a username of its own, got "wiki-directory", which apps.wiki.directoryReader has; rename one of them',
    ]);
    const named = { ...wiki, directoryReader: { username: "reader" } };
    expect(lines({ ldap, apps: { "x-directory": films, "ldap-x": named } })).toEqual([
      'AK001 apps.ldap-x: directoryReader must have a token of its own, got "iac-ldap-x-directory", which apps.x-directory has; rename one of them',
    ]);
  });

  test("is called after a slug that is not too long", () => {
    const slug = "a".repeat(141);
    expect(lines({ apps: { wiki: { ...wiki, slug, directoryReader: {} } } })).toEqual([
      "apps.wiki: slug must hold at most 140 characters for an app with a directoryReader, got 141; the account it reads with is called <slug>-directory, and usernames end at 150: shorten it",
    ]);
  });
});
