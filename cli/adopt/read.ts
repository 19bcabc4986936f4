import { ApiError } from "../../api/api-error";
import type { Authentik } from "../../api/authentik";
import { RawApi } from "../../api/raw";
import type { Json } from "../../api/raw";
import type { Progress } from "../../delivery/progress";
import { COLLECTIONS, PERMISSIONS } from "./collections";
import type { Collection } from "./collections";
import { Counting } from "./counting";
import type { Live } from "./instance";
import { ReadInstance } from "./read-instance";
import type { Unread } from "./read-instance";

/** Roles that authentik keeps for the rights of one account. */
const OF_ONE_ACCOUNT = /^ak-managed-role--/;

/**
 * Reads an instance, but for its people. What the token's account may not read is listed, and does not end it.
 * `url` is people's own, where it is not the one it is asked by.
 * @throws ApiError when authentik cannot be asked, or not with this token
 */
export async function readInstance(
  authentik: Authentik,
  progress: Progress,
  url: string = authentik.url,
): Promise<ReadInstance> {
  const raw = authentik.use(RawApi);
  const unread: Unread[] = [];
  const me = await raw.object("core/users/me");
  const version = String((await raw.object("admin/version")).version_current);
  const settings = await orUnread(SETTINGS, unread, () => raw.object("admin/settings"), {});
  const collections = new Map<string, readonly Live[]>();
  for (const collection of COLLECTIONS) {
    collections.set(collection.path, await orUnread(collection, unread, () => all(raw, collection, progress), []));
  }
  const roles = collections.get("rbac/roles") ?? [];
  collections.set(PERMISSIONS.path, await orUnread(PERMISSIONS, unread, () => rightsOf(raw, roles, progress), []));
  if (!isSuperuser(me)) unread.push(...WHOLE);
  return new ReadInstance(url, settings, shared(collections), version, unread);
}

/** Lists in which what several show is one object: the fullest there is. */
function shared(collections: ReadonlyMap<string, readonly Live[]>): ReadonlyMap<string, readonly Live[]> {
  return new Map(
    [...collections].map(([path, objects]) => {
      if (!path.endsWith("/all")) return [path, objects];
      const family = [...collections].filter(([other]) => other !== path && other.startsWith(path.slice(0, -3)));
      const full = new Map(family.flatMap(([, members]) => members.map((live) => [live.pk, live] as const)));
      return [path, objects.map((live) => full.get(live.pk) ?? live)];
    }),
  );
}

const SETTINGS: Unread = {
  path: "admin/settings",
  noun: "system settings",
  needs: "authentik_rbac.view_system_settings",
};

/** What authentik shows in full to superusers only, without a word to others. */
const WHOLE: readonly Unread[] = [
  {
    path: "core/applications",
    noun: "applications",
    needs: "the token of a superuser; others see those they may open",
  },
];

function isSuperuser(me: Json): boolean {
  return (me.user as Json | undefined)?.is_superuser === true;
}

async function orUnread<T>(
  { needs, noun, path }: Unread,
  unread: Unread[],
  work: () => Promise<T>,
  otherwise: T,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== "forbidden") throw error;
    unread.push({ path, noun, needs });
    return otherwise;
  }
}

async function all(
  raw: RawApi,
  { key = "pk", noun, path, query, without = [] }: Collection,
  progress: Progress,
): Promise<Live[]> {
  const counting = new Counting(progress, noun);
  const found: Live[] = [];
  for await (const object of raw.list(path, query)) {
    found.push(kept(object, key, without));
    counting.add();
  }
  return found;
}

/** An object without what it points at, which is read by itself, and without what nobody asks for. */
function kept(object: Json, key: string, without: readonly string[]): Live {
  const fields = Object.entries(object).filter(
    ([name]) => !name.endsWith("_obj") && !name.endsWith("_themed_urls") && !without.includes(name),
  );
  return { ...Object.fromEntries(fields), pk: object[key] as Live["pk"] };
}

async function rightsOf(raw: RawApi, roles: readonly Live[], progress: Progress): Promise<Live[]> {
  const counting = new Counting(progress, PERMISSIONS.noun);
  const found: Live[] = [];
  for (const { name, pk: role } of roles) {
    if (OF_ONE_ACCOUNT.test(String(name))) continue;
    for (const [path, query] of [
      ["rbac/permissions", { role: String(role) }],
      ["rbac/permissions/roles", { uuid: String(role) }],
    ] as const) {
      for await (const right of raw.list(path, query)) {
        found.push(rightOf(role, right));
        counting.add();
      }
    }
  }
  return found;
}

function rightOf(role: Live["pk"], { app_label: app, codename, object_pk: object }: Json): Live {
  const permission = `${String(app)}.${String(codename)}`;
  const of = typeof object === "string" ? object : null;
  return { pk: [role, permission, of ?? ""].join(" "), role, permission, object_pk: of };
}
