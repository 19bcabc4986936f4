import type { LdapConnection } from "../../config/connection";
import type { LdapAppConfig, Site } from "../../config/load";
import { secretPart } from "./snippet";
import type { Snippet, Source } from "./snippet";

const VARIABLE = "LDAP_BIND_PASSWORD";
/** The plugin reads no variable. */
const FILL_IN = `(umask 077 && envsubst '$${VARIABLE}' < LDAP-Auth.xml > LDAP-Auth.new && mv LDAP-Auth.new LDAP-Auth.xml)`;
/** Names that mean nothing in a distinguished name and in a filter. */
const PLAIN = /^[\p{L}\p{N} ._@-]+$/u;

/** Settings of Jellyfin's plugin LDAP Authentication. */
export function jellyfin({ connection, app, site }: Source<LdapConnection, LdapAppConfig>): Snippet {
  const settings: readonly (readonly [string, string | boolean])[] = [
    ["LdapServer", connection.host],
    ["LdapPort", "636"],
    ["UseSsl", true],
    ["UseStartTls", false],
    ["SkipSslVerify", false],
    ["LdapBindUser", connection.bindDn],
    ["LdapBindPassword", `\${${VARIABLE}}`],
    ["LdapBaseDn", connection.baseDn],
    ["LdapSearchFilter", filter(connection, groupsOf(site, app))],
    // By its own default filter the plugin would take everybody's administrator right away.
    ["LdapAdminFilter", "_disabled_"],
    ["LdapSearchAttributes", "cn"],
    ["LdapUidAttribute", "uid"],
    ["LdapUsernameAttribute", "cn"],
    ["CreateUsersFromLdap", true],
    ["AllowPassChange", false],
  ];
  const namespaces =
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"';
  const xml = [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<PluginConfiguration ${namespaces}>`,
    ...settings.map(([name, value]) => `  <${name}>${escaped(String(value))}</${name}>`),
    "</PluginConfiguration>",
  ];
  return {
    parts: [
      { name: "LDAP-Auth.xml", language: "xml", text: xml.join("\n") },
      ...secretPart("shell, in Jellyfin's folder plugins/configurations", VARIABLE, connection.bindPassword, FILL_IN),
    ],
    warnings:
      site.ldap?.certificate === undefined
        ? [
            'ldap: certificate must name one that Jellyfin trusts, got nothing; the outpost makes one that nobody trusts: add the line certificate: "<its name in authentik>",',
          ]
        : [],
  };
}

/** Names of the groups whose members may open the app, with those below them; nothing when others may as well. */
function groupsOf(site: Site, { access, slug }: LdapAppConfig): readonly string[] | undefined {
  if (access === "everyone" || access.policies !== undefined) return undefined;
  const keys = new Set(access.groups ?? []);
  for (let before = 0; before < keys.size;) {
    before = keys.size;
    for (const [key, { parents }] of Object.entries(site.groups)) {
      if (parents.some((parent) => keys.has(parent))) keys.add(key);
    }
  }
  const names = [...keys].map((key) => site.groups[key]?.name ?? key);
  return access.users === undefined ? names : [...names, `app-${slug}`];
}

function filter({ baseDn }: LdapConnection, groups: readonly string[] | undefined): string {
  if (groups?.every((name) => PLAIN.test(name)) !== true) return "(objectClass=user)";
  const members = groups.map((name) => `(memberOf=cn=${name},ou=groups,${baseDn})`);
  return `(&(objectClass=user)${members.length === 1 ? members.join("") : `(|${members.join("")})`})`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
