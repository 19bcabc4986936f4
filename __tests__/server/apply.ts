import { isRecord } from "../../access/stack";
import type { Arguments, StackJson } from "../../access/stack";
import { evaluate, Unknown } from "../../cli/adopt/template";
import type { Reference } from "../../cli/adopt/template";
import facts from "../../schema/authentik-2026.5.0.facts.json";
import type { Answer } from "./answer";
import type { AuthentikServer } from "./authentik";
import { operation } from "./collections";
import { resolve } from "./document";
import type { Schema } from "./document";
import type { Values } from "./store";

/** What the provider knows of an argument. */
interface Fact {
  readonly type: string;
  readonly elem?: string;
  readonly computed?: boolean;
  readonly default?: unknown;
  readonly diff_suppress?: string;
}

const FACTS: Readonly<Record<string, Readonly<Record<string, Fact>> | undefined>> = facts.resources;

/** Where the provider keeps a resource, under which field its id is, and what the API calls its arguments. */
interface Kept {
  readonly path: string;
  /** @default "pk" */
  readonly id?: string;
  readonly renamed?: Readonly<Record<string, string>>;
  /** Arguments that the provider never sends. */
  readonly unsent?: readonly string[];
  /** Arguments of which it never sends a false, a 0 or an empty text. */
  readonly nonZero?: readonly string[];
}

const BRANDING = ["title", "logo", "favicon", "default_flow_background", "custom_css"];
const AMOUNTS = ["digits", "lowercase", "symbols", "uppercase"];

const KEPT: Readonly<Record<string, Kept>> = {
  application: {
    path: "core/applications",
    id: "slug",
    renamed: { protocol_provider: "provider" },
    unsent: ["uuid"],
    nonZero: ["group", "meta_icon", "meta_launch_url", "meta_description", "meta_publisher"],
  },
  brand: { path: "core/brands", id: "brand_uuid", nonZero: BRANDING.map((name) => `branding_${name}`) },
  flow: { path: "flows/instances", id: "slug", unsent: ["uuid"] },
  flow_stage_binding: { path: "flows/bindings" },
  group: { path: "core/groups" },
  outpost: { path: "outposts/instances", renamed: { protocol_providers: "providers" } },
  policy_binding: { path: "policies/bindings" },
  policy_expression: { path: "policies/expression" },
  policy_password: {
    path: "policies/password",
    nonZero: [
      ...["check_static_rules", "check_have_i_been_pwned", "check_zxcvbn"],
      ...AMOUNTS.map((name) => `amount_${name}`),
      ...["length_min", "hibp_allowed_count", "zxcvbn_score_threshold"],
    ],
  },
  policy_reputation: { path: "policies/reputation", nonZero: ["threshold"] },
  property_mapping_provider_scope: { path: "propertymappings/provider/scope" },
  provider_ldap: {
    path: "providers/ldap",
    renamed: { bind_flow: "authorization_flow", unbind_flow: "invalidation_flow" },
  },
  provider_oauth2: {
    path: "providers/oauth2",
    renamed: { allowed_redirect_uris: "redirect_uris" },
    unsent: ["jwks_sources"],
    nonZero: ["logout_uri", "grant_types"],
  },
  provider_proxy: {
    path: "providers/proxy",
    renamed: { basic_auth_username_attribute: "basic_auth_user_attribute" },
    unsent: ["client_id", "jwks_sources"],
    nonZero: [
      ...["internal_host_ssl_validation", "intercept_header_auth", "basic_auth_enabled"],
      ...["skip_path_regex", "cookie_domain", "internal_host"],
    ],
  },
  rbac_role: { path: "rbac/roles" },
  source_oauth: {
    path: "sources/oauth",
    id: "slug",
    renamed: { property_mappings: "user_property_mappings", property_mappings_group: "group_property_mappings" },
    unsent: ["callback_uri", "uuid"],
  },
  stage_authenticator_email: { path: "stages/authenticator/email" },
  stage_authenticator_static: { path: "stages/authenticator/static" },
  stage_authenticator_totp: { path: "stages/authenticator/totp" },
  stage_authenticator_validate: { path: "stages/authenticator/validate" },
  stage_authenticator_webauthn: { path: "stages/authenticator/webauthn", nonZero: ["max_attempts"] },
  stage_deny: { path: "stages/deny" },
  stage_email: {
    path: "stages/email",
    nonZero: ["activate_user_on_success", "port", "timeout", "recovery_max_attempts"],
  },
  stage_identification: { path: "stages/identification" },
  stage_invitation: { path: "stages/invitation/stages" },
  stage_password: { path: "stages/password", nonZero: ["failed_attempts_before_cancel"] },
  stage_prompt: { path: "stages/prompt/stages" },
  stage_prompt_field: { path: "stages/prompt/prompts", nonZero: ["order", "placeholder", "initial_value"] },
  stage_user_login: { path: "stages/user_login" },
  stage_user_write: { path: "stages/user_write" },
  token: {
    path: "core/tokens",
    id: "identifier",
    unsent: ["expires_in", "key", "retrieve_key"],
    nonZero: ["description"],
  },
  user: { path: "core/users", unsent: ["password"], nonZero: ["email"] },
};

/** Where data sources look, and by which arguments. */
const LOOKUPS: Readonly<Record<string, Readonly<Record<string, string>> & { readonly path: string }>> = {
  brand: { path: "core/brands", domain: "domain" },
  certificate_key_pair: { path: "crypto/certificatekeypairs", name: "name" },
  flow: { path: "flows/instances", slug: "slug" },
  group: { path: "core/groups", name: "name" },
  outpost: { path: "outposts/instances", name: "name__iexact" },
  property_mapping_provider_scope: { path: "propertymappings/provider/scope", managed: "managed" },
  service_connection_kubernetes: { path: "outposts/service_connections/kubernetes", name: "name" },
  stage: { path: "stages/all", name: "name" },
  user: { path: "core/users", username: "username" },
};

/** What authentik fills in for types of source it knows. */
const WELL_KNOWN: Readonly<Record<string, Values>> = {
  github: {
    authorization_url: "https://github.com/login/oauth/authorize",
    access_token_url: "https://github.com/login/oauth/access_token",
    profile_url: "https://api.github.com/user",
    oidc_jwks_url: "https://token.actions.githubusercontent.com/.well-known/jwks",
    oidc_jwks: { keys: [] },
  },
  google: {
    authorization_url: "https://accounts.google.com/o/oauth2/v2/auth",
    access_token_url: "https://oauth2.googleapis.com/token",
    profile_url: "https://openidconnect.googleapis.com/v1/userinfo",
    oidc_jwks_url: "https://www.googleapis.com/oauth2/v3/certs",
    oidc_jwks: { keys: [] },
  },
};

/** What stands where a secret of Vault would. */
export const STORED_SECRET = "a-secret-of-vault";

/**
 * Puts what stacks make into a stand-in, as the provider does it when they are applied one after the other; what is not
 * authentik's is passed over. Returns what is at each address then.
 * @throws Error naming the address, when authentik would refuse it or a lookup would find nothing
 */
export function applyStacks(server: AuthentikServer, stacks: readonly StackJson[]): ReadonlyMap<string, Values> {
  const made = new Map<string, Values>();
  for (const stack of stacks) {
    const apply = new Apply(server, stack);
    for (const [address, object] of apply.all()) made.set(address, object);
  }
  return made;
}

class Apply {
  private readonly resources: ReadonlyMap<string, Arguments>;
  private readonly lookups: ReadonlyMap<string, Arguments>;
  private readonly imports: ReadonlyMap<string, unknown>;
  private readonly made = new Map<string, Values>();

  constructor(
    private readonly server: AuthentikServer,
    stack: StackJson,
  ) {
    this.resources = blocks(stack.resource);
    this.lookups = blocks(stack.data);
    const imports = (Array.isArray(stack.import) ? stack.import : []) as { to: string; id: string }[];
    this.imports = new Map(imports.map(({ id, to }) => [to, id]));
  }

  all(): ReadonlyMap<string, Values> {
    for (const address of this.lookups.keys()) if (address.startsWith("authentik_")) this.lookUp(address);
    for (const address of this.resources.keys()) if (address.startsWith("authentik_")) this.make(address);
    return this.made;
  }

  private make(address: string): Values {
    const known = this.made.get(address);
    if (known !== undefined) return known;
    const block = this.resources.get(address);
    if (block === undefined) throw new Error(`${address}: there is no such resource`);
    const type = typeOf(address);
    const made = this.send(type, address, this.planned(type, address, block));
    this.made.set(address, made);
    return made;
  }

  private send(type: string, address: string, planned: Values): Values {
    const text = (value: unknown): string => encodeURIComponent(String(value));
    if (type === "system_settings") {
      return this.done(address, "put", "admin/settings/", body("/admin/settings/", { path: "" }, type, planned));
    }
    if (type === "rbac_permission_role") return this.grant(address, planned);
    const kept = keptAs(type);
    const sent = body(`/${kept.path}/`, kept, type, planned);
    if (type === "outpost" && sent["config"] === undefined) {
      const { config } = this.done(address, "get", "outposts/instances/default_settings/");
      sent["config"] = config;
    }
    const whole = type === "source_oauth" ? wellKnown(sent) : sent;
    const { [kept.id ?? "pk"]: key } = this.imports.has(address)
      ? this.done(address, "put", `${kept.path}/${text(this.importId(address))}/`, whole)
      : this.done(address, "post", `${kept.path}/`, whole);
    return this.done(address, "get", `${kept.path}/${text(key)}/`);
  }

  private grant(address: string, { model, object_id: object, permission, role }: Values): Values {
    const path = `rbac/permissions/assigned_by_roles/${String(role)}/assign/`;
    const of = model === undefined ? {} : { model, object_pk: String(object) };
    this.done(address, "post", path, { permissions: [permission], ...of });
    return { role, permission, object_id: object };
  }

  /** What the provider plans: the arguments, what is left as it is, and its own defaults. */
  private planned(type: string, address: string, block: Arguments): Values {
    const before = this.imports.has(address) ? this.before(type, address) : {};
    const ignored = isRecord(block.lifecycle) ? block.lifecycle.ignore_changes : undefined;
    const values: Values = {};
    for (const [name, fact] of Object.entries(factsOf(type))) {
      const prior = before[KEPT[type]?.renamed?.[name] ?? name];
      const isLeft = this.imports.has(address) && Array.isArray(ignored) && ignored.includes(name);
      const given = isLeft ? prior : name in block ? this.value(address, block[name], fact) : undefined;
      values[name] = given ?? fact.default ?? (fact.computed === true ? prior : undefined);
    }
    return values;
  }

  private before(type: string, address: string): Values {
    if (type === "system_settings") return this.done(address, "get", "admin/settings/");
    const { path } = keptAs(type);
    return this.done(address, "get", `${path}/${encodeURIComponent(this.importId(address))}/`);
  }

  private importId(address: string): string {
    return String(evaluate(this.imports.get(address), (reference) => this.find(reference)));
  }

  private value(address: string, written: unknown, { elem, type }: Fact): unknown {
    const value = evaluate(written, (reference) => this.find(reference));
    const one = (item: unknown, kind: string | undefined): unknown => {
      if (item instanceof Unknown) throw new Error(`${address}: nobody knows ${item.expression}`);
      return kind === "int" ? Number(item) : item;
    };
    return Array.isArray(value) ? value.map((item: unknown) => one(item, elem)) : one(value, type);
  }

  private find({ address, attribute }: Reference): unknown {
    if (/^(data|ephemeral)\.vault_/.test(address)) return STORED_SECRET;
    if (address.startsWith("data.")) return this.lookUp(address.slice("data.".length));
    const object = this.make(address);
    const id = keptAs(typeOf(address)).id ?? "pk";
    if (attribute !== "id" && attribute !== "uuid") throw new Error(`${address}: nobody knows its ${attribute}`);
    return String(object[attribute === "uuid" ? "pk" : id]);
  }

  private lookUp(address: string): unknown {
    const block = this.lookups.get(address);
    const place = LOOKUPS[typeOf(address)];
    if (block === undefined || place === undefined) throw new Error(`data.${address}: nobody can look it up`);
    const query = new URLSearchParams();
    for (const [name, written] of Object.entries(block)) {
      const filter = name === "path" ? undefined : place[name];
      if (filter !== undefined) {
        query.set(filter, String(this.value(`data.${address}`, written, { type: "string" })));
      }
    }
    const { results } = this.done(`data.${address}`, "get", `${place.path}/?${query.toString()}`);
    const [found] = results as Values[];
    if (found === undefined) throw new Error(`data.${address}: nothing is found by ${query.toString()}`);
    return String(found["pk"] ?? found["brand_uuid"]);
  }

  private done(address: string, method: "get" | "post" | "put", path: string, sent?: Values): Values {
    return check(address, this.server.answer(method, path, sent));
  }
}

function check(address: string, { body: said, status }: Answer): Values {
  if (status >= 400) throw new Error(`${address}: ${status} ${JSON.stringify(said)}`);
  return (said ?? {}) as Values;
}

function blocks(types: unknown): Map<string, Arguments> {
  const all = Object.entries(isRecord(types) ? types : {}).flatMap(([type, named]) =>
    Object.entries(isRecord(named) ? named : {}).map(([name, block]) => [`${type}.${name}`, block] as const),
  );
  return new Map(all.flatMap(([address, block]) => (isRecord(block) ? [[address, block] as const] : [])));
}

function typeOf(address: string): string {
  return address.slice("authentik_".length, address.indexOf("."));
}

function keptAs(type: string): Kept {
  const kept = KEPT[type];
  if (kept === undefined) throw new Error(`authentik_${type} has no row in __tests__/server/apply.ts`);
  return kept;
}

function factsOf(type: string): Readonly<Record<string, Fact>> {
  const known = FACTS[`authentik_${type}`];
  if (known === undefined) throw new Error(`the provider has no authentik_${type}`);
  return known;
}

function isZero(value: unknown): boolean {
  return value === undefined || value === null || value === "" || value === false || value === 0 || isEmpty(value);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** The body of a write: everything, but for what the provider leaves out. */
function body(template: string, kept: Kept, type: string, planned: Values): Record<string, unknown> {
  const request = operation(template, "post") ?? operation(template, "put");
  const { properties = {} } = resolve(request?.request ?? {});
  const sent: Record<string, unknown> = {};
  for (const [name, fact] of Object.entries(factsOf(type))) {
    if (kept.unsent?.includes(name) === true) continue;
    const field = kept.renamed?.[name] ?? name;
    const property = properties[field];
    if (property === undefined)
      throw new Error(`${template} knows no ${field}, as which authentik_${type}.${name} is sent`);
    const value = planned[name];
    if (isZero(value) && kept.nonZero?.includes(name) === true) continue;
    const written = toSend(value, fact, resolve(property));
    if (written !== undefined) sent[field] = written;
  }
  return sent;
}

function toSend(value: unknown, { computed, diff_suppress: suppress }: Fact, property: Schema): unknown {
  if (value === undefined || value === null) {
    if (computed === true) return undefined;
    if (property.nullable === true) return null;
    return property.type === "array" ? [] : property.type === "boolean" ? false : undefined;
  }
  if (value === "" && property.nullable === true) return null;
  const isJson = suppress?.endsWith("JSON") === true && typeof value === "string";
  return isJson ? (JSON.parse(value) as unknown) : value;
}

function wellKnown(sent: Values): Values {
  const known = WELL_KNOWN[String(sent["provider_type"])] ?? {};
  const given = Object.entries(sent).filter(([, value]) => !isZero(value));
  return { ...sent, ...known, ...Object.fromEntries(given) };
}
