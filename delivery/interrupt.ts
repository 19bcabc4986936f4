import type { ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";

type StopSignal = "SIGINT" | "SIGTERM";

/** A command that was stopped by Ctrl-C, or asked to end. */
export class Interrupted extends Error {
  override name = "Interrupted";

  constructor(readonly signal: StopSignal) {
    super(`stopped by ${signal}; the same command goes on from here`);
  }

  /** As a shell counts a process that a signal ended. */
  get exitCode(): 130 | 143 {
    return this.signal === "SIGINT" ? 130 : 143;
  }
}

const stop = new AbortController();

/** Aborted, with `Interrupted` as its reason, once the command has to stop; waits and requests take it as their signal. */
export const interrupted: AbortSignal = stop.signal;

const children = new Set<ChildProcess>();
const secrets = new Set<string>();

/** One Ctrl-C may reach a process by several ways: the terminal, npm, a shell. */
const SAME_SIGNAL_MS = 500;
/** How long something that does not listen to `interrupted` may go on, while no engine runs. */
const GRACE_MS = 3000;

let lastSignal = Number.NEGATIVE_INFINITY;

/** Makes SIGINT, SIGTERM and a closed terminal stop the command in good order. */
export function listenForSignals(): void {
  process.on("SIGINT", () => {
    receive("SIGINT");
  });
  process.on("SIGTERM", () => {
    receive("SIGTERM");
  });
  process.on("SIGHUP", () => {
    receive("SIGTERM");
  });
}

function receive(signal: StopSignal): void {
  const now = performance.now();
  if (now - lastSignal < SAME_SIGNAL_MS) return;
  lastSignal = now;
  const again = stop.signal.aborted;
  const interruption = new Interrupted(signal);
  stop.abort(interruption);
  // An engine finishes the request it is in, writes its state and frees its lock; a second signal makes it stop at once.
  for (const child of children) child.kill(signal);
  if (children.size > 0) return;
  const leave = (): void => {
    if (children.size === 0) process.exit(interruption.exitCode);
  };
  if (again) leave();
  setTimeout(leave, GRACE_MS).unref();
}

/** Passes signals on to a process that runs in a group of its own, until it has ended. */
export function passSignalsTo(child: ChildProcess): void {
  children.add(child);
  const forget = (): void => {
    children.delete(child);
  };
  child.on("close", forget);
  child.on("error", forget);
}

/** Removes a file now, and again however the process ends, until the returned function has removed it for good. */
export function removeAtExit(file: string): () => void {
  if (secrets.size === 0) process.on("exit", removeSecrets);
  rmSync(file, { force: true });
  secrets.add(file);
  return () => {
    rmSync(file, { force: true });
    secrets.delete(file);
    if (secrets.size === 0) process.off("exit", removeSecrets);
  };
}

function removeSecrets(): void {
  for (const file of secrets) rmSync(file, { force: true });
}
