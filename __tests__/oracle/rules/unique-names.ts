import type { Rule } from "../finding";
import { at, problem } from "../finding";
import type { Json, JsonObject } from "../json";
import { objectAt } from "../json";

interface Unique {
  /** What must differ between all resources of these types, e.g. `flow slug`. */
  readonly what: string;
  readonly types: RegExp;
  readonly value: (body: JsonObject) => Json | undefined;
}

function unique(what: string, types: RegExp, ...names: string[]): Unique {
  return { what, types, value: (body) => joined(names.map((name) => body[name])) };
}

const UNIQUE: readonly Unique[] = [
  unique("application slug", /^authentik_application$/, "slug"),
  // The server allows one application a provider.
  unique("protocol_provider", /^authentik_application$/, "protocol_provider"),
  unique("flow slug", /^authentik_flow$/, "slug"),
  unique("source slug", /^authentik_source_/, "slug"),
  unique("source name", /^authentik_source_/, "name"),
  unique("provider name", /^authentik_provider_/, "name"),
  unique("client_id", /^authentik_provider_oauth2$/, "client_id"),
  unique("group name", /^authentik_group$/, "name"),
  unique("role name", /^authentik_rbac_role$/, "name"),
  {
    what: "username",
    types: /^authentik_user$/,
    value: ({ username }) => (typeof username === "string" ? username.toLowerCase() : undefined),
  },
  unique("token identifier", /^authentik_token$/, "identifier"),
  unique("prompt field name", /^authentik_stage_prompt_field$/, "name"),
  unique("stage name", /^authentik_stage_(?!prompt_field$)/, "name"),
  unique("policy name", /^authentik_policy_(?!binding$)/, "name"),
  unique("mapping name", /^authentik_property_mapping_/, "name"),
  unique("outpost name", /^authentik_outpost$/, "name"),
  unique("service connection name", /^authentik_service_connection_/, "name"),
  unique("certificate name", /^authentik_certificate_key_pair$/, "name"),
  unique("brand domain", /^authentik_brand$/, "domain"),
  unique("policy, target and order", /^authentik_policy_binding$/, "target", "order", "policy"),
  unique("stage, target and order", /^authentik_flow_stage_binding$/, "target", "order", "stage"),
  {
    what: "one set of system settings",
    types: /^authentik_system_settings$/,
    value: () => "system_settings",
  },
  unique("release name", /^helm_release$/, "namespace", "name"),
  unique("Vault path", /^vault_kv_secret_v2$/, "mount", "name"),
];

/** Names that the server keeps unique differ; the second of two would be refused at apply. */
export const namesAreUnique: Rule = function* (stack) {
  const seen = new Map<string, string>();
  for (const { address, body, mode, type } of stack.blocks) {
    if (mode !== "resource") continue;
    for (const { what, value } of [...rulesFor(type), ...kubernetesName(type)]) {
      const name = value(body);
      if (name === undefined) continue;
      const key = JSON.stringify([what, name]);
      const first = seen.get(key);
      if (first === undefined) seen.set(key, address);
      else yield at(address, problem("unique-name", `has the same ${what} as ${first}; the server takes one of each`));
    }
  }
};

const byType = new Map<string, readonly Unique[]>();

function rulesFor(type: string): readonly Unique[] {
  const known = byType.get(type) ?? UNIQUE.filter(({ types }) => types.test(type));
  byType.set(type, known);
  return known;
}

function kubernetesName(type: string): readonly Unique[] {
  if (!type.startsWith("kubernetes_")) return [];
  const value = (body: JsonObject): Json | undefined => {
    const { namespace, name } = objectAt(body, "metadata");
    return name === undefined ? undefined : joined([namespace ?? "default", name]);
  };
  return [{ what: `${type} name`, types: /^kubernetes_/, value }];
}

/** One key of several values; undefined when one of them is missing. */
function joined(values: readonly (Json | undefined)[]): Json | undefined {
  return values.every((value) => value !== undefined) ? JSON.stringify(values) : undefined;
}
