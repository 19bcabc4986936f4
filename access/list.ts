import { visible } from "../delivery/job-summary";
import { Access } from "./decide";
import type { Decision, Verdict } from "./decide";
import type { LivePerson } from "./live";
import { answering } from "./openings";
import type { App, Person, World } from "./world";
import { count, names, openTo, reason, superuserText } from "./words";

const MARK: Readonly<Record<Verdict, string>> = { open: "x", "at login": "?", closed: "." };

/** Who can open what, as a table; apps have numbers, and as many stand beside each other as fit. */
export function matrix(world: World, width: number): string {
  const access = new Access(world);
  const rows = world.people.map((person) => ({ person, label: personLabel(access, person) }));
  const room = Math.max(...rows.map(({ label }) => label.length), 0) + 1;
  const digits = String(world.apps.length).length + 1;
  const each = Math.max(1, Math.floor((width - room) / digits));
  const tables: string[] = [];
  for (let from = 0; from < world.apps.length; from += each) {
    const apps = world.apps.slice(from, from + each);
    const head = apps.map((_app, place) => String(from + place + 1).padStart(digits)).join("");
    const lines = rows.map(({ person, label }) => {
      const cells = apps.map((app) => MARK[access.verdict(person, app)].padStart(digits)).join("");
      return `${label.padEnd(room)}${cells}`;
    });
    const legend = apps.map((app, place) => `${String(from + place + 1).padStart(digits)} ${appLabel(app)}`);
    tables.push([`${" ".repeat(room)}${head}`, ...lines, "", ...legend].join("\n"));
  }
  return [...tables, "x may open it   ? decided at login   . may not   * superuser, may change everything"].join(
    "\n\n",
  );
}

function personLabel(access: Access, person: Person): string {
  const marks = [
    ...(access.superuserBy(person) === undefined ? [] : ["*"]),
    ...(person.active ? [] : ["(not active)"]),
  ];
  return [visible(person.username), ...marks].join(" ");
}

function appLabel({ name, slug, host }: App): string {
  const where = host === undefined ? slug : `${host.isDomain ? "every other host of " : ""}${host.host}`;
  return visible(name === where ? name : `${name} (${where})`);
}

/** What one person may open, and why. */
export function personLines(world: World, person: Person): string {
  const access = new Access(world);
  const groups = [...access.groupsOf(person).keys()];
  const superuser = superuserText(access.superuserBy(person));
  const decided = world.apps.map((app) => ({ app, decision: access.decision(person, app) }));
  return [
    `${visible(person.name)} (${visible(person.username)})${person.active ? "" : ", not active"}`,
    `in ${groups.length === 0 ? "no group" : names(groups.map((name) => visible(name)))}`,
    ...(superuser === undefined ? [] : [`superuser: ${visible(superuser)}`]),
    ...section("may open", decided, "open", ({ app }) => appLabel(app)),
    ...section("decided at login", decided, "at login", ({ app }) => appLabel(app)),
    ...section("may not open", decided, "closed", ({ app }) => appLabel(app)),
  ].join("\n");
}

/** Who may open an app, and why. */
export function appLines(world: World, app: App): string {
  const access = new Access(world);
  const decided = [...world.people, ...world.machines].map((person) => ({
    app,
    person,
    decision: access.decision(person, app),
  }));
  const label = ({ person }: { person: Person }): string => {
    const kind = person.kind === "service account" ? " (machine)" : "";
    return `${visible(person.username)}${kind}`;
  };
  return [
    appLabel(app),
    `open to ${visible(openTo(app), 2000)}`,
    ...section("may open it", decided, "open", label),
    ...section("decided at login", decided, "at login", label),
    ...section("may not open it", decided, "closed", label),
  ].join("\n");
}

function section<T extends { readonly app: App; readonly decision: Decision }>(
  title: string,
  all: readonly T[],
  verdict: Verdict,
  label: (one: T) => string,
): string[] {
  const some = all.filter(({ decision }) => decision.decided === verdict);
  const room = Math.max(...some.map((one) => label(one).length), 0);
  if (some.length === 0) return [];
  return [
    "",
    title,
    ...some.map((one) => `  ${label(one).padEnd(room)}  ${visible(reason(one.decision, one.app), 2000)}`),
  ];
}

/** What answers for a host, and who may open it. */
export function hostLines(world: World, host: string): string | undefined {
  const apps = answering(world, host);
  return apps.length === 0
    ? undefined
    : apps.map((app) => `${host} is answered by ${appLines(world, app)}`).join("\n\n");
}

/** Who exists in authentik alone, in words. */
export function liveLines(people: readonly LivePerson[]): string {
  const what = (person: LivePerson): string => {
    const parts = [
      ...(person.active ? [] : ["not active"]),
      ...(person.superuser === undefined ? [] : [`superuser, ${person.superuser}`]),
      ...(person.opens.length === 0 ? [] : [`may open ${names(person.opens)}`]),
      ...(person.atLogin.length === 0 ? [] : [`decided at login: ${names(person.atLogin)}`]),
    ];
    return visible(parts.length === 0 ? "may open nothing" : parts.join("; "), 2000);
  };
  const head = `${count(people.length, "person exists", "people exist")} only in authentik`;
  return [head, ...people.map((person) => `  ${visible(person.username)}: ${what(person)}`)].join("\n");
}

/** Everything that is decided, for other programs. */
export function asJson(
  world: World,
  only?: { readonly person?: Person | undefined; readonly app?: App | undefined },
): object {
  const access = new Access(world);
  const apps = world.apps.filter((app) => only?.app === undefined || app === only.app);
  const people = [...world.people, ...world.machines].filter(
    (person) => only?.person === undefined || person === only.person,
  );
  return {
    format: 1,
    site: world.site,
    people: people.map((person) => ({
      username: person.username,
      name: person.name,
      kind: person.kind,
      active: person.active,
      groups: [...access.groupsOf(person).keys()].sort(),
      superuser: superuserText(access.superuserBy(person)) ?? null,
      apps: apps.map((app) => {
        const decision = access.decision(person, app);
        return { app: app.slug, decided: decision.decided, by: decision.by, why: reason(decision, app) };
      }),
    })),
    apps: apps.map(({ slug, name, host }) => ({
      slug,
      name,
      host: host?.host ?? null,
      isDomain: host?.isDomain ?? false,
    })),
  };
}
