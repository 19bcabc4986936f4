import { ProvidersApi } from "@goauthentik/api/dist/apis/ProvidersApi";
import type { OAuth2Provider } from "@goauthentik/api/dist/models/OAuth2Provider";
import type { Authentik } from "../api/authentik";
import { pages } from "../api/pages";
import type { AllowedUri, Connection, OidcConnection } from "../config/connection";
import { Failure } from "../delivery/failure";

/**
 * What authentik's provider of a client has otherwise than the site.
 * @throws Failure with exit code 2 for an app that is no OpenID Connect client
 */
export async function disagreements(authentik: Authentik, connection: Connection): Promise<string[]> {
  if (connection.kind !== "oidc") {
    throw new Failure(
      `app: --live must stand beside an app of kind "oidc", got ${JSON.stringify(connection.kind)}; npm run diff compares the others`,
      2,
    );
  }
  const provider = await providerOf(authentik, connection.clientId);
  if (provider === undefined) {
    return [
      `apps.${connection.key}: clientId must be known to authentik, got no provider with ${JSON.stringify(connection.clientId)}; run npm run deploy`,
    ];
  }
  return [...typeOf(provider, connection), ...urisOf(provider, connection)];
}

async function providerOf(authentik: Authentik, clientId: string): Promise<OAuth2Provider | undefined> {
  const api = authentik.use(ProvidersApi);
  for await (const provider of pages((page) => api.providersOauth2List({ ...page, clientId }))) {
    if (provider.clientId === clientId) return provider;
  }
  return undefined;
}

function typeOf({ clientType }: OAuth2Provider, { key, clientSecret }: OidcConnection): string[] {
  const wanted = clientSecret.from === "none" ? "public" : "confidential";
  if (clientType === wanted) return [];
  return [
    `apps.${key}: clientType must be ${JSON.stringify(wanted)} in authentik too, got ${JSON.stringify(clientType)}; run npm run deploy`,
  ];
}

function urisOf({ redirectUris }: OAuth2Provider, { key, redirectUris: wanted }: OidcConnection): string[] {
  const there = redirectUris.map(({ url, matchingMode, redirectUriType = "authorization" }): AllowedUri => ({
    url,
    matchingMode: matchingMode === "regex" ? "regex" : "strict",
    type: redirectUriType === "logout" ? "logout" : "authorization",
  }));
  const missing = wanted.filter((uri) => !there.some((other) => isSame(uri, other)));
  const further = there.filter((uri) => !wanted.some((other) => isSame(uri, other)));
  return [
    ...missing.map(
      (uri) => `apps.${key}: redirectUris must be in authentik too, got none for ${inWords(uri)}; run npm run deploy`,
    ),
    ...further.map(
      (uri) =>
        `apps.${key}: redirectUris must hold all that authentik allows, got ${inWords(uri)} there alone; add it to the site, or run npm run deploy to take it away`,
    ),
  ];
}

function isSame(one: AllowedUri, other: AllowedUri): boolean {
  return one.url === other.url && one.matchingMode === other.matchingMode && one.type === other.type;
}

function inWords({ url, matchingMode, type }: AllowedUri): string {
  return `${JSON.stringify(url)} (${matchingMode}, ${type})`;
}
