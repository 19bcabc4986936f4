import type { AccessDiff, OpeningChange, PersonChange } from "../diff";
import { review } from "../review";
import type { Review } from "../review";
import type { World } from "../world";

/** What a page has to know of a world: what policies say stays out of it. */
export type PageWorld = Omit<World, "moved" | "policies"> & {
  readonly policies: readonly Pick<World["policies"][number], "name" | "kind" | "always">[];
};

/** What is different about who somebody is, and what they may open: places in `PageChange.openings`. */
export type PagePerson = Pick<PersonChange, "username" | "name" | "isMachine" | "presence"> & {
  readonly openings: readonly number[];
};

/** A comparison, in words and for the matrix. */
export interface PageChange {
  /** What the site is compared with, as it was asked for. */
  readonly base: string;
  readonly widened: boolean;
  readonly review: Review;
  readonly people: readonly PagePerson[];
  /** Gains and losses, each once however many people have it. */
  readonly openings: readonly OpeningChange[];
}

/** What a page is made of. */
export interface PageData {
  readonly world: PageWorld;
  readonly change?: PageChange | undefined;
}

/** A comparison, and what with. */
export interface Comparison {
  readonly base: string;
  readonly diff: AccessDiff;
}

/** What is written into a page. */
export function pageData({ moved: _, policies, ...world }: World, comparison?: Comparison): PageData {
  return {
    world: { ...world, policies: policies.map(({ name, kind, always }) => ({ name, kind, always })) },
    change: comparison && pageChange(comparison),
  };
}

function pageChange({ base, diff }: Comparison): PageChange {
  const places = new Map<string, number>();
  const openings: OpeningChange[] = [];
  const place = (change: OpeningChange): number => {
    const text = JSON.stringify(change);
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, openings.length);
    return openings.push(change) - 1;
  };
  const people = diff.people.map(({ username, name, isMachine, presence, openings: own }): PagePerson => ({
    username,
    name,
    isMachine,
    presence,
    openings: own.map(place),
  }));
  return { base, widened: diff.widened, review: review(diff), people, openings };
}

/** The world of a page, as the rules need it. */
export function worldOf({ world }: PageData): World {
  const policies = world.policies.map((policy) => ({ address: "", says: "", ...policy }));
  return { ...world, policies, moved: new Map() };
}
