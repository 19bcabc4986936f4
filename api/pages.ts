import { ApiError } from "./api-error";

/** What to ask a list for. */
export interface Page {
  readonly page: number;
  readonly pageSize: number;
}

/** A page as the API gives it. */
export interface PageOf<T> {
  readonly pagination: { readonly next: number };
  readonly results: readonly T[];
}

/** The most authentik gives in one page. */
const PAGE_SIZE = 100;

/**
 * Everything of a list, page by page, so that no more than one is held:
 * `pages((page) => core.coreUsersList({ ...page, includeGroups: false }))`.
 */
export async function* pages<T>(list: (page: Page) => Promise<PageOf<T>>): AsyncGenerator<T, void, undefined> {
  for (let page = 1; page > 0;) {
    const { pagination, results } = await pageOrEnd(list, page);
    yield* results;
    page = pagination.next > page ? pagination.next : 0;
  }
}

/** A page that was there a moment ago is gone when objects are deleted meanwhile. */
async function pageOrEnd<T>(list: (page: Page) => Promise<PageOf<T>>, page: number): Promise<PageOf<T>> {
  try {
    return await list({ page, pageSize: PAGE_SIZE });
  } catch (error) {
    const isEnd = page > 1 && error instanceof ApiError && error.kind === "notFound";
    if (isEnd) return { pagination: { next: 0 }, results: [] };
    throw error;
  }
}
