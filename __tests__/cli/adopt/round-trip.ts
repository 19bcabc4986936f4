import { sourcesOf } from "../../../cli/adopt/sources";
import { signInOf } from "../../../cli/adopt/sign-in";
import type { SignInRead } from "../../../cli/adopt/sign-in";
import type { Instance } from "../../../cli/adopt/instance";
import type { SiteInput } from "../../../config/schema";

/** What of a site signs people in, by the names of its fields. */
const PARTS = [
  "adopt",
  "brand",
  "enrollment",
  "login",
  "passwordPolicy",
  "recovery",
  "sources",
  "systemSettings",
  "userSettings",
] as const;

export interface Again extends SignInRead {
  /** A site with what was read in the place of what it said, its keys and secrets kept. */
  readonly whole: SiteInput;
}

/** Reads sign-in from an instance that a site made, and puts it into the site. */
export function again(written: SiteInput, instance: Instance): Again {
  const groups = new Map(Object.entries(written.groups ?? {}).map(([key, { name = key }]) => [name, key]));
  const sources = new Map(Object.entries(written.sources ?? {}).map(([key, { slug = key }]) => [slug, key]));
  const { found } = sourcesOf(instance);
  const read = signInOf(
    instance,
    (pk) => groups.get(String(instance.get("core/groups", pk)?.name)),
    (pk) => sources.get(String(instance.get("sources/oauth", pk)?.slug)),
  );
  const named = Object.values(found).map((source): [string, object] => {
    const key = sources.get(source.slug) ?? source.slug;
    const { clientSecret, waive } = written.sources?.[key] ?? {};
    return [key, { ...source, clientSecret, ...(waive === undefined ? {} : { waive }) }];
  });
  const rest = Object.entries(written).filter(([name]) => !(PARTS as readonly string[]).includes(name));
  const whole = { ...Object.fromEntries(rest), ...read.site, sources: Object.fromEntries(named) };
  return { ...read, whole: whole as SiteInput };
}
