import type { Answer } from "./answer";
import { badRequest, created, notAllowed, notFound, nothing, ok } from "./answer";
import type { Collection } from "./collections";
import { collectionAt } from "./collections";
import { schemaNamed } from "./document";
import { afterWrite, beforeWrite, remove } from "./effects";
import { includedIn, list } from "./listing";
import { keptWith, modelDefaults } from "./model-defaults";
import { refusals } from "./model-rules";
import { relationErrors } from "./relation-rules";
import { Rendering } from "./rendering";
import type { Request } from "./request";
import { checkBody } from "./request-validation";
import type { Stored, Values } from "./store";
import type { World } from "./world";

/** The object a URL names. */
export function objectAt(collection: Collection, key: string, { store }: World): Stored {
  const isNamed = collection.key === "slug" || collection.key === "identifier";
  const record = isNamed ? store.having(collection.path, collection.key, key)[0] : store.get([collection.path], key);
  if (record === undefined) throw notFound();
  return record;
}

function checked(collection: Collection, { body, method }: Request): Values {
  if (collection.request === undefined) throw notAllowed(method);
  const schema = method === "patch" ? `Patched${collection.request}` : collection.request;
  const result = checkBody(schemaNamed(schema), body);
  if ("errors" in result) throw badRequest(result.errors);
  return result.values;
}

function write(collection: Collection, request: Request, world: World, before?: Stored): Stored {
  const given = checked(collection, request);
  const own = before === undefined ? owner(collection, request) : {};
  const values = { ...own, ...beforeWrite(collection, keptWith(collection, given), world) };
  const wanted = { ...(before ?? modelDefaults(collection, "new")), ...values };
  const errors =
    relationErrors(collection, { values: { ...given, ...values }, wanted, before }, world) ??
    refusals({ world, collection, wanted, before });
  if (errors !== undefined) throw badRequest(errors);
  const record = before === undefined ? world.add(collection.path, values) : world.change(collection, before, values);
  afterWrite(collection, record, given, world);
  return world.store.get([collection.path], record.pk) ?? record;
}

/** Fields that name whoever sends the request, unless it says otherwise. */
const OWNER: Readonly<Record<string, string>> = { Token: "user", Invitation: "created_by" };

function owner({ model }: Collection, { user }: Request): Values {
  const field = OWNER[model];
  return field === undefined || user === undefined ? {} : { [field]: user.pk };
}

/** Answers a request to a collection as a whole. */
export function collectionRoute(collection: Collection, request: Request, world: World): Answer {
  if (request.method === "get") return list(collection, request, world);
  if (request.method !== "post") throw notAllowed(request.method);
  const record = write(collection, request, world);
  return created(new Rendering(world).show(collection, record));
}

/** Answers a request to one object. */
export function objectRoute(collection: Collection, key: string, request: Request, world: World): Answer {
  const record = objectAt(collection, key, world);
  const home = collectionAt(world.home(collection.path, record).path);
  const rendering = new Rendering(world);
  switch (request.method) {
    case "get":
      return ok(
        rendering.show(home, record, { as: collection.model, included: includedIn(collection, request.query) }),
      );
    case "put":
    case "patch":
      if (collection.members !== undefined) throw notAllowed(request.method);
      return ok(rendering.show(home, write(home, request, world, record)));
    case "delete":
      remove(world, home, record);
      return nothing;
    case "post":
      throw notAllowed(request.method);
  }
}
