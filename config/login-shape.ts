import { z } from "zod";
import { duration, text, waive, words } from "./basic-shapes";
import { geoipBinding, networkBinding } from "./session-shape";

const reputation = z.strictObject({
  threshold: z
    .number()
    .int()
    .default(-5)
    .describe("The score that is turned away, -5 to -1; each failed attempt takes one away."),
  checkIp: z
    .boolean()
    .default(true)
    .describe("Whether the address counts; not where everybody comes from one, as behind a proxy that hides it."),
  checkUsername: z
    .boolean()
    .default(true)
    .describe("Whether the username counts; attempts by others then lock a person out."),
  message: text.optional().describe("What people read who are turned away; to try again tomorrow unless given."),
});

const mfa = z.strictObject({
  deviceClasses: z
    .array(z.enum(["webauthn", "totp", "static", "email", "sms", "duo"]))
    .default(["webauthn", "totp", "static"])
    .describe("Factors that count."),
  notConfigured: z
    .enum(["skip", "deny", "configure"])
    .default("skip")
    .describe("Whether people without a factor are let in, turned away, or made to set one up at once."),
  setUp: z
    .array(z.enum(["totp", "webauthn", "static", "email"]))
    .optional()
    .describe(
      "Factors to choose from with `configure`; all but `email` unless given. Keep one that needs neither hardware nor mail.",
    ),
  askAgainAfter: duration
    .optional()
    .describe("How long a browser is not asked again, such as `hours=12`; asked at each sign-in unless given."),
});

export const login = z.strictObject({
  title: text.default("Sign in").describe("Heading people read."),
  userFields: z
    .array(z.enum(["username", "email"]))
    .default(["username", "email"])
    .describe("What people may call themselves, without regard to case."),
  passkeys: z.boolean().default(true).describe("Whether the browser offers passkeys on the same screen."),
  passwordless: z
    .boolean()
    .default(false)
    .describe(
      "Whether the login links to a flow in which a passkey alone signs in, for browsers that do not offer one.",
    ),
  rememberUsername: z.boolean().default(true).describe("Whether people may have their username filled in next time."),
  reputation: z
    .union([z.literal(false), reputation])
    .optional()
    .describe("Whom to turn away after too many failed attempts, unless given as below; `false` for nobody."),
  mfa: mfa.optional().describe("The second factor; passkeys are not asked for one."),
  sessionDuration: duration
    .default("weeks=4")
    .describe("How long a session lasts, such as `weeks=4`; it does not grow with use."),
  rememberMeOffset: duration
    .optional()
    .describe("By how much people may lengthen the session; asks everybody on a screen of its own."),
  networkBinding: networkBinding
    .default("no_binding")
    .describe("What of the network a session is bound to; needs GeoIP data, or sessions end when the address changes."),
  geoipBinding: geoipBinding
    .default("no_binding")
    .describe("What of the place a session is bound to; needs GeoIP data, or sessions end when the address changes."),
  compatibilityMode: z
    .boolean()
    .default(false)
    .describe("Whether the page helps password managers that cannot look into web components."),
  waive,
});

/** A picture as brands take it. */
const picture = words(/^(https?:\/\/|\/)\S+$/, "be a URL or a path that begins with /");

/** Text of many lines. The server strips white space at both ends, and every plan would put it back. */
const styleSheet = z.string().regex(/^\S([\s\S]*\S)?$/, {
  error: () => "must be a style sheet without white space at its ends",
});

export const brand = z.strictObject({
  title: text.default("authentik").describe("Title of the pages, and what codes are called in people's apps."),
  logo: picture.optional().describe("Picture above the box; authentik's unless given."),
  favicon: picture.optional().describe("Picture of the browser's tab; authentik's unless given."),
  background: picture.optional().describe("Picture behind the box, that of `login` too; authentik's unless given."),
  customCss: styleSheet.optional().describe("Style sheet of all pages. Cannot be cleared once set."),
  attributes: z
    .record(z.string(), z.json())
    .default({})
    .describe('Attributes of the brand, such as `{ settings: { locale: "de" } }`.'),
});
