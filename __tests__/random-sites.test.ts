import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../config/problems";
import { arbitrarySite, writeFiles } from "./arbitrary-site";
import type { WrittenSite } from "./arbitrary-site";
import { inspect } from "./oracle";
import type { TerraformJson } from "./oracle";
import { read, synthSite } from "./synth";

const folder = mkdtempSync(join(tmpdir(), "random-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function synthesize({ site, users }: WrittenSite): TerraformJson[] {
  writeFiles(folder, users);
  return Object.values(synthSite(read(site, folder))).map((json) => json as unknown as TerraformJson);
}

test("a valid site synthesizes to what applies and plans to zero", () => {
  fc.assert(
    fc.property(arbitrarySite, (written) => {
      expect(synthesize(written).flatMap(inspect)).toEqual([]);
    }),
    { numRuns: 50 },
  );
}, 60_000);

const path = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 7 });
const junk = fc.constantFrom<unknown>(
  ...[null, 7, -1, 1e12, "", "nope", "${x}", "%{if}", "{{ y }}", "x".repeat(300), "ldap", "auth.example.org"],
  ...["constructor", "__proto__", [], {}, true, ["x"], [null], { a: 1 }, { from: "vault" }],
);

/** Expects an error with places when a site is wrong, and nothing to be found later than when it is read. */
function refusedOrWhole(written: WrittenSite): void {
  try {
    synthesize(written);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    for (const problem of (error as ConfigError).problems) {
      expect(problem.where).not.toBe("");
      expect(problem.text).toMatch(/^must /);
    }
  }
}

test("a broken site gives an error with places, never a crash", () => {
  fc.assert(
    fc.property(arbitrarySite, path, junk, (written, where, value) => {
      const broken = structuredClone(written);
      replace(broken, where, () => value);
      refusedOrWhole(broken);
    }),
    { numRuns: 120 },
  );
}, 60_000);

test("so does one in which something stands twice", () => {
  fc.assert(
    fc.property(arbitrarySite, path, fc.nat({ max: 30 }), (written, where, neighbour) => {
      const broken = structuredClone(written);
      replace(broken, where, (siblings) => structuredClone(siblings[neighbour % siblings.length]));
      refusedOrWhole(broken);
    }),
    { numRuns: 80 },
  );
}, 60_000);

/** Puts another value somewhere into an object, at the place a list of numbers leads to. */
function replace(
  target: unknown,
  [first = 0, ...rest]: readonly number[],
  value: (siblings: readonly unknown[]) => unknown,
): void {
  if (typeof target !== "object" || target === null) return;
  const record = target as Record<string, unknown>;
  const names = Object.keys(record);
  const name = names[first % Math.max(1, names.length)];
  if (name === undefined) return;
  const inner = record[name];
  if (rest.length === 0 || typeof inner !== "object" || inner === null) record[name] = value(Object.values(record));
  else replace(inner, rest, value);
}
