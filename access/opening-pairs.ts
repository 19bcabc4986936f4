import { answering, openingOf } from "./openings";
import type { Opening } from "./openings";
import { pairs } from "./pair";
import { sorted } from "./world";
import type { App, World } from "./world";

/** Something that can be opened, in two worlds; in either, nothing may answer there. */
export interface OpeningPair {
  readonly key: string;
  readonly title: string;
  readonly before: Opening;
  readonly after: Opening;
}

/**
 * Everything that can be opened in either world. A host is compared with whatever answers there in the other one, so a
 * host that gets a rule of its own is taken from those who could open the whole domain.
 */
export function openingPairs(worlds: readonly [before: World, after: World]): OpeningPair[] {
  const [before, after] = worlds;
  const found = new Map<string, OpeningPair>();
  const add = (key: string, title: string, apps: readonly [readonly App[], readonly App[]]): void => {
    const of = (side: 0 | 1): Opening => ({ key, title, apps: apps[side] });
    found.set(key, { key, title, before: of(0), after: of(1) });
  };
  for (const [was, is] of pairs<App>(
    worlds,
    ({ apps }) => apps,
    ({ slug }) => slug,
  )) {
    if (was !== undefined && was.host === undefined && (is === undefined || is.host === undefined)) {
      const { key, title } = openingOf(after, is ?? was);
      add(key, title, [[was], is === undefined ? [] : [is]]);
      continue;
    }
    for (const [world, app] of [
      [before, was],
      [after, is],
    ] as const) {
      if (app === undefined) continue;
      const { key, title } = openingOf(world, app);
      const at = place(app);
      if (at !== undefined) add(key, title, [answering(before, at), answering(after, at)]);
      else add(key, title, world === before ? [[app], []] : [[], [app]]);
    }
  }
  return sorted([...found.values()], ({ title }) => title.toLowerCase());
}

/** A host that is asked for to find what answers; of a domain, one that has no rule of its own. */
function place({ host }: App): string | undefined {
  if (host === undefined) return undefined;
  return host.isDomain ? `*.${host.host}` : host.host;
}
