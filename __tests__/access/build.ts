import type { StackJson } from "../../access/stack";
import { readWorld } from "../../access/world";
import type { SiteWaiver, World } from "../../access/world";

type Block = Record<string, unknown>;
type Blocks = Record<string, Record<string, Block>>;

export interface GroupPlan {
  readonly name?: string;
  readonly parents?: readonly string[];
  readonly superuser?: boolean;
}

export interface PersonPlan {
  /** @default - the id */
  readonly username?: string;
  readonly groups?: readonly string[];
  readonly active?: boolean;
  readonly type?: string;
}

export interface BindingPlan {
  readonly group?: string;
  readonly user?: string;
  readonly policy?: string;
  readonly enabled?: boolean;
  readonly negate?: boolean;
}

export interface AppPlan {
  readonly name?: string;
  readonly match?: "any" | "all";
  readonly bindings?: readonly BindingPlan[];
  /** A provider's arguments, and its type. */
  readonly provider?: Block & { readonly type: string };
  /** Whether an outpost serves it.  @default true */
  readonly served?: boolean;
}

/** A site in short; ids of blocks are the keys. */
export interface Plan {
  readonly groups?: Readonly<Record<string, GroupPlan>>;
  readonly people?: Readonly<Record<string, PersonPlan>>;
  readonly apps?: Readonly<Record<string, AppPlan>>;
  /** Expressions by name. */
  readonly policies?: Readonly<Record<string, string>>;
  readonly defaultAppAccess?: boolean;
  readonly moved?: readonly { readonly from: string; readonly to: string }[];
  /** Anything else. */
  readonly resource?: Blocks;
  readonly waivers?: readonly SiteWaiver[];
}

/** The stack a site in short stands for. */
export function stackOf(plan: Plan): StackJson {
  const { groups = {}, people = {}, apps = {}, policies = {}, defaultAppAccess, moved = [] } = plan;
  const proxies = Object.entries(apps).filter(([, app]) => app.provider?.type === "proxy" && app.served !== false);
  const resource: Blocks = {
    ...plan.resource,
    authentik_group: map(groups, ({ name, parents = [], superuser = false }, id) => ({
      name: name ?? id,
      is_superuser: superuser,
      parents: parents.map((parent) => `\${authentik_group.${parent}.id}`),
    })),
    authentik_user: map(people, ({ username, groups: of = [], active = true, type = "internal" }, id) => ({
      username: username ?? id,
      name: `The ${username ?? id}`,
      is_active: active,
      type,
      groups: of.map((group) => `\${authentik_group.${group}.id}`),
    })),
    authentik_policy_expression: map(policies, (expression, id) => ({ name: id, expression })),
    authentik_application: Object.fromEntries(
      Object.entries(apps).map(([slug, { name, match = "any", provider }]) => [
        idOf(slug),
        {
          slug,
          name: name ?? slug,
          policy_engine_mode: match,
          ...(provider && { protocol_provider: `\${authentik_provider_${provider.type}.${idOf(slug)}_p.id}` }),
        },
      ]),
    ),
    authentik_policy_binding: { ...plan.resource?.authentik_policy_binding, ...bindings(apps) },
    authentik_outpost: {
      outpost: {
        name: "outpost",
        protocol_providers: proxies.map(([slug]) => `\${authentik_provider_proxy.${idOf(slug)}_p.id}`),
      },
    },
    ...providers(apps),
    ...(defaultAppAccess === undefined
      ? {}
      : {
          authentik_system_settings: {
            settings: { flags: JSON.stringify({ core_default_app_access: defaultAppAccess }) },
          },
        }),
  };
  return { resource, moved };
}

export function worldOf(plan: Plan): World {
  return readWorld({ authentik: stackOf(plan) }, { site: "test", waivers: plan.waivers ?? [] });
}

/** Ids of blocks have no blanks. */
function idOf(slug: string): string {
  return slug.replaceAll(/\W/g, "_");
}

function bindings(apps: Readonly<Record<string, AppPlan>>): Record<string, Block> {
  const found = Object.entries(apps).flatMap(([slug, { bindings: all = [] }]) =>
    all.map(({ group, user, policy, enabled = true, negate = false }, place): [string, Block] => [
      `${idOf(slug)}_${place}`,
      {
        target: `\${authentik_application.${idOf(slug)}.uuid}`,
        order: place * 10,
        enabled,
        negate,
        ...(group === undefined ? {} : { group: group.includes("-") ? group : `\${authentik_group.${group}.id}` }),
        ...(user === undefined ? {} : { user: `\${authentik_user.${user}.id}` }),
        ...(policy === undefined ? {} : { policy: `\${authentik_policy_expression.${policy}.id}` }),
      },
    ]),
  );
  return Object.fromEntries(found);
}

function providers(apps: Readonly<Record<string, AppPlan>>): Blocks {
  const found: Blocks = {};
  for (const [slug, { provider }] of Object.entries(apps)) {
    if (provider === undefined) continue;
    const { type, ...rest } = provider;
    found[`authentik_provider_${type}`] = {
      ...found[`authentik_provider_${type}`],
      [`${idOf(slug)}_p`]: { name: slug, ...rest },
    };
  }
  return found;
}

function map<T>(plans: Readonly<Record<string, T>>, block: (plan: T, id: string) => Block): Record<string, Block> {
  return Object.fromEntries(Object.entries(plans).map(([id, plan]) => [id, block(plan, id)]));
}
