import { z } from "zod";
import { duration, text, wholeNumber } from "./basic-shapes";

/** How long a link in an e-mail is good for. */
export const linkMinutes = wholeNumber(5, 1440);

const amount = wholeNumber(1, 20).optional();

export const passwordPolicy = z.strictObject({
  minLength: wholeNumber(8, 128).default(12).describe("Fewest characters."),
  digits: amount.describe("Fewest digits; none are asked for unless given."),
  lowercase: amount.describe("Fewest lower-case letters; none are asked for unless given."),
  uppercase: amount.describe("Fewest upper-case letters; none are asked for unless given."),
  symbols: amount.describe("Fewest symbols; none are asked for unless given."),
  strength: wholeNumber(2, 4)
    .optional()
    .describe(
      "Strength that zxcvbn has to find, 2 (somewhat guessable) to 4 (very unguessable); not judged unless given.",
    ),
  breachCheck: z
    .boolean()
    .default(false)
    .describe(
      "Whether passwords that haveibeenpwned.com knows are refused; when authentik cannot reach it, nobody can enroll or recover.",
    ),
  message: text.optional().describe("What people read whose password is refused; says what is asked for unless given."),
});

export const recovery = z.strictObject({
  title: text.default("Reset your password").describe("Heading people read."),
  userFields: z
    .array(z.enum(["email", "username"]))
    .min(1)
    .default(["email", "username"])
    .describe("What people may call themselves, without regard to case."),
  emailSubject: text.default("Reset your password").describe("Subject of the e-mail."),
  tokenMinutes: linkMinutes.default(30).describe("How long the link in the e-mail is good for."),
  sessionDuration: duration
    .optional()
    .describe("How long the session lasts that begins with the new password; as that of the login unless given."),
});
