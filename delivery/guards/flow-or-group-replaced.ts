import type { Change, Plan } from "../plan";
import { kindOf, stand } from "./wording";
import type { Standing } from "./wording";

const TYPES = /^authentik_(flow|group|stage_(?!prompt_field$)[a-z0-9_]+)$/;

const GOES_ALONG: Readonly<Record<string, string>> = {
  flow: "the providers that use it",
  group: "its bindings and who is in it",
  stage: "its places in flows",
};

const REMEDIES: Readonly<Record<string, (address: string) => string>> = {
  replace_because_tainted: (address) => `look at it in authentik, and terraform untaint ${address} when it is whole`,
  replace_by_request: () => "plan without -replace",
};

/** A flow, stage or group deleted and made again: authentik deletes what points at it along with the old one. */
export function flowOrGroupReplaced({ changes }: Plan): Standing[] {
  return changes.filter(isReplaced).map((change) => {
    const { address, type, name, reason, deposed } = change;
    const kind = kindOf(type);
    const why = reason === undefined ? "" : ` (${reason})`;
    return stand("flow-or-group-replaced", [address], {
      where: address,
      rule: `not be deleted and made again, since ${GOES_ALONG[kind] ?? "what points at it"} would go with it`,
      got: `${deposed === undefined ? "replace" : "delete of a left-over"} of ${kind}${name === undefined ? "" : ` "${name}"`}${why}`,
      remedy: remedy(change),
    });
  });
}

/** A left-over is what a replacement that stopped half-way has not deleted yet. */
function isReplaced({ type, action, destroys, deposed }: Change): boolean {
  return TYPES.test(type) && destroys && (action === "replace" || deposed !== undefined);
}

function remedy({ address, reason, deposed }: Change): string {
  if (deposed !== undefined) return "see in authentik that nothing points at it any more";
  return REMEDIES[reason ?? ""]?.(address) ?? "find out what replaces it, and change it in place";
}
