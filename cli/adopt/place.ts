import type { StackJson } from "../../access/stack";

/** Blocks of a stack by address. */
type Blocks = ReadonlyMap<string, string>;

/** Where in a site an object of a stack comes from; undefined when several parts may share it. */
function ownPlace(address: string): string | undefined {
  const path = address.slice(address.indexOf(".") + 1);
  for (const [pattern, place] of PLACES) {
    const [, key = ""] = pattern.exec(path) ?? [];
    if (key !== "") return `${place}.${key.replace("_", ".")}`;
  }
  return PARTS.find(([pattern]) => pattern.test(path))?.[1];
}

const PLACES: readonly (readonly [RegExp, string])[] = [
  [/^identity_apps_([A-Za-z0-9-]+)/, "apps"],
  [/^identity_app-groups_([A-Za-z0-9-]+)/, "app-groups"],
  [/^identity_groups_([A-Za-z0-9-]+)/, "groups"],
  [/^identity_sources_([A-Za-z0-9-]+)/, "sources"],
  [/^identity_policies_custom-([A-Za-z0-9-]+)/, "policies"],
  [/^identity_scopes_custom-([A-Za-z0-9-]+)/, "scopeMappings"],
  // The id of a host ends in a hash, the slug of its application does not.
  [/^identity_hosts_([a-z0-9-]+)-[0-9a-f]{8}(?:_|$)/, "hostAccess"],
  [/^identity_outposts_(managed_[A-Za-z0-9-]+|embedded)/, "outposts"],
];

const PARTS: readonly (readonly [RegExp, string])[] = [
  [/^identity_(ldap-bind|outposts_ldap)(_|$)/, "ldap"],
  [/^identity_(login|passkey)(_|$)/, "login"],
  [/^identity_adopted-/, "adopt"],
  [/^identity_brand(_|$)/, "brand"],
  [/^identity_enrollment(_|$)/, "enrollment"],
  [/^identity_recovery(_|$)/, "recovery"],
  [/^identity_user-settings(_|$)/, "userSettings"],
  [/^identity_password-policy(_|$)/, "passwordPolicy"],
  [/^identity_system-settings(_|$)/, "systemSettings"],
];

/** Finds the parts of a site that objects of a stack come from. */
export class Places {
  private readonly texts: Blocks;

  constructor(json: StackJson) {
    const resources = json.resource ?? {};
    this.texts = new Map(
      Object.entries(resources as Readonly<Record<string, object>>).flatMap(([type, named]) =>
        Object.entries(named).map(([name, block]): [string, string] => [`${type}.${name}`, JSON.stringify(block)]),
      ),
    );
  }

  /** The parts that an object belongs to: its own, else those of whatever refers to it, else of what it refers to. */
  of(address: string, seen: ReadonlySet<string> = new Set()): string[] {
    const own = ownPlace(address);
    if (own?.startsWith("app-groups.") === true) {
      const key = own.slice("app-groups.".length);
      const isApp = this.texts.has(`authentik_application.identity_apps_${key}`);
      return [isApp ? `apps.${key}` : `hostAccess.${key.replace(/-[0-9a-f]{8}$/, "")}`];
    }
    if (own !== undefined) return [own];
    if (seen.has(address)) return [];
    const next = new Set([...seen, address]);
    const places = (others: readonly string[]): string[] => [
      ...new Set(others.flatMap((other) => this.of(other, next))),
    ];
    const pattern = new RegExp(`\\b${address.replaceAll(".", "\\.")}(?![\\w-])`);
    const referring = [...this.texts].filter(([other, text]) => other !== address && pattern.test(text));
    if (referring.length > 0) return places(referring.map(([other]) => other));
    const references = this.texts.get(address)?.matchAll(/\$\{(authentik_\w+\.[\w-]+)/g) ?? [];
    return places([...references].map(([, other = ""]) => other));
  }
}
