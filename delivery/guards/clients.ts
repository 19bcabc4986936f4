import { isRecord } from "../objects";
import type { Values } from "../plan";

const LOCAL = /^\^?https?:\/\/(localhost|127\.0\.0\.1|\[::1\])([:/]|$)/;

/**
 * Where a client sends people back to, as text to compare; nothing when that is no more than a person's own machine, which
 * many clients have in common.
 */
export function redirectKey(values: Values | undefined): string | undefined {
  const uris = values?.allowed_redirect_uris;
  if (!Array.isArray(uris)) return undefined;
  const urls = uris.flatMap((uri) => (isRecord(uri) && typeof uri.url === "string" ? [uri.url] : []));
  return urls.some((url) => !LOCAL.test(url)) ? urls.sort().join("\n") : undefined;
}
