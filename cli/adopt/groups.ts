import type { SiteInput } from "../../config/schema";
import type { Live } from "./instance";
import { Keys } from "./keys";
import { given, listOf, textOf } from "./basis";
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
  const kept = new Map(found.filter(([key]) => !leftOut.has(`groups.${key}`)).map(([key, { pk }]) => [pk, key]));
  for (const orphan of orphans(basis, found, kept)) kept.delete(orphan);
  const site = Object.fromEntries(
    found.flatMap(([key, group]) =>
      kept.has(group.pk) ? [[key, groupOf(group, (pk) => kept.get(pk as string) ?? "")] as const] : [],
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
      const missing = listOf(group, "parents").find((pk) => !kept.has(pk as string));
      if (missing === undefined || !kept.has(group.pk)) continue;
      const parent = textOf(instance.get("core/groups", missing), "name") ?? "it had";
      notes.push({
        what: `group ${textOf(group, "name") ?? key}`,
        why: `is below the group ${parent}, which is not in the site`,
      });
      isDone = false;
      yield group.pk;
    }
  }
}

function groupOf(group: Live, keyOf: (pk: unknown) => string): NonNullable<SiteInput["groups"]>[string] {
  const parents = listOf(group, "parents").map(keyOf);
  const attributes = group["attributes"] as Record<string, never> | undefined;
  return given({
    name: textOf(group, "name") ?? "",
    parents: parents.length === 0 ? undefined : parents,
    superuser: group["is_superuser"] === true ? true : undefined,
    attributes: attributes === undefined || Object.keys(attributes).length === 0 ? undefined : attributes,
  });
}
