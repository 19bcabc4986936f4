import { list } from "../../access/stack";
import { looksLikeToken, show } from "../../config/problems";
import type { SiteInput } from "../../config/schema";
import type { Live } from "./instance";
import { Keys } from "./keys";
import { given, textOf } from "./basis";
import type { Basis } from "./basis";

/** The groups of a site, and how to find one of them. */
export interface Groups {
  readonly site: NonNullable<SiteInput["groups"]>;
  /** The key of a group by its pk; undefined for one that is not in the site. */
  readonly keyOf: (pk: unknown) => string | undefined;
}

/** Whether a group stands for the people an app names one by one: `app-<slug>`, bound to the app. */
export function isAppGroup({ instance }: Pick<Basis, "instance">, group: Live): boolean {
  const slug = /^app-(.+)$/.exec(textOf(group, "name") ?? "")?.[1];
  const bound = instance.having("policies/bindings", "group", group.pk);
  return bound.some(({ target }) => {
    const app = instance.get("core/applications", target);
    return slug !== undefined && app?.["slug"] === slug;
  });
}

/** Groups that authentik makes by itself; no site has them. */
const OF_AUTHENTIK = new Set(["authentik Admins", "authentik Read-only"]);

/** The groups of an instance as a site has them. */
export function groupsOf(basis: Basis): Groups {
  const { base, instance, leftOut } = basis;
  const known = new Map(Object.entries(base.groups ?? {}).map(([key, { name = key }]) => [name, key]));
  const keys = new Keys();
  const found = instance
    .all("core/groups")
    .filter((group) => !OF_AUTHENTIK.has(textOf(group, "name") ?? "") && !isAppGroup(basis, group))
    .map((group): [string, Live] => {
      const name = textOf(group, "name") ?? "";
      return [keys.of(name, known.get(name)), group];
    });
  for (const [key, group] of found) {
    const why = leftOut.get(`groups.${key}`);
    if (why !== undefined) basis.notes.push({ what: `group ${nameOf(group, key)}`, why });
  }
  const kept = new Map(found.filter(([key]) => !leftOut.has(`groups.${key}`)).map(([key, { pk }]) => [pk, key]));
  for (const orphan of orphans(basis, found, kept)) kept.delete(orphan);
  const site = Object.fromEntries(
    found.flatMap(([key, group]) =>
      kept.has(group.pk)
        ? [[key, groupOf(group, attributesOf(basis, key, group), (pk) => kept.get(pk as string) ?? "")] as const]
        : [],
    ),
  );
  return { site, keyOf: (pk) => kept.get(pk as string) };
}

/** Groups below one that is not in the site, told as such. */
function* orphans(
  { instance, notes }: Basis,
  found: readonly (readonly [string, Live])[],
  kept: ReadonlyMap<string | number, string>,
): Generator<string | number> {
  for (let isDone = false; !isDone;) {
    isDone = true;
    for (const [key, group] of found) {
      const missing = list(group.parents).find((pk) => !kept.has(pk as string));
      if (missing === undefined || !kept.has(group.pk)) continue;
      const parent = textOf(instance.get("core/groups", missing), "name") ?? "it had";
      notes.push({
        what: `group ${nameOf(group, key)}`,
        why: `is below the group ${parent}, which is not in the site`,
      });
      isDone = false;
      yield group.pk;
    }
  }
}

function nameOf(group: Live, key: string): string {
  return textOf(group, "name") ?? key;
}

type Attributes = Record<string, never>;

const SECRET = /passw|passphrase|passcode|secret|token|api[-_]?key|private[-_]?key|credential/i;

/** What a group's attributes are; none where one of them seems to be a secret, unless the site had them all along. */
function attributesOf({ base, instance, notes }: Basis, key: string, group: Live): Attributes | undefined {
  const attributes = group["attributes"] as Attributes | undefined;
  if (base.groups?.[key]?.attributes !== undefined) return attributes;
  // With these names an outpost finds what it signs in to an app with.
  const passwords = instance.all("providers/proxy").map((provider) => provider["basic_auth_password_attribute"]);
  const secret = secretIn(attributes, (name) => SECRET.test(name) || passwords.includes(name));
  if (secret === undefined) return attributes;
  const why = `has an attribute ${show(secret)} that seems to be a secret (not shown); no attribute of it is in the site, and all stay as they are`;
  notes.push({ what: `group ${nameOf(group, key)}`, why });
  return undefined;
}

/** The name of the first member whose text seems to be a secret, at any depth. */
function secretIn(value: unknown, isSecret: (name: string) => boolean, name = ""): string | undefined {
  if (typeof value === "object" && value !== null) {
    for (const [inner, one] of Object.entries(value)) {
      const found = secretIn(one, isSecret, Array.isArray(value) ? name : inner);
      if (found !== undefined) return found;
      if (looksLikeToken(inner)) return inner;
    }
    return undefined;
  }
  if (typeof value === "number") return isSecret(name) ? name : undefined;
  if (typeof value !== "string" || value === "") return undefined;
  return isSecret(name) || looksLikeToken(value) ? name : undefined;
}

function groupOf(
  group: Live,
  attributes: Attributes | undefined,
  keyOf: (pk: unknown) => string,
): NonNullable<SiteInput["groups"]>[string] {
  const parents = list(group.parents).map(keyOf);
  return given({
    name: textOf(group, "name") ?? "",
    parents: parents.length === 0 ? undefined : parents,
    superuser: group["is_superuser"] === true ? true : undefined,
    attributes: attributes === undefined || Object.keys(attributes).length === 0 ? undefined : attributes,
  });
}
