import type { Answer } from "./answer";
import { notAllowed, notStoodIn } from "./answer";
import { collections } from "./collections";
import { apiDocument } from "./document";
import type { Method } from "./document";
import { collectionRoute, objectRoute } from "./object-routes";
import type { Request } from "./request";
import { specialRoute } from "./special-routes";
import type { World } from "./world";

interface Template {
  readonly text: string;
  readonly pattern: RegExp;
}

/** Paths of authentik that the document leaves out. */
const UNDOCUMENTED: Readonly<Record<string, readonly Method[]>> = { "/oauth2/access_tokens/": ["get"] };

/** Templates without a parameter first, as authentik's router prefers `users/me` to `users/{id}`. */
const templates: readonly Template[] = [...Object.keys(apiDocument.paths), ...Object.keys(UNDOCUMENTED)]
  .map((text) => ({ text, pattern: new RegExp(`^${text.replaceAll(/\{\w+\}/g, "([^/]+)")}$`) }))
  .sort((a, b) => Number(a.text.includes("{")) - Number(b.text.includes("{")));

/** The path of the document a request is for, and the key in it. */
function match(path: string): { readonly template: string; readonly key: string } | undefined {
  for (const { text, pattern } of templates) {
    const found = pattern.exec(path);
    if (found !== null) return { template: text, key: decodeURIComponent(found[1] ?? "") };
  }
  return undefined;
}

/** Whether anybody may ask, without a token. */
export function isOpen(path: string): boolean {
  return path === "/root/config/" || path === "/core/brands/current/" || path.startsWith("/flows/executor/");
}

/** Answers a request; nothing where authentik's API has no such path. */
export function route(request: Request, world: World): Answer | undefined {
  const found = match(request.path);
  if (found === undefined) return undefined;
  const { key, template } = found;
  const methods = UNDOCUMENTED[template] ?? Object.keys(apiDocument.paths[template] ?? {});
  if (!methods.includes(request.method)) throw notAllowed(request.method);
  const special = specialRoute(template, key, request, world);
  if (special !== undefined) return special;
  const whole = collections.get(template.slice(1, -1));
  if (whole !== undefined) return collectionRoute(whole, request, world);
  const parent = collections.get(template.replace(/^\/(.+)\/\{\w+\}\/$/, "$1"));
  if (parent !== undefined) return objectRoute(parent, key, request, world);
  throw notStoodIn(`${request.method.toUpperCase()} ${template}`);
}
