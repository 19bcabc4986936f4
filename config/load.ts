import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { hostSlug } from "./app-rules";
import { checkDelivery } from "./delivery-rules";
import { duplicateKeys } from "./json";
import { lenient } from "./lenient";
import { ConfigError, locate, looksLikeToken, show } from "./problems";
import type { Problem, Waiver } from "./problems";
import type { LooseSite } from "./rule";
import { checkSite } from "./rules";
import { importsShape, siteShape, usersShape } from "./schema";
import type { Access, ForwardAuthAppData, LdapAppData, OidcAppData, SiteData, SourceData, UsersData } from "./schema";
import { flattenIssue, shapeError } from "./shape-errors";
import { checkBackendSecrets, checkCredentials } from "./vault-rules";
import { settle } from "./waivers";

/** A person of users.json, ready to be declared. */
export type Person = Omit<UsersData[string], "is_admin"> & { readonly username: string };

/** An OIDC app with the names that default to its key. */
export type OidcAppConfig = OidcAppData & { readonly slug: string; readonly clientId: string };
/** A forward-auth app with the slug that defaults to its key. */
export type ForwardAuthAppConfig = ForwardAuthAppData & { readonly slug: string };
/** An LDAP app with the slug that defaults to its key. */
export type LdapAppConfig = LdapAppData & { readonly slug: string };
export type AppConfig = OidcAppConfig | ForwardAuthAppConfig | LdapAppConfig;

/** A source with the slug that defaults to its key. */
export type SourceConfig = SourceData & { readonly slug: string };

/** Who may open a host, and the slug of the application that stands for it. */
export interface HostConfig {
  readonly slug: string;
  readonly access: Access;
}

/** The state backend of backend.tf.json. */
export interface BackendConfig {
  readonly type: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A checked site: every name in it exists, every default is filled in, every path is absolute. */
export type Site = Omit<SiteData, "imports" | "apps" | "sources" | "hostAccess" | "backend"> & {
  readonly apps: Readonly<Record<string, AppConfig>>;
  readonly sources: Readonly<Record<string, SourceConfig>>;
  readonly hostAccess?: Omit<NonNullable<SiteData["hostAccess"]>, "hosts"> & {
    readonly hosts: Readonly<Record<string, HostConfig>>;
  };
  readonly people: readonly Person[];
  /** Objects that were there before. */
  readonly imports: ImportsConfig;
  readonly backend: BackendConfig;
  /** Refusals that the site waives, with their reasons. */
  readonly waivers: readonly Waiver[];
};

/** Objects that were there before, by address. */
export interface ImportsConfig {
  /** Import ids. */
  readonly imports: Readonly<Record<string, string>>;
  /** The order in which authentik gives a list, by argument: for each of its entries the place in the site's own list. */
  readonly order: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

export interface ReadOptions {
  /** The folder that paths in the site are relative to. */
  readonly folder: string;
  /** What an error calls the site. */
  readonly source: string;
  /** Overrides the site's layout.  @default - the site's own */
  readonly layout?: string | undefined;
  /** Further rules, such as those of the constructs.  @default - none */
  readonly checks?: (site: LooseSite, backend: BackendConfig | undefined) => Problem[];
}

/**
 * Reads a site file and its people.
 * @throws ConfigError listing every problem of site and people at once
 */
export function loadSite({
  file,
  ...options
}: Pick<ReadOptions, "layout" | "checks"> & { readonly file: string }): Site {
  const path = resolve(file);
  if (!isFile(path)) throw new ConfigError([{ ...locate([]), text: missingSite(file) }], basename(file));
  return readSite(readModule(path), { ...options, folder: dirname(path), source: basename(path) });
}

/**
 * Reads a site that is in memory; its people, backend and policies are files.
 * @throws ConfigError listing every problem of site and people at once
 */
export function readSite(written: unknown, { folder, source, layout, checks }: ReadOptions): Site {
  const problems: Problem[] = [];
  const raw = locateFiles(withLayout(written, layout, problems), folder, problems);
  const site = parse(siteShape, raw, problems, "site");
  const loose = lenient(siteShape).parse(raw);
  const users = readUsers(folder, loose?.users, problems);
  const backend = readBackend(folder, loose?.backend, problems);
  const imports = readImports(folder, loose?.imports, problems);
  const everything: LooseSite = { ...loose, users: users.loose };
  const ruled = [
    ...checkCredentials(raw),
    ...checkBackendSecrets(backend),
    ...checkSite(everything),
    ...checkDelivery(everything, backend),
    ...(checks?.(everything, backend) ?? []),
  ];
  const known = ruled.filter((problem) => !problems.some((unread) => sameMistake(unread, problem)));
  const { open, waivers } = settle([...problems, ...known], everything);
  if (
    open.length > 0 ||
    site === undefined ||
    users.parsed === undefined ||
    backend === undefined ||
    imports === undefined
  ) {
    throw new ConfigError(open, source);
  }
  return { ...resolveSite(site, users.parsed, backend, waivers), imports };
}

/** Whether a rule only repeats that a value could not be read: at its place, below it or around it. */
function sameMistake(unread: Problem, ruled: Problem): boolean {
  if (unread.where !== ruled.where) return false;
  if (unread.field === ruled.field) return true;
  if (unread.field === "" || ruled.field === "") return false;
  const inside = (outer: string, inner: string): boolean =>
    inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  return inside(unread.field, ruled.field) || inside(ruled.field, unread.field);
}

function readModule(file: string): unknown {
  const { default: site } = requireSite(file);
  if (site !== undefined) return site;
  const text = "must be the default export of its file, got none; write `export default defineSite({ … })`";
  throw new ConfigError([{ ...locate([]), text }], basename(file));
}

function requireSite(file: string): { default?: unknown } {
  try {
    return createRequire(__filename)(file) as { default?: unknown };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "TransformError") throw error;
    const text = `must be TypeScript that parses, got ${error.message.replaceAll(/\s*\n\s*/g, " ")}; mend it`;
    throw new ConfigError([{ ...locate([]), text }], basename(file));
  }
}

function missingSite(file: string): string {
  return `must be in a file, got ${show(file)}; there is none at that place, name one in AUTHENTIK_SITE`;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function withLayout(raw: unknown, layout: string | undefined, problems: Problem[]): unknown {
  if (layout === undefined || !isObject(raw)) return raw;
  if (layout === "single" || layout === "split") return { ...raw, layout };
  problems.push({ where: "AUTHENTIK_LAYOUT", field: "", text: `must be "single" or "split", got ${show(layout)}` });
  return raw;
}

/** Parses a value; what does not fit is added to the problems, below the given path. */
function parse<T extends z.ZodType>(
  shape: T,
  value: unknown,
  problems: Problem[],
  source: string,
): z.output<T> | undefined {
  const result = shape.safeParse(value, { error: shapeError });
  if (result.success) return result.data;
  for (const issue of result.error.issues.flatMap(flattenIssue)) {
    const [, code, text = issue.message] = /^(AK\d{3}) (.*)$/s.exec(issue.message) ?? [];
    const place = locate(issue.path);
    const where = place.where === "site" || (source !== "site" && issue.path[0] !== "users") ? source : place.where;
    problems.push({ where, field: place.field, text, ...(code === undefined ? {} : { code }) });
  }
  return undefined;
}

function readUsers(
  folder: string,
  name: string | undefined,
  problems: Problem[],
): { loose: LooseSite["users"]; parsed: UsersData | undefined } {
  if (name === undefined) return { loose: {}, parsed: {} };
  const raw = readJson(resolve(folder, name), ["users"], name, problems);
  if (raw === undefined) return { loose: {}, parsed: undefined };
  problems.push(...checkCredentials(raw));
  const parsed = parse(usersShape, raw, problems, name);
  return { loose: lenient(usersShape).parse(raw)?.users ?? {}, parsed: parsed?.users };
}

function readImports(folder: string, name: string | undefined, problems: Problem[]): ImportsConfig | undefined {
  if (name === undefined) return { imports: {}, order: {} };
  const raw = readJson(resolve(folder, name), ["imports"], name, problems);
  return raw === undefined ? undefined : parse(importsShape, raw, problems, name);
}

function readJson(path: string, place: PropertyKey[], name: string, problems: Problem[]): unknown {
  const fail = (text: string): void => {
    problems.push({ ...locate(place), text });
  };
  if (!isFile(path)) {
    fail(missingFile(name));
    return undefined;
  }
  const text = readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  try {
    const value: unknown = JSON.parse(text);
    for (const [key, line] of duplicateKeys(text)) {
      fail(`must name everything once, got "${key}" again on line ${line} of ${name}; merge the two`);
    }
    return value;
  } catch (error) {
    // The engine's message goes on to quote the file, which may hold what nobody should see.
    const reason = /^[^,]*/.exec((error as Error).message)?.[0] ?? "";
    fail(`must name a JSON file, got one that does not parse (${reason}); mend ${name}`);
    return undefined;
  }
}

const backendShape = z.strictObject({
  terraform: z.strictObject({ backend: z.record(z.string(), z.record(z.string(), z.json())) }),
});

/** The state backend: the site's own file, else the project's. */
function readBackend(folder: string, name: string | undefined, problems: Problem[]): BackendConfig | undefined {
  const path = name === undefined ? join(__dirname, "..", "backend.tf.json") : resolve(folder, name);
  const raw = readJson(path, ["backend"], name ?? "backend.tf.json", problems);
  if (raw === undefined) return undefined;
  const parsed = parse(backendShape, raw, problems, name ?? "backend.tf.json");
  if (parsed === undefined) return undefined;
  const [first, ...others] = Object.entries(parsed.terraform.backend);
  if (first !== undefined && others.length === 0) return { type: first[0], arguments: first[1] };
  problems.push({
    ...locate(["backend"]),
    text: `must hold one state backend, got ${others.length + (first ? 1 : 0)}; keep one`,
  });
  return undefined;
}

/** The sections of a site whose records name a Python file. */
const WITH_FILES = ["scopeMappings", "policies"];

/** The site as it was written, with the paths of its files made absolute; a missing file is a problem. */
function locateFiles(raw: unknown, folder: string, problems: Problem[]): unknown {
  if (!isObject(raw)) return raw;
  const located = { ...raw };
  if (isObject(raw.platform)) located.platform = locateChart(raw.platform, folder, problems);
  for (const section of WITH_FILES) {
    const records = raw[section];
    if (!isObject(records)) continue;
    const absolute = Object.entries(records).map(([key, record]) => {
      if (!isObject(record) || typeof record.file !== "string") return [key, record];
      const path = resolve(folder, record.file);
      const problem = checkPythonFile(record.file, path);
      if (problem !== undefined) problems.push({ ...locate([section, key, "file"]), ...problem });
      return [key, { ...record, file: path }];
    });
    located[section] = Object.fromEntries(absolute);
  }
  return located;
}

function locateChart(platform: Record<string, unknown>, folder: string, problems: Problem[]): unknown {
  const { chart } = platform;
  if (!isObject(chart) || chart.from !== "file" || typeof chart.path !== "string") return platform;
  const path = resolve(folder, chart.path);
  if (!isFile(path)) problems.push({ ...locate(["platform", "chart", "path"]), text: missingFile(chart.path) });
  return { ...platform, chart: { ...chart, path } };
}

function checkPythonFile(name: string, path: string): { text: string; code?: string } | undefined {
  if (!isFile(path)) return { text: missingFile(name) };
  if (!looksLikeToken(readFileSync(path, "utf8"))) return undefined;
  return {
    code: "AK005",
    text: `must hold no credential, got one in "${name}" (not shown); revoke it, put a new one into Vault`,
  };
}

function missingFile(name: string): string {
  return `must name a file, got "${name}"; there is none at that place, seen from the site file`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function resolveSite(
  site: SiteData,
  users: UsersData,
  backend: BackendConfig,
  waivers: readonly Waiver[],
): Omit<Site, "imports"> {
  const apps = Object.entries(site.apps).map(([key, app]): [string, AppConfig] => {
    const slug = app.slug ?? key;
    return [key, app.kind === "oidc" ? { ...app, slug, clientId: app.clientId ?? slug } : { ...app, slug }];
  });
  const people = Object.entries(users).map(([username, { is_admin: isAdmin, ...person }]): Person => {
    const admin = isAdmin && site.directory?.adminGroup !== undefined ? [site.directory.adminGroup] : [];
    return { ...person, username, groups: [...new Set([...person.groups, ...admin])] };
  });
  const sources = Object.entries(site.sources).map(([key, source]): [string, SourceConfig] => [
    key,
    { ...source, slug: source.slug ?? key },
  ]);
  const hosts = Object.entries(site.hostAccess?.hosts ?? {}).map(([host, access]): [string, HostConfig] => [
    host,
    { slug: hostSlug(host), access },
  ]);
  return {
    ...site,
    apps: Object.fromEntries(apps),
    sources: Object.fromEntries(sources),
    hostAccess: site.hostAccess && { ...site.hostAccess, hosts: Object.fromEntries(hosts) },
    people,
    backend,
    waivers,
  };
}
