import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { StackJson } from "../../access/stack";
import { looksLikeToken } from "../../config/problems";
import type { SiteInput } from "../../config/schema";
import { Failure } from "../../delivery/failure";
import { visible } from "../../delivery/visible";
import { synthesized } from "../synthesized";
import type { Basis } from "./basis";
import { candidateOf } from "./candidate";
import type { Candidate } from "./candidate";
import type { StoredValue } from "./finding";
import type { Listed } from "./listed";
import { match } from "./match";
import type { Difference, Matched } from "./match";
import { Places } from "./place";
import { problemsIn } from "./problems-in";
import { writeSite } from "./write";

/** For each entry of a list of authentik the place in the site's own list, by address and argument. */
export type Order = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

/** A site that is that of an instance. */
export interface Settled {
  readonly candidate: Candidate;
  /** What its stack imports, and what else its first plan does. */
  readonly matched: Matched;
  /** How many objects the stack imports by itself, since authentik brings them. */
  readonly ownImports: number;
  /** What the first plan changes all the same, since it cannot be left: nothing of it means anything else than before. */
  readonly changes: readonly Difference[];
  /** Lists that authentik gives in another order than the site, by address and argument. */
  readonly order: Order;
  /** What the first plan makes. */
  readonly created: readonly string[];
  readonly notes: readonly Listed[];
}

export interface SettleOptions extends Pick<Basis, "base" | "instance" | "members" | "sourceSecrets"> {
  /** Why parts are left out from the beginning, by place. */
  readonly leftOut: ReadonlyMap<string, string>;
  /** The folder that paths of the base are relative to. */
  readonly folder: string;
  /** A client secret that is in Vault.  @default - none is known, and each is taken for what authentik has */
  readonly stored?: StoredValue;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** As many as a site may have kinds of mistakes: each round leaves out what was found in the one before. */
const ROUNDS = 50;

/**
 * The largest site whose first plan only imports: a candidate is synthesized, set against the instance, and loses what
 * would change something, until nothing would.
 * @throws Failure when what was given of the site cannot be read
 */
export async function settle({ say, signal, folder, stored, ...given }: SettleOptions): Promise<Settled> {
  const leftOut = new Map(given.leftOut);
  const waived = new Map<string, Set<string>>();
  for (let round = 1; round <= ROUNDS; round++) {
    const notes: Listed[] = [];
    const candidate = candidateOf({ ...given, leftOut, notes }, waived);
    const json = await synthesize(candidate, folder, signal);
    if (typeof json === "string") {
      const count = leaveOutProblems(json, leftOut, waived, given.base);
      say(`round ${round}: ${count} things cannot be said as they are`);
      continue;
    }
    const matched = match(json, given.instance, stored === undefined ? {} : { stored });
    const verdict = judge(matched, candidate);
    const places = new Places(json);
    const before = leftOut.size;
    for (const [address, why] of verdict.refused) leave(leftOut, places.of(address), why, address);
    if (verdict.refused.size === 0) {
      const ownImports = Array.isArray(json.import) ? json.import.length : 0;
      const { created } = verdict;
      return { candidate, matched, ownImports, notes, created, ...ordered(verdict.changes) };
    }
    const [stuck] = verdict.refused;
    if (leftOut.size === before && stuck !== undefined) {
      throw new Failure(`adopt: must be able to leave out ${stuck[0]}, got it again; it ${stuck[1]}`);
    }
    say(`round ${round}: ${verdict.refused.size} objects would change, what they belong to is left out`);
  }
  throw new Failure(`adopt: must settle in ${ROUNDS} rounds, got no end; tell the project what the instance holds`);
}

/** The identity's stack of a candidate; a text says what is wrong with it. */
async function synthesize(candidate: Candidate, base: string, signal: AbortSignal): Promise<StackJson | string> {
  const folder = mkdtempSync(join(tmpdir(), "adopt-"));
  try {
    const people = Object.fromEntries(
      [...candidate.people].map((name) => [name, { name: "Somebody", email: "person@example.org", groups: [] }]),
    );
    const site = { ...candidate.site, imports: undefined };
    const file = writeSite(folder, { site, files: candidate.files, base });
    writeFileSync(join(folder, "users.json"), JSON.stringify({ users: people }));
    const stacks = await synthesized(signal, { AUTHENTIK_SITE: file, AUTHENTIK_LAYOUT: "split" });
    // That of the people comes last.
    return stacks.at(-2) ?? {};
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A reason that nothing needs any longer, since what it was for was left out. */
const STALE = /must waive a refusal that applies, got (AK\d{3})/;

/** Waives what can be waived, and leaves out the records of all other problems; returns how many there were. */
function leaveOutProblems(
  text: string,
  leftOut: Map<string, string>,
  waived: Map<string, Set<string>>,
  base: Partial<SiteInput>,
): number {
  const problems = problemsIn(text);
  if (problems.length === 0) throw new Failure(text);
  let isNew = false;
  for (const { code, place, why } of problems) {
    const codes = waived.get(place) ?? new Set<string>();
    const [, stale = ""] = STALE.exec(why) ?? [];
    if (codes.delete(stale)) {
      isNew = true;
      continue;
    }
    const isWaivable = code !== undefined && WAIVING.test(place) && !codes.has(code) && !/cannot be waived/.test(why);
    if (isWaivable) {
      waived.set(place, codes.add(code));
      isNew = true;
    } else if (!leftOut.has(place)) {
      if (isGiven(place, base)) throw new Failure(text);
      leave(leftOut, [place], why, place);
      isNew = true;
    }
  }
  if (!isNew) throw new Failure(text);
  return problems.length;
}

/** Records that have a `waive`. */
const WAIVING = /^((apps|sources|outposts)\..+|hostAccess|login|version)$/;

/** Whether a place is what the user gave, and not what was read. */
function isGiven(place: string, base: Partial<SiteInput>): boolean {
  const [section = ""] = place.split(".");
  return (
    ["site", "authentik", "vault", "platform", "version", "delivery", "backend"].includes(section) &&
    section in { ...base, site: 0 }
  );
}

/** What the first plan may do besides importing. */
function judge(
  { created, differences }: Matched,
  { open, site }: Candidate,
): { refused: Map<string, string>; changes: Difference[]; created: string[] } {
  const refused = new Map<string, string>();
  const changes: Difference[] = [];
  for (const difference of differences) {
    if (isHarmless(difference)) changes.push(difference);
    else if (!refused.has(difference.address)) refused.set(difference.address, wouldChange(difference));
  }
  const made = created.filter((address) => isForOpenApps(address, open, site));
  for (const address of created) {
    if (!made.includes(address)) refused.set(address, `would make ${address}, which is not there`);
  }
  return { refused, changes, created: made };
}

/** The address of what says that everybody may open an app. */
function isForOpenApps(address: string, open: readonly string[], { apps = {} }: SiteInput): boolean {
  if (address === "authentik_policy_expression.identity_policies_everyone") return open.length > 0;
  const [, section, id = ""] =
    /^authentik_policy_binding\.identity_(apps|hosts)_([A-Za-z0-9-]+)_access_members-0$/.exec(address) ?? [];
  if (section === undefined) return false;
  return open.includes(section === "hosts" ? id.replace(/-[0-9a-f]{8}$/, "") : (apps[id]?.slug ?? id));
}

/** Takes lists that only have another order out of what the first plan changes: they are imported in that order. */
function ordered(changes: readonly Difference[]): Pick<Settled, "changes" | "order"> {
  const order: Record<string, Record<string, number[]>> = {};
  const left = changes.filter(({ address, attribute, live, planned }) => {
    const places = placesOf(live, planned);
    if (places !== undefined) order[address] = { ...order[address], [attribute]: places };
    return places === undefined;
  });
  return { changes: left, order };
}

/** Where the entries of one list are in another that has the same; undefined for anything else. */
function placesOf(live: unknown, planned: unknown): number[] | undefined {
  if (!Array.isArray(live) || !Array.isArray(planned) || live.length !== planned.length) return undefined;
  const all = (planned as unknown[]).map((entry) => JSON.stringify(entry));
  const places = (live as unknown[]).map((entry) => all.indexOf(JSON.stringify(entry)));
  return places.includes(-1) || new Set(places).size < places.length ? undefined : places;
}

const NO_PATH = "no path is open^";

/** A secret that is never read back is sent once more; that no path is open is said and was so. */
function isHarmless({ address, attribute, live, planned, resent }: Difference): boolean {
  if (resent === true) return true;
  const isUnsaid = live === "" || live === null || live === undefined;
  return (
    address.startsWith("authentik_provider_proxy.") &&
    attribute === "skip_path_regex" &&
    isUnsaid &&
    planned === NO_PATH
  );
}

function wouldChange({ address, attribute, live, planned }: Difference): string {
  const type = address.slice("authentik_".length, address.indexOf("."));
  if (attribute === "expression")
    return `has another expression of its ${type.replaceAll("_", " ")} than a site would say`;
  const shown = (value: unknown): string => hidden(value === undefined ? "nothing" : JSON.stringify(value), 120);
  const [was, will] = differingParts(live, planned);
  return `has ${attribute} of its ${type.replaceAll("_", " ")} ${shown(was)}, and a site would say ${shown(will)}`;
}

/** A text without what looks like a credential. */
function hidden(text: string, length: number): string {
  return looksLikeToken(text) ? "a credential (not shown)" : visible(text, length);
}

/** What two values that are JSON objects differ in; the values themselves where they are none. */
function differingParts(live: unknown, planned: unknown): [unknown, unknown] {
  const [a, b] = [asObject(live), asObject(planned)];
  if (a === undefined || b === undefined) return [live, planned];
  const names = Object.keys({ ...a, ...b }).filter((name) => !isDeepStrictEqual(a[name], b[name]));
  const of = (object: Readonly<Record<string, unknown>>): object =>
    Object.fromEntries(names.map((name) => [name, object[name]]));
  return [of(a), of(b)];
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  try {
    const object: unknown = typeof value === "string" ? JSON.parse(value) : value;
    const isObject = typeof object === "object" && object !== null && !Array.isArray(object);
    return isObject ? (object as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function leave(leftOut: Map<string, string>, places: readonly string[], why: string, address: string): void {
  if (places.length === 0) {
    throw new Failure(`adopt: ${address} must belong to a part of the site, got none that does; it ${why}`);
  }
  for (const place of places) if (!leftOut.has(place)) leftOut.set(place, why);
}
