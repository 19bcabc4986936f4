import type { Answer } from "./answer";
import { notFound, ok } from "./answer";
import type { Collection } from "./collections";
import { schemaNamed } from "./document";
import { candidates, testsOf } from "./filters";
import type { Included } from "./rendering";
import { Rendering } from "./rendering";
import type { Request } from "./request";
import type { Stored } from "./store";
import { asText } from "./text";
import type { World } from "./world";

const SEARCHED = ["username", "name", "email", "slug", "identifier", "domain", "title", "description", "uuid"];
const ORDERED = ["username", "slug", "identifier", "domain", "name", "order"];

const compareTexts = new Intl.Collator("en", { numeric: true }).compare;

function compareBy(field: string): (a: Stored, b: Stored) => number {
  const name = field.replace(/^-/, "");
  const direction = field.startsWith("-") ? -1 : 1;
  return (a, b) => direction * compareTexts(asText(a[name] ?? ""), asText(b[name] ?? ""));
}

function order(
  collection: Collection,
  query: URLSearchParams,
): { by: string; compare: (a: Stored, b: Stored) => number } {
  const { properties = {} } = schemaNamed(collection.model);
  const isKnown = (field: string): boolean => field.replace(/^-/, "") in properties;
  const asked = (query.get("ordering") ?? "").split(",").filter((field) => field !== "" && isKnown(field));
  const fields = asked.length > 0 ? asked : ORDERED.filter(isKnown).slice(0, 1);
  const comparisons = [...fields, "pk"].map(compareBy);
  const compare = (a: Stored, b: Stored): number =>
    comparisons.reduce((result, next) => (result === 0 ? next(a, b) : result), 0);
  return { by: fields.join(","), compare };
}

function matches(record: Stored, search: string): boolean {
  return SEARCHED.some((name) => {
    const value = record[name];
    return typeof value === "string" && value.toLowerCase().includes(search);
  });
}

function found(collection: Collection, query: URLSearchParams, world: World): readonly Stored[] {
  const { by, compare } = order(collection, query);
  const few = candidates(collection, query, world);
  const all = few?.sort(compare) ?? world.store.sorted(collection.path, by, compare);
  const tests = testsOf(collection, query, world);
  const search = (query.get("search") ?? "").trim().toLowerCase();
  if (tests.length === 0 && search === "") return all;
  return all.filter((record) => tests.every((test) => test(record)) && (search === "" || matches(record, search)));
}

function natural(text: string | null): number | undefined {
  return text !== null && /^\d+$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

/** What `include_users=false` and its like ask for, by the name of the field they leave out. */
export function includedIn({ filters }: Collection, query: URLSearchParams): Included {
  const asked = [...query].filter(([name]) => name.startsWith("include_") && filters.has(name));
  return Object.fromEntries(
    asked.map(([name, value]) => [`${name.slice("include_".length)}_obj`, value.toLowerCase() === "true"]),
  );
}

/** A page of anything, as the query says. */
export function paginated<T>(
  records: readonly T[],
  query: URLSearchParams,
  world: World,
  show: (record: T) => unknown,
): Answer {
  const { pagination_default_page_size: usual, pagination_max_page_size: most } = world.settings;
  const size = Math.min(natural(query.get("page_size")) ?? Number(usual), Number(most));
  const pages = Math.max(1, Math.ceil(records.length / size));
  const asked = query.get("page");
  const current = asked === "last" ? pages : asked === null ? 1 : natural(asked);
  if (current === undefined || current > pages) throw notFound("Invalid page.");
  const start = (current - 1) * size;
  const page = records.slice(start, start + size);
  return ok({
    pagination: {
      next: current < pages ? current + 1 : 0,
      previous: current - 1,
      count: records.length,
      current,
      total_pages: pages,
      start_index: records.length === 0 ? 0 : start + 1,
      end_index: start + page.length,
    },
    autocomplete: {},
    results: page.map(show),
  });
}

/** A page of a collection, filtered, searched and sorted as the query says. */
export function list(collection: Collection, { query }: Request, world: World): Answer {
  const rendering = new Rendering(world);
  const included = includedIn(collection, query);
  return paginated(found(collection, query, world), query, world, (record) =>
    rendering.show(world.home(collection.path, record), record, { as: collection.model, included }),
  );
}
