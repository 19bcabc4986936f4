import type { SiteInput } from "../../config/schema";
import { member } from "../../delivery/fetch-error";
import { AppReader } from "./apps";
import { given } from "./basis";
import type { Basis } from "./basis";
import { groupsOf } from "./groups";
import type { Listed } from "./listed";
import { outpostsOf } from "./outposts";
import { signInOf } from "./sign-in";
import { sourcesOf } from "./sources";
import { unrecognised } from "./unrecognised";

/** Codes of the refusals that have to be waived, by the place of the record. */
export type Waived = ReadonlyMap<string, ReadonlySet<string>>;

/** A site that may be that of an instance; whether it is, `settle` finds out. */
export interface Candidate {
  readonly site: SiteInput;
  /** Python files by their path beside the site. */
  readonly files: ReadonlyMap<string, string>;
  /** Usernames of people whom apps name. */
  readonly people: ReadonlySet<string>;
  /** Slugs of apps that everybody may open because nothing says who may. */
  readonly open: readonly string[];
  /** The key of a group of the site by its pk. */
  readonly keyOfGroup: (pk: unknown) => string | undefined;
}

/** What of a site authentik cannot tell. */
const KEPT = ["name", "version", "layout", "backend", "authentik", "vault", "platform", "delivery"] as const;

/** What a site would say of an instance; what it leaves out is noted. */
export function candidateOf(basis: Basis, waived: Waived): Candidate {
  const { base, instance, leftOut, notes } = basis;
  const groups = groupsOf(basis);
  const sources = sourcesIn(basis);
  const keyOfSource = (pk: unknown): string | undefined => {
    const slug = instance.having("sources/oauth", "pk", pk)[0]?.["slug"];
    return Object.keys(sources).find((key) => (sources[key]?.slug ?? key) === slug);
  };
  const signIn = signInOf(instance, groups.keyOf, keyOfSource, leftOut);
  const outposts = outpostsOf(basis);
  const apps = new AppReader(basis, groups, outposts.outpostOf).read();
  notes.push(...leftOutParts(leftOut), ...signIn.notes, ...unrecognised(instance));
  const { adminGroup } = base.directory ?? {};
  const made = given({
    ...(Object.fromEntries(KEPT.map((part) => [part, base[part]])) as Pick<SiteInput, (typeof KEPT)[number]>),
    ...signIn.site,
    sources: Object.keys(sources).length === 0 ? undefined : sources,
    groups: groups.site,
    directory: adminGroup !== undefined && adminGroup in groups.site ? { adminGroup } : undefined,
    users: "users.json",
    ...apps.site,
    outposts: outposts.site,
  });
  return {
    site: withWaivers(without(made, leftOut), base, waived),
    files: apps.files,
    people: new Set(peopleOf(apps.site)),
    open: apps.open,
    keyOfGroup: groups.keyOf,
  };
}

/** Sources whose secret is known; authentik never gives one back. */
function sourcesIn({ instance, leftOut, notes, sourceSecrets }: Basis): NonNullable<SiteInput["sources"]> {
  const { found, skipped } = sourcesOf(instance);
  notes.push(...skipped);
  const all = leftOut.get("sources");
  const site: NonNullable<SiteInput["sources"]> = {};
  for (const [key, source] of Object.entries(found)) {
    const what = `source ${key}`;
    const why = leftOut.get(`sources.${key}`) ?? all;
    const clientSecret = sourceSecrets.get(source.slug);
    if (why !== undefined) notes.push({ what, why });
    else if (clientSecret === undefined) {
      const place = `authentik/sources/${source.slug}`;
      notes.push({
        what,
        why: `must have its client secret in Vault, since authentik does not give it back; write it to ${place}, field client_secret, and adopt again`,
      });
    } else site[key] = given({ ...source, slug: source.slug === key ? undefined : source.slug, clientSecret });
  }
  return site;
}

/** Parts of a site without records, or whose records nobody else tells of. */
const PARTS =
  /^(adopt|brand|directory|enrollment|ldap|login|outposts|passwordPolicy|recovery|systemSettings|userSettings)(\.|$)/;

/** Parts that are left out and that nobody else tells of. */
function leftOutParts(leftOut: Basis["leftOut"]): Listed[] {
  return [...leftOut].flatMap(([what, why]) => (PARTS.test(what) ? [{ what, why }] : []));
}

/** A site without parts that are left out and are in it all the same, such as those that the base gave. */
function without(site: SiteInput, leftOut: Basis["leftOut"]): SiteInput {
  const left = structuredClone(site) as unknown as Record<string, unknown>;
  for (const place of leftOut.keys()) {
    const path = PARTS.test(place) ? place.split(".") : [];
    const last = path.pop();
    const holder = path.reduce<unknown>(member, left);
    if (last !== undefined && typeof holder === "object" && holder !== null) Reflect.deleteProperty(holder, last);
  }
  return left as unknown as SiteInput;
}

function peopleOf({ apps = {}, hostAccess }: Pick<SiteInput, "apps" | "hostAccess">): string[] {
  const all = [...Object.values(apps).map(({ access }) => access), ...Object.values(hostAccess?.hosts ?? {})];
  return all.flatMap((access) => (access === "everyone" ? [] : (access.users ?? [])));
}

const ADOPTED = "as it was when the instance was adopted";

type Waivable = Record<string, { readonly waive?: Readonly<Record<string, string>> } | undefined>;

/** A site whose records waive what has to be; reasons that were given already stay. */
function withWaivers(site: SiteInput, base: Partial<SiteInput>, waived: Waived): SiteInput {
  const whole = structuredClone(site) as unknown as Record<string, Waivable & { waive?: object }>;
  for (const [place, codes] of waived) {
    const [section = "", ...path] = place === "version" ? [] : place.split(".");
    const reasons = Object.fromEntries([...codes].map((code) => [code, reasonOf(base, place, code)]));
    const record = place === "version" ? (whole as object) : path.reduce<unknown>(member, whole[section]);
    if (codes.size > 0 && typeof record === "object" && record !== null) Object.assign(record, { waive: reasons });
  }
  return whole as unknown as SiteInput;
}

function reasonOf(base: Partial<SiteInput>, place: string, code: string): string {
  const record = place === "version" ? base : place.split(".").reduce<unknown>(member, base);
  const reason = member(member(record, "waive"), code);
  return typeof reason === "string" ? reason : ADOPTED;
}
