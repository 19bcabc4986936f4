import type { Plan } from "../plan";
import { isPerson } from "./directory";
import { list, stand } from "./wording";
import type { Standing } from "./wording";

/** More people deleted than one plan may; replaced ones too, for whom a new account is made. */
export function peopleRemoved({ changes }: Plan, maxRemovals: number): Standing[] {
  const removed = changes.filter(({ type, destroys, before }) => destroys && isPerson({ type, values: before ?? {} }));
  if (removed.length <= maxRemovals) return [];
  const names = list(removed.map(({ name, address }) => name ?? address));
  return [
    stand(
      "people-removed",
      removed.map(({ address }) => address),
      {
        where: "people",
        rule: `lose no more than ${maxRemovals} accounts at once (delivery.maxRemovals)`,
        got: `${removed.length}: ${names}`,
        remedy: 'say "active": false to keep an account that nobody may use',
      },
    ),
  ];
}
