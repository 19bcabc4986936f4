import { renderStacks } from "../delivery/render";
import { loadNamedSite } from "../delivery/workspace";
import { readWorld } from "./world";
import type { World } from "./world";

/**
 * The world of the working folder, synthesized anew; nothing of it is written.
 * @throws ConfigError listing every problem of site and people at once
 */
export function workingWorld(): World {
  const site = loadNamedSite("split");
  const stacks = renderStacks(site).map(({ name, json }) => [name, json] as const);
  const waivers = site.waivers.map(({ code = "", where, field, text, reason }) => ({
    code,
    where,
    field,
    text,
    reason,
  }));
  return readWorld(Object.fromEntries(stacks), { site: site.name, waivers });
}
