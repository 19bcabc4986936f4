import type { HTTPHeaders, HTTPQuery } from "@goauthentik/api/dist/runtime";
import { BaseAPI } from "@goauthentik/api/dist/runtime";
import { ApiError } from "./api-error";
import { pages } from "./pages";
import type { PageOf } from "./pages";

/** What the API answers, as it is. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * Reads the API as it answers: without the official client's classes, whose names differ from the API's, which take three
 * times the room and fail on a value they do not know. `authentik.use(RawApi)`.
 */
export class RawApi extends BaseAPI {
  /** One object, by its path below `/api/v3`, such as `admin/settings`. */
  async object(path: string, query: HTTPQuery = {}): Promise<Json> {
    const token = await this.configuration.accessToken?.();
    const headers: HTTPHeaders = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const response = await this.request({ path: `/${path}/`, method: "GET", headers, query });
    const answer: unknown = await response.json();
    if (typeof answer === "object" && answer !== null && !Array.isArray(answer)) return answer as Json;
    throw unexpected(path, "an object");
  }

  /** Every object of a list, such as `core/groups`, page by page. */
  list(path: string, query: HTTPQuery = {}): AsyncGenerator<Json, void, undefined> {
    return pages(async ({ page, pageSize }) => {
      const answer = await this.object(path, { ...query, page, page_size: pageSize });
      if (!isPage(answer)) throw unexpected(path, "a page of a list");
      return answer;
    });
  }
}

function isPage(answer: Json): answer is Json & PageOf<Json> {
  const { pagination, results } = answer as Partial<PageOf<Json>>;
  return Array.isArray(results) && typeof pagination?.next === "number";
}

function unexpected(path: string, wanted: string): ApiError {
  const remedy = "check that the URL is authentik's, and its version";
  return new ApiError(
    "server",
    `authentik: GET /${path}/ must be answered with ${wanted}, got something else; ${remedy}`,
  );
}
