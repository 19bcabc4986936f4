import { z } from "zod";
import { common, publishTo } from "./app-shape";
import { text, wholeNumber } from "./basic-shapes";
import { show } from "./problems";

const VALUE = String.raw`[^\s,=+<>#;"\\]([^,=+<>#;"\\]*[^\s,=+<>#;"\\])?`;

/** An outpost compares names letter by letter, so that white space beside a comma would make another name. */
const distinguishedName = text.regex(new RegExp(`^[a-z][a-z0-9-]*=${VALUE}(,[a-z][a-z0-9-]*=${VALUE})*$`, "i"), {
  error: ({ input }) =>
    `must be a distinguished name such as dc=example,dc=org, without white space beside a comma, got ${show(input)}`,
});

export const ldapApp = z.strictObject({
  kind: z.literal("ldap").describe("LDAP, for apps that speak nothing newer."),
  ...common,
  launchUrl: common.launchUrl.describe(
    "Where the tile leads; people see no tile without it. Cannot be cleared once set.",
  ),
  baseDn: distinguishedName
    .optional()
    .describe("Where the app finds people and groups; `ou=<slug>` below the root unless given."),
  searchMode: z
    .enum(["direct", "cached"])
    .default("direct")
    .describe("Whether each search asks authentik, or the outpost answers from what it fetched minutes ago."),
  bindMode: z
    .enum(["direct", "cached"])
    .default("direct")
    .describe(
      "Whether each bind asks authentik, or the outpost remembers a password: a person who is locked out keeps getting in for as long.",
    ),
  uidStartNumber: wholeNumber(1, 2_000_000_000)
    .default(2000)
    .describe("Added to a person's number to make the `uidNumber`; a change makes strangers of their files."),
  gidStartNumber: wholeNumber(1, 2_000_000_000)
    .default(4000)
    .describe("Added to a group's number to make the `gidNumber`; a change makes strangers of their files."),
  passwordRevision: wholeNumber(1, 1_000_000)
    .default(1)
    .describe("Raise it to replace the bind account's password; the app needs the new one at once."),
  publishTo: publishTo
    .optional()
    .describe(
      "Where in Vault to write `base_dn`, `bind_dn` and `bind_password`. Taking it away replaces the password, which the state would keep.",
    ),
});

/** What LDAP apps share, since one outpost serves them all. */
export const ldap = z.strictObject({
  root: distinguishedName.describe("Distinguished name above the apps, such as `dc=example,dc=org`."),
  certificate: text
    .optional()
    .describe("Certificate for LDAPS and StartTLS, by name; the outpost makes one that nobody trusts unless given."),
  sessionMinutes: wholeNumber(1, 1440)
    .default(30)
    .describe('How long the session of a bind lives, and apps with `bindMode: "cached"` take a password.'),
});
