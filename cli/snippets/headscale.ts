import { stringify } from "yaml";
import type { OidcConnection } from "../../config/connection";
import type { OidcAppConfig } from "../../config/load";
import { baseUrl, missingUris, secretCommand, secretPart } from "./snippet";
import type { Part, Snippet, Source } from "./snippet";

const CALLBACK = "/oidc/callback";
const SECRET_FILE = "/etc/headscale/oidc_client_secret";
const VARIABLE = "HEADSCALE_CLIENT_SECRET";

/** The block `oidc` of Headscale's config.yaml. */
export function headscale({ connection, app }: Source<OidcConnection, OidcAppConfig>): Snippet {
  const base = baseUrl(connection, /\/oidc\/callback$/);
  const { clientId, clientSecret, issuer, key, scopes } = connection;
  const config = {
    server_url: base,
    oidc: {
      issuer,
      client_id: clientId,
      ...(clientSecret.from === "none" ? {} : { client_secret_path: SECRET_FILE }),
      scope: scopes.filter((scope) => scope !== "offline_access"),
      pkce: { enabled: true, method: "S256" },
    },
  };
  return {
    parts: [
      { name: "config.yaml", language: "yaml", text: stringify(config, { lineWidth: 0 }).trimEnd() },
      ...secretFile(connection),
    ],
    warnings: [
      ...missingUris(connection, [`${base}${CALLBACK}`]),
      ...(app.emailVerified
        ? []
        : [
            `apps.${key}: emailVerified must be true for Headscale to know people's addresses, got false; add the line emailVerified: true,`,
          ]),
    ],
  };
}

function secretFile({ clientSecret }: OidcConnection): Part[] {
  const name = "shell, where Headscale runs";
  const write = (source: string): string => `(umask 077 && ${source} > ${SECRET_FILE})`;
  const command = secretCommand(clientSecret);
  if (command !== undefined) return [{ name, language: "sh", text: write(command) }];
  return secretPart(name, VARIABLE, clientSecret, write(`printf %s "$${VARIABLE}"`));
}
