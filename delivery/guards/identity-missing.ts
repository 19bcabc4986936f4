import type { Plan } from "../plan";
import { stand } from "./wording";
import type { Standing } from "./wording";

const IDENTITY = /^authentik_[a-z0-9_]+\.identity_/;

/** A stack that has the groups, flows and apps is planned without them: all would be deleted. */
export function identityMissing({ changes, after }: Plan): Standing[] {
  const deleted = changes.filter(
    ({ address, action, deposed }) => action === "delete" && deposed === undefined && IDENTITY.test(address),
  );
  // What leaves by `removed` is no identity that is left: the embedded outpost stays in authentik when all else goes.
  const forgotten = new Set(changes.filter(({ action }) => action === "forget").map(({ address }) => address));
  const isLeft = (address: string): boolean => IDENTITY.test(address) && !forgotten.has(address);
  if (deleted.length === 0 || [...after.keys()].some(isLeft)) return [];
  return [
    stand(
      "identity-missing",
      deleted.map(({ address }) => address),
      {
        where: "identity",
        rule: "stay in the stack that has it",
        got: `a plan that deletes all of its ${deleted.length} objects`,
        remedy: "plan the whole stack, and a part of it with -target",
      },
    ),
  ];
}
