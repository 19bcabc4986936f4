import { ApiError } from "../../api/api-error";
import { Failure } from "../../delivery/failure";
import { Interrupted } from "../../delivery/interrupt";

/** What a check found out. */
export interface Verdict {
  readonly status: "pass" | "fail" | "skipped";
  /** Short facts it rests on, never a secret. */
  readonly evidence: readonly string[];
  /** What is wrong, or why nothing was looked at. */
  readonly why?: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** Thrown by a check that cannot look: it is skipped, and the message says why. */
export class Skip extends Error {
  override name = "Skip";
}

/** What a check found out about one thing among several. */
export interface Finding {
  readonly evidence: readonly string[];
  readonly problems: readonly string[];
}

/** Something that is as it should be. */
export function fine(...evidence: readonly string[]): Finding {
  return { evidence, problems: [] };
}

/** Something that is not. */
export function wrong(problem: string, ...evidence: readonly string[]): Finding {
  return { evidence, problems: [problem] };
}

/** Several findings as one. */
export function together(findings: readonly Finding[]): Finding {
  return {
    evidence: findings.flatMap(({ evidence }) => evidence),
    problems: findings.flatMap(({ problems }) => problems),
  };
}

/** Passed, or failed for every problem there is, with the one remedy of the check. */
export function judged(findings: readonly Finding[], remedy: string): Verdict {
  const { evidence, problems } = together(findings);
  if (problems.length === 0) return { status: "pass", evidence };
  return { status: "fail", evidence, why: problems.join("; "), remedy };
}

/**
 * The verdict of a check that ended by throwing: skipped where it may not or cannot look, failed where what it asked
 * failed, or the check itself. Only a command that was stopped goes on stopping.
 */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof Interrupted) throw error;
  if (error instanceof Skip) return { status: "skipped", evidence: [], why: error.message };
  const cannotLook =
    (error instanceof ApiError && error.kind === "forbidden") || (error instanceof Failure && error.exitCode === 3);
  if (cannotLook) return { status: "skipped", evidence: [], why: error.message };
  if (error instanceof ApiError || error instanceof Failure) {
    return { status: "fail", evidence: [], ...told(error.message) };
  }
  const why = `the check must run to its end, got ${String(error)}`;
  return { status: "fail", evidence: [], why, remedy: "tell its authors, this is a bug of the command" };
}

/** A message says what is wrong, and after a semicolon what to do. */
export function told(message: string): { readonly why: string; readonly remedy: string } {
  const [why = "", ...remedy] = message.split("; ");
  return { why, remedy: remedy.join("; ") };
}

/** Work on everything in a list, a few at once; the results are in the order of the list. */
export async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>, atOnce = 6): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}

/** A promise that is made when it is first asked for. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** A number with its noun, such as `1 pod` and `2 pods`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A line of a log, or another text, as JSON; empty when it is none. */
export function asJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
