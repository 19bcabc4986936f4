import { list } from "../../access/stack";
import { show } from "../../config/problems";
import type { SiteInput } from "../../config/schema";
import type { Expressions } from "./expressions";
import type { Groups } from "./groups";
import { isAppGroup } from "./groups";
import type { Live } from "./instance";
import { textOf } from "./basis";
import type { Basis } from "./basis";
import { unusable } from "./people";

export type AccessInput = NonNullable<SiteInput["apps"]>[string]["access"];

/** Who may open something, or why a site cannot say it. */
export type Opened = { readonly access: AccessInput; readonly isOpen: boolean } | { readonly why: string };

/** What an app's bindings are made of. */
export interface AccessParts {
  readonly groups: Groups;
  readonly policies: Expressions<"policies">;
  /** Accounts that apps have of their own, which their constructs bind. */
  readonly accounts: ReadonlySet<unknown>;
}

const EVERYONE = "iac-everyone";

/** Who may open an application: what its bindings say. */
export function accessOf(basis: Basis, app: Live, parts: AccessParts): Opened {
  const bindings = [...basis.instance.having("policies/bindings", "target", app.pk)].sort(byOrder);
  if (bindings.length === 0) {
    const why = closedBecause(basis);
    return why === undefined ? { access: "everyone", isOpen: true } : { why };
  }
  const entries = bindings.map((binding) => entryOf(basis, subjectOf(basis, binding), parts));
  const obstacle = entries.find((entry) => "why" in entry);
  if (obstacle !== undefined) return obstacle;
  if (entries.some((entry) => "everyone" in entry)) return { access: "everyone", isOpen: false };
  return { access: written(app, entries), isOpen: false };
}

/** What one binding adds to who may open an app. */
type Entry =
  | { readonly everyone: true }
  | { readonly group: string }
  | { readonly own: true }
  | { readonly policy: string }
  | { readonly users: readonly string[] }
  | { readonly why: string };

function entryOf(basis: Basis, { kind, object, pk }: Subject, { accounts, groups, policies }: AccessParts): Entry {
  if (kind === "user") {
    if (accounts.has(pk)) return { own: true };
    return { why: "lets in somebody by name; a site lets in groups: put the person into one" };
  }
  if (object === undefined) return { why: `has a binding to a ${kind} that cannot be read` };
  if (kind === "policy") {
    if (nameOf(object) === EVERYONE) return { everyone: true };
    const policy = isExpression(object) ? policies.keyOf(object) : undefined;
    return policy === undefined
      ? { why: `asks the policy ${nameOf(object)}, which a site cannot have here` }
      : { policy };
  }
  if (isAppGroup(basis, object)) return named(basis.members.get(pk) ?? []);
  const group = groups.keyOf(pk);
  return group === undefined ? { why: `lets in the group ${nameOf(object)}, which is not in the site` } : { group };
}

/** People who are let in one by one. */
function named(users: readonly string[]): Entry {
  const odd = users.find((name) => unusable(name) !== undefined);
  if (odd === undefined) return { users };
  return { why: `lets in ${show(odd)} by name, which no username in users.json can be` };
}

function written(app: Live, entries: readonly Entry[]): AccessInput {
  const groups = entries.flatMap((entry) => ("group" in entry ? [entry.group] : []));
  const users = entries.flatMap((entry) => ("users" in entry ? [entry.users] : []));
  const policies = entries.flatMap((entry) => ("policy" in entry ? [entry.policy] : []));
  return {
    ...(groups.length > 0 ? { groups } : {}),
    ...(users.length > 0 ? { users: users.flat() } : {}),
    ...(policies.length > 0 ? { policies } : {}),
    ...(app["policy_engine_mode"] === "all" ? { match: "all" as const } : {}),
  };
}

/** Why an app without bindings is not open to everybody; nothing where authentik opens such apps. */
function closedBecause({ instance }: Basis): string | undefined {
  const { flags } = instance.settings as { flags?: Readonly<Record<string, unknown>> };
  if (flags === undefined) {
    return "says nobody who may open it, and the settings, which decide what that means, could not be read";
  }
  if (flags["core_default_app_access"] !== false) return undefined;
  return "lets nobody in, since nothing says who may open it and authentik keeps such apps closed; bind a group there";
}

type Subject = { readonly kind: "group" | "policy" | "user"; readonly pk: unknown; readonly object?: Live | undefined };

function subjectOf({ instance }: Basis, binding: Live): Subject {
  const { group, policy, user } = binding;
  if (typeof group === "string") return { kind: "group", pk: group, object: instance.get("core/groups", group) };
  if (typeof policy === "string") return { kind: "policy", pk: policy, object: instance.get("policies/all", policy) };
  return { kind: "user", pk: user };
}

function isExpression(policy: Live): boolean {
  return policy["expression"] !== undefined;
}

function nameOf(object: Live): string {
  return textOf(object, "name") ?? String(object.pk);
}

function byOrder(a: Live, b: Live): number {
  return Number(a["order"]) - Number(b["order"]);
}

/** Whether a list holds each of some keys once, and what else it holds. */
export function beyond(object: Live, field: string, usual: readonly unknown[]): unknown[] {
  return list(object[field]).filter((pk) => !usual.includes(pk));
}
