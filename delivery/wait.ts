import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./failure";
import type { Instance, Trouble } from "./instance";
import { interrupted } from "./interrupt";
import { nameOf, valueOf } from "./lookups";
import type { Lookup } from "./lookups";
import { inWords } from "./progress";

/** Time, as a wait sees it. */
export interface Clock {
  /** Milliseconds since some moment. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

export interface WaitOptions {
  readonly instance: Instance;
  /** What has to be there. */
  readonly lookups: readonly Lookup[];
  readonly timeoutMinutes: number;
  /** How long a token may be refused once authentik is ready: that of the bootstrap is made a little later. */
  readonly tokenGraceMinutes: number;
  /** Where to look when it takes too long: the command by what is still missing. */
  readonly look: Readonly<Record<Missing["what"], string>>;
  readonly say: (line: string) => void;
  readonly clock: Clock;
}

/** What is waited for. */
export interface Missing {
  readonly what: "answer" | "objects" | "token";
  /** What it is, such as `2 objects: flow a, flow b`. */
  readonly text: string;
  /** What is there instead, such as `503` or `no flow a, no flow b`. */
  readonly got: string;
}

/** This machine's time; a sleep ends when the command is stopped. */
export const CLOCK: Clock = {
  now: () => performance.now(),
  sleep: async (milliseconds) => {
    try {
      await sleep(milliseconds, undefined, { signal: interrupted });
    } catch {
      throw interrupted.reason as Error;
    }
  },
};

/** The bootstrap token is made by the worker's first tasks, a while after the server is ready. */
export const TOKEN_GRACE_MINUTES = 3;

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;
/** How long a wait may go on without a word. */
const SILENCE_MS = 60_000;
/** Objects that are named in a line. */
const NAMED = 4;

/**
 * Waits until authentik answers, takes the token, and has everything that is looked up in it: it says that it is ready
 * before its worker has made its flows. Tells what it waits for whenever that changes.
 * @throws Failure with exit code 3 when that takes too long, and when the token stays refused
 */
export async function waitForInstance({ clock, say, look, ...options }: WaitOptions): Promise<void> {
  const begun = clock.now();
  const elapsed = (): number => clock.now() - begun;
  const search = new Search(options.instance, options.lookups);
  let told: { readonly text: string; readonly at: number } | undefined;
  let refusedSince: number | undefined;
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    const missing = await search.missing();
    if (missing === undefined) break;
    if (missing.text !== told?.text) pause = FIRST_PAUSE_MS;
    if (missing.text !== told?.text || elapsed() - told.at >= SILENCE_MS) {
      say(`waiting for ${missing.text} (${inWords(elapsed())})`);
      told = { text: missing.text, at: elapsed() };
    }
    refusedSince = missing.what === "token" ? (refusedSince ?? elapsed()) : undefined;
    const left = options.timeoutMinutes * 60_000 - elapsed();
    const isRefused = refusedSince !== undefined && elapsed() - refusedSince >= options.tokenGraceMinutes * 60_000;
    if (left <= 0 || isRefused) throw tooLong(missing, options.instance.url, elapsed(), look);
    await clock.sleep(Math.min(pause, left));
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
  }
  if (told !== undefined) say(`authentik has everything that is looked up in it (${inWords(elapsed())})`);
}

/** What is missing right now; nothing when the site can be planned. */
export function missingNow(instance: Instance, lookups: readonly Lookup[]): Promise<Missing | undefined> {
  return new Search(instance, lookups).missing();
}

const MUST: Readonly<Record<Missing["what"], string>> = {
  answer: "answer",
  token: "accept the token",
  objects: "have everything that is looked up in it",
};

function tooLong({ what, got }: Missing, url: string, elapsed: number, look: WaitOptions["look"]): Failure {
  const message = `authentik: ${url} must ${MUST[what]}, got ${got} after ${inWords(elapsed)}; ${look[what]}`;
  return new Failure(message, what === "token" ? 1 : 3);
}

/** Looks again and again, and never again for what was found. */
class Search {
  private readonly found = new Map<string, string>();

  constructor(
    private readonly instance: Instance,
    private readonly lookups: readonly Lookup[],
  ) {}

  async missing(): Promise<Missing | undefined> {
    const trouble = (await this.instance.unready()) ?? (await this.instance.refusal());
    if (trouble !== undefined) return this.describe(trouble);
    const missing: Lookup[] = [];
    for (const lookup of this.lookups.filter(({ address }) => !this.found.has(address))) {
      const value = valueOf(lookup, this.found);
      const answer = value === undefined ? undefined : await this.instance.find(lookup, value);
      if (typeof answer === "object") return this.describe(answer);
      if (answer === undefined) missing.push(lookup);
      else this.found.set(lookup.address, answer);
    }
    if (missing.length === 0) return undefined;
    const names = missing.map(nameOf);
    const rest = missing.length > NAMED ? `, and ${missing.length - NAMED} more` : "";
    const count = missing.length === 1 ? "1 object" : `${missing.length} objects`;
    return {
      what: "objects",
      text: `${count}: ${names.slice(0, NAMED).join(", ")}${rest}`,
      got: `no ${names.join(", no ")}`,
    };
  }

  private describe({ what, got }: Trouble): Missing {
    const wish = what === "token" ? "the token to be accepted" : `${this.instance.url} to answer`;
    return { what, text: `${wish}: ${got}`, got };
  }
}
