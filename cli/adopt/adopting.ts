import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { Authentik } from "../../api/authentik";
import { RawApi } from "../../api/raw";
import { httpUrl } from "../../config/basic-shapes";
import { show } from "../../config/problems";
import { hostSlug } from "../../config/app-rules";
import type { SiteInput, VaultRef } from "../../config/schema";
import { Failure } from "../../delivery/failure";
import type { AdoptOptions } from "../adopt";
import { siteFile } from "../environment";
import type { Context, Outcome } from "../command";
import { makeBindings } from "../synthesized";
import { textOf } from "./basis";
import { isAppGroup } from "./groups";
import type { Instance } from "./instance";
import { OutFolder, refuseTaken } from "./out-folder";
import { passwordStep, removePasswordStep } from "./password-step";
import { writePeople } from "./people";
import type { PeopleWritten } from "./people";
import { readInstance } from "./read";
import type { ReadInstance } from "./read-instance";
import { outcomeOf } from "./report";
import { settle } from "./settle";
import type { Settled, SettleOptions } from "./settle";
import type { StoredValue } from "./finding";
import { writeSite } from "./write";

/** What of a site is known before authentik is asked. */
interface Given {
  readonly base: Partial<SiteInput>;
  /** The folder that its paths are relative to. */
  readonly folder: string;
}

/**
 * Writes a site for an instance that is there.
 * @throws Failure when the folder is taken, or the instance cannot be read
 */
export async function adopt(options: AdoptOptions, context: Context): Promise<Outcome> {
  if (options.dryRun && options.removePasswordStep !== undefined) {
    throw new Failure("--dry-run: must stand without --remove-password-step, which deletes; leave one of them out", 2);
  }
  if (!options.dryRun && options.removePasswordStep === undefined) refuseTaken(options.out);
  const authentik = await doorOf(options, context);
  if (options.removePasswordStep !== undefined) return removePasswordStep(authentik, options.removePasswordStep);
  await context.progress.step("making the bindings", () => makeBindings(context.signal));
  const site = options.url === undefined ? ofSite() : undefined;
  const url = site?.base.authentik?.url.replace(/\/+$/, "");
  const instance = await readInstance(authentik, context.progress, url);
  const given = site ?? { base: ofUrl(authentik.url, instance), folder: process.cwd() };
  const settling = {
    ...given,
    instance,
    members: await membersOf(authentik, instance),
    sourceSecrets: await secretsOf(given.base, instance, context),
    stored: await storedOf(given.base, context),
    signal: context.signal,
    say: (line: string) => {
      context.progress.say(line);
    },
  };
  const folder = new OutFolder(options.out, options.dryRun);
  try {
    const { settled, people } = await withPeople(settling, folder.path, authentik, context);
    writeSite(folder.path, {
      site: { ...settled.candidate.site, imports: "imports.json" },
      files: settled.candidate.files,
      base: given.folder,
    });
    folder.place();
    return outcomeOf({ ...options, instance, settled, people, passwordStep: passwordStep(instance) });
  } finally {
    folder.close();
  }
}

/** People whom an app names and a site cannot have: the app is left out, and all is settled anew. */
async function withPeople(
  options: Omit<SettleOptions, "leftOut">,
  folder: string,
  authentik: Authentik,
  { progress }: Context,
): Promise<{ settled: Settled; people: PeopleWritten }> {
  const leftOut = new Map<string, string>();
  for (;;) {
    const settled = await progress.step("finding the site of the instance", () => settle({ ...options, leftOut }));
    const people = await writePeople(authentik, {
      folder,
      instance: options.instance,
      keyOfGroup: settled.candidate.keyOfGroup,
      imports: settled.matched.imports,
      order: settled.order,
      members: options.members,
      progress,
    });
    const before = leftOut.size;
    for (const [place, names] of namedIn(settled.candidate.site)) {
      const missing = names.find((name) => !people.usernames.has(name));
      if (missing !== undefined) leftOut.set(place, `lets in ${missing} by name, who is not in users.json`);
    }
    if (leftOut.size === before) return { settled, people };
  }
}

/** Who is named one by one, by place. */
function namedIn({ apps = {}, hostAccess }: SiteInput): [string, readonly string[]][] {
  const usersOf = (access: unknown): readonly string[] => (access as { users?: readonly string[] }).users ?? [];
  return [
    ...Object.entries(apps).map(([key, { access }]): [string, readonly string[]] => [`apps.${key}`, usersOf(access)]),
    ...Object.entries(hostAccess?.hosts ?? {}).map(([host, access]): [string, readonly string[]] => [
      `hostAccess.${hostSlug(host)}`,
      usersOf(access),
    ]),
  ];
}

async function doorOf({ url }: AdoptOptions, context: Context): Promise<Authentik> {
  if (url === undefined) return context.authentik();
  const token = process.env.AUTHENTIK_TOKEN;
  if (!/^https?:\/\//.test(url)) {
    throw new Failure(`--url: must begin with http:// or https://, got ${show(url)}; give authentik's own`, 2);
  }
  const { username = "", password = "" } = URL.canParse(url) ? new URL(url) : {};
  if (!httpUrl.safeParse(url).success || !URL.canParse(url) || username + password !== "") {
    throw new Failure(
      `--url: must be a URL without credentials, query and fragment, got ${show(url)}; give authentik's own`,
      2,
    );
  }
  if (token) return new Authentik({ url, token, signal: context.signal });
  throw new Failure(
    "AUTHENTIK_TOKEN: must hold an API token, got nothing; make one of a superuser in Directory, Tokens",
  );
}

/** The site of AUTHENTIK_SITE as it is written. */
function ofSite(): Given {
  const file = resolve(siteFile());
  const { default: base } = createRequire(__filename)(file) as { default: Partial<SiteInput> };
  return { base, folder: dirname(file) };
}

/** As long as the name of a site may be. */
const LONGEST_NAME = 40;

/** The least that has to be known of an instance without a site. */
function ofUrl(url: string, { version }: ReadInstance): Partial<SiteInput> {
  const name = new URL(url).hostname
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, LONGEST_NAME)
    .replace(/-$/, "");
  return {
    name: /^[a-z]/.test(name) ? name : "adopted",
    version: { server: version, chart: version, provider: "2026.5.0" },
    layout: "split",
    authentik: { url, apiToken: { from: "env" } },
  };
}

/** Usernames of the members of groups that stand for the people an app names. */
async function membersOf(authentik: Authentik, instance: Instance): Promise<Map<unknown, readonly string[]>> {
  const raw = authentik.use(RawApi);
  const members = new Map<unknown, readonly string[]>();
  for (const group of instance.all("core/groups").filter((one) => isAppGroup({ instance }, one))) {
    const { users_obj: users } = await raw.object(`core/groups/${group.pk}`, { include_users: true });
    const names = (Array.isArray(users) ? (users as { username: string }[]) : []).map(({ username }) => username);
    members.set(group.pk, names.sort());
  }
  return members;
}

/** Where in Vault the secrets of sources are: where the site says, else where they were put for it. */
async function secretsOf(
  { sources = {}, vault: config }: Partial<SiteInput>,
  instance: Instance,
  context: Context,
): Promise<Map<string, VaultRef>> {
  const known = new Map(Object.entries(sources).map(([key, { clientSecret, slug = key }]) => [slug, clientSecret]));
  const [mount] = config?.mounts ?? [];
  if (mount === undefined) return known;
  for (const source of instance.all("sources/oauth")) {
    const slug = textOf(source, "slug") ?? "";
    if (known.has(slug)) continue;
    const ref = { mount, path: `authentik/sources/${slug}`, key: "client_secret" };
    const vault = await context.requireVault("a source's secret");
    if ((await vault.value(ref)) !== undefined) known.set(slug, ref);
  }
  return known;
}

/**
 * The client secrets of apps that the site has in Vault, since the first plan sends them: an app whose secret there is
 * another than authentik's is left out. Where Vault cannot be asked they count as the same, and the plan tells that they
 * are sent.
 */
async function storedOf({ apps = {}, vault: config }: Partial<SiteInput>, context: Context): Promise<StoredValue> {
  const refs = Object.values(apps).flatMap((app) => (app.kind === "oidc" ? (app.clientSecret ?? []) : []));
  const placeOf = ({ key, mount, path }: VaultRef): string => JSON.stringify([mount, path, key]);
  const values = new Map<string, string>();
  if (config !== undefined && refs.length > 0) {
    try {
      const vault = await context.requireVault("an app's client secret");
      for (const ref of refs) {
        const value = await vault.value(ref);
        if (value !== undefined) values.set(placeOf(ref), value);
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      context.progress.say(`the client secrets of apps are not compared with Vault's: ${error.message}`);
    }
  }
  return (ref) => values.get(placeOf(ref));
}
