import type { OidcConnection } from "../../config/connection";
import { adminGroup, baseUrl, missingUris, quoted, secretPart, withSecret } from "./snippet";
import type { Part, Snippet, Source } from "./snippet";

const CALLBACK = "/login/generic_oauth";
const OAUTH = "auth.generic_oauth";
const VARIABLE = "GRAFANA_CLIENT_SECRET";
/** Names that mean nothing to JMESPath, to ini files and to Grafana's own expansion. */
const PLAIN = /^[\p{L}\p{N} ._@/-]+$/u;

type Sections = readonly (readonly [section: string, settings: readonly (readonly [key: string, value: string])[]])[];

/** Settings of Grafana 10.3 or newer, as grafana.ini and as environment. */
export function grafana({ connection, site }: Source<OidcConnection>): Snippet {
  const base = baseUrl(connection, /\/login\/generic_oauth$/);
  const admins = connection.scopes.includes("groups") ? adminGroup(site) : undefined;
  const isMapped = admins !== undefined && PLAIN.test(admins);
  const sections = settings(connection, base, isMapped ? admins : undefined);
  return {
    parts: [
      ini(sections, connection),
      ...secretPart("environment of grafana.ini", VARIABLE, connection.clientSecret),
      environment(sections, connection),
    ],
    warnings: [
      ...missingUris(connection, [`${base}${CALLBACK}`]),
      ...(admins === undefined || isMapped
        ? []
        : [`grafana: the group ${JSON.stringify(admins)} is mapped to no role; write role_attribute_path yourself`]),
    ],
  };
}

function settings(connection: OidcConnection, base: string, admins: string | undefined): Sections {
  const { authentikUrl: url, clientId, scopes, slug } = connection;
  return [
    ["server", [["root_url", `${base}/`]]],
    ["auth", [["signout_redirect_url", `${url}/application/o/${slug}/end-session/`]]],
    [
      OAUTH,
      [
        ["enabled", "true"],
        ["name", "authentik"],
        ["client_id", clientId],
        ["scopes", scopes.join(" ")],
        ["auth_url", `${url}/application/o/authorize/`],
        ["token_url", `${url}/application/o/token/`],
        ["api_url", `${url}/application/o/userinfo/`],
        ["use_pkce", "true"],
        ...(scopes.includes("offline_access") ? [["use_refresh_token", "true"] as const] : []),
        ["login_attribute_path", "preferred_username"],
        ...(admins === undefined
          ? []
          : [["role_attribute_path", `contains(groups[*], '${admins}') && 'Admin' || 'Viewer'`] as const]),
      ],
    ],
  ];
}

function ini(sections: Sections, { clientSecret }: OidcConnection): Part {
  const secret = clientSecret.from === "none" ? [] : [`client_secret = $__env{${VARIABLE}}`];
  const blocks = sections.map(([section, entries]) => {
    const lines = entries.map(([key, value]) => `${key} = ${asIni(value)}`);
    return [`[${section}]`, ...lines, ...(section === OAUTH ? secret : [])].join("\n");
  });
  return { name: "grafana.ini", language: "ini", text: blocks.join("\n\n") };
}

/** Unquoted, a value ends where a comment would begin. */
function asIni(value: string): string {
  return /[#;]/.test(value) ? `\`${value}\`` : value;
}

function environment(sections: Sections, { clientSecret }: OidcConnection): Part {
  const variable = (section: string, key: string): string =>
    `GF_${`${section}_${key}`.toUpperCase().replaceAll(/[.-]/g, "_")}`;
  const lines = sections.flatMap(([section, entries]) =>
    entries.map(([key, value]) => `export ${variable(section, key)}=${quoted(value)}`),
  );
  const secret = clientSecret.from === "none" ? [] : [withSecret(variable(OAUTH, "client_secret"), clientSecret)];
  return { name: "environment, in place of grafana.ini", language: "sh", text: [...lines, ...secret].join("\n") };
}
