import type { OidcConnection } from "../../config/connection";
import type { OidcAppConfig } from "../../config/load";
import { baseUrl, isAllowed, missingUris, secretPart } from "./snippet";
import type { Snippet, Source } from "./snippet";

const VARIABLE = "IMMICH_CLIENT_SECRET";
/** Immich reads no variable in its config file. */
const FILL_IN = `(umask 077 && envsubst '$${VARIABLE}' < immich.json > /etc/immich/immich.json)`;
/** Where phones come back to. */
const PHONE = "app.immich:///oauth-callback";

/** Settings of Immich's OAuth, in its config file. */
export function immich({ app, connection }: Source<OidcConnection, OidcAppConfig>): Snippet {
  const base = baseUrl(connection, /\/(auth\/login|user-settings|api\/oauth\/mobile-redirect)$/);
  // Immich's own detour for providers that take no scheme of an app.
  const detour = `${base}/api/oauth/mobile-redirect`;
  const isDetour = !isAllowed(connection, PHONE) && isAllowed(connection, detour);
  const { clientId, clientSecret, discovery, issuer, scopes } = connection;
  const oauth = {
    enabled: true,
    // Below an issuer that all apps share, authentik tells nothing.
    issuerUrl: app.issuerMode === "global" ? discovery : issuer,
    clientId,
    ...(clientSecret.from === "none" ? {} : { clientSecret: `\${${VARIABLE}}` }),
    scope: scopes.join(" "),
    buttonText: "Sign in with authentik",
    autoRegister: true,
    ...(isDetour ? { mobileOverrideEnabled: true, mobileRedirectUri: detour } : {}),
  };
  return {
    parts: [
      { name: "immich.json", language: "json", text: JSON.stringify({ oauth }, null, 2) },
      ...secretPart("shell, to make the file that IMMICH_CONFIG_FILE names", VARIABLE, clientSecret, FILL_IN),
    ],
    warnings: missingUris(connection, [`${base}/auth/login`, `${base}/user-settings`, isDetour ? detour : PHONE]),
  };
}
