import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { Authentik } from "../../api/authentik";
import { RawApi } from "../../api/raw";
import type { SiteInput, VaultRef } from "../../config/schema";
import { Failure } from "../../delivery/failure";
import type { AdoptOptions } from "../adopt";
import { siteFile } from "../command";
import type { Context, Outcome } from "../command";
import { makeBindings } from "../synthesized";
import { textOf } from "./basis";
import { isAppGroup } from "./groups";
import type { Instance } from "./instance";
import { passwordStep, removePasswordStep } from "./password-step";
import { writePeople } from "./people";
import type { PeopleWritten } from "./people";
import { readInstance } from "./read";
import type { ReadInstance } from "./read-instance";
import { outcomeOf } from "./report";
import { settle } from "./settle";
import type { Settled, SettleOptions } from "./settle";
import { writeSite } from "./write";

/** What of a site is known before authentik is asked. */
interface Given {
  readonly base: Partial<SiteInput>;
  /** The folder that its paths are relative to. */
  readonly folder: string;
}

/** What is written beside policies; a folder that has one of them is somebody's. */
const FILES = ["site.ts", "users.json", "imports.json"];

/**
 * Writes a site for an instance that is there.
 * @throws Failure when the folder is taken, or the instance cannot be read
 */
export async function adopt(options: AdoptOptions, context: Context): Promise<Outcome> {
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
    signal: context.signal,
    say: (line: string) => {
      context.progress.say(line);
    },
  };
  const folder = mkdtempSync(join(parentOf(options.out), ".adopt-"));
  try {
    const { settled, people } = await withPeople(settling, folder, authentik, context);
    writeSite(folder, {
      site: { ...settled.candidate.site, imports: "imports.json" },
      files: settled.candidate.files,
      base: given.folder,
    });
    if (!options.dryRun) place(folder, options.out);
    const { signal: _, say: __, ...read } = settling;
    return outcomeOf({ ...options, instance, settled, people, passwordStep: passwordStep(read.instance) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
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
    ...Object.values(hostAccess?.hosts ?? {}).map((access): [string, readonly string[]] => [
      "hostAccess",
      usersOf(access),
    ]),
  ];
}

function refuseTaken(out: string): void {
  const taken = FILES.find((file) => existsSync(join(out, file)));
  if (taken === undefined) return;
  throw new Failure(
    `--out: must be a folder without a site, got ${out}, which has ${taken}; name another, or move that away`,
    2,
  );
}

/** A folder on the same disk as the one that is written, so that what is written can be moved there. */
function parentOf(out: string): string {
  const parent = dirname(resolve(out));
  mkdirSync(parent, { recursive: true });
  return parent;
}

/** Moves what was written to where it is wanted, the site last. */
function place(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  const written = readdirSync(from).sort((a, b) => Number(a === "site.ts") - Number(b === "site.ts"));
  for (const name of written) {
    rmSync(join(to, name), { recursive: true, force: true });
    renameSync(join(from, name), join(to, name));
  }
}

async function doorOf({ url }: AdoptOptions, context: Context): Promise<Authentik> {
  if (url === undefined) return context.authentik();
  const token = process.env.AUTHENTIK_TOKEN;
  if (!/^https?:\/\/[^\s/?#@]+/.test(url)) {
    throw new Failure(
      `--url: must begin with http:// or https://, got ${JSON.stringify(url)}; give authentik's own`,
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

/** The least that has to be known of an instance without a site. */
function ofUrl(url: string, { version }: ReadInstance): Partial<SiteInput> {
  const name = new URL(url).hostname.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
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
