import { show } from "./problems";
import type { Problem } from "./problems";
import { clashes, duplicates, entries, keys, problem, unknownName, unknownNames } from "./rule";
import type { LooseSite, Path } from "./rule";
import { checkSecret, checkVault } from "./vault-rules";

/** The versions that are known to work together. */
const CONTRACTS = [{ server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" }] as const;

/** authentik's own scopes an app may ask for beside `openid`, `email` and `profile`, which every app gets. */
const MANAGED_SCOPES = ["offline_access", "entitlements"] as const;

/** Slugs that are parts of authentik's own OAuth2 URLs. */
const RESERVED_SLUGS = ["authorize", "token", "device", "userinfo", "introspect", "revoke"];

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
    checkStrategies,
  ].flatMap((rule) => rule(site));
}

function checkVersion(site: LooseSite): Problem[] {
  const { server, chart, provider } = site.version ?? {};
  if (server === undefined || chart === undefined || provider === undefined) return [];
  if (CONTRACTS.some((known) => known.server === server && known.chart === chart && known.provider === provider))
    return [];
  const providers = CONTRACTS.map((known) => known.provider);
  if (!providers.some((known) => known === provider)) {
    const text = `must be the provider the bindings are made of, got ${show(provider)}; use ${providers.join(" or ")}`;
    return [problem("AK007", ["version", "provider"], text)];
  }
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
    const slug = app.slug ?? key;
    return [
      ...(RESERVED_SLUGS.includes(slug)
        ? [
            problem(
              "AK018",
              ["apps", key],
              `must have a slug of its own, got ${show(slug)}, which is part of authentik's URLs; give another slug`,
            ),
          ]
        : []),
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
  const { platform } = site;
  const bootstrap =
    platform?.release === undefined || site.authentik?.bootstrap === undefined ? [] : [`${platform.release}-bootstrap`];
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
    ...clashes("Secret", [
      ...bootstrap.map((name): [Path, string] => [["authentik", "bootstrap"], name]),
      ...(platform?.secret?.name === undefined
        ? []
        : [[["platform", "secret", "name"], platform.secret.name] as [Path, string]]),
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

/** Settings of a rolling update that Kubernetes refuses. */
function checkStrategies({ platform }: LooseSite): Problem[] {
  return (["server", "worker"] as const).flatMap((component) => {
    const { type, rollingUpdate } = platform?.[component]?.deploymentStrategy ?? {};
    const path = ["platform", component, "deploymentStrategy", "rollingUpdate"];
    if (type === "Recreate" && rollingUpdate !== undefined) {
      return [problem("AK025", path, "must not stand beside Recreate, got one; remove it, or say RollingUpdate")];
    }
    const stuck = [rollingUpdate?.maxSurge, rollingUpdate?.maxUnavailable].every(
      (value) => value === 0 || value === "0%",
    );
    return stuck
      ? [problem("AK025", path, "must let a pod come or go, got 0 for both; raise maxSurge or maxUnavailable")]
      : [];
  });
}
