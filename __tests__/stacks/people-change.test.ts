import { join } from "node:path";
import { loadSite } from "../../config/load";
import type { Person, Site } from "../../config/load";
import { checkConstructs } from "../../stacks/checks";
import { ROOT, synthSite } from "../synth";
import type { Block, Synthesized } from "../synth";

/** One more person in users.json, and what of the JSON is another then. */
const load = (layout: string): Site =>
  loadSite({ file: join(ROOT, "config", "site.ts"), layout, checks: checkConstructs });

const sam: Person = {
  username: "sam",
  name: "Sam New",
  email: "sam@example.org",
  groups: ["family", "vpn"],
  active: true,
  type: "internal",
};

/** Resources by address. */
function resources({ resource = {} }: Synthesized): Map<string, Block> {
  const named = Object.entries(resource).flatMap(([type, blocks]) =>
    Object.entries(blocks).map(([name, block]) => [`${type}.${name}`, block] as const),
  );
  return new Map(named);
}

/** Addresses that are new, gone or not what they were. */
function changed(before: Synthesized, after: Synthesized): string[] {
  const [old, now] = [resources(before), resources(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter(
    (address) => JSON.stringify(old.get(address)) !== JSON.stringify(now.get(address)),
  );
}

/** All of a stack but its resources. */
function rest({ resource: _, ...others }: Synthesized): unknown {
  return others;
}

describe.each(["single", "split"])("one more person, layout %s", (layout) => {
  const site = load(layout);
  const before = synthSite(site);
  const after = synthSite({ ...site, people: [...site.people, sam] });

  test("is one more account and nothing else", () => {
    const all = Object.keys(before).flatMap((name) =>
      changed(before[name] as Synthesized, after[name] as Synthesized).map((address) => `${name}: ${address}`),
    );
    expect(all).toEqual([`${layout === "single" ? "authentik" : "authentik-users"}: authentik_user.people_sam`]);
    for (const [name, json] of Object.entries(before)) expect(rest(after[name] as Synthesized)).toEqual(rest(json));
  });
});

test("in the layout split, the stacks of platform and identity are the same to the byte", () => {
  const site = load("split");
  const text = (people: readonly Person[]): Record<string, string> =>
    Object.fromEntries(
      Object.entries(synthSite({ ...site, people })).map(([name, json]) => [name, JSON.stringify(json)]),
    );
  const [before, after] = [text(site.people), text([...site.people, sam])];
  expect(Object.keys(before).filter((name) => before[name] !== after[name])).toEqual(["authentik-users"]);
});
