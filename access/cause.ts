import type { Access, Answer, Decision, Member } from "./decide";
import type { OpeningPair } from "./opening-pairs";
import { answerAt } from "./openings";
import type { App, Binding } from "./world";
import { bindingText, reason, way } from "./words";

/** Two worlds and their rules; groups are called in both as they are called in the second. */
export type Accesses = readonly [before: Access, after: Access];

/** Somebody before and after. */
export type Members = readonly [before: Member | undefined, after: Member | undefined];

/** An app that answers for an opening, and what it decides. */
interface Answered {
  readonly app: App;
  readonly decision: Decision;
}

/** Why somebody may do more or less with an opening than before, in words that go in brackets. */
export function cause(accesses: Accesses, [was, is]: Members, pair: OpeningPair, isWider: boolean): string {
  const before = was && answerAt(accesses[0], was, pair.before);
  const after = is && answerAt(accesses[1], is, pair.after);
  if (was === undefined || is === undefined) return textOf(is === undefined ? before : after);
  if (was.active !== is.active) return `the account is ${is.active ? "active again" : "not active any more"}`;
  if (after === undefined) return `${before?.app.name ?? "it"} is gone`;
  if (before === undefined) return `new; ${textOf(after)}`;
  if (before.app.address !== after.app.address && before.app.slug !== after.app.slug) {
    return `${otherRule(before.app, after.app)}; ${textOf(after)}`;
  }
  return changed(accesses, [was, is], [before, after], isWider) ?? textOf(after);
}

/** Another app answers for a host. */
function otherRule(before: App, after: App): string {
  if (after.host?.isDomain === false) return `now by a rule of its own, not by ${before.name}`;
  return `now by ${after.name}, not by a rule of its own`;
}

function textOf(answered: Answered | undefined): string {
  return answered === undefined ? "" : reason(answered.decision, answered.app);
}

/** What is different about bindings or memberships; nothing when neither explains it. */
function changed(
  accesses: Accesses,
  members: readonly [Member, Member],
  [before, after]: readonly [Answered, Answered],
  isWider: boolean,
): string | undefined {
  if (after.decision.rests === "unbound" || after.decision.decided === "at login") return undefined;
  if (before.app.match !== after.app.match) {
    return `${after.app.match === "all" ? "all it asks for is needed" : "one of what it asks for is enough"} now; ${textOf(after)}`;
  }
  // A loss is explained by what let in before, where one binding is enough; else by what lets in, or stands in the way, now.
  const isByBefore = !isWider && after.app.match === "any";
  const [from, other] = isByBefore ? [before, after] : [after, before];
  return from.decision.because
    .map((answer) =>
      other.app.bindings.some((binding) => isSame(binding, answer.binding))
        ? membership(accesses, members, answer)
        : rule(answer, isByBefore, isWider),
    )
    .find((found) => found !== undefined);
}

function isSame(a: Binding, b: Binding): boolean {
  return a.enabled && a.to.kind === b.to.kind && a.to.name === b.to.name && a.negated === b.negated;
}

/** Somebody has joined or left the group a binding asks about. */
function membership(
  [before, after]: Accesses,
  [was, is]: readonly [Member, Member],
  { binding }: Answer,
): string | undefined {
  const { kind, name } = binding.to;
  if (kind !== "group") return undefined;
  const [old, now] = [before.groupsOf(was).get(name), after.groupsOf(is).get(name)];
  if ((old === undefined) === (now === undefined)) return undefined;
  if (now !== undefined) return `now in ${way(now)}, which ${binding.negated ? "is kept out" : "may open it"}`;
  return `no longer in ${way(old ?? [name])}`;
}

/** A binding is new, or gone. */
function rule({ binding, through }: Answer, isGone: boolean, isWider: boolean): string {
  const { kind, name } = binding.to;
  const who = kind === "policy" ? `everybody who signs in, by ${name},` : bindingText(binding);
  if (isGone) return `${who} may not open it any more`;
  if (!isWider) return `it asks for ${bindingText(binding)} now`;
  return through.length > 1 ? `${who} may open it now; in ${way(through)}` : `${who} may open it now`;
}
