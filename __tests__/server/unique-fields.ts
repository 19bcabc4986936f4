import type { Collection } from "./collections";
import { family } from "./collections";

/** Names that one collection keeps unique, beside those of whole families. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  "core/applications": ["slug", "provider"],
  "core/groups": ["name"],
  "core/tokens": ["identifier"],
  "core/users": ["username"],
  "crypto/certificatekeypairs": ["name"],
  "events/rules": ["name"],
  "events/transports": ["name"],
  "flows/instances": ["slug"],
  "managed/blueprints": ["name"],
  "outposts/instances": ["name", "managed"],
  "propertymappings/notification": ["name"],
  "providers/oauth2": ["name", "client_id"],
  "rbac/roles": ["name"],
  "stages/prompt/prompts": ["name"],
};

const FAMILIES: readonly (readonly [prefix: string, fields: readonly string[]])[] = [
  ["sources/", ["name", "slug"]],
  ["outposts/service_connections/", ["name"]],
  ["policies/", ["name"]],
  ["propertymappings/", ["name", "managed"]],
  ["providers/", ["name"]],
  ["stages/", ["name"]],
];

const TOGETHER: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "core/application_entitlements": [["app", "name"]],
  "flows/bindings": [["target", "stage", "order"]],
  "policies/bindings": [["policy", "target", "order"]],
};

/** Fields of which no two objects have the same value. */
export function uniqueFields({ path, model }: Collection): readonly string[] {
  const own = OWN[path];
  if (own !== undefined) return own;
  if (family(path).length === 1 || model.endsWith("SourceConnection")) return [];
  return FAMILIES.find(([prefix]) => path.startsWith(prefix))?.[1] ?? [];
}

/** Fields of which no two objects have all values the same. */
export function uniqueTogether({ path }: Collection): readonly (readonly string[])[] {
  return TOGETHER[path] ?? [];
}
