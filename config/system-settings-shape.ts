import { z } from "zod";
import { text, wholeNumber, words } from "./basic-shapes";

export const systemSettings = z.strictObject({
  defaultAppAccess: z
    .boolean()
    .default(false)
    .describe(
      "Whether an application without bindings is open to everybody; off, a new app is closed from its first moment.",
    ),
  avatars: z
    .array(text)
    .min(1)
    .optional()
    .describe(
      "Where avatars come from, in order: `gravatar`, `initials`, `none`, `attributes.<path>` or a URL; unless given `gravatar`, then `initials`, and before them `attributes.avatar` where `userSettings` lets people upload a picture.",
    ),
  changeName: z.boolean().default(true).describe("Whether people may change their name."),
  changeEmail: z
    .boolean()
    .default(false)
    .describe("Whether people may change their e-mail address, which nobody verifies."),
  changeUsername: z.boolean().default(false).describe("Whether people may change their username."),
  impersonation: z.boolean().default(true).describe("Whether administrators may act as somebody else."),
  eventRetentionDays: wholeNumber(1, 3650).default(365).describe("How long events are kept."),
  gdprCompliance: z.boolean().default(true).describe("Whether the events a person caused go when the person does."),
  footerLinks: z
    .array(
      z.strictObject({
        name: text.describe("What people read."),
        href: words(/^(https?:\/\/|mailto:)\S+$/, "be an http or https URL or mailto: and an address").describe(
          "Where it leads.",
        ),
      }),
    )
    .default([])
    .describe("Links below the box of every flow, from left to right."),
  defaultTokenMinutes: wholeNumber(1, 525_600).default(30).describe("Lifetime of tokens people make."),
  defaultTokenLength: wholeNumber(20, 255).default(60).describe("Length of tokens."),
  reputationLowerLimit: wholeNumber(-1000, -1).default(-5).describe("The worst score a username gets at an address."),
  reputationUpperLimit: wholeNumber(0, 1000).default(5).describe("The best score a username gets at an address."),
  pageSize: wholeNumber(10, 1000)
    .default(20)
    .describe("How many records the API answers with unless asked for another number."),
  maxPageSize: wholeNumber(100, 10_000).default(100).describe("How many records the API answers with at most."),
  continuousLogin: z
    .boolean()
    .default(false)
    .describe("Whether who signs in in one tab is signed in in the other tabs that ask for it."),
  expandedAuditDiffs: z
    .boolean()
    .default(false)
    .describe("Whether audit events say more of what has changed, with an enterprise licence; costs time."),
});
