import fc from "fast-check";
import { Access, everybody } from "../../access/decide";
import type { Verdict } from "../../access/decide";
import { diff, isEmpty } from "../../access/diff";
import type { AccessDiff, GroupChange, PersonChange } from "../../access/diff";
import { answering } from "../../access/openings";
import type { World } from "../../access/world";
import { arbitraryPlan } from "./arbitrary-plan";
import type { PersonPlan } from "./build";
import { worldOf } from "./build";

const RANK: Readonly<Record<Verdict, number>> = { closed: 0, "at login": 1, open: 2 };

test("adding a person to a group never takes access away, where no binding is negated", () => {
  fc.assert(
    fc.property(arbitraryPlan({ negated: false }), fc.constantFrom("g0", "g1", "g2", "g3"), (plan, group) => {
      const more: [string, PersonPlan][] = Object.entries(plan.people ?? {}).map(([id, { groups = [], ...person }]) => [
        id,
        { ...person, groups: [...groups, group] },
      ]);
      const [before, after] = [worldOf(plan), worldOf({ ...plan, people: Object.fromEntries(more) })];
      const [was, is] = [new Access(before), new Access(after)];
      for (const [place, person] of everybody(before).entries()) {
        const same = everybody(after)[place];
        if (same === undefined) throw new Error("somebody is missing");
        for (const [number, app] of before.apps.entries()) {
          const other = after.apps[number];
          if (other === undefined) throw new Error("an app is missing");
          expect(RANK[is.verdict(same, other)]).toBeGreaterThanOrEqual(RANK[was.verdict(person, app)]);
        }
      }
    }),
  );
});

test("nothing differs between a world and itself", () => {
  fc.assert(
    fc.property(arbitraryPlan(), (plan) => {
      const difference = diff(worldOf(plan), worldOf(plan));
      expect(isEmpty(difference)).toBe(true);
      expect(difference.widened).toBe(false);
    }),
  );
});

const EFFECTS = { wider: "narrower", narrower: "wider", either: "either", none: "none" } as const;
const PRESENCE = { added: "removed", removed: "added", kept: "kept" } as const;

/** A difference looked at from the other side. */
function mirror({ people, groups, settings, ...rest }: AccessDiff): AccessDiff {
  const account = <T extends GroupChange>(one: T): T => ({
    ...one,
    presence: PRESENCE[one.presence],
    joined: one.left,
    left: one.joined,
    superuser: one.superuser && swap(one.superuser),
    openings: one.openings.map(swap),
  });
  return {
    ...rest,
    people: people.map(account).map((one) => ({ ...one, active: one.active && swap(one.active) })),
    groups: groups.map(account),
    settings: settings.map((one) => ({ ...swap(one), effect: EFFECTS[one.effect] })),
  };
}

function swap<T extends { readonly before?: unknown; readonly after?: unknown }>(one: T): T {
  return { ...one, before: one.after, after: one.before };
}

/** A difference without what only one direction has: reasons, titles, and how many keep what they have. */
function plain({ people, groups, settings }: AccessDiff): object {
  const account = ({ openings, ...one }: GroupChange): object => ({
    ...one,
    superuser: one.superuser,
    openings: ordered(openings.map(({ key, before, after }) => ({ key, before, after }))),
  });
  const bare = ({ name: _, isMachine: __, ...one }: PersonChange): GroupChange => ({ ...one, name: one.username });
  return {
    people: people.map((one) => account(bare(one))),
    groups: groups.map(account),
    settings: ordered(
      settings.map(({ area, subject, what, before, after, effect }) => ({
        area,
        subject,
        what,
        before,
        after,
        effect,
      })),
    ),
  };
}

function ordered(values: readonly object[]): object[] {
  return [...values].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

test("a difference is the mirror of the one the other way round", () => {
  fc.assert(
    fc.property(arbitraryPlan(), arbitraryPlan(), (a, b) => {
      const [before, after] = [worldOf(a), worldOf(b)];
      expect(plain(mirror(diff(before, after)))).toEqual(plain(diff(after, before)));
    }),
    { numRuns: 60 },
  );
});

test("who gains an app or a host is in the difference, and makes it a wider one", () => {
  fc.assert(
    fc.property(arbitraryPlan(), arbitraryPlan(), (a, b) => {
      const [before, after] = [worldOf(a), worldOf(b)];
      const difference = diff(before, after);
      const gains = gained(before, after);
      for (const [username, key] of gains) {
        const person = difference.people.find((one) => one.username === username);
        expect(person?.openings.map((opening) => opening.key)).toContain(key);
      }
      if (gains.length > 0) expect(difference.widened).toBe(true);
    }),
    { numRuns: 60 },
  );
});

/** Worked out without the code that compares: usernames, and what they can open only in the second world. */
function gained(before: World, after: World): [string, string][] {
  const [was, is] = [new Access(before), new Access(after)];
  return everybody(after).flatMap((person) => {
    const old = everybody(before).find(({ username }) => username === person.username);
    const rank = (access: Access, apps: World["apps"], who = old): number =>
      who === undefined ? 0 : Math.max(0, ...apps.map((app) => RANK[access.verdict(who, app)]));
    return after.apps.flatMap((app): [string, string][] => {
      const { host } = app;
      if (host === undefined) {
        const same = before.apps.filter(({ slug, host: other }) => slug === app.slug && other === undefined);
        return rank(is, [app], person) > rank(was, same) ? [[person.username, `app ${app.slug}`]] : [];
      }
      const at = host.isDomain ? `*.${host.host}` : host.host;
      const isMore = rank(is, answering(after, at), person) > rank(was, answering(before, at));
      return isMore ? [[person.username, `${host.isDomain ? "hosts of" : "host"} ${host.host}`]] : [];
    });
  });
}
