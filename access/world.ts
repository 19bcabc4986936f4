import { readApps } from "./apps";
import type { DrawnFlow } from "./flows";
import { flowsOf } from "./flows";
import { readPolicies } from "./policies";
import type { FactorStep, SignInSource, Lifetime } from "./sign-in";
import { readFactors, readSessions, readSources } from "./sign-in";
import { isRecord, list, nameOf, optionalText, Stack, text } from "./stack";
import type { Block, StackJson } from "./stack";

/** Somebody, or a machine, with an account. */
export interface Person {
  /** Address of its resource. */
  readonly address: string;
  readonly username: string;
  readonly name: string;
  readonly kind: "internal" | "external" | "service account";
  /** Whether it may sign in. */
  readonly active: boolean;
  /** Names of the groups it is in itself, sorted. */
  readonly groups: readonly string[];
}

export interface Group {
  /** Address of its resource; nothing for a group that lives in authentik alone, of which only the name is known. */
  readonly address?: string | undefined;
  readonly name: string;
  /** Whether who is in it may change everything. */
  readonly superuser: boolean;
  /** Names of the groups whose access its members have as well. */
  readonly parents: readonly string[];
}

/** Who or what a binding asks about; `unknown` is what the stacks do not have. */
export interface BindingTarget {
  readonly kind: "group" | "person" | "policy" | "unknown";
  /** Name of the group or policy, username of the person. */
  readonly name: string;
}

/** One entry of who may open an app. */
export interface Binding {
  readonly to: BindingTarget;
  readonly enabled: boolean;
  /** Whether its answer is turned round. */
  readonly negated: boolean;
  readonly order: number;
}

/** Where an app may send people back to. */
export interface RedirectUri {
  readonly url: string;
  readonly matching: string;
  readonly type: string;
}

/** A place in Vault; never what is in it. */
export interface VaultPath {
  readonly mount: string;
  readonly path: string;
  readonly use: "read" | "written";
}

/** How an app signs people in. */
export interface Provider {
  /** `oauth2`, `proxy`, `ldap`, or what else authentik has. */
  readonly kind: string;
  readonly name: string;
  /** `public` or `confidential`, for OpenID Connect. */
  readonly clientType?: string | undefined;
  readonly redirectUris: readonly RedirectUri[];
  readonly lifetimes: readonly Lifetime[];
  /** Paths that nobody has to sign in for: a regular expression, of a proxy. */
  readonly openPaths?: string | undefined;
}

/** What an app of a proxy answers for. */
export interface HostRule {
  /** A host name, or the domain whose hosts it answers for. */
  readonly host: string;
  readonly isDomain: boolean;
  /** Names of the outposts that serve it; without one, nothing answers. */
  readonly outposts: readonly string[];
}

export interface App {
  readonly address: string;
  readonly slug: string;
  readonly name: string;
  /** Heading its tile stands under. */
  readonly section?: string | undefined;
  readonly launchUrl?: string | undefined;
  /** Whether one binding is enough, or all are needed. */
  readonly match: "any" | "all";
  /** In order. */
  readonly bindings: readonly Binding[];
  readonly provider?: Provider | undefined;
  readonly host?: HostRule | undefined;
  readonly vault: readonly VaultPath[];
}

export interface Policy {
  readonly address: string;
  readonly name: string;
  /** Such as `expression` or `reputation`. */
  readonly kind: string;
  /** What it says, to see whether it changed. */
  readonly says: string;
  /** Its answer, where it has one for everybody and always; else it is known at login. */
  readonly always?: boolean | undefined;
}

/** A refusal that a site let pass, and why. */
export interface SiteWaiver {
  readonly code: string;
  readonly where: string;
  readonly field: string;
  readonly text: string;
  readonly reason: string;
}

/** Everything that decides who can open what, read from synthesized stacks. Lists are sorted by name. */
export interface World {
  readonly site: string;
  /** People, without machines. */
  readonly people: readonly Person[];
  /** Accounts of machines. */
  readonly machines: readonly Person[];
  readonly groups: readonly Group[];
  readonly apps: readonly App[];
  readonly policies: readonly Policy[];
  readonly flows: readonly DrawnFlow[];
  readonly factors: readonly FactorStep[];
  readonly sessions: readonly Lifetime[];
  readonly sources: readonly SignInSource[];
  /** Whether everybody may open an app without bindings; nothing when authentik alone knows. */
  readonly defaultAppAccess?: boolean | undefined;
  /** Nothing when it is not known. */
  readonly waivers?: readonly SiteWaiver[] | undefined;
  /** Addresses that were left, to those that took their place. */
  readonly moved: ReadonlyMap<string, string>;
}

export interface WorldOptions {
  /** Name of the site. */
  readonly site: string;
  /** @default - not known */
  readonly waivers?: readonly SiteWaiver[] | undefined;
}

/** Reads a site's stacks, of either layout, by stack name. */
export function readWorld(stacks: Readonly<Record<string, StackJson>>, { site, waivers }: WorldOptions): World {
  const all = Object.values(stacks).map((json) => new Stack(json));
  const accounts = sorted(all.flatMap(readPeople), ({ username }) => username);
  const policies = sorted(all.flatMap(readPolicies), ({ name }) => name);
  return {
    site,
    people: accounts.filter(({ kind }) => kind !== "service account"),
    machines: accounts.filter(({ kind }) => kind === "service account"),
    groups: sorted(readGroups(all), ({ name }) => name),
    apps: sorted(all.flatMap(readApps), ({ slug }) => slug),
    policies,
    flows: Object.values(stacks).flatMap(flowsOf),
    factors: all.flatMap(readFactors),
    sessions: all.flatMap(readSessions),
    sources: sorted(all.flatMap(readSources), ({ slug }) => slug),
    defaultAppAccess: all.map(defaultAppAccess).find((value) => value !== undefined),
    waivers,
    moved: new Map(all.flatMap((stack) => stack.moved.map(({ from, to }) => [from, to]))),
  };
}

/** In order of a text, the same on every machine. */
export function sorted<T>(values: readonly T[], by: (value: T) => string): T[] {
  return [...values].sort((a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0));
}

function readPeople(stack: Stack): Person[] {
  return stack.all("authentik_user").map(({ address, arguments: { username, name, type, is_active, groups } }) => ({
    address,
    username: text(username),
    name: text(name) || text(username),
    kind: type === "external" ? "external" : isMachine(type) ? "service account" : "internal",
    active: is_active !== false,
    groups: [...new Set(list(groups).map((group) => nameOf(stack, group)))].sort(),
  }));
}

function isMachine(type: unknown): boolean {
  return type === "service_account" || type === "internal_service_account";
}

/** Groups the stacks make, and those that they only name. */
function readGroups(stacks: readonly Stack[]): Group[] {
  const made = stacks.flatMap((stack) => stack.all("authentik_group").map(readGroup));
  const known = new Set(made.map(({ name }) => name));
  const named = stacks.flatMap((stack) =>
    [
      ...stack.data("authentik_group").map(({ arguments: { name } }) => text(name)),
      ...stack
        .all("authentik_user")
        .flatMap((user) => list(user.arguments.groups).map((group) => nameOf(stack, group))),
    ].filter((name) => name !== "" && !known.has(name)),
  );
  // authentik's own group of administrators is one on every instance.
  return [
    ...made,
    ...[...new Set(named)].map((name) => ({ name, superuser: name === "authentik Admins", parents: [] })),
  ];
}

function readGroup({ stack, address, arguments: { name, is_superuser, parents } }: Block): Group {
  return {
    address,
    name: text(name),
    superuser: is_superuser === true,
    parents: list(parents).map((parent) => nameOf(stack, parent)),
  };
}

function defaultAppAccess(stack: Stack): boolean | undefined {
  const [settings] = stack.all("authentik_system_settings");
  const flags = settings?.arguments.flags;
  const read: unknown = typeof flags === "string" ? parsed(optionalText(flags) ?? "{}") : flags;
  const value = isRecord(read) ? read.core_default_app_access : undefined;
  return typeof value === "boolean" ? value : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
