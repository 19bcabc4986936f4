import { z } from "zod";
import { key, text, vaultRef, waive, words } from "./basic-shapes";

/** An address of a provider; some have a query. */
const address = words(
  /^https?:\/\/[^\s/?#@]+([/?][^\s#]*)?$/,
  "be a URL that begins with http:// or https:// and holds no credentials or fragment",
);

const urls = z.strictObject({
  authorization: address.describe("Where people are sent to sign in."),
  accessToken: address.describe("Where the code is exchanged."),
  profile: address.describe("Where it says who somebody is."),
  jwks: address.optional().describe("Where its public keys are. Cannot be cleared once set."),
});

export const source = z.strictObject({
  kind: z
    .enum(["google", "github", "facebook", "openidconnect"])
    .describe("Who signs people in; `openidconnect` is any provider that speaks OpenID Connect."),
  name: text.describe("What the button says."),
  slug: key
    .max(50)
    .optional()
    .describe("Part of the callback that is registered with the provider; the key unless given."),
  clientId: text.max(255).describe("Id of the client that is registered with the provider."),
  clientSecret: vaultRef.describe("Its secret. Reaches the state."),
  userMatching: z
    .enum(["identifier", "email_link", "email_deny", "username_link", "username_deny"])
    .default("identifier")
    .describe("How somebody who is not linked yet is taken for one who is there; `…_link` is refused."),
  wellKnownUrl: address
    .optional()
    .describe(
      "The provider's document at `/.well-known/openid-configuration`; only for `openidconnect`. Cannot be cleared once set.",
    ),
  urls: urls
    .optional()
    .describe("The provider's addresses; only for `openidconnect` without `wellKnownUrl`. Cannot be cleared once set."),
  scopes: z
    .array(words(/^[!-~]+$/, "be a scope, printable characters without spaces"))
    .min(1)
    .optional()
    .describe("Further scopes to ask for. Cannot be cleared once set."),
  pkce: z
    .enum(["none", "plain", "S256"])
    .default("none")
    .describe("Whether the exchange of the code is proven; not all providers take it."),
  clientAuthentication: z
    .enum(["post_body", "basic_auth"])
    .default("post_body")
    .describe("How the client signs in when the code is exchanged."),
  promoted: z.boolean().default(false).describe("Whether the button stands out."),
  enabled: z.boolean().default(true).describe("Whether anybody can sign in by it."),
  waive,
});
