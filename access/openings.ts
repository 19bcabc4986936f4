import type { Access, Decision, Member, Verdict } from "./decide";
import type { App, World } from "./world";

/** Something that can be opened: an app, or a host, or what is left of a domain. */
export interface Opening {
  /** Unique: `app grafana`, `host traefik.example.org`, `hosts of example.org`. */
  readonly key: string;
  /** What people call it. */
  readonly title: string;
  /** The apps that answer there; more than one only when outposts differ, none when nothing does. */
  readonly apps: readonly App[];
}

/**
 * The apps that answer for a host, one for each outpost. A provider of the very host is found first, then that of the
 * longest domain around it.
 */
export function answering({ apps }: World, host: string): App[] {
  const name = host.toLowerCase();
  const rules = apps.flatMap((app) => (app.host === undefined ? [] : [{ app, ...app.host }]));
  const outposts = new Set(rules.flatMap((rule) => rule.outposts));
  const found = [...outposts].flatMap((outpost) => {
    const served = rules.filter((rule) => rule.outposts.includes(outpost));
    const exact = served.find((rule) => !rule.isDomain && rule.host === name);
    const around = served
      .filter((rule) => rule.isDomain && (name === rule.host || name.endsWith(`.${rule.host}`)))
      .sort((a, b) => b.host.length - a.host.length)[0];
    return (exact ?? around)?.app ?? [];
  });
  return [...new Set(found)];
}

/** Everything that can be opened in a world. A host that a proxy guards stands for its app. */
export function openings(world: World): Opening[] {
  return world.apps.map((app) => openingOf(world, app));
}

/** What an app opens. */
export function openingOf(world: World, app: App): Opening {
  if (app.host === undefined) return { key: `app ${app.slug}`, title: app.name, apps: [app] };
  const { host, isDomain, outposts } = app.host;
  if (isDomain) {
    const title = `${app.name} (every other host of ${host})`;
    return { key: `hosts of ${host}`, title, apps: outposts.length === 0 ? [] : [app] };
  }
  return { key: `host ${host}`, title: hostTitle(app.name, host), apps: answering(world, host) };
}

function hostTitle(name: string, host: string): string {
  return name.toLowerCase() === host ? host : `${name} (${host})`;
}

/** What somebody may do there: the most that any of the apps lets them. */
export function verdictAt(access: Access, member: Member, { apps }: Opening): Verdict {
  const verdicts = apps.map((app) => access.verdict(member, app));
  if (verdicts.includes("open")) return "open";
  return verdicts.includes("at login") ? "at login" : "closed";
}

/** The app that decides there, and its decision; nothing when no app answers. */
export function answerAt(
  access: Access,
  member: Member,
  opening: Opening,
): { readonly app: App; readonly decision: Decision } | undefined {
  const verdict = verdictAt(access, member, opening);
  const app = opening.apps.find((candidate) => access.verdict(member, candidate) === verdict);
  return app === undefined ? undefined : { app, decision: access.decision(member, app) };
}
