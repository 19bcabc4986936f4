import { list } from "../../access/stack";
import { forwardAuthApp, oidcApp } from "../../config/app-shape";
import { ldapApp } from "../../config/ldap-app-shape";
import type { SiteInput } from "../../config/schema";
import { given, lengthIn, textOf } from "./basis";
import type { Instance, Live } from "./instance";
import { read, unsaid } from "./reading";
import type { Reading } from "./reading";

type App = NonNullable<SiteInput["apps"]>[string];
export type OidcApp = Extract<App, { kind: "oidc" }>;
export type ForwardAuthApp = Extract<App, { kind: "forward-auth" }>;
export type LdapApp = Extract<App, { kind: "ldap" }>;

/** What an app has whatever its protocol. */
export type Common = Readonly<Record<string, unknown>>;

/** A provider, and what is known of its app. */
export interface Served<T extends App = App> {
  readonly slug: string;
  readonly provider: Live;
  readonly common: Common;
  /** The app as the site has it that was given. */
  readonly base: T | undefined;
  /** Keys of further scopes. */
  readonly scopes: readonly string[];
}

const NO_PATH = "no path is open^";

/** An OIDC app of a site for an OAuth2 provider. */
export function oidcOf(
  { base, common, provider, scopes, slug }: Served<OidcApp>,
  more: Pick<OidcApp, "directoryReader" | "emailVerified">,
  instance: Instance,
): Reading<OidcApp> {
  const what = `app ${slug}`;
  const signingKey = nameOf(instance, provider["signing_key"]);
  if (signingKey === undefined) {
    return unsaid(what, "has a provider without a signing key, so that nobody can check its tokens; choose one there");
  }
  const flow = textOf(instance.get("flows/instances", provider["authorization_flow"]), "slug");
  return read(what, oidcApp, {
    kind: "oidc",
    ...common,
    ...more,
    ...lifetimesOf(provider),
    providerName: otherThan(slug, textOf(provider, "name")),
    redirectUris: list(provider.redirect_uris).map(redirectUri),
    clientType: provider["client_type"],
    clientId: otherThan(slug, textOf(provider, "client_id")),
    clientSecret: base?.clientSecret,
    secretRevision: base?.secretRevision,
    publishTo: base?.publishTo,
    grantTypes: base?.grantTypes,
    scopes,
    consent: flow?.includes("explicit") === true ? "explicit" : "implicit",
    signingKey,
    encryptionKey: nameOf(instance, provider["encryption_key"]),
    subMode: provider["sub_mode"],
    issuerMode: provider["issuer_mode"],
    includeClaimsInIdToken: provider["include_claims_in_id_token"],
    logoutUri: textOf(provider, "logout_uri"),
    logoutMethod: provider["logout_method"],
  });
}

function lifetimesOf(provider: Live): object {
  return {
    accessCodeMinutes: lengthOf("minutes", provider["access_code_validity"]),
    accessTokenMinutes: lengthOf("minutes", provider["access_token_validity"]),
    refreshTokenDays: lengthOf("days", provider["refresh_token_validity"]),
  };
}

/** A number of a unit where authentik says it so, else its own text. */
function lengthOf(unit: "days" | "minutes", text: unknown): unknown {
  const length = lengthIn(unit, text);
  return text === `${unit}=${length ?? ""}` ? length : text;
}

function redirectUri(uri: unknown): unknown {
  const { matching_mode: matchingMode, redirect_uri_type: type, url } = uri as Record<string, string>;
  return matchingMode === "regex" || type === "logout" ? given({ url, matchingMode, type }) : url;
}

/** A forward-auth app of a site for a proxy provider. */
export function forwardAuthOf(
  { common, provider, scopes, slug }: Served<ForwardAuthApp>,
  outpost: string | undefined,
): Reading<ForwardAuthApp> {
  const isBasic = provider["basic_auth_enabled"] === true;
  const paths = textOf(provider, "skip_path_regex");
  return read(`app ${slug}`, forwardAuthApp, {
    kind: "forward-auth",
    ...common,
    providerName: otherThan(proxyName(slug, provider, isBasic), textOf(provider, "name")),
    mode: provider["mode"],
    externalHost: provider["external_host"],
    cookieDomain: textOf(provider, "cookie_domain"),
    internalHost: textOf(provider, "internal_host"),
    internalHostSslValidation: provider["mode"] === "proxy" ? provider["internal_host_ssl_validation"] : undefined,
    interceptHeaderAuth: provider["intercept_header_auth"],
    unauthenticatedPaths: paths === undefined || paths === NO_PATH ? [] : paths.split("\n"),
    accessTokenValidity: provider["access_token_validity"],
    basicAuth: isBasic
      ? {
          usernameAttribute: provider["basic_auth_user_attribute"],
          passwordAttribute: provider["basic_auth_password_attribute"],
        }
      : undefined,
    scopes,
    outpost,
  });
}

function proxyName(slug: string, provider: Live, isBasic: boolean): string {
  const kinds: Readonly<Record<string, string>> = { forward_single: "single", forward_domain: "domain" };
  return `${slug}-${kinds[textOf(provider, "mode") ?? ""] ?? "proxy"}${isBasic ? "-basic-auth" : ""}`;
}

/** An LDAP app of a site for an LDAP provider, below a root. */
export function ldapOf({ base, common, provider, slug }: Served<LdapApp>, root: string): Reading<LdapApp> {
  return read(`app ${slug}`, ldapApp, {
    kind: "ldap",
    ...common,
    providerName: otherThan(`${slug}-ldap`, textOf(provider, "name")),
    baseDn: otherThan(`ou=${slug},${root}`, textOf(provider, "base_dn")),
    searchMode: provider["search_mode"],
    bindMode: provider["bind_mode"],
    uidStartNumber: provider["uid_start_number"],
    gidStartNumber: provider["gid_start_number"],
    passwordRevision: base?.passwordRevision,
    publishTo: base?.publishTo,
  });
}

/** What base DNs are below, of one app's. */
export function rootOf(slug: string, provider: Live): string {
  const baseDn = textOf(provider, "base_dn") ?? "";
  return baseDn.startsWith(`ou=${slug},`) ? baseDn.slice(`ou=${slug},`.length) : baseDn.replace(/^[^,]*,/, "");
}

function otherThan(usual: string, value: string | undefined): string | undefined {
  return value === usual ? undefined : value;
}

/** The name of a certificate. */
export function nameOf(instance: Instance, certificate: unknown): string | undefined {
  return textOf(instance.get("crypto/certificatekeypairs", certificate), "name");
}
