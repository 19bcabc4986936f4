import { Construct } from "constructs";
import { SourceOauth } from "../.gen/providers/authentik/source-oauth";
import type { SourceOauthConfig } from "../.gen/providers/authentik/source-oauth";
import { flowUuid, flowsComplete } from "./flow";
import type { FlowReference } from "./flow";
import { leaveUnset } from "./lifecycle";
import { refuse } from "./refusal";
import type { Refusal, Waive } from "./refusal";

/** Who signs people in; `openidconnect` is any provider that speaks OpenID Connect. */
export type SourceKind = "facebook" | "github" | "google" | "openidconnect";

/** How a person of a source who is not linked yet is taken for one who is there. */
export type UserMatching = "email_deny" | "email_link" | "identifier" | "username_deny" | "username_link";

/** Addresses of a provider that publishes no document with them. */
export interface SourceUrls {
  /** Where people are sent to sign in. */
  readonly authorization: string;
  /** Where the code is exchanged. */
  readonly accessToken: string;
  /** Where it says who somebody is. */
  readonly profile: string;
  /** Where its public keys are.  @default - none */
  readonly jwks?: string;
}

export interface SocialSourceProps {
  /** Who signs people in. */
  readonly kind: SourceKind;
  /** What the button says. */
  readonly title: string;
  /** Part of the callback's URL, unique; changing it means registering another callback. */
  readonly slug: string;
  /** Id of the client that is registered with the provider. */
  readonly clientId: string;
  /** Its secret, from Vault; reaches the state, the provider takes no ephemeral value. */
  readonly clientSecret: string;
  /** Where people go who are known. */
  readonly authenticationFlow: FlowReference;
  /** Where people go who are not.  @default - they are turned away */
  readonly enrollmentFlow?: FlowReference;
  /**
   * How people are matched. By e-mail or username, who can choose either at the provider takes over somebody's account.
   * @default "identifier"
   */
  readonly userMatching?: UserMatching;
  /** The provider's document at `/.well-known/openid-configuration`; only for `openidconnect`.  @default - `urls` say it */
  readonly wellKnownUrl?: string;
  /** Its addresses; only for `openidconnect` without `wellKnownUrl`.  @default - `wellKnownUrl` says them */
  readonly urls?: SourceUrls;
  /** Further scopes, separated by spaces. Cannot be cleared once set.  @default - none */
  readonly scopes?: string;
  /** Whether the exchange of the code is proven; not all providers take it.  @default "none" */
  readonly pkce?: "none" | "plain" | "S256";
  /** How the client signs in at the exchange of the code.  @default "post_body" */
  readonly clientAuthentication?: "basic_auth" | "post_body";
  /** Whether the button stands out.  @default false */
  readonly promoted?: boolean;
  /** Whether anybody can sign in by it.  @default true */
  readonly enabled?: boolean;
  /** Reasons by code for refusals that do not apply here.  @default - none */
  readonly waive?: Waive;
}

/**
 * A social login: people sign in at somebody else's, and are known here by what that calls them.
 *
 * With a document of addresses, and for the kinds that have one built in, authentik fetches it at each change: it has to
 * reach the provider, or the apply is refused.
 *
 * @throws RefusedError on matching that would let somebody take over an account, and on addresses that are missing or too many
 * @see https://docs.goauthentik.io/users-sources/sources/social-logins/
 */
export class SocialSource extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: SourceOauth;
  /** Uuid of the source, for logins that show its button; known after apply. */
  readonly sourceId: string;
  /** Path to register with the provider, below authentik's public URL. */
  readonly callbackPath: string;

  constructor(scope: Construct, id: string, props: SocialSourceProps) {
    super(scope, id);
    refuse(this, checkSocialSource(props), props.waive);
    this.callbackPath = `/source/oauth/callback/${props.slug}/`;
    const given = addresses(props);
    this.resource = new SourceOauth(this, "Resource", {
      name: props.title,
      slug: props.slug,
      providerType: props.kind,
      consumerKey: props.clientId,
      consumerSecret: props.clientSecret,
      enabled: props.enabled ?? true,
      promoted: props.promoted ?? false,
      userMatchingMode: props.userMatching ?? "identifier",
      // The provider's own default is basic_auth, which Google, GitHub and Facebook refuse.
      authorizationCodeAuthMethod: props.clientAuthentication ?? "post_body",
      pkce: props.pkce ?? "none",
      policyEngineMode: "any",
      authenticationFlow: flowUuid(props.authenticationFlow),
      enrollmentFlow: flowUuid(props.enrollmentFlow),
      ...given,
      dependsOn: flowsComplete([props.authenticationFlow, props.enrollmentFlow]),
      // The server fills addresses in, and the schema does not say that they are computed.
      lifecycle: leaveUnset(
        Object.fromEntries(ADDRESSES.map(([argument, name]): [string, unknown] => [argument, given[name]])),
      ),
    });
    this.node.defaultChild = this.resource;
    this.sourceId = this.resource.uuid;
  }
}

type Addresses = Pick<
  SourceOauthConfig,
  "accessTokenUrl" | "additionalScopes" | "authorizationUrl" | "oidcJwksUrl" | "oidcWellKnownUrl" | "profileUrl"
>;

/** What the provider does not clear once it was sent, or the server fills in; as Terraform and as the bindings call it. */
const ADDRESSES: readonly (readonly [string, keyof Addresses])[] = [
  ["access_token_url", "accessTokenUrl"],
  ["additional_scopes", "additionalScopes"],
  ["authorization_url", "authorizationUrl"],
  ["oidc_jwks_url", "oidcJwksUrl"],
  ["oidc_well_known_url", "oidcWellKnownUrl"],
  ["profile_url", "profileUrl"],
];

function addresses({ urls, wellKnownUrl, scopes }: SocialSourceProps): Addresses {
  return {
    authorizationUrl: urls?.authorization,
    accessTokenUrl: urls?.accessToken,
    profileUrl: urls?.profile,
    oidcJwksUrl: urls?.jwks,
    oidcWellKnownUrl: wellKnownUrl,
    additionalScopes: scopes,
  };
}

/** A source as far as config could be read. */
export interface LooseSource {
  readonly kind?: SourceKind;
  readonly userMatching?: UserMatching;
  readonly wellKnownUrl?: string;
  readonly urls?: unknown;
}

/** Refuses matching that lets somebody take over an account, and addresses that are missing or would not be used. */
export function checkSocialSource({ kind, userMatching = "identifier", wellKnownUrl, urls }: LooseSource): Refusal[] {
  const refusals: Refusal[] = [];
  if (userMatching.endsWith("_link")) {
    const what = userMatching === "email_link" ? "an address it does not verify" : "a username";
    const text = `must be "identifier", got "${userMatching}"; who can choose ${what} at the source takes over the account that has it here: let people link the source in their settings`;
    refusals.push({ code: "AK060", field: "userMatching", text, waivable: true });
  }
  if (kind === "openidconnect" && (wellKnownUrl === undefined) === (urls === undefined)) {
    const got = urls === undefined ? "neither" : "both";
    const text = `must be given for openidconnect, or else urls, got ${got}; give the provider's /.well-known/openid-configuration`;
    refusals.push({ field: "wellKnownUrl", text });
  }
  if (kind !== undefined && kind !== "openidconnect") {
    const text = `must be left out for ${kind}, got one; authentik knows where ${kind} is`;
    if (wellKnownUrl !== undefined) refusals.push({ field: "wellKnownUrl", text });
    if (urls !== undefined) refusals.push({ field: "urls", text });
  }
  return refusals;
}
