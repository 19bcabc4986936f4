import type { Change, Plan, Values } from "../plan";
import { redirectKey } from "./clients";
import { Directory, GROUP, isPerson } from "./directory";
import type { Side } from "./directory";

/** Something two objects of a type can have in common that makes them the same thing. */
export interface Sign {
  /** What it is called in a sentence. */
  readonly name: string;
  /** What has to be the same, as text; nothing where an object has no such sign. */
  readonly key: (change: Change, side: Side) => string | undefined;
}

/** The attributes that only one object of a type can have, the surest first; the others go by their names. */
const UNIQUE: Readonly<Record<string, readonly string[]>> = {
  authentik_application: ["slug"],
  authentik_brand: ["domain"],
  authentik_flow: ["slug"],
  authentik_flow_stage_binding: [],
  authentik_policy_binding: [],
  authentik_provider_ldap: ["name", "base_dn"],
  authentik_provider_oauth2: ["name", "client_id"],
  authentik_provider_proxy: ["name", "external_host"],
  authentik_token: ["identifier"],
  authentik_user: ["username"],
};
const ATTRIBUTES = ["slug", "username", "name", "client_id", "domain", "identifier", "external_host", "base_dn"];

/** Signs that two objects are the same thing, the surest first. */
export function signs(plan: Plan, others: readonly Plan[]): Sign[] {
  const unique = ATTRIBUTES.map((attribute): Sign => {
    const key: Sign["key"] = (change, side) =>
      attributesOf(change.type).includes(attribute) ? text(change[side]?.[attribute]) : undefined;
    return { name: attribute.replaceAll("_", " "), key };
  });
  return [
    ...unique,
    { name: "place in a flow", key: (change, side) => placeKey(change.type, change[side]) },
    { name: "e-mail address", key: (change, side) => emailKey(change.type, change[side]) },
    { name: "launch URL", key: (change, side) => launchKey(change[side]) },
    { name: "redirect URIs", key: (change, side) => redirectKey(change[side]) },
    { name: "members", key: membersKey([plan, ...others]) },
  ];
}

function attributesOf(type: string): readonly string[] {
  return UNIQUE[type] ?? (type.startsWith("authentik_source_") ? ["slug"] : ["name"]);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function placeKey(type: string, { target, stage, order }: Values = {}): string | undefined {
  if (type !== "authentik_flow_stage_binding" || target === undefined || stage === undefined) return undefined;
  return JSON.stringify([target, stage, order]);
}

function emailKey(type: string, values: Values = {}): string | undefined {
  return isPerson({ type, values }) ? text(values.email)?.toLowerCase() : undefined;
}

/** An app that hides itself says `blank://blank`. */
function launchKey(values: Values = {}): string | undefined {
  const url = text(values.meta_launch_url);
  return url !== undefined && /^https?:/.test(url) ? url : undefined;
}

/**
 * Two groups are the same with the same people, the same parents and the same right. Where they open apps, the same ones;
 * where they open none, more than one person, since everybody's own groups look alike.
 */
function membersKey(plans: readonly Plan[]): Sign["key"] {
  const known = new Map<Side, Directory>();
  return ({ type, ...change }, side) => {
    const values = change[side];
    const name = text(values?.name);
    if (type !== GROUP || name === undefined) return undefined;
    const directory = known.get(side) ?? new Directory(side, plans);
    known.set(side, directory);
    const [members, opened] = [directory.members(name), directory.openedBy(name)];
    if (members.size <= (opened.size > 0 ? 0 : 1)) return undefined;
    const sorted = [members, opened, new Set(directory.parents(name))].map((set) => [...set].sort());
    return JSON.stringify([...sorted, values?.is_superuser === true]);
  };
}
