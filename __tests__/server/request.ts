import type { Method } from "./document";
import type { Stored } from "./store";

/** A request to the API. */
export interface Request {
  readonly method: Method;
  /** The path below `/api/v3`, with both slashes, e.g. `/core/groups/`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Whose token it carries; nothing where none is needed. */
  readonly user?: Stored | undefined;
}
