import type { Writable } from "node:stream";

/** Whether a command may colour what it writes to a stream. */
export function mayColour(stream: Writable & { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR;
}

/** How long a step may take before it is told that it has begun. */
const SILENT_MS = 1000;

/** What a command tells people while it works, on stderr. */
export class Progress {
  constructor(private readonly out: Writable = process.stderr) {}

  /** Says one line. */
  say(line: string): void {
    this.out.write(`${line}\n`);
  }

  /** Does a step; one that takes more than a second is told when it has begun, and its time when it ends. */
  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    const state = { isTold: false };
    const timer = setTimeout(() => {
      state.isTold = true;
      this.say(`${name} …`);
    }, SILENT_MS);
    const end = (how: string): void => {
      clearTimeout(timer);
      if (state.isTold) this.say(`${name}: ${how} after ${duration(begun)}`);
    };
    try {
      const result = await work();
      end("done");
      return result;
    } catch (error) {
      end("stopped");
      throw error;
    }
  }
}

/** The time since a moment of `performance.now()`, in words. */
export function duration(begun: number): string {
  return inWords(performance.now() - begun);
}

/** A length of time, in words. */
export function inWords(milliseconds: number): string {
  const total = Math.round(milliseconds / 1000);
  return total < 60 ? `${total} s` : `${Math.floor(total / 60)} min ${total % 60} s`;
}
