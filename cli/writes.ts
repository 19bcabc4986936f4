import { ApiError } from "../api/api-error";
import { Interrupted } from "../delivery/interrupt";

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
    if (error instanceof Interrupted) throw unsure(error, `nobody knows whether ${what}: look before you run it again`);
    if (!isLost(error)) throw error;
    const found = await look().catch((unseen: unknown) => {
      throw unseen instanceof ApiError
        ? noted(error, `nobody knows whether ${what}: look before you run it again`)
        : unseen;
    });
    if (found !== undefined) return found;
    if (mayStillCome(error))
      throw noted(error, "it is not there yet, and may still come: look before you run it again");
    throw noted(error, "it was not done: run it again");
  }
}

/** Whether a write that failed so may have been done all the same. */
export function isLost(error: unknown): error is ApiError {
  if (!(error instanceof ApiError) || REFUSED.has(error.status ?? 0)) return false;
  return error.kind === "unreachable" || error.kind === "server" || error.status === 405;
}

/** Whether authentik may still be at it: nobody waited for the end. */
function mayStillCome({ message, status }: ApiError): boolean {
  return status === undefined ? message.includes("no answer in time") : status === 502 || status === 504;
}

/** An interruption in the middle of a write, with what that means. */
export function unsure({ signal }: Interrupted, what: string): Interrupted {
  return Object.assign(new Interrupted(signal), { message: `stopped by ${signal}; ${what}` });
}

/** The same error, with one more line. */
export function noted(error: ApiError, line: string): ApiError {
  return new ApiError(error.kind, `${error.message}\n${line}`, error.status);
}

/** Whether a value read from JSON holds a number that is another one when it is written again. */
export function holdsInexactNumber(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsInexactNumber);
}
