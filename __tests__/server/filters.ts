import { badRequest, notStoodIn } from "./answer";
import type { Collection } from "./collections";
import { derivation } from "./derived-fields";
import { schemaNamed } from "./document";
import { isSuperuser } from "./membership";
import { referenceOf } from "./references";
import type { Stored } from "./store";
import { asText } from "./text";
import type { World } from "./world";

type Test = (record: Stored) => boolean;
type Make = (given: readonly string[], world: World) => Test;

const lower = (value: unknown): string => asText(value).toLowerCase();
const isTrue = (value: string | undefined): boolean => lower(value) === "true" || value === "1";

function holds(value: unknown, given: readonly string[]): boolean {
  if (Array.isArray(value)) return value.some((item) => holds(item, given));
  if (typeof value === "boolean") return given.some((text) => isTrue(text) === value);
  return value !== null && value !== undefined && given.includes(asText(value));
}

function moments(compare: (a: number, b: number) => boolean): (value: unknown, given: readonly string[]) => boolean {
  return (value, [given = ""]) =>
    typeof value === "number"
      ? compare(value, Number(given))
      : typeof value === "string" && compare(Date.parse(value), Date.parse(given));
}

const OPERATORS: Readonly<Record<string, (value: unknown, given: readonly string[]) => boolean>> = {
  gt: moments((a, b) => a > b),
  icontains: (value, [given = ""]) => lower(value ?? "").includes(given.toLowerCase()),
  iexact: (value, given) => given.some((text) => lower(value ?? "") === text.toLowerCase()),
  isnull: (value, [given]) => isTrue(given) === (value === null || value === undefined || holdsNothing(value)),
  lt: moments((a, b) => a < b),
};

function holdsNothing(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Members that must be there, by a field of theirs; a name that nobody has is refused as Django does. */
function byMember(place: string, field: string, keyOf: string): Make {
  return (given, { store }) => {
    const wanted = given.map((text) => {
      const found = store.all(place).find((record) => String(record[keyOf]) === text);
      if (found !== undefined) return found.pk;
      throw badRequest({ [field]: [`Select a valid choice. ${text} is not one of the available choices.`] });
    });
    return (record) => wanted.some((pk) => holds(record[field], [String(pk)]));
  };
}

function members(field: "pk" | "username"): Make {
  return (given, { store }) => {
    const users = given.flatMap((text) =>
      field === "pk" ? (store.get(["core/users"], text) ?? []) : store.having("core/users", field, text),
    );
    return ({ pk }) => users.some((user) => holds(user["groups"], [String(pk)]));
  };
}

function attributes([given = ""]: readonly string[]): Test {
  let wanted: unknown;
  try {
    wanted = JSON.parse(given);
  } catch {
    throw badRequest(["filter: failed to parse JSON"]);
  }
  if (typeof wanted !== "object" || wanted === null || Array.isArray(wanted)) {
    throw badRequest(["filter: value must be key:value mapping"]);
  }
  const entries = Object.entries(wanted);
  return ({ attributes: own }) =>
    entries.every(([path, value]) => {
      const found = path
        .split("__")
        .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], own);
      return JSON.stringify(found) === JSON.stringify(value);
    });
}

const key: Make =
  (given) =>
  ({ pk }) =>
    given.includes(String(pk));

const OWN: Readonly<Record<string, Make>> = {
  "core/groups.members_by_pk": members("pk"),
  "core/groups.members_by_username": members("username"),
  "core/users.groups_by_name": byMember("core/groups", "groups", "name"),
  "core/users.groups_by_pk": byMember("core/groups", "groups", "pk"),
  "core/users.is_superuser":
    ([given], world) =>
    (record) =>
      isSuperuser(world, record) === isTrue(given),
  "core/users.path_startswith":
    ([given = ""]) =>
    ({ path }) =>
      String(path).startsWith(given),
  "core/users.roles_by_name": byMember("rbac/roles", "roles", "name"),
  "core/users.roles_by_pk": byMember("rbac/roles", "roles", "pk"),
  "outposts/instances.providers_by_pk":
    (given) =>
    ({ providers }) =>
      holds(providers, given),
  "policies/bindings.target_in":
    (given) =>
    ({ target }) =>
      holds(target, given),
};

const EVERYWHERE: Readonly<Record<string, Make>> = {
  application__isnull:
    ([given], { store }) =>
    ({ pk }) =>
      isTrue(given) === (store.having("core/applications", "provider", pk).length === 0),
  attributes,
  flow_uuid: key,
  fsb_uuid: key,
  pbm_uuid: key,
  pm_uuid: key,
  policy_uuid: key,
  stage_uuid: key,
};

/** Parameters that change how objects are shown, or whose objects, and not which. */
const SHOWN = /^(include_|superuser_full_list$)/;

function through(collection: Collection, name: string, world: World): ((record: Stored) => unknown) | undefined {
  const [field = "", ...rest] = name.split("__");
  const { properties = {} } = schemaNamed(collection.model);
  if (!(field in properties)) return undefined;
  const derive = derivation(collection, field);
  const own = (record: Stored): unknown => record[field] ?? derive?.(record, world, collection);
  if (rest.length === 0) return own;
  const reference = referenceOf(collection, field);
  return reference && ((record) => world.store.get(reference.to, record[field])?.[rest.join("__")]);
}

function testOf(collection: Collection, name: string, given: readonly string[], world: World): Test {
  const special = OWN[`${collection.path}.${name}`] ?? EVERYWHERE[name];
  if (special !== undefined) return special(given, world);
  const operator = /^(.+)__([a-z]+)$/.exec(name);
  const compare = operator?.[2] === undefined ? undefined : OPERATORS[operator[2]];
  const read = through(collection, compare === undefined ? name : (operator?.[1] ?? name), world);
  if (read === undefined) throw notStoodIn(`filter ${name} of ${collection.path}`);
  return (record) => (compare ?? holds)(read(record), given);
}

/** The tests a query asks for; parameters authentik does not know are passed over, as it does itself. */
export function testsOf(collection: Collection, query: URLSearchParams, world: World): Test[] {
  const names = [...new Set(query.keys())].filter((name) => collection.filters.has(name) && !SHOWN.test(name));
  return names.map((name) => testOf(collection, name, query.getAll(name), world));
}

/** Objects that an exact value leaves, found by index; nothing when the query has none that is indexed. */
export function candidates(
  { filters, path }: Collection,
  query: URLSearchParams,
  { store }: World,
): Stored[] | undefined {
  const name = [...query.keys()].find((field) => filters.has(field) && store.isIndexed(path, field));
  return name === undefined ? undefined : query.getAll(name).flatMap((value) => store.having(path, name, value));
}
