import type { Authentik } from "../../api/authentik";
import { connections } from "../../config/connection";
import type { Site } from "../../config/load";
import { show } from "../../config/problems";
import { Failure } from "../../delivery/failure";
import { apiTarget, ldapTarget, slugOf } from "./app";
import type { Target } from "./app";
import type { CreateOptions, Purpose } from "./options";
import { applyRights, appsWithAccounts, appsWithReadKeys, planRights } from "./permissions";
import type { ObjectRight } from "./role";

/** What an account is made with. */
export interface Plan {
  readonly intent: "api" | "app_password";
  /** Rights to all objects, by app label and codename; superusers need none. */
  readonly permissions: readonly string[];
  /** The right to one object, which is looked up again as it is given. */
  readonly on?: Pick<ObjectRight, "model" | "permission">;
  readonly superuser: boolean;
  readonly target?: Target;
  /** What whoever has the key can do, in words. */
  readonly words: readonly string[];
}

/**
 * Refuses options that are none for a purpose, and what the site makes itself or cannot do without more, before authentik
 * is asked.
 * @throws Failure saying what to give instead
 */
export function checkWish(site: Site, options: CreateOptions): void {
  const { app, superuser = false } = options;
  const isOfApp = options.for === "ldap" || options.for === "netbird";
  if (superuser && options.for !== "apply") throw misused("superuser", options.for, "only apply may need it");
  if (app !== undefined && !isOfApp) throw misused("app", options.for, "it is for the whole site");
  if (options.for === "apply" && !superuser) refuseMachines(site);
  if (isOfApp) refuseWhatTheSiteMakes(site, slugFor(site, options));
}

function misused(option: string, purpose: Purpose, why: string): Failure {
  return new Failure(`token: --${option} must be left out with --for ${purpose}, got one; ${why}`, 2);
}

function refuseMachines(site: Site): void {
  const accounts = appsWithAccounts(site).map((key) => `apps.${key}`);
  if (accounts.length === 0) return;
  const have = accounts.length === 1 ? "has an account" : "have accounts";
  throw new Failure(
    `token: --for apply must be given --superuser with this site, got none; ${accounts.join(", ")} ${have} with a token, and a token that anybody but a superuser makes belongs to whoever makes it`,
  );
}

function slugFor(site: Site, { app, for: purpose }: CreateOptions): string {
  return purpose === "ldap" ? slugOf(site, "ldap", undefined, app) : slugOf(site, "oidc", "netbird", app);
}

function refuseWhatTheSiteMakes(site: Site, slug: string): void {
  const [key, app] = Object.entries(site.apps).find(([, one]) => one.slug === slug) ?? [];
  if (key === undefined || app?.kind !== "oidc" || app.directoryReader === undefined) return;
  const facts = new Map(connections(site).find((connection) => connection.key === key)?.facts ?? []);
  throw new Failure(
    `token: --for netbird must be for an app without a directoryReader, got apps.${key}, whose account ${show(facts.get("Directory account"))} the site makes; its password is there already: ${facts.get("Directory password") ?? "in authentik"}`,
  );
}

/**
 * What an account needs for its purpose, and no more.
 * @throws Failure when there is no app for it
 */
export async function planFor(authentik: Authentik, site: Site, options: CreateOptions): Promise<Plan> {
  switch (options.for) {
    case "apply":
      return applyPlan(site, options.superuser === true);
    case "plan":
      return planPlan(site);
    case "ldap":
      return ldapPlan(await ldapTarget(authentik, site, slugFor(site, options)));
    case "netbird":
      return netbirdPlan(await apiTarget(authentik, site, slugFor(site, options)));
  }
}

function applyPlan(site: Site, superuser: boolean): Plan {
  if (superuser) {
    const words = ["It is a superuser: whoever has the key may do everything."];
    return { intent: "api", permissions: [], superuser, words };
  }
  const words = [
    "It may read and write what the stacks make: apps, flows, policies, groups, people, brands.",
    "It is no superuser, but expressions that it writes are run inside authentik: whoever has the key can become one.",
  ];
  return { intent: "api", permissions: applyRights(site), superuser, words };
}

function planPlan(site: Site): Plan {
  const readable = appsWithReadKeys(site).map((key) => `apps.${key}`);
  const publish = readable.length === 1 ? "publishes a password" : "publish passwords";
  const words = [
    "It changes nothing. It reads what a plan reads, client secrets of OIDC apps and everybody's address among it.",
    ...(readable.length === 0
      ? []
      : [
          `It reads the keys of all tokens as well, those of superusers among them, because ${readable.join(", ")} ${publish}: whoever has the key can become one.`,
        ]),
  ];
  return { intent: "api", permissions: planRights(site), superuser: false, words };
}

function ldapPlan(target: Target): Plan {
  return {
    intent: "app_password",
    permissions: [],
    on: {
      permission: "authentik_providers_ldap.search_full_directory",
      model: "authentik_providers_ldap.ldapprovider",
    },
    superuser: false,
    target,
    words: [`It may bind to ${target.slug} and search the whole directory there, and do nothing else.`],
  };
}

function netbirdPlan(target: Target): Plan {
  const words = [
    `It gets a token of ${target.slug} with its name and password, and sees who is there: names, addresses, groups. It changes nobody.`,
  ];
  return { intent: "app_password", permissions: ["authentik_core.view_user"], superuser: false, target, words };
}
