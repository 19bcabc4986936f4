import { forbidden } from "./answer";
import { isSuperuser } from "./membership";
import type { Stored } from "./store";
import type { World } from "./world";

const INVALID = "Token invalid/expired";

/** Paths that every account may read. */
const OWN = new Set(["/core/users/me/"]);

/** The account whose token a request carries. */
export function authenticate(world: World, header: string | undefined): Stored {
  const [, scheme = "", key = ""] = /^(\S+) (.*)$/.exec(header?.trim() ?? "") ?? [];
  if (scheme === "") throw forbidden("Authentication credentials were not provided.");
  if (scheme.toLowerCase() !== "bearer") throw forbidden("Unsupported authentication type");
  const token = world.store.having("core/tokens", "key", key).find(({ intent }) => intent === "api");
  const user = token && world.store.get(["core/users"], token["user"]);
  if (user?.["is_active"] !== true) throw forbidden(INVALID);
  return user;
}

/** Only superusers get past here; authentik's finer rights are not stood in. */
export function authorize(world: World, user: Stored, path: string): void {
  if (!OWN.has(path) && !isSuperuser(world, user)) {
    throw forbidden("You do not have permission to perform this action.");
  }
}
