import { stringify } from "yaml";
import type { OidcConnection } from "../../config/connection";
import type { OidcAppConfig } from "../../config/load";
import { authorization, missingUris, quoted, secretCommand } from "./snippet";
import type { Snippet, Source } from "./snippet";

/** Where kubelogin listens by itself. */
const PORTS = ["8000", "18000"];
const LOCAL = /^http:\/\/localhost:(\d+)$/;

/** A user of a kubeconfig who signs in by kubelogin, and the flags by which the API server takes the token. */
export function kubectl({ connection, app }: Source<OidcConnection, OidcAppConfig>): Snippet {
  const ports = allowedPorts(connection);
  return {
    parts: [
      { name: "kubeconfig", language: "yaml", text: stringify(user(connection, ports), { lineWidth: 0 }).trimEnd() },
      { name: "flags of kube-apiserver", language: "text", text: flags(connection).join("\n") },
    ],
    warnings: [
      ...(ports.length > 0
        ? []
        : missingUris(
            connection,
            PORTS.map((port) => `http://localhost:${port}`),
          )),
      ...(app.includeClaimsInIdToken
        ? []
        : [
            `apps.${connection.key}: includeClaimsInIdToken must be true for an API server, which reads nothing but the token, got false; take the line out`,
          ]),
      ...(app.clientType === "public"
        ? []
        : [
            `apps.${connection.key}: clientType must be "public" for a program on everybody's machine, got "confidential"; add the line clientType: "public",`,
          ]),
    ],
  };
}

function allowedPorts({ redirectUris }: OidcConnection): string[] {
  const strict = authorization(redirectUris).filter(({ matchingMode }) => matchingMode === "strict");
  return strict.flatMap(({ url }) => LOCAL.exec(url)?.[1] ?? []);
}

function user(connection: OidcConnection, ports: readonly string[]): object {
  const { clientId, clientSecret, issuer, scopes, slug } = connection;
  const isDefault = ports.length === 0 || PORTS.every((port) => ports.includes(port));
  const args = [
    "oidc-login",
    "get-token",
    `--oidc-issuer-url=${issuer}`,
    `--oidc-client-id=${clientId}`,
    // kubelogin asks for openid by itself.
    ...scopes.filter((scope) => scope !== "openid").map((scope) => `--oidc-extra-scope=${scope}`),
    ...(isDefault ? [] : ports.map((port) => `--listen-address=127.0.0.1:${port}`)),
  ];
  const secret = secretCommand(clientSecret);
  // A kubeconfig expands nothing, so a shell fetches the secret.
  const script = ["exec kubectl", ...args.map(quoted), `--oidc-client-secret="$(${secret ?? ""})"`].join(" ");
  const run = secret === undefined ? { command: "kubectl", args } : { command: "sh", args: ["-c", script] };
  const exec = { apiVersion: "client.authentication.k8s.io/v1", ...run, interactiveMode: "IfAvailable" };
  return { users: [{ name: slug, user: { exec } }] };
}

/** Names of people and groups begin with `oidc:`, so that they are never those of the cluster's own. */
function flags({ clientId, issuer, scopes }: OidcConnection): string[] {
  return [
    `--oidc-issuer-url=${issuer}`,
    `--oidc-client-id=${clientId}`,
    "--oidc-username-claim=preferred_username",
    "--oidc-username-prefix=oidc:",
    ...(scopes.includes("groups") ? ["--oidc-groups-claim=groups", "--oidc-groups-prefix=oidc:"] : []),
  ];
}
