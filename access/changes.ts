import type { SettingChange } from "./diff";
import { ofNumbers } from "./effect";
import type { Effect } from "./effect";
import { readable } from "./sign-in";
import type { Lifetime } from "./sign-in";

/** What two lists hold, brought together by a key, in order of keys. */
export function byKey<T>(
  [before, after]: readonly [readonly T[], readonly T[]],
  key: (value: T) => string,
): { readonly key: string; readonly before: T | undefined; readonly after: T | undefined }[] {
  const was = new Map(before.map((value) => [key(value), value]));
  const is = new Map(after.map((value) => [key(value), value]));
  return [...new Set([...was.keys(), ...is.keys()])]
    .sort()
    .map((name) => ({ key: name, before: was.get(name), after: is.get(name) }));
}

/** A change of one text, or none. */
export function textChange(
  place: Pick<SettingChange, "area" | "subject" | "what">,
  [before, after]: readonly [string | undefined, string | undefined],
  effect: Effect,
): SettingChange[] {
  return before === after ? [] : [{ ...place, before, after, effect }];
}

/** Lifetimes that are other than before; what is new or gone is told where it belongs. */
export function lifetimeChanges(
  area: SettingChange["area"],
  lists: readonly [readonly Lifetime[], readonly Lifetime[]],
  name: (what: string) => Pick<SettingChange, "subject" | "what">,
): SettingChange[] {
  return byKey(lists, ({ what }) => what).flatMap(({ key, before, after }) => {
    if (before === undefined || after === undefined) return [];
    const effect = ofNumbers(before.seconds, after.seconds);
    return textChange({ area, ...name(key) }, [readable(before), readable(after)], effect);
  });
}
