import type { Collection } from "./collections";
import type { Errors } from "./request-validation";
import type { Stored, Values } from "./store";
import type { World } from "./world";

/** What a client wants an object to be, beside what it is. */
interface Wish {
  readonly world: World;
  readonly collection: Collection;
  /** The object as it would be. */
  readonly wanted: Values;
  readonly before?: Stored | undefined;
}

type Rule = (wish: Wish) => Errors | undefined;

/** The outpost inside authentik's own server. */
export const EMBEDDED = { managed: "goauthentik.io/outposts/embedded", name: "authentik Embedded Outpost" } as const;

const OUTPOST_PROVIDERS: Readonly<Record<string, string>> = {
  ldap: "LDAPProvider",
  proxy: "ProxyProvider",
  rac: "RACProvider",
  radius: "RadiusProvider",
};

const brand: Rule = ({ before, wanted, world }) => {
  const others = world.store.all("core/brands").filter(({ pk }) => pk !== before?.pk);
  const isSecond = wanted["default"] === true && others.some((other) => other["default"] === true);
  return isSecond ? { default: "Only a single brand can be set as default." } : undefined;
};

const group: Rule = ({ before, wanted }) => {
  const parents = Array.isArray(wanted["parents"]) ? (wanted["parents"] as unknown[]) : [];
  return before !== undefined && parents.includes(before.pk)
    ? { parents: ["Cannot set group as parent of itself."] }
    : undefined;
};

const identification: Rule = ({ wanted }) => {
  const isEmpty = (name: string): boolean => (wanted[name] as readonly unknown[]).length === 0;
  if (!isEmpty("sources") || !isEmpty("user_fields")) return undefined;
  return { non_field_errors: ["When no user fields are selected, at least one source must be selected"] };
};

function wrongProvider({ wanted, world }: Wish): string | undefined {
  const model = OUTPOST_PROVIDERS[String(wanted["type"])];
  for (const pk of wanted["providers"] as unknown[]) {
    const provider = world.store.get(["providers/all"], pk);
    const found = provider && world.home("providers/all", provider).model;
    if (found !== model) return found;
  }
  return undefined;
}

const outpost: Rule = (wish): Errors | undefined => {
  const { before, wanted } = wish;
  const isEmbedded = before?.["managed"] === EMBEDDED.managed;
  if (isEmbedded && wanted["name"] !== EMBEDDED.name) return { name: ["Embedded outpost's name cannot be changed"] };
  const wrong = wrongProvider(wish);
  if (wrong !== undefined) {
    return { providers: [`Outpost type ${String(wanted["type"])} can't be used with ${wrong} providers.`] };
  }
  const isEmpty = (wanted["providers"] as unknown[]).length === 0;
  return isEmpty && !isEmbedded ? { providers: ["This list may not be empty."] } : undefined;
};

const policyBinding: Rule = ({ wanted }) => {
  const subjects = ["policy", "group", "user"];
  const given = subjects.filter((name) => wanted[name] !== null && wanted[name] !== undefined);
  if (given.length === 1) return undefined;
  const names = subjects.map((name) => `'${name}'`).join(", ");
  const text = given.length > 1 ? `Only one of ${names} can be set.` : `One of ${names} must be set.`;
  return { non_field_errors: [text] };
};

const proxyProvider: Rule = ({ wanted }) => {
  if (wanted["mode"] === "proxy" && wanted["internal_host"] === "") {
    return { non_field_errors: ["Internal host cannot be empty when forward auth is disabled."] };
  }
  const names = ["basic_auth_password_attribute", "basic_auth_user_attribute"];
  const lacks = wanted["basic_auth_enabled"] === true && names.some((name) => wanted[name] === "");
  return lacks
    ? { non_field_errors: ["User and password attributes must be set when basic auth is enabled."] }
    : undefined;
};

const token: Rule = ({ wanted }) =>
  wanted["intent"] === "api" || wanted["intent"] === "app_password"
    ? undefined
    : { intent: [`Invalid intent ${String(wanted["intent"])}`] };

const INTERNAL = "internal_service_account";

const user: Rule = ({ before, wanted: { path, type } }): Errors | undefined => {
  if (before?.["type"] === INTERNAL && type !== INTERNAL) {
    return { type: ["Can't change internal service account to other user type."] };
  }
  if (before === undefined && type === INTERNAL) {
    return { type: ["Setting a user to internal service account is not allowed."] };
  }
  const text = String(path);
  if (text.startsWith("/") || text.endsWith("/")) return { path: ["No leading or trailing slashes allowed."] };
  return text.includes("//") ? { path: ["No empty segments in user path allowed."] } : undefined;
};

const RULES: Readonly<Record<string, Rule>> = {
  Brand: brand,
  Group: group,
  IdentificationStage: identification,
  Outpost: outpost,
  PolicyBinding: policyBinding,
  ProxyProvider: proxyProvider,
  Token: token,
  User: user,
};

/** What authentik's own serializers refuse beside the document, with their texts. */
export function refusals(wish: Wish): Errors | undefined {
  return RULES[wish.collection.model]?.(wish);
}
