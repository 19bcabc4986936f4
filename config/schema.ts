import { z } from "zod";
import { adopt } from "./adopt-shape";
import type { access } from "./app-shape";
import { forwardAuthApp, hostAccess, oidcApp } from "./app-shape";
import { httpUrl, key, pythonFile, text, vault, vaultRef, waive, was } from "./basic-shapes";
import { delivery } from "./delivery-shape";
import { enrollment } from "./enrollment-shape";
import { ldap, ldapApp } from "./ldap-app-shape";
import { brand, login } from "./login-shape";
import { outposts } from "./outpost-shape";
import { platform } from "./platform-shape";
import { show } from "./problems";
import { passwordPolicy, recovery } from "./recovery-shape";
import { userSettings } from "./settings-shape";
import { source } from "./source-shape";
import { systemSettings } from "./system-settings-shape";

const version = z.strictObject({
  server: text.describe("authentik itself."),
  chart: text.describe("The Helm chart."),
  provider: text.describe("The Terraform provider."),
});

const authentik = z.strictObject({
  url: httpUrl
    .regex(/(?<!\/api(\/v3)?\/?)$/, {
      error: ({ input }) => `must be the address people open, without /api, got ${show(input)}`,
    })
    .describe("authentik's public URL, for people and for the API."),
  apiToken: z
    .discriminatedUnion("from", [
      z.strictObject({
        from: z.literal("vault").describe("Read from Vault during each run, never stored."),
        ref: vaultRef.describe("The token's place in Vault."),
      }),
      z.strictObject({ from: z.literal("env").describe("AUTHENTIK_TOKEN of the process that runs Terraform.") }),
    ])
    .describe("The API token of the authentik provider."),
  bootstrap: z
    .strictObject({
      token: vaultRef.describe("API token the first start creates."),
      password: vaultRef.describe("Password the first start gives to akadmin."),
      email: z.email().describe("E-mail address the first start gives to akadmin."),
    })
    .optional()
    .describe("What the worker's first start creates; without it somebody opens the initial setup in a browser."),
});

const group = z.strictObject({
  name: text.optional().describe("Name in authentik; the key unless given."),
  parents: z.array(key).default([]).describe("Groups whose access and superuser right members inherit."),
  superuser: z.boolean().default(false).describe("Members may do everything in authentik."),
  attributes: z.record(z.string(), z.json()).optional().describe("Attributes of the group; not managed unless given."),
  was,
});

/** A Python file, and what authentik calls what is made of it. */
const expression = {
  name: text.optional().describe("Name in authentik; `iac-custom-` and the key unless given."),
  file: pythonFile,
  form: z
    .enum(["module", "body"])
    .default("module")
    .describe(
      "A module that defines `evaluate(request)`, or the text as authentik runs it, with `return` at its top level; `authentik-iac adopt` writes it.",
    ),
};

export const siteShape = z.strictObject({
  name: key.max(40).describe("Name of the site, part of the name of each state."),
  version: version.describe("Versions that belong together."),
  layout: z
    .enum(["single", "split"])
    .default("single")
    .describe("One stack, or three that are planned and applied apart. AUTHENTIK_LAYOUT overrides."),
  backend: text
    .optional()
    .describe("State backend file, relative to the site file; the project's backend.tf.json unless given."),
  authentik: authentik.describe("Where authentik is and how to talk to it."),
  vault: vault.optional().describe("Where secrets are."),
  platform: platform.optional().describe("The Helm release; leave it out where authentik runs already."),
  systemSettings: systemSettings
    .optional()
    .describe(
      "For an instance of your own: all its system settings, also those not named here, which go to their defaults. Leave it out to keep what an instance has.",
    ),
  groups: z.record(key, group).default({}).describe("Groups by key."),
  directory: z
    .strictObject({ adminGroup: key.describe("Key of a group.") })
    .optional()
    .describe("The group that `is_admin` in users.json stands for."),
  users: text.optional().describe("The people, a JSON file relative to the site file."),
  imports: text
    .optional()
    .describe(
      "Objects that were there before, a JSON file relative to the site file: `authentik-iac adopt` writes it, and it goes after the first apply.",
    ),
  scopeMappings: z
    .record(
      key,
      z.strictObject({
        scopeName: text.describe("What a client asks for."),
        description: text.optional().describe("What a consent screen says. Cannot be cleared once set."),
        ...expression,
      }),
    )
    .default({})
    .describe("Scopes of our own."),
  policies: z
    .record(key, z.strictObject(expression))
    .default({})
    .describe("Expression policies that `access` can name."),
  apps: z
    .record(key, z.discriminatedUnion("kind", [oidcApp, forwardAuthApp, ldapApp]))
    .default({})
    .describe("Apps by key."),
  hostAccess: hostAccess
    .optional()
    .describe("Hosts only some may open, beside a domain's forward-auth app: each gets a provider of its own."),
  outposts: outposts.default({ managed: {} }).describe("What answers for forward-auth and LDAP apps."),
  ldap: ldap.optional().describe("What LDAP apps share."),
  login: login.optional().describe("A login of our own, on one screen; `brand` shows it."),
  sources: z
    .record(key, source)
    .default({})
    .describe("Social logins by key; `login`, or the adopted one, shows a button of each."),
  enrollment: enrollment.optional().describe("How people without an account get one; the login links to it."),
  recovery: recovery
    .optional()
    .describe("How people who forgot their password get in again, by e-mail; login and brand lead to it."),
  passwordPolicy: passwordPolicy
    .optional()
    .describe("What a new password has to be, in recovery and enrollment; at least 12 characters unless given."),
  userSettings: userSettings
    .optional()
    .describe("A form of our own in which people change their settings and picture; `brand` leads to it."),
  brand: brand.optional().describe("How authentik looks, and which login it shows, at its public host."),
  adopt: adopt
    .optional()
    .describe("What authentik brings along and is to be changed in place; taken out, it stays as it is then."),
  delivery: delivery
    .default({ maxRemovals: 3, pass: {} })
    .describe("How changes reach authentik, and what stops them."),
  waive,
});

const username = text
  .max(150)
  .regex(/^(?!(constructor|__proto__)$)/, { error: () => "must be another name; this one is Node's own" });

const person = z.strictObject({
  name: text.describe("Full name."),
  email: z.email().max(254).describe("E-mail address."),
  groups: z.array(key).describe("Keys of groups in the site; may be empty."),
  is_admin: z.boolean().default(false).describe("Member of the site's `directory.adminGroup` as well."),
  active: z.boolean().default(true).describe("Set to false to keep the account but let nobody sign in with it."),
  type: z.enum(["internal", "external"]).default("internal").describe("Type of the account."),
  attributes: z
    .record(z.string(), z.json())
    .optional()
    .describe("Not managed unless given; once given, what people set themselves, such as an avatar, is removed."),
  was: username.optional().describe("The username this person had before."),
});

export const usersShape = z.strictObject({
  $schema: z.string().optional().describe("For editors: `users.schema.json`."),
  users: z.record(username, person).describe("People by username."),
});

export const importsShape = z.strictObject({
  imports: z
    .record(
      z.string().regex(/^authentik_[a-z0-9_]+\.[A-Za-z0-9_-]+$/, {
        error: ({ input }) => `must be an address such as authentik_application.identity_apps_wiki, got ${show(input)}`,
      }),
      text,
    )
    .describe("Import ids by address."),
  order: z
    .record(z.string(), z.record(z.string(), z.array(z.number().int().min(0))))
    .default({})
    .describe("By address and argument, the order in which authentik gives a list, as places in the site's own."),
});

/** What `config/site.ts` exports: defaults may be left out. */
export type SiteInput = z.input<typeof siteShape>;
export type SiteData = z.output<typeof siteShape>;
export type UsersData = z.output<typeof usersShape>["users"];
export type OidcAppData = z.output<typeof oidcApp>;
export type ForwardAuthAppData = z.output<typeof forwardAuthApp>;
export type LdapAppData = z.output<typeof ldapApp>;
export type SourceData = z.output<typeof source>;
export type Access = z.output<typeof access>;
export type { VaultRef } from "./basic-shapes";

/** Declares a site; the types guide, `loadSite` checks. */
export function defineSite(site: SiteInput): SiteInput {
  return site;
}
