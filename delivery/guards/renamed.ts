import { nameOf } from "../objects";
import type { Change, Plan } from "../plan";
import type { Side } from "./directory";
import { signs } from "./same-thing";
import type { Sign } from "./same-thing";
import { kindOf, stand } from "./wording";
import type { Standing } from "./wording";

/** What leaves one address and what enters another, and by what they are known to be the same. */
interface Pair {
  readonly gone: Change;
  readonly made: Change;
  readonly same: string;
}

/** Pairs that one rename explains: all have one part of their address changed from `was` to `is`. */
interface Rename {
  /** Parts of the addresses before the one that changed; undefined where more differs. */
  readonly within?: string;
  readonly was: string;
  readonly is: string;
  /** The surest first. */
  readonly pairs: Pair[];
}

/** The release is authentik itself; what else is not authentik's goes with its app. */
const TYPES = /^(authentik_|helm_release$)/;

/** Something deleted under one address and made again under another, which a `moved` block would have kept. */
export function renamed(plan: Plan, others: readonly Plan[]): Standing[] {
  const renames = new Map<string, Rename>();
  for (const pair of pairs(plan, others)) {
    const rename = renameOf(pair);
    const key = idOf(rename);
    const known = renames.get(key);
    if (known === undefined) renames.set(key, rename);
    else known.pairs.push(pair);
  }
  // An app's own group is moved with the app.
  for (const [key, group] of renames) {
    const app =
      group.within === "identity_app-groups" ? renames.get(idOf({ ...group, within: "identity_apps" })) : undefined;
    if (app === undefined) continue;
    app.pairs.push(...group.pairs);
    renames.delete(key);
  }
  return [...renames.values()].map(standing);
}

function idOf({ within = "-", was, is }: Rename): string {
  return [within, was, is].join(" ");
}

/** Each object that is deleted with the one made that is the same, the surest signs first. */
function pairs(plan: Plan, others: readonly Plan[]): Pair[] {
  const changes = plan.changes.filter(({ type, deposed }) => TYPES.test(type) && deposed === undefined);
  const taken = new Set<Change>();
  const found: Pair[] = [];
  for (const sign of signs(plan, others)) {
    const free = (action: Change["action"]): Change[] =>
      changes.filter((change) => change.action === action && !taken.has(change));
    const made = new Map<string, Change[]>();
    for (const change of free("create").reverse()) {
      const key = keyOf(change, sign, "after");
      if (key !== undefined) made.set(key, [...(made.get(key) ?? []), change]);
    }
    for (const old of free("delete")) {
      const key = keyOf(old, sign, "before");
      const match = key === undefined ? undefined : made.get(key)?.pop();
      if (match === undefined) continue;
      taken.add(old).add(match);
      found.push({ gone: old, made: match, same: sign.name });
    }
  }
  return found;
}

function keyOf(change: Change, sign: Sign, side: Side): string | undefined {
  const key = sign.key(change, side);
  return key === undefined ? undefined : `${change.type} ${key}`;
}

function renameOf(pair: Pair): Rename {
  const [was, is] = [pair.gone, pair.made].map(({ address, type }) => address.slice(type.length + 1).split("_"));
  const differing = (was ?? []).flatMap((part, place) => (part === is?.[place] ? [] : [place]));
  const [place] = differing;
  if (was === undefined || was.length !== is?.length || differing.length !== 1 || place === undefined) {
    return { was: pair.gone.address, is: pair.made.address, pairs: [pair] };
  }
  return { within: was.slice(0, place).join("_"), was: was[place] ?? "", is: is[place] ?? "", pairs: [pair] };
}

function standing(rename: Rename): Standing {
  const { where, rule, remedy } = wording(rename);
  const { gone, same } = rename.pairs[0] as Pair;
  const kind = kindOf(gone.type);
  return stand(
    "renamed",
    rename.pairs.flatMap((pair) => [pair.gone.address, pair.made.address]),
    {
      where,
      rule,
      got: `${kind}${gone.name === undefined ? "" : ` "${gone.name}"`} deleted, and one with the same ${same} made`,
      remedy,
    },
  );
}

/** Sections of the site whose records can say what they were called before. */
const SECTIONS: Readonly<Record<string, string>> = {
  identity_apps: "apps",
  identity_groups: "groups",
  identity_outposts_managed: "outposts.managed",
};

function wording({ within, was, is, pairs: [pair] }: Rename): { where: string; rule: string; remedy: string } {
  if (within === "people") {
    const old = nameOf("authentik_user", pair?.gone.before) ?? was;
    const username = nameOf("authentik_user", pair?.made.after) ?? is;
    const field = `"was": ${JSON.stringify(old)}`;
    return { where: `users.${username}`, rule: `say ${field}`, remedy: `add it in users.json` };
  }
  const section = within === undefined ? undefined : SECTIONS[within];
  if (section !== undefined) {
    const field = `was: ${JSON.stringify(was)}`;
    return { where: `${section}.${is}`, rule: `say ${field}`, remedy: `add it to the record` };
  }
  if (within !== undefined) {
    const remedy = `name it "${was}" again, or give the construct renamedFrom "${was}"`;
    return {
      where: [within, is].filter((part) => part !== "").join("_"),
      rule: `keep the construct id "${was}"`,
      remedy,
    };
  }
  return { where: is, rule: `be moved from ${was}`, remedy: `add moved { from = ${was}, to = ${is} }` };
}
