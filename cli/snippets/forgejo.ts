import type { OidcConnection } from "../../config/connection";
import { adminGroup, authorization, baseUrl, missingUris, quoted, secretCommand, withSecret } from "./snippet";
import type { Snippet, Source } from "./snippet";

/** Forgejo calls the source of its logins as the URL does. */
const CALLBACK = /\/user\/oauth2\/([\w.-]+)\/callback$/;
const VARIABLE = "FORGEJO_CLIENT_SECRET";

/** The command that adds authentik to Forgejo's logins, and lines of app.ini beside it. */
export function forgejo({ connection, site }: Source<OidcConnection>): Snippet {
  const base = baseUrl(connection, CALLBACK);
  const name = sourceName(connection);
  return {
    parts: [
      { name: "shell, where Forgejo runs", language: "sh", text: command(connection, name, adminGroup(site)) },
      { name: "app.ini", language: "ini", text: appIni(base) },
    ],
    warnings: missingUris(connection, [`${base}/user/oauth2/${name}/callback`]),
  };
}

function sourceName({ redirectUris }: OidcConnection): string {
  const strict = authorization(redirectUris).filter(({ matchingMode }) => matchingMode === "strict");
  const names = strict.flatMap(({ url }) => CALLBACK.exec(url)?.[1] ?? []);
  return names[0] ?? "authentik";
}

function command(connection: OidcConnection, name: string, admins: string | undefined): string {
  const { clientId, clientSecret, discovery, scopes } = connection;
  // Forgejo asks for openid by itself.
  const further = scopes.filter((scope) => scope !== "openid").map((scope) => `--scopes ${quoted(scope)}`);
  const groups = scopes.includes("groups")
    ? ["--group-claim-name groups", ...(admins === undefined ? [] : [`--admin-group ${quoted(admins)}`])]
    : [];
  const flags = [
    `--name ${quoted(name)}`,
    "--provider openidConnect",
    `--key ${quoted(clientId)}`,
    `--secret "${secret(connection)}"`,
    `--auto-discover-url ${quoted(discovery)}`,
    ...further,
    ...groups,
  ];
  const add = ["forgejo admin auth add-oauth", ...flags].join(" \\\n  ");
  return clientSecret.from === "authentik" ? withSecret(VARIABLE, clientSecret, add) : add;
}

function secret({ clientSecret }: OidcConnection): string {
  if (clientSecret.from === "none") return "";
  const command = secretCommand(clientSecret);
  return command === undefined ? `$${VARIABLE}` : `$(${command})`;
}

function appIni(base: string): string {
  return [
    "[server]",
    `ROOT_URL = ${base}/`,
    "",
    "[service]",
    "ALLOW_ONLY_EXTERNAL_REGISTRATION = true",
    "",
    "[oauth2_client]",
    "ENABLE_AUTO_REGISTRATION = true",
    "ACCOUNT_LINKING = login",
    "USERNAME = nickname",
  ].join("\n");
}
