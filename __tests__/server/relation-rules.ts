import type { Collection } from "./collections";
import { family } from "./collections";
import { referenceOf } from "./references";
import type { Errors } from "./request-validation";
import type { Stored, Values } from "./store";
import { asText } from "./text";
import { uniqueFields, uniqueTogether } from "./unique-fields";
import type { World } from "./world";

function missing(collection: Collection, values: Values, { store }: World): Errors {
  const errors: Record<string, readonly string[]> = {};
  for (const [field, value] of Object.entries(values)) {
    const reference = referenceOf(collection, field);
    if (reference === undefined || value === null) continue;
    const pks = Array.isArray(value) ? (value as unknown[]) : [value];
    const lost = pks.find((pk) => store.get(reference.to, pk) === undefined);
    if (lost !== undefined) errors[field] = [`Invalid pk "${asText(lost)}" - object does not exist.`];
  }
  return errors;
}

/** Models whose serializer names its own validator, which says less than the model's. */
const PLAIN = new Set(["core/groups.name", "core/users.username"]);

function taken(collection: Collection, values: Values, { store }: World, before?: Stored): Errors {
  const errors: Record<string, readonly string[]> = {};
  for (const field of uniqueFields(collection)) {
    const value = values[field];
    if (value === undefined || value === null || value === "") continue;
    const others = family(collection.path).flatMap(({ path }) =>
      store.isIndexed(path, field) ? store.having(path, field, value) : [],
    );
    if (!others.some(({ pk }) => pk !== before?.pk)) continue;
    const { model } = collection;
    const text = `${model} with this ${field.replaceAll("_", " ")} already exists.`;
    errors[field] = [PLAIN.has(`${collection.path}.${field}`) ? "This field must be unique." : text];
  }
  return errors;
}

function takenTogether(collection: Collection, wanted: Values, { store }: World, before?: Stored): Errors | undefined {
  for (const fields of uniqueTogether(collection)) {
    const [first = ""] = fields;
    if (fields.some((field) => wanted[field] === null || wanted[field] === undefined)) continue;
    const same = store
      .having(collection.path, first, wanted[first])
      .filter((other) => other.pk !== before?.pk && fields.every((field) => other[field] === wanted[field]));
    if (same.length > 0) {
      return { non_field_errors: [`The fields ${fields.join(", ")} must make a unique set.`] };
    }
  }
  return undefined;
}

/** What is wrong with an object among the others: it points at what is not there, or has what another has. */
export function relationErrors(
  collection: Collection,
  { before, values, wanted }: { values: Values; wanted: Values; before?: Stored | undefined },
  world: World,
): Errors | undefined {
  const errors = { ...missing(collection, values, world), ...taken(collection, values, world, before) };
  return Object.keys(errors).length > 0 ? errors : takenTogether(collection, wanted, world, before);
}
