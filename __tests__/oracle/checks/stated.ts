import type { Check } from "../finding";
import { problem } from "../finding";
import { asList, objectAt } from "../json";
import { ignores } from "../stack";

/**
 * The provider's own default is not what the server or we want, so the argument is always written; an adopted object may
 * keep what it has.
 */
export function states(names: readonly string[], why: string): Check {
  return function* (block, stack) {
    const isKept = (name: string): boolean => stack.imported.has(block.address) && ignores(block, name);
    for (const name of names) {
      if (!(name in block.body) && !isKept(name)) yield problem("unstated-default", `${name} must be stated; ${why}`);
    }
  };
}

/** The provider takes the argument and does nothing good with it. */
export function never(name: string, why: string): Check {
  return function* ({ body }) {
    if (name in body) yield problem("never-stated", `${name} must not be stated; ${why}`);
  };
}

/** `false` is dropped on the way to the server, which keeps what it has. */
export function neverFalse(...names: string[]): Check {
  return function* ({ body }) {
    for (const name of names) {
      if (body[name] === false)
        yield problem("never-sent", `${name} is false, which the provider does not send; leave it out`);
    }
  };
}

/** `0` is dropped on the way to the server, which keeps what it has. */
export function neverZero(...names: string[]): Check {
  return function* ({ body }) {
    for (const name of names) {
      if (body[name] === 0) yield problem("never-sent", `${name} is 0, which the provider does not send; leave it out`);
    }
  };
}

/** The provider reads the list in the server's own order. */
export function oneEntry(name: string, why: string): Check {
  return function* ({ body }) {
    if (asList(body[name]).length > 1) yield problem("list-order", `${name} can have one entry; ${why}`);
  };
}

/** Replaced with what refers to it, an object that is deleted first takes the others with it; an adopted one stays. */
export const createdBeforeDestroyed: Check = function* ({ body }) {
  const { create_before_destroy: lasting, prevent_destroy: kept } = objectAt(body, "lifecycle");
  if (lasting === true || kept === true) return;
  const text = "lifecycle.create_before_destroy must be true; deleted first, it takes with it what refers to it";
  yield problem("create-before-destroy", text);
};

export function slug(name: string): Check {
  return function* ({ body }) {
    const value = body[name];
    if (typeof value !== "string" || value.includes("${") || /^[-a-zA-Z0-9_]*$/.test(value)) return;
    yield problem("slug", `${name} must be of letters, digits, - and _, got "${value}"`);
  };
}

const FORMATS = {
  "an e-mail address": /^[^\s@]+@[^\s@]+$/,
  "an http or https URL": /^https?:\/\/\S+$/,
} as const;

/** The server refuses text of another form. */
export function format(what: keyof typeof FORMATS, ...names: string[]): Check {
  return function* ({ body }) {
    for (const name of names) {
      const value = body[name];
      if (typeof value !== "string" || value === "" || value.includes("${") || FORMATS[what].test(value)) continue;
      yield problem("format", `${name} must be ${what}, got "${value}"`);
    }
  };
}
