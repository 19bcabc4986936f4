import { show } from "./problems";
import type { Problem } from "./problems";
import { duplicates, entries, keys, problem, unknownName, unknownNames } from "./rule";
import type { LooseSite, Path } from "./rule";
import { checkApps, checkNamesOnServer } from "./app-rules";
import { checkSignIn } from "./sign-in-rules";
import { checkSecret, checkVault } from "./vault-rules";

/** The versions that are known to work together. */
const CONTRACTS = [{ server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" }] as const;

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
    checkSignIn,
    checkVault,
    checkSecret,
    checkStrategies,
    checkLists,
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

interface Renamed {
  readonly was?: string | undefined;
}

/** A renamed record keeps its object only when the old key is free and nobody else claims it. */
function checkRenames(site: LooseSite): Problem[] {
  const sections: [Path, object | undefined][] = [
    [["apps"], site.apps],
    [["groups"], site.groups],
    [["users"], site.users],
    [["outposts", "managed"], site.outposts?.managed],
  ];
  return sections.flatMap(([section, records]) => {
    const renamed = entries(records as Readonly<Record<string, Renamed>> | undefined).flatMap(([key, { was }]) =>
      was === undefined ? [] : [{ key, was }],
    );
    return renamed.flatMap(({ key, was }, index) => {
      const taken = keys(records).includes(was) || renamed.findIndex((other) => other.was === was) < index;
      return taken
        ? [
            problem(
              "AK019",
              [...section, key, "was"],
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

/** Lists of Kubernetes objects, of which Kubernetes takes each once. */
function checkLists({ platform, outposts }: LooseSite): Problem[] {
  const { ingress, blueprints, image, authProxy } = platform ?? {};
  const named: [Path, readonly (string | undefined)[] | undefined][] = [
    [["platform", "blueprints", "configMaps"], blueprints?.configMaps],
    [["platform", "blueprints", "secrets"], blueprints?.secrets],
    [["platform", "image", "pullSecrets"], image?.pullSecrets],
    [["platform", "authProxy", "pullSecrets"], authProxy?.pullSecrets],
    [["platform", "ingress", "parentRefs"], ingress?.kind === "gateway" ? gateways(ingress.parentRefs) : undefined],
  ];
  const run: [Path, LooseOutpost | undefined][] = [
    [["outposts", "embedded"], outposts?.embedded],
    [["outposts", "ldap"], outposts?.ldap],
    ...entries(outposts?.managed).map(([key, outpost]): [Path, LooseOutpost] => [
      ["outposts", "managed", key],
      outpost,
    ]),
  ];
  const ofOutposts = run.flatMap(([path, outpost]): typeof named => [
    [[...path, "pullSecrets"], outpost?.pullSecrets],
    [[...path, "httpRoute", "parentRefs"], gateways(outpost?.httpRoute?.parentRefs)],
  ]);
  return [...named, ...ofOutposts].flatMap(([path, names]) => duplicates(path, names));
}

interface LooseOutpost {
  readonly form?: string | undefined;
  readonly pullSecrets?: readonly (string | undefined)[] | undefined;
  readonly httpRoute?: { readonly parentRefs?: readonly (LooseGateway | undefined)[] | undefined } | undefined;
}

interface LooseGateway {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly sectionName?: string | undefined;
}

function gateways(refs: readonly (LooseGateway | undefined)[] | undefined): (string | undefined)[] | undefined {
  return refs?.map(
    (ref) => ref && [ref.namespace, ref.name, ref.sectionName].filter((part) => part !== undefined).join("/"),
  );
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
