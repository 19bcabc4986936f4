import { z } from "zod";
import { duration, text } from "./basic-shapes";
import { geoipBinding, networkBinding } from "./session-shape";

const login = z.strictObject({
  title: text.optional().describe("Heading of the first screen; left as it is unless given."),
  sessionDuration: duration.describe("How long a session lasts, such as `weeks=4`."),
  networkBinding: networkBinding.describe(
    "What of the network a session is bound to, as it is now; nothing can read it, so it has to be said.",
  ),
  geoipBinding: geoipBinding.describe(
    "What of the place a session is bound to, as it is now; nothing can read it, so it has to be said.",
  ),
  rememberMeOffset: duration
    .optional()
    .describe("By how much people may lengthen the session; left as it is unless given."),
  passwordOnFirstScreen: z
    .boolean()
    .optional()
    .describe("Whether the password is asked for on the first screen; left as it is unless given."),
});

const brand = z.strictObject({
  title: text.optional().describe("Title of the pages; left as it is unless given."),
});

export const adopt = z.strictObject({
  login: login
    .optional()
    .describe("authentik's own login: gets the links to recovery, enrollment and passkeys, and the sources' buttons."),
  brand: brand
    .optional()
    .describe("The brand of every host without another: gets the recovery flow and the settings flow."),
});
