import { Access } from "../../access/decide";
import { diff } from "../../access/diff";
import { review } from "../../access/review";
import type { World } from "../../access/world";
import type { Plan } from "./build";
import { worldOf } from "./build";

const [PEOPLE, APPS, GROUPS] = [2000, 200, 120];

/** Groups ten deep, five for everybody, three for each app. */
function large(changed = 0): World {
  const plan: Plan = {
    groups: Object.fromEntries(
      Array.from({ length: GROUPS }, (_, n) => [`g${n}`, { parents: n % 10 === 0 ? [] : [`g${n - 1}`] }]),
    ),
    people: Object.fromEntries(
      Array.from({ length: PEOPLE }, (_, n) => [
        `p${n}`,
        { groups: Array.from({ length: 5 }, (_one, k) => `g${(n * 7 + k * 23 + (n < changed ? 1 : 0)) % GROUPS}`) },
      ]),
    ),
    apps: Object.fromEntries(
      Array.from({ length: APPS }, (_, n) => [
        `a${n}`,
        {
          bindings: Array.from({ length: 3 }, (_one, k) => ({ group: `g${(n * 3 + k * 31) % GROUPS}` })),
          ...(n % 4 === 0
            ? { provider: { type: "proxy", mode: "forward_single", external_host: `https://a${n}.example.org` } }
            : {}),
        },
      ]),
    ),
  };
  return worldOf(plan);
}

function seconds(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

test("2,000 people and 200 apps are decided, and compared, in less than a second each", () => {
  const [world, other] = [large(), large(200)];
  const access = new Access(world);
  let open = 0;
  const decided = seconds(() => {
    for (const person of world.people)
      for (const app of world.apps) if (access.verdict(person, app) === "open") open += 1;
  });
  let difference = diff(world, world);
  const compared = seconds(() => {
    difference = diff(world, other);
  });
  const told = seconds(() => review(difference));
  console.log(
    `decided ${PEOPLE * APPS} in ${decided.toFixed(3)} s, compared in ${compared.toFixed(3)} s, told in ${told.toFixed(3)} s`,
  );
  expect(open).toBeGreaterThan(PEOPLE);
  expect(difference.people.length).toBeGreaterThan(100);
  expect(decided).toBeLessThan(1);
  expect(compared).toBeLessThan(3);
});
