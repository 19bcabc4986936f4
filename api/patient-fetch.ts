import { setTimeout as pause } from "node:timers/promises";
import { within } from "./within";

/** Time, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since any moment. */
  now(): number;
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface PatientFetchOptions {
  /** How long one answer may take. */
  readonly timeoutSeconds: number;
  /** How long a request may take with everything it is tried again for. */
  readonly deadlineSeconds: number;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Ends every request once it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** The machine's own time. */
export const machineClock: Clock = {
  now: () => performance.now(),
  wait: (milliseconds, signal) => pause(milliseconds, undefined, signal && { signal }),
};

type Outcome = { readonly response: Response } | { readonly error: unknown };

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
/** Answers of a server that is not up, or is too busy. */
const PASSING = new Set([429, 502, 503, 504]);
/** Failures of a connection that never was. */
const UNCONNECTED = new Set(["ECONNREFUSED", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);
const NO_BODY = new Set([204, 304]);

/** What went wrong below `fetch`, such as `ECONNREFUSED`; its own message is always the same. */
export function networkFailure(error: unknown): string {
  if (member(error, "name") === "TimeoutError") return "no answer in time";
  const cause = member(error, "cause");
  const code = member(cause, "code") ?? member(member(member(cause, "errors"), "0"), "code");
  return typeof code === "string" ? code : "no answer";
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Milliseconds an answer asks to wait for: seconds, or until a date. */
function retryAfter(response: Response, clock: Clock): number | undefined {
  const text = response.headers.get("retry-after");
  if (text === null) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(response.headers.get("date") ?? "");
  const until = Date.parse(text) - (Number.isNaN(date) ? performance.timeOrigin + clock.now() : date);
  return Number.isNaN(until) ? undefined : Math.max(0, until);
}

function isWorthAnother(method: string, outcome: Outcome): boolean {
  const isRead = method === "GET" || method === "HEAD";
  if ("response" in outcome) {
    const { status } = outcome.response;
    return isRead ? PASSING.has(status) : status === 429;
  }
  return isRead || UNCONNECTED.has(networkFailure(outcome.error));
}

/**
 * A fetch that tries again what failed in passing, with growing pauses, until its deadline: reads for every such failure,
 * writes only when they cannot have taken effect.
 */
export function patientFetch(options: PatientFetchOptions): typeof fetch {
  const { clock, deadlineSeconds, signal } = options;
  return async (input, init = {}) => {
    const deadline = clock.now() + deadlineSeconds * 1000;
    const method = (init.method ?? "GET").toUpperCase();
    for (let usual = FIRST_PAUSE_MS; ; usual = Math.min(usual * 2, LONGEST_PAUSE_MS)) {
      const outcome = await attempt(options, input, init);
      signal?.throwIfAborted();
      const asked = "response" in outcome ? retryAfter(outcome.response, clock) : undefined;
      const wait = asked ?? usual;
      if (!isWorthAnother(method, outcome) || clock.now() + wait > deadline) {
        if ("error" in outcome) throw outcome.error;
        return outcome.response;
      }
      await clock.wait(wait, signal);
    }
  };
}

/** One try, its body read to the end: a connection may be cut in the middle of it. */
async function attempt(
  { fetch, signal, timeoutSeconds }: PatientFetchOptions,
  input: Parameters<typeof globalThis.fetch>[0],
  init: RequestInit,
): Promise<Outcome> {
  try {
    return await within(signal, timeoutSeconds * 1000, async (limited) => {
      const answer = await fetch(input, { ...init, redirect: "manual", signal: limited });
      const { headers, status, statusText } = answer;
      const body = NO_BODY.has(status) ? null : await answer.arrayBuffer();
      return { response: new Response(body, { headers, status, statusText }) };
    });
  } catch (error) {
    return { error };
  }
}
