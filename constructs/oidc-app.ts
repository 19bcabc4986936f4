import { KvSecretV2 } from "@cdktf/provider-vault/lib/kv-secret-v2";
import { Fn, Op, Token } from "cdktf";
import { Construct } from "constructs";
import { createHash } from "node:crypto";
import type { Application } from "../.gen/providers/authentik/application";
import { ProviderOauth2 } from "../.gen/providers/authentik/provider-oauth2";
import type { ProviderOauth2Config } from "../.gen/providers/authentik/provider-oauth2";
import { addApplication, checkAccess } from "./application";
import type { ApplicationProps } from "./application";
import { DirectoryReader } from "./directory-reader";
import type { DirectoryReaderOptions } from "./directory-reader";
import { addressOf, leaveUnset } from "./lifecycle";
import type { Lookups } from "./lookups";
import { checkRedirectUris, toTerraform } from "./redirect-uri";
import type { RedirectUri } from "./redirect-uri";
import { outOfRange, refuse } from "./refusal";
import type { Refusal, Waive } from "./refusal";
import { Revision } from "./revision";

export interface OidcAppProps extends ApplicationProps {
  /** authentik's public URL, without a trailing slash; the issuer begins with it. */
  readonly authentikUrl: string;
  /** Where the app may send people back to; at least one. */
  readonly redirectUris: readonly RedirectUri[];
  /** Flows, scopes and certificates, read once in a stack. */
  readonly lookups: Lookups;
  /** A public client, such as a CLI, has no secret.  @default "confidential" */
  readonly clientType?: "confidential" | "public";
  /** What the app calls itself.  @default - the slug */
  readonly clientId?: string;
  /** Secret from Vault (`Vault.stored`); reaches the state.  @default - authentik generates one */
  readonly clientSecret?: string;
  /** Raise it to replace a generated secret; the provider is made anew and everybody signs in to the app again.  @default 1 */
  readonly secretRevision?: number;
  /** Vault path to write `client_id`, `client_secret` and `issuer` of a generated secret to.  @default - not published */
  readonly publishTo?: { readonly mount: string; readonly path: string };
  /** Uuids of further scope mappings.  @default - openid, email and profile only */
  readonly scopeMappings?: readonly string[];
  /** Uuid of a mapping to use for the scope `email`.  @default - authentik's own, which says `email_verified: false` */
  readonly emailMapping?: string;
  /** Whether people are asked before their data is shared.  @default "implicit" */
  readonly consent?: "implicit" | "explicit";
  /** Name of the certificate that signs tokens.  @default "authentik Self-signed Certificate" */
  readonly signingKey?: string;
  /** Name of the certificate that encrypts tokens.  @default - tokens are signed, not encrypted */
  readonly encryptionKey?: string;
  /** Lifetime of an authorization code, in minutes (1 to 60) or as a text such as `hours=1`.  @default 1 */
  readonly accessCodeMinutes?: number | string;
  /** Lifetime of an access token, in minutes (1 to 1440) or as a text.  @default 10 */
  readonly accessTokenMinutes?: number | string;
  /** Lifetime of a refresh token, in days (1 to 3650) or as a text.  @default 30 */
  readonly refreshTokenDays?: number | string;
  /** What the `sub` claim holds.  @default "hashed_user_id" */
  readonly subMode?: "hashed_user_id" | "user_id" | "user_uuid" | "user_username" | "user_email" | "user_upn";
  /** Whether the issuer is the app's own or shared by all apps.  @default "per_provider" */
  readonly issuerMode?: "per_provider" | "global";
  /** Whether the ID token carries the claims of the scopes.  @default true */
  readonly includeClaimsInIdToken?: boolean;
  /** Grants the client may use, in any order.  @default - authentik's choice */
  readonly grantTypes?: readonly GrantType[];
  /** Where authentik tells the app that a person signed out.  @default - not told */
  readonly logoutUri?: string;
  /** Whether the server or the browser calls `logoutUri`.  @default "backchannel" */
  readonly logoutMethod?: "backchannel" | "frontchannel";
  /** An account by which the app reads who is there, as NetBird does.  @default - it knows those who sign in */
  readonly directoryReader?: DirectoryReaderOptions;
  /** Reasons by code for refusals that do not apply to this app.  @default - none */
  readonly waive?: Waive;
}

/** The order authentik lists them in; the provider compares the list as it stands. */
const GRANT_TYPES = [
  "authorization_code",
  "implicit",
  "hybrid",
  "refresh_token",
  "client_credentials",
  "password",
  "urn:ietf:params:oauth:grant-type:device_code",
] as const;
export type GrantType = (typeof GRANT_TYPES)[number];

/**
 * An OAuth2 provider, the application people see, and who may open it.
 * @throws RefusedError listing every prop that authentik would not do as asked
 * @see https://docs.goauthentik.io/add-secure-apps/providers/oauth2
 */
export class OidcApp extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: Application;
  /** The OAuth2 provider itself. */
  readonly provider: ProviderOauth2;
  /** What the app calls itself. */
  readonly clientId: string;
  /** The issuer, for discovery below `.well-known/openid-configuration`. */
  readonly issuer: string;
  /** The provider's pk, for outposts; known after apply. */
  readonly providerId: number;
  /** The account by which the app reads who is there, if it has one. */
  readonly directoryReader?: DirectoryReader;

  constructor(scope: Construct, id: string, props: OidcAppProps) {
    super(scope, id);
    refuse(this, checkProps(props), props.waive);
    this.clientId = props.clientId ?? props.slug;
    this.issuer =
      props.issuerMode === "global" ? `${props.authentikUrl}/` : `${props.authentikUrl}/application/o/${props.slug}/`;
    this.provider = this.makeProvider(props);
    // Number() of a token is NaN and would synthesize null.
    this.providerId = Token.asNumber(this.provider.id);
    const reader = props.directoryReader && this.addReader(props.directoryReader, props);
    this.directoryReader = reader;
    const access = reader === undefined ? props.access : [...props.access, { user: reader.userId }];
    this.resource = addApplication(this, { ...props, access }, this.providerId);
    if (props.publishTo !== undefined) this.publish(props.publishTo);
  }

  private addReader(options: DirectoryReaderOptions, { slug, authentikUrl }: OidcAppProps): DirectoryReader {
    return new DirectoryReader(this, "directory-reader", {
      ...options,
      slug,
      clientId: this.clientId,
      issuer: this.issuer,
      tokenEndpoint: `${authentikUrl}/application/o/token/`,
    });
  }

  private makeProvider(props: OidcAppProps): ProviderOauth2 {
    const { lookups, clientType = "confidential" } = props;
    const source = secretSource(props);
    // Made for every app, whatever its secret, because only a change replaces, and making it is none: a secret of Vault
    // would stay when authentik is to generate one.
    const revision = new Revision(this, "secret-revision", { source, revision: props.secretRevision ?? 1 });
    const renewed = source === "generated" ? { replaceTriggeredBy: [addressOf(revision)] } : {};
    return new ProviderOauth2(this, "provider", {
      name: props.providerName ?? props.slug,
      clientId: this.clientId,
      clientType,
      clientSecret: props.clientSecret,
      authorizationFlow: lookups.flow(`default-provider-authorization-${props.consent ?? "implicit"}-consent`),
      invalidationFlow: lookups.flow("default-provider-invalidation-flow"),
      allowedRedirectUris: props.redirectUris.map(toTerraform),
      // Left out, the provider sends an empty list: no openid, no e-mail, no profile.
      propertyMappings: [
        lookups.scopeMapping("goauthentik.io/providers/oauth2/scope-openid"),
        props.emailMapping ?? lookups.scopeMapping("goauthentik.io/providers/oauth2/scope-email"),
        lookups.scopeMapping("goauthentik.io/providers/oauth2/scope-profile"),
        ...(props.scopeMappings ?? []),
        // Without it, the account's token does not open the API.
        ...(props.directoryReader === undefined
          ? []
          : [lookups.scopeMapping("goauthentik.io/providers/oauth2/scope-authentik_api")]),
      ],
      // Left out, tokens are signed with the client secret and the JWKS is empty.
      signingKey: lookups.certificate(props.signingKey ?? "authentik Self-signed Certificate"),
      encryptionKey: props.encryptionKey === undefined ? undefined : lookups.certificate(props.encryptionKey),
      ...lifetimesAndClaims(props),
      grantTypes:
        props.grantTypes === undefined ? undefined : GRANT_TYPES.filter((grant) => props.grantTypes?.includes(grant)),
      logoutUri: props.logoutUri,
      logoutMethod: props.logoutMethod ?? "backchannel",
      lifecycle: leaveUnset({ logout_uri: props.logoutUri }, renewed),
    });
  }

  /** Writes the generated credentials to Vault, anew whenever the provider is. */
  private publish({ mount, path }: { readonly mount: string; readonly path: string }): void {
    const contents = { client_id: this.clientId, issuer: this.issuer };
    const digest = createHash("sha256").update(JSON.stringify(contents)).digest().readUInt16BE();
    new KvSecretV2(this, "credentials", {
      mount,
      name: path,
      dataJsonWo: Fn.jsonencode({ ...contents, client_secret: this.provider.clientSecret }),
      dataJsonWoVersion: Token.asNumber(Op.add(Op.mul(this.provider.id, 65_536), digest)),
    });
  }
}

function lifetimesAndClaims(
  props: OidcAppProps,
): Pick<
  ProviderOauth2Config,
  | "accessCodeValidity"
  | "accessTokenValidity"
  | "refreshTokenValidity"
  | "subMode"
  | "issuerMode"
  | "includeClaimsInIdToken"
> {
  return {
    accessCodeValidity: lengthOf("minutes", props.accessCodeMinutes ?? 1),
    accessTokenValidity: lengthOf("minutes", props.accessTokenMinutes ?? 10),
    refreshTokenValidity: lengthOf("days", props.refreshTokenDays ?? 30),
    subMode: props.subMode ?? "hashed_user_id",
    issuerMode: props.issuerMode ?? "per_provider",
    includeClaimsInIdToken: props.includeClaimsInIdToken ?? true,
  };
}

/** A length of time as authentik writes it; a text is one already. */
function lengthOf(unit: "days" | "minutes", length: number | string): string {
  return typeof length === "string" ? length : `${unit}=${length}`;
}

function number(length: number | string | undefined): number | undefined {
  return typeof length === "string" ? undefined : length;
}

function secretSource({ clientType, clientSecret }: ClientOptions): "generated" | "vault" | "none" {
  if (clientType === "public") return "none";
  return clientSecret === undefined ? "generated" : "vault";
}

function checkProps(props: OidcAppProps): Refusal[] {
  const refusals: Refusal[] = [
    ...checkAccess(props.access),
    ...checkRedirectUris(props.redirectUris),
    ...checkClient(props),
    ...checkReader(props),
    ...outOfRange("accessCodeMinutes", number(props.accessCodeMinutes), 1, 60),
    ...outOfRange("accessTokenMinutes", number(props.accessTokenMinutes), 1, 1440),
    ...outOfRange("refreshTokenDays", number(props.refreshTokenDays), 1, 3650),
    ...outOfRange("secretRevision", props.secretRevision, 1, 1_000_000),
  ];
  const add = (code: string, field: string, text: string): void => void refusals.push({ code, field, text });
  if (props.signingKey === "")
    add(
      "AK031",
      "signingKey",
      "must name a certificate, got nothing; without one the JWKS is empty and apps cannot verify a token",
    );
  if (props.clientSecret !== undefined && !Token.isUnresolved(props.clientSecret)) {
    add("AK004", "clientSecret", "must come from Vault, got a literal (not shown); pass Vault.stored(ref)");
  }
  return refusals;
}

/** Refuses access that the account by which the app reads would not have. */
export function checkReader({
  directoryReader,
  match,
}: {
  readonly directoryReader?: unknown;
  readonly match?: "all" | "any" | undefined;
}): Refusal[] {
  if (directoryReader === undefined || match !== "all") return [];
  const text =
    'must be "any" with a directoryReader, got "all"; its account would have to match every entry too: name groups alone, or one policy that asks for the group itself';
  return [{ code: "AK037", field: "match", text }];
}

/** Options of a client that say something about a secret it does not have. */
export interface ClientOptions {
  readonly clientType?: "confidential" | "public" | undefined;
  readonly clientSecret?: unknown;
  readonly secretRevision?: number | undefined;
  readonly publishTo?: unknown;
}

/** What a client's options say about a secret that authentik does not generate. */
export function checkClient({ clientType, clientSecret, secretRevision, publishTo }: ClientOptions): Refusal[] {
  const refuseField = (field: string, text: string): Refusal => ({ code: "AK032", field, text });
  if (clientType === "public" && clientSecret !== undefined) {
    return [
      refuseField(
        "clientSecret",
        'must not be given to a public client, which has no secret; remove it, or say clientType: "confidential"',
      ),
    ];
  }
  const source = secretSource({ clientType, clientSecret });
  if (source === "generated") return [];
  const why = source === "none" ? "a public client has none" : "this one is in Vault already";
  return [
    ...(publishTo === undefined
      ? []
      : [refuseField("publishTo", `must not be given without a generated secret, and ${why}; remove it`)]),
    ...((secretRevision ?? 1) === 1
      ? []
      : [refuseField("secretRevision", `must not be given without a generated secret, and ${why}; remove it`)]),
  ];
}
