import type { SiteInput, VaultRef } from "../../config/schema";
import type { Instance, Live } from "./instance";
import type { Listed } from "./listed";

/** What the parts of a site are made from. */
export interface Basis {
  readonly instance: Instance;
  /** What is known already and authentik cannot tell, such as where a secret is kept. */
  readonly base: Partial<SiteInput>;
  /** Why a part is left out, by its place in the site, such as `apps.wiki`. */
  readonly leftOut: ReadonlyMap<string, string>;
  /** Where in Vault the client secret of a source is, by slug. */
  readonly sourceSecrets: ReadonlyMap<string, VaultRef>;
  /** Usernames of the members of a group that stands for the people an app names. */
  readonly members: ReadonlyMap<unknown, readonly string[]>;
  /** What is not in the site, and why. */
  readonly notes: Listed[];
}

/** A field that is a text; undefined when it is empty or something else. */
export function textOf(object: Live | undefined, field: string): string | undefined {
  const value = object?.[field];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** An object without the members that are undefined. */
export function given<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

const SECONDS: Readonly<Record<string, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: 86_400,
  weeks: 604_800,
};

/** The number of a length of time in one unit, such as 10 of `minutes=10`; undefined when it is no whole number of them. */
export function lengthIn(unit: "days" | "minutes", duration: unknown): number | undefined {
  let total = 0;
  for (const part of String(duration).split(/[;,]/).filter(Boolean)) {
    const [, name = "", number = ""] = /^\s*(\w+)\s*=\s*(\d+)\s*$/.exec(part) ?? [];
    total += (SECONDS[name] ?? Number.NaN) * Number(number);
  }
  const length = total / (SECONDS[unit] ?? Number.NaN);
  return Number.isInteger(length) && length > 0 ? length : undefined;
}
