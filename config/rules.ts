import { show } from "./problems";
import type { Problem } from "./problems";
import { clashes, duplicates, entries, keys, problem, unknownName, unknownNames } from "./rule";
import type { LooseSite, Path } from "./rule";
import { checkSecret, checkVault } from "./vault-rules";

/** The versions that are known to work together. */
export const CONTRACTS = [{ server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" }] as const;

/** authentik's own scopes an app may ask for beside `openid`, `email` and `profile`, which every app gets. */
export const MANAGED_SCOPES = ["offline_access", "entitlements"] as const;

/** Groups a fresh authentik makes; declaring one fails on apply because the name is taken. */
const BUILT_IN_GROUPS = ["authentik Admins", "authentik Read-only"];

/** Every rule that needs more than one record, or knows what authentik does with a value. */
export function checkSite(site: LooseSite): Problem[] {
  return [
    checkVersion,
    checkRenames,
    checkGroups,
    checkPeople,
    checkApps,
    checkNamesOnServer,
    checkVault,
    checkSecret,
  ].flatMap((rule) => rule(site));
}

function checkVersion(site: LooseSite): Problem[] {
  const { server, chart, provider } = site.version ?? {};
  if (server === undefined || chart === undefined || provider === undefined) return [];
  if (CONTRACTS.some((known) => known.server === server && known.chart === chart && known.provider === provider))
    return [];
  const known = CONTRACTS.map((one) => `server ${one.server}, chart ${one.chart}, provider ${one.provider}`).join(
    " or ",
  );
  const got = `server ${server}, chart ${chart}, provider ${provider}`;
  return [problem("AK007", ["version"], `must be versions known to work together, got ${got}; use ${known}`, true)];
}

/** A renamed record keeps its object only when the old key is free and nobody else claims it. */
function checkRenames(site: LooseSite): Problem[] {
  const sections = { apps: site.apps, groups: site.groups, users: site.users };
  return Object.entries(sections).flatMap(([section, records]) => {
    const renamed = entries<{ readonly was?: string | undefined }>(records).flatMap(([key, { was }]) =>
      was === undefined ? [] : [{ key, was }],
    );
    return renamed.flatMap(({ key, was }, index) => {
      const taken = keys(records).includes(was) || renamed.findIndex((other) => other.was === was) < index;
      return taken
        ? [
            problem(
              "AK019",
              [section, key, "was"],
              `must be a key that is gone and claimed once, got ${show(was)}; remove it here or rename the other record`,
            ),
          ]
        : [];
    });
  });
}

function checkGroups(site: LooseSite): Problem[] {
  const known = keys(site.groups);
  const problems = entries(site.groups).flatMap(([key, group]) => [
    ...(BUILT_IN_GROUPS.includes(group.name ?? key)
      ? [
          problem(
            "AK018",
            ["groups", key, "name"],
            `must not be a group authentik makes itself, got ${show(group.name ?? key)}; choose a name of your own and say superuser: true where it is meant`,
          ),
        ]
      : []),
    ...unknownNames(["groups", key, "parents"], "a group", group.parents, known),
    ...duplicates(["groups", key, "parents"], group.parents),
    ...(ancestors(site, key).has(key)
      ? [
          problem(
            "AK008",
            ["groups", key, "parents"],
            "must not lead back to the group itself; remove one of the parents",
          ),
        ]
      : []),
  ]);
  const admin = site.directory?.adminGroup;
  if (admin === undefined || known.includes(admin)) return problems;
  return [...problems, unknownName(["directory", "adminGroup"], "a group", admin, known)];
}

/** Every group above a group; contains the group itself when its parents lead back to it. */
function ancestors(site: LooseSite, key: string): Set<string> {
  const found = new Set<string>();
  const open = [...(site.groups?.[key]?.parents ?? [])];
  for (let next = open.pop(); next !== undefined || open.length > 0; next = open.pop()) {
    if (next === undefined || found.has(next)) continue;
    found.add(next);
    open.push(...(site.groups?.[next]?.parents ?? []));
  }
  return found;
}

function checkPeople(site: LooseSite): Problem[] {
  const groups = keys(site.groups);
  return keys(site.users).flatMap((username) => {
    const person = site.users[username];
    const problems = [
      ...unknownNames(["users", username, "groups"], "a group", person?.groups, groups),
      ...duplicates(["users", username, "groups"], person?.groups),
    ];
    if (username.toLowerCase() === "akadmin") {
      problems.push(
        problem(
          "AK006",
          ["users", username],
          "must not be declared; akadmin is the way back in and stays out of Terraform, remove it",
        ),
      );
    }
    if (person?.is_admin === true && site.directory === undefined) {
      problems.push(
        problem(
          "AK002",
          ["users", username, "is_admin"],
          "must have a group to stand for, got none; set directory.adminGroup",
        ),
      );
    }
    return problems;
  });
}

function checkApps(site: LooseSite): Problem[] {
  return entries(site.apps).flatMap(([key, app]) => {
    const scopes = [...keys(site.scopeMappings), ...MANAGED_SCOPES];
    return [
      ...checkAccess(site, key),
      ...unknownNames(["apps", key, "scopes"], "a scope mapping", app.scopes, scopes),
      ...duplicates(["apps", key, "scopes"], app.scopes),
      ...duplicates(["apps", key, "grantTypes"], app.grantTypes),
    ];
  });
}

function checkAccess(site: LooseSite, key: string): Problem[] {
  const access = site.apps?.[key]?.access;
  if (access === undefined || access === "everyone") return [];
  const path = ["apps", key, "access"];
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
    ...checkMatch(path, access),
  ];
}

type LooseAccess = NonNullable<NonNullable<NonNullable<LooseSite["apps"]>[string]>["access"]>;

function checkMatch(path: Path, access: Exclude<LooseAccess, "everyone">): Problem[] {
  const beside = access.groups ?? access.users;
  if (access.policies === undefined || beside === undefined || access.match === "all") return [];
  const text =
    'must be "all" when policies stand beside groups or people, got "any"; with "any" a policy that passes lets in people who are in none of the groups';
  return [problem("AK011", [...path, "match"], text, true)];
}

/** Names that are unique on the server, although two records here make them. */
function checkNamesOnServer(site: LooseSite): Problem[] {
  const people = keys(site.users);
  const apps = entries(site.apps);
  const restricted = apps.filter(([, app]) => app.access !== "everyone" && app.access?.users !== undefined);
  return [
    ...clashes(
      "username",
      people.map((username) => [["users", username], username.toLowerCase()]),
    ),
    ...clashes("group name", [
      ...entries(site.groups).map(([key, group]): [Path, string] => [["groups", key], group.name ?? key]),
      ...restricted.map(([key, app]): [Path, string] => [["apps", key, "access", "users"], `app-${app.slug ?? key}`]),
    ]),
    ...clashes(
      "slug",
      apps.map(([key, app]) => [["apps", key], app.slug ?? key]),
    ),
    ...clashes(
      "client id",
      apps.map(([key, app]) => [["apps", key], app.clientId ?? app.slug ?? key]),
    ),
  ];
}
