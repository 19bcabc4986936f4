import { readFileSync, statSync } from "node:fs";
import { locate, show } from "./problems";
import type { Problem } from "./problems";
import { clashes, duplicates, entries, keys, problem, unknownName, unknownNames } from "./rule";
import type { LooseSite, Path } from "./rule";

type LooseApp = NonNullable<NonNullable<LooseSite["apps"]>[string]>;
type LooseAccess = NonNullable<LooseApp["access"]>;

/** authentik's own scopes an app may ask for beside `openid`, `email` and `profile`, which every app gets. */
const MANAGED_SCOPES = ["offline_access", "entitlements"] as const;

/** Slugs that are parts of authentik's own OAuth2 URLs. */
const RESERVED_SLUGS = ["authorize", "token", "device", "userinfo", "introspect", "revoke"];

/** Everything somebody may open: an app, or a host of `hostAccess`. */
interface Opening {
  readonly path: Path;
  readonly kind: LooseApp["kind"];
  readonly slug: string;
  /** Where its access stands. */
  readonly accessPath: Path;
  readonly access: LooseAccess | undefined;
}

function openings(site: LooseSite): Opening[] {
  return [
    ...entries(site.apps).map(([key, app]): Opening => ({
      path: ["apps", key],
      kind: app.kind,
      slug: app.slug ?? key,
      accessPath: ["apps", key, "access"],
      access: app.access,
    })),
    ...entries(site.hostAccess?.hosts).map(([host, access]): Opening => {
      const path = ["hostAccess", "hosts", host];
      return { path, kind: "forward-auth", slug: hostSlug(host), accessPath: path, access };
    }),
  ];
}

/** Slug of the application that stands for a restricted host. */
export function hostSlug(host: string): string {
  return host.replaceAll(".", "-");
}

/** What apps and hosts say, together with what they name. */
export function checkApps(site: LooseSite): Problem[] {
  return [
    ...openings(site).flatMap((opening) => [...checkSlug(opening), ...checkAccess(site, opening)]),
    ...entries(site.apps).flatMap(([key, app]) => [
      ...checkScopes(site, key, app),
      ...checkDomainPolicies(site, key, app),
      ...checkAccountName(key, app),
    ]),
    ...checkServed(site),
    ...checkLdap(site),
    ...checkOwnHost(site),
  ];
}

function checkSlug({ path, slug }: Opening): Problem[] {
  if (!RESERVED_SLUGS.includes(slug)) return [];
  const text = `must have a slug of its own, got ${show(slug)}, which is part of authentik's URLs; give another slug`;
  return [problem("AK018", path, text)];
}

function checkScopes(site: LooseSite, key: string, app: LooseApp): Problem[] {
  if (app.kind !== "oidc" && app.kind !== "forward-auth") return [];
  const path = ["apps", key, "scopes"];
  const managed = app.kind === "oidc" ? MANAGED_SCOPES : [];
  return [
    ...unknownNames(path, "a scope mapping", app.scopes, [...keys(site.scopeMappings), ...managed]),
    ...duplicates(path, app.scopes),
    ...(app.kind === "oidc" ? duplicates(["apps", key, "grantTypes"], app.grantTypes) : []),
  ];
}

function checkAccess(site: LooseSite, opening: Opening): Problem[] {
  const { access, accessPath: path } = opening;
  if (access === undefined || access === "everyone") return [];
  const lists = { groups: access.groups, users: access.users, policies: access.policies };
  const empty = Object.entries(lists).filter(([, names]) => names?.length === 0);
  if (Object.values(lists).every((names) => names === undefined)) empty.push(["", []]);
  return [
    ...empty.map(([list]) =>
      problem(
        "AK003",
        list === "" ? path : [...path, list],
        `must hold at least one entry, got []; name who may open the app, or say access: "everyone"`,
      ),
    ),
    ...unknownNames([...path, "groups"], "a group", access.groups, keys(site.groups)),
    ...unknownNames([...path, "users"], "a person of users.json", access.users, keys(site.users)),
    ...unknownNames([...path, "policies"], "a policy", access.policies, keys(site.policies)),
    ...Object.entries(lists).flatMap(([list, names]) => duplicates([...path, list], names)),
    ...checkMatch(opening, access),
  ];
}

function checkMatch({ kind, accessPath }: Opening, access: Exclude<LooseAccess, "everyone">): Problem[] {
  const beside = access.groups ?? access.users;
  if (access.policies === undefined || beside === undefined || access.match === "all") return [];
  // The account an LDAP app searches with could not match all entries.
  const text =
    kind === "ldap"
      ? "must not stand beside groups or people of an LDAP app, got both; one of them is enough to be let in, so let the policy ask for the group"
      : 'must be "all" when policies stand beside groups or people, got "any"; with "any" a policy that passes lets in people who are in none of the groups';
  return [problem("AK011", [...accessPath, kind === "ldap" ? "policies" : "match"], text, true)];
}

/** How a policy would ask for the host of a request. */
const ASKS_HOST =
  /get_host\(|build_absolute_uri|headers(?:\.get\(|\[)\s*["']Host["']|SERVER_NAME|HTTP_HOST|X[-_]FORWARDED[-_]HOST|X[-_]ORIGINAL[-_]UR[IL]|X[-_]FORWARDED[-_]URI/i;

/** Policies of a domain's provider that want to tell its hosts apart. */
function checkDomainPolicies(site: LooseSite, key: string, app: LooseApp): Problem[] {
  if (app.kind !== "forward-auth" || app.mode !== "forward_domain") return [];
  if (app.access === undefined || app.access === "everyone") return [];
  return (app.access.policies ?? []).flatMap((name, index) => {
    const file = name === undefined ? undefined : site.policies?.[name]?.file;
    if (file === undefined || !asksHost(file)) return [];
    const text = `must not restrict single hosts of a domain, got ${show(name)}, whose Python asks for the host; a domain's policies run once a sign-in, when the host people will go on to is not known, so name the hosts under hostAccess`;
    return [problem("AK033", ["apps", key, "access", "policies", index], text, true)];
  });
}

function asksHost(file: string): boolean {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
  return ASKS_HOST.test(readFileSync(file, "utf8").replaceAll(/#.*$/gm, ""));
}

/** What an outpost has to serve: a forward-auth app, or the hosts of `hostAccess`. */
interface Behind {
  readonly path: Path;
  readonly outpost: string | undefined;
  /** Host names another proxy asks about; what the outpost passes on itself, nobody else is asked about. */
  readonly hosts: readonly string[];
  readonly domain?: string | undefined;
}

function behindOutposts(site: LooseSite): Behind[] {
  const { hostAccess } = site;
  const restricted = keys(hostAccess?.hosts);
  return [
    ...entries(site.apps).flatMap(([key, app]): Behind[] => {
      if (app.kind !== "forward-auth") return [];
      const { outpost, externalHost = "", mode, cookieDomain } = app;
      const asked = mode === "forward_single" && URL.canParse(externalHost) ? [new URL(externalHost).hostname] : [];
      const domain = mode === "forward_domain" ? cookieDomain : undefined;
      return [{ path: ["apps", key], outpost, hosts: asked, domain }];
    }),
    ...(restricted.length > 0 ? [{ path: ["hostAccess"], outpost: hostAccess?.outpost, hosts: restricted }] : []),
  ];
}

/** That an outpost serves each app that needs one, and each outpost has something to serve. */
function checkServed(site: LooseSite): Problem[] {
  const { embedded, managed } = site.outposts ?? {};
  const behind = behindOutposts(site);
  const named = behind.map(({ outpost }) => outpost);
  const domains = behind.filter(({ domain }) => domain !== undefined);
  const known = keys(managed);
  return [
    ...behind.flatMap(({ path, outpost }) =>
      outpost === undefined || known.includes(outpost)
        ? []
        : [unknownName([...path, "outpost"], "one of outposts.managed", outpost, known)],
    ),
    ...behind.flatMap(({ path, outpost }) =>
      outpost === undefined && embedded === undefined
        ? [
            problem(
              "AK034",
              [...path, "outpost"],
              'must be served by an outpost, got none; describe outposts.embedded, such as { form: "in-server" }, or name one of outposts.managed',
            ),
          ]
        : [],
    ),
    ...known
      .filter((key) => !named.includes(key))
      .map((key) =>
        problem(
          "AK034",
          ["outposts", "managed", key],
          "must have an app to serve, got none, which authentik refuses; name the outpost in an app or remove it",
        ),
      ),
    ...behind.flatMap((one) => checkDomainAround(one, domains)),
  ];
}

/** An outpost that does not know a host answers for it by the domain it is in, and lets everybody of the domain in. */
function checkDomainAround({ path, outpost, hosts: own }: Behind, domains: readonly Behind[]): Problem[] {
  const around = domains.find(
    ({ domain, outpost: other }) =>
      domain !== undefined && other !== outpost && own.some((host) => host === domain || host.endsWith(`.${domain}`)),
  );
  if (around === undefined) return [];
  const name = around.outpost === undefined ? "the embedded one" : show(around.outpost);
  const text = `must be the outpost of the domain around, which is ${name} for ${around.path.map(String).join(".")}, got another; the domain's outpost would answer for these hosts too, and let in everybody the domain lets in`;
  return [problem("AK034", [...path, "outpost"], text, true)];
}

/** LDAP apps share an outpost, and the root of their names. */
function checkLdap(site: LooseSite): Problem[] {
  const apps = entries(site.apps).filter(([, app]) => app.kind === "ldap");
  if (apps.length === 0) {
    if (site.outposts?.ldap === undefined) return [];
    return [problem("AK034", ["outposts", "ldap"], "must have an LDAP app to serve, got none; add one or remove it")];
  }
  return [
    ...(site.ldap === undefined
      ? [
          problem(
            "AK034",
            ["ldap"],
            'must be given beside LDAP apps, got nothing; say at least { root: "dc=example,dc=org" }',
          ),
        ]
      : []),
  ];
}

/** The account of an app is named after its slug. */
function checkAccountName(key: string, app: LooseApp): Problem[] {
  const slug = app.slug ?? key;
  const atMost = (longest: number, what: string, account: string): Problem[] => {
    if (slug.length <= longest) return [];
    const text = `must hold at most ${longest} characters for ${what}, got ${slug.length}; the account it ${account}, and usernames end at 150: shorten it`;
    return [{ ...locate(["apps", key, "slug"]), text }];
  };
  if (app.kind === "ldap") return atMost(145, "an LDAP app", "searches with is called ldap-<slug>");
  if (app.kind !== "oidc" || app.directoryReader === undefined) return [];
  return atMost(140, "an app with a directoryReader", "reads with is called <slug>-directory");
}

/** What would put itself before authentik at its own host; only a domain's sign-in is served there. */
function checkOwnHost(site: LooseSite): Problem[] {
  const { url } = site.authentik ?? {};
  if (url === undefined || !URL.canParse(url)) return [];
  const own = new URL(url).host;
  const domains = entries(site.apps).flatMap(([key, app]) =>
    app.kind === "forward-auth" && app.mode === "forward_domain" ? [key] : [],
  );
  return hosts(site)
    .filter(([[section, key], host]) => host === own && !(section === "apps" && domains.includes(String(key))))
    .map(([path, host]) =>
      problem(
        "AK052",
        path,
        `must not be authentik's own host, got ${show(host)}; nobody could sign in before they had signed in, so ${path[0] === "apps" ? `name the app's host, or say mode: "forward_domain"` : "remove it"}`,
      ),
    );
}

/** Names that are unique on the server, although two records here make them. */
export function checkNamesOnServer(site: LooseSite): Problem[] {
  const people = keys(site.users);
  const all = openings(site);
  const { managed, ldap } = site.outposts ?? {};
  const restricted = all.filter(({ access }) => access !== "everyone" && access?.users !== undefined);
  return [
    ...clashes("username", [
      ...people.map((username): [Path, string] => [["users", username], username.toLowerCase()]),
      ...entries(site.apps).flatMap(([key, app]) => accountsOf(key, app)),
    ]),
    ...clashes("group name", [
      ...entries(site.groups).map(([key, group]): [Path, string] => [["groups", key], group.name ?? key]),
      ...restricted.map(({ accessPath, slug }): [Path, string] => [[...accessPath, "users"], `app-${slug}`]),
    ]),
    ...clashes("Secret", secretNames(site)),
    ...clashes("outpost name", [
      ...entries(managed).map(([key, { name }]): [Path, string] => [["outposts", "managed", key], name ?? key]),
      ...(entries(site.apps).some(([, app]) => app.kind === "ldap")
        ? [[["outposts", "ldap"], ldap?.name ?? "ldap"] as [Path, string]]
        : []),
    ]),
    ...clashes(
      "slug",
      all.map(({ path, slug }) => [path, slug]),
    ),
    ...clashes(
      "client id",
      entries(site.apps).flatMap(([key, app]): [Path, string][] =>
        app.kind === "oidc" ? [[["apps", key], app.clientId ?? app.slug ?? key]] : [],
      ),
    ),
    ...clashes("host", hosts(site)),
    ...clashes("cookie domain", cookieDomains(site)),
  ];
}

/** The accounts that an app has of its own. */
function accountsOf(key: string, app: LooseApp): [Path, string][] {
  const slug = app.slug ?? key;
  if (app.kind === "ldap") return [[["apps", key], `ldap-${slug}`]];
  if (app.kind !== "oidc" || app.directoryReader === undefined) return [];
  const { username } = app.directoryReader;
  return [[["apps", key, "directoryReader"], (username ?? `${slug}-directory`).toLowerCase()]];
}

/** The Secrets of the release's namespace that a site names, or makes. */
function secretNames({ platform, authentik }: LooseSite): [Path, string][] {
  const { secret, release, authProxy } = platform ?? {};
  const initial: [Path, object | undefined][] = [
    [["authentik", "bootstrap"], authentik?.bootstrap],
    [["platform", "secret", "bootstrap"], secret?.from === "external-secret" ? secret.bootstrap : undefined],
  ];
  const made = initial.find(([, value]) => value !== undefined)?.[0];
  const named: [Path, string | undefined][] = [
    ...(made === undefined || release === undefined ? [] : [[made, `${release}-bootstrap`] as [Path, string]]),
    [["platform", "secret", "name"], secret?.name],
    [["platform", "authProxy", "emergency", "name"], authProxy?.emergency?.name],
  ];
  return named.flatMap(([path, name]): [Path, string][] => (name === undefined ? [] : [[path, name]]));
}

/** Hosts an outpost looks up by name; of two providers for one host, chance would choose. */
function hosts(site: LooseSite): [Path, string][] {
  return [
    ...entries(site.apps).flatMap(([key, app]): [Path, string][] =>
      app.kind === "forward-auth" && app.externalHost !== undefined && URL.canParse(app.externalHost)
        ? [[["apps", key, "externalHost"], new URL(app.externalHost).host]]
        : [],
    ),
    ...keys(site.hostAccess?.hosts).map((host): [Path, string] => [["hostAccess", "hosts", host], host]),
  ];
}

function cookieDomains(site: LooseSite): [Path, string][] {
  return entries(site.apps).flatMap(([key, app]): [Path, string][] =>
    app.kind === "forward-auth" && app.cookieDomain !== undefined
      ? [[["apps", key, "cookieDomain"], app.cookieDomain]]
      : [],
  );
}
