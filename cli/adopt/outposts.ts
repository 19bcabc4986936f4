import { list } from "../../access/stack";
import type { SiteInput } from "../../config/schema";
import type { Live } from "./instance";
import { Keys } from "./keys";
import { given, textOf } from "./basis";
import type { Basis } from "./basis";

type Outposts = NonNullable<SiteInput["outposts"]>;

const EMBEDDED = "goauthentik.io/outposts/embedded";

/** The outposts of an instance, and which of them serves a provider. */
export interface OutpostParts {
  readonly site: Outposts | undefined;
  /** Key of the managed outpost that serves a provider; undefined for the embedded one. */
  readonly outpostOf: (provider: unknown) => string | undefined;
}

/**
 * Outposts as the base describes them, since what runs in a cluster is more than authentik knows. One that the base does
 * not know stays as it is; the embedded one is kept, and only its list of apps becomes the site's.
 */
export function outpostsOf({ base, instance, leftOut, notes }: Basis): OutpostParts {
  const managed = base.outposts?.managed ?? {};
  const known = new Map(Object.entries(managed).map(([key, { name = key }]) => [name, key]));
  const keys = new Keys();
  const serving = new Map<unknown, string>();
  for (const outpost of instance.all("outposts/instances")) {
    const name = textOf(outpost, "name") ?? "";
    if (textOf(outpost, "managed") === EMBEDDED) continue;
    const key = known.get(name);
    if (key !== undefined) for (const pk of list(outpost.providers)) serving.set(pk, keys.of(key, key));
    else if (!isLdap(base, outpost)) {
      notes.push({
        what: `outpost ${name}`,
        why: "is described in no outposts of the site you gave, so it stays as it is",
      });
    }
  }
  const [embedded] = instance.having("outposts/instances", "managed", EMBEDDED);
  const serves = embedded !== undefined && list(embedded.providers).length > 0;
  const form = leftOut.has("outposts.embedded")
    ? undefined
    : (base.outposts?.embedded ?? (serves ? { form: "kept" as const } : undefined));
  const site: Outposts = given({ ...base.outposts, embedded: form });
  return { site: Object.keys(site).length === 0 ? undefined : site, outpostOf: (pk) => serving.get(pk) };
}

function isLdap(base: Partial<SiteInput>, outpost: Live): boolean {
  return outpost["type"] === "ldap" && textOf(outpost, "name") === (base.outposts?.ldap?.name ?? "ldap");
}
