import { z } from "zod";
import { key, text } from "./basic-shapes";
import { linkMinutes } from "./recovery-shape";
import { likeLogin } from "./session-shape";

export const enrollment = z.strictObject({
  by: z
    .enum(["invitation", "social", "open"])
    .describe(
      "What people come by: an invitation and a password, an invitation and an account elsewhere or a passkey, or an e-mail address alone.",
    ),
  title: text.default("Create your account").describe("Heading people read."),
  assignableGroups: z
    .array(key)
    .default([])
    .describe("Groups that an invitation may put people into; none that makes superusers."),
  usersGroup: key.optional().describe("Group that everybody who enrolls is put into; none unless given."),
  passkey: z
    .boolean()
    .optional()
    .describe(
      "Whether people make a passkey; unless given, with `social`, where those do who come from no source, and not otherwise.",
    ),
  totp: z.boolean().default(false).describe("Whether people set up an authenticator app; not with `social`."),
  sources: z
    .array(key)
    .min(1)
    .optional()
    .describe("Keys of `sources` that people may come from; only with `social`, all unless given."),
  userType: z
    .enum(["internal", "external"])
    .default("internal")
    .describe("What authentik calls the people; `external` have no page of their own."),
  emailSubject: text.optional().describe("Subject of the e-mail of `open`; `Confirm your account` unless given."),
  tokenMinutes: linkMinutes
    .optional()
    .describe("How long the link in the e-mail of `open` is good for; 30 unless given."),
  ...likeLogin,
});
