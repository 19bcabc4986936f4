import { join } from "node:path";
import { Failure } from "../delivery/failure";

/**
 * Where this machine reaches authentik, when AUTHENTIK_URL says so.
 * @throws Failure when it is no URL, or holds a password, which errors would show
 */
export function ownUrl(): string | undefined {
  const given = process.env.AUTHENTIK_URL;
  if (!given) return undefined;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isPlain = url?.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (isPlain && (url.protocol === "http:" || url.protocol === "https:")) return given;
  const got =
    url === undefined ? "something else" : `one of ${url.protocol.slice(0, -1)}${isPlain ? "" : " with more"}`;
  throw new Failure(
    `AUTHENTIK_URL: must begin with http:// or https:// and hold no credentials, query or fragment, got ${got}; correct it`,
    2,
  );
}

/** The site file of this run. */
export function siteFile(): string {
  return process.env.AUTHENTIK_SITE || join(__dirname, "..", "config", "site.ts");
}
