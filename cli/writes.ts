import { ApiError } from "../api/api-error";

/** Answers that say that nothing was done. */
const REFUSED = new Set([429, 503]);

/**
 * Sends a write, once. When its answer is lost, looks whether it was done, and takes what it finds for the answer.
 * @param what what is so afterwards, such as `the invitation "ada" was made`
 * @throws ApiError of the write, which says whether it was done, as far as that can be seen
 */
export async function sendOnce<T>(
  what: string,
  send: () => Promise<T>,
  look: () => Promise<T | undefined>,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!isLost(error)) throw error;
    const found = await look().catch((unseen: unknown) => {
      throw unseen instanceof ApiError
        ? noted(error, `nobody knows whether ${what}: look before you run it again`)
        : unseen;
    });
    if (found !== undefined) return found;
    throw noted(error, "it was not done: run it again");
  }
}

/** Whether a write that failed so may have been done all the same. */
function isLost(error: unknown): error is ApiError {
  if (!(error instanceof ApiError) || REFUSED.has(error.status ?? 0)) return false;
  return error.kind === "unreachable" || error.kind === "server" || error.status === 405;
}

/** The same error, with one more line. */
export function noted(error: ApiError, line: string): ApiError {
  return new ApiError(error.kind, `${error.message}\n${line}`, error.status);
}
