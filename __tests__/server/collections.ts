import type { Method, Operation } from "./document";
import { apiDocument, schemaName, schemaNamed } from "./document";

/** Objects of one kind, at one path of the API. */
export interface Collection {
  /** The path below `/api/v3/`, e.g. `core/groups`. */
  readonly path: string;
  /** The field that is in the URL of an object. */
  readonly key: string;
  /** Whether the key is a number, as that of users and providers. */
  readonly numeric: boolean;
  /** The schema of an object as it is read. */
  readonly model: string;
  /** The schema of an object as it is created; nothing where the API creates none. */
  readonly request?: string;
  /** The query parameters that are no matter of pages and search. */
  readonly filters: ReadonlySet<string>;
  /** The collections that are shown together here, e.g. every kind of stage in `stages/all`. */
  readonly members?: readonly Collection[];
}

function itemsOf(list: Operation | undefined): string | undefined {
  const page = schemaName(list?.response);
  if (page?.startsWith("Paginated") !== true) return undefined;
  return schemaName(schemaNamed(page).properties?.["results"]?.items);
}

/** Parameters whose names are shared by many paths in the document. */
const SHARED: Readonly<Record<string, string>> = { QueryName: "name" };

function filtersOf(list: Operation | undefined): Set<string> {
  const names = (list?.query ?? []).map((name) => SHARED[name] ?? name);
  return new Set(names.filter((name) => !name.startsWith("Query")));
}

function keyOf(parameter: string, properties: Readonly<Record<string, unknown>>): string {
  if (parameter === "slug" || parameter === "identifier") return parameter;
  return ["pk", parameter, "uuid"].find((name) => name in properties) ?? "pk";
}

function collectionOf(path: string): Collection | undefined {
  const [, parent, parameter] = /^\/(.+)\/\{(\w+)\}\/$/.exec(path) ?? [];
  if (parent === undefined || parameter === undefined || parent.includes("{")) return undefined;
  const { get, post } = apiDocument.paths[`/${parent}/`] ?? {};
  const model = itemsOf(get);
  if (model === undefined) return undefined;
  const request = post?.status === 201 ? schemaName(post.request) : undefined;
  const properties = schemaNamed(model).properties ?? {};
  const key = keyOf(parameter, properties);
  const numeric = properties["pk"]?.type === "integer" || properties[key]?.type === "integer";
  return { path: parent, key, numeric, model, filters: filtersOf(get), ...(request && { request }) };
}

const single = Object.keys(apiDocument.paths)
  .map(collectionOf)
  .filter((collection) => collection !== undefined);

function withMembers(collection: Collection): Collection {
  if (!collection.path.endsWith("/all")) return collection;
  const prefix = collection.path.slice(0, -"all".length);
  const shown = schemaNamed(collection.model);
  const needed = "meta_model_name" in (shown.properties ?? {}) ? ["meta_model_name", "name"] : (shown.required ?? []);
  const members = single.filter(({ path, request, model }) => {
    const properties = schemaNamed(model).properties ?? {};
    return path.startsWith(prefix) && request !== undefined && needed.every((name) => name in properties);
  });
  return { ...collection, members };
}

/** Every collection of the API by path. */
export const collections: ReadonlyMap<string, Collection> = new Map(
  single.map((collection) => [collection.path, withMembers(collection)]),
);

/** A collection by path. */
export function collectionAt(path: string): Collection {
  const collection = collections.get(path);
  if (collection === undefined) throw new Error(`the API document has no collection ${path}`);
  return collection;
}

/** The collections that really hold objects: the given one, or the members of one that shows several. */
export function stored(path: string): readonly Collection[] {
  const collection = collectionAt(path);
  return collection.members ?? [collection];
}

const families = new Map<string, readonly Collection[]>();
for (const { members } of collections.values()) {
  for (const member of members ?? []) families.set(member.path, members ?? []);
}

/** The collections whose objects share names and numbers with those of the given one. */
export function family(path: string): readonly Collection[] {
  return families.get(path) ?? [collectionAt(path)];
}

/** What the document says a path answers to a method. */
export function operation(template: string, method: Method): Operation | undefined {
  return apiDocument.paths[template]?.[method];
}
