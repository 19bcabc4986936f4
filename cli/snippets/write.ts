import type { Connection } from "../../config/connection";
import type { OidcAppConfig, Site } from "../../config/load";
import { Failure } from "../../delivery/failure";
import { clientsOf } from "./clients";
import type { Client } from "./clients";
import { forgejo } from "./forgejo";
import { grafana } from "./grafana";
import { headscale } from "./headscale";
import { immich } from "./immich";
import { jellyfin } from "./jellyfin";
import { kubectl } from "./kubectl";
import { nginx } from "./nginx";
import type { Snippet } from "./snippet";
import { traefik } from "./traefik";

const OIDC = { grafana, forgejo, immich, headscale, kubectl } as const;
const FORWARD_AUTH = { nginx, traefik } as const;

/**
 * What to paste into a client.
 * @throws Failure with exit code 2 for a client that does not fit the app
 */
export function snippetFor(client: Client, connection: Connection, site: Site): Snippet {
  const app = site.apps[connection.key];
  if (connection.kind === "forward-auth" && isForwardAuth(client)) {
    if (connection.mode !== "proxy") return FORWARD_AUTH[client]({ connection, site, app: undefined });
    throw new Failure(
      `app: --for must name what asks an outpost, got ${JSON.stringify(client)} for ${connection.key}, which authentik's outpost passes on itself; let the Ingress lead to ${connection.outpost.service}.${connection.outpost.namespace}.svc:9000`,
      2,
    );
  }
  if (connection.kind === "ldap" && app?.kind === "ldap" && client === "jellyfin") {
    return jellyfin({ connection, site, app });
  }
  if (connection.kind === "oidc" && app?.kind === "oidc" && isOidc(client)) {
    const { parts, warnings } = OIDC[client]({ connection, site, app });
    return { parts, warnings: [...warnings, ...unfit(client, connection.key, app)] };
  }
  throw new Failure(
    `app: --for must name a client for apps of kind ${JSON.stringify(connection.kind)}, got ${JSON.stringify(client)}; ${clientsOf(connection.kind).join(", ")} fit ${connection.key}`,
    2,
  );
}

/** Programs that take the issuer alone, below which authentik answers for an app, and not for all of them. */
const FINDS_BY_ISSUER: readonly Client[] = ["headscale", "kubectl"];

/** What of a client's record keeps every program of its sort from working. */
function unfit(client: Client, key: string, { clientType, encryptionKey, issuerMode }: OidcAppConfig): string[] {
  return [
    ...(issuerMode === "global" && FINDS_BY_ISSUER.includes(client)
      ? [
          `apps.${key}: issuerMode must be "per_provider" for ${client}, which looks for authentik's keys below the issuer, got "global"; take the line out`,
        ]
      : []),
    ...(clientType === "public" && client !== "kubectl"
      ? [
          `apps.${key}: clientType must be "confidential" for ${client}, which can keep a secret, got "public"; take the line out`,
        ]
      : []),
    ...(encryptionKey === undefined
      ? []
      : [
          `apps.${key}: encryptionKey must not be given for ${client}, which cannot read encrypted tokens, got ${JSON.stringify(encryptionKey)}; take the line out`,
        ]),
  ];
}

function isOidc(client: Client): client is keyof typeof OIDC {
  return client in OIDC;
}

function isForwardAuth(client: Client): client is keyof typeof FORWARD_AUTH {
  return client in FORWARD_AUTH;
}
