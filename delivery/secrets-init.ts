import type { Site } from "../config/load";
import type { VaultRef } from "../config/schema";
import { vaultRefs } from "../config/vault-rules";
import { Failure } from "./failure";
import { isRunning } from "./instance";
import { interrupted } from "./interrupt";
import { isFilled, randomSecret, Vault } from "./vault";
import type { SecretVersion } from "./vault";
import { loadNamedSite } from "./workspace";

/** A secret of a site. */
export interface SecretRow {
  readonly ref: VaultRef;
  /** Fields of the site that name it. */
  readonly fields: readonly string[];
  /** `ours` is random and made here; `theirs` somebody else decides, such as the database's password. */
  readonly owner: "ours" | "theirs";
  readonly state: "there" | "created" | "missing" | "deleted";
  /** Whether authentik runs with a value that Vault does not have. */
  readonly isInUse?: boolean;
  /** What to run for one that is missing or deleted; a value is read from standard input. */
  readonly command?: string;
}

export interface SecretsInitOptions {
  /** Only says what is there.  @default false */
  readonly dryRun?: boolean;
  /** Leaves out the secrets it says no to.  @default - all */
  readonly only?: ((ref: VaultRef) => boolean) | undefined;
  /**
   * Whether authentik runs already. Then it has its secret key and its bootstrap values, and none are made for it:
   * another secret key would change by what apps know people. Asked when one of them is missing.
   * @default - it does not
   */
  readonly isRunning?: () => Promise<boolean>;
}

/** Random values that authentik's first start takes. */
const STARTED_WITH = /^(authentik\.bootstrap\.(token|password)|platform\.secret\.secretKey)$/;
/** Random values of apps. */
const OF_APPS = /^apps\.[^.]+\.clientSecret$/;

/** The token of authentik's provider: made in authentik, unless it is that of the first start. */
const API_TOKEN = "authentik.apiToken.ref";

/** How often a path is tried again that somebody else writes at the same time. */
const ATTEMPTS = 5;

/** Paths that are read at one time. */
const AT_ONCE = 8;

/**
 * Makes the secrets a site needs and nobody else decides. What is there is never written again: a path's new fields are
 * added to the version that was read, or not at all.
 * @throws Failure when Vault is out of reach or forbids something, naming each place
 */
export async function secretsInit(site: Site, vault: Vault, options: SecretsInitOptions = {}): Promise<SecretRow[]> {
  const { dryRun = false, only = () => true, isRunning = () => Promise.resolve(false) } = options;
  const secrets = wanted(site).filter(({ ref }) => only(ref));
  const found = await eachPath(secrets, (path) => fill(path, vault, true));
  const missing = found.filter(({ owner, state }) => owner === "ours" && state === "missing");
  if (missing.length === 0) return found;
  const ofFirstStart = missing.filter(isStartedWith);
  const isInUse = ofFirstStart.length > 0 && (await isRunning());
  const kept = new Set(isInUse ? ofFirstStart.map(({ ref }) => ref) : []);
  const owned = secrets.map((secret): Secret => {
    return kept.has(secret.ref) ? { ...secret, owner: "theirs", isInUse } : secret;
  });
  return eachPath(owned, (path) => fill(path, vault, dryRun));
}

async function eachPath(
  secrets: readonly Secret[],
  work: (path: readonly Secret[]) => Promise<SecretRow[]>,
): Promise<SecretRow[]> {
  const paths = grouped(secrets, ({ ref }) => `${ref.mount}/${ref.path}`);
  const rows: SecretRow[] = [];
  const failures: unknown[] = [];
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    for (const result of await Promise.allSettled(paths.slice(start, start + AT_ONCE).map(work))) {
      if (result.status === "fulfilled") rows.push(...result.value);
      else failures.push(result.reason);
    }
  }
  if (failures.length > 0) throw combined(failures);
  return rows;
}

/**
 * The secrets a plan would miss; a plan reads every one of them.
 * @throws Failure when Vault is out of reach or forbids to read
 */
export async function missingSecrets(
  site: Site,
  vault: Vault,
  options: Pick<SecretsInitOptions, "only"> = {},
): Promise<SecretRow[]> {
  const rows = await secretsInit(site, vault, { ...options, dryRun: true });
  return rows.filter(({ state }) => state !== "there");
}

/** What a missing secret is for, and what to do about it. */
export function missingLine({ ref, fields, state, isInUse, command = "npm run secrets:init" }: SecretRow): string {
  const nothing = isInUse ? "nothing, though authentik runs with one" : "nothing";
  const found = state === "deleted" ? "a deleted version" : nothing;
  const isToken = state === "missing" && fields.every((field) => field === API_TOKEN);
  const remedy = isToken
    ? `before authentik's first start, name the place of authentik.bootstrap.token instead; after it, make one in Directory, Tokens, with the intent API: ${command}`
    : command;
  return `vault: ${ref.mount}/${ref.path} must hold ${ref.key} for ${fields.join(", ")}, got ${found}; ${remedy}`;
}

type Secret = Pick<SecretRow, "fields" | "isInUse" | "owner" | "ref">;

/** Every secret once, in the order of the site. */
function wanted(site: Site): Secret[] {
  const uses = vaultRefs(site).flatMap(({ path, ref: { mount, path: below, key } }) =>
    mount === undefined || below === undefined || key === undefined
      ? []
      : [{ field: path.join("."), ref: { mount, path: below, key } }],
  );
  const places = grouped(uses, ({ ref }) => JSON.stringify([ref.mount, ref.path, ref.key]));
  return places.flatMap((place) => {
    const fields = place.map(({ field }) => field);
    return place.slice(0, 1).map(({ ref }) => ({ ref, fields, owner: ownerOf(fields) }));
  });
}

function grouped<T>(values: readonly T[], name: (value: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(name(value), [...(groups.get(name(value)) ?? []), value]);
  return [...groups.values()];
}

function ownerOf(fields: readonly string[]): SecretRow["owner"] {
  const deciding = fields.filter((field) => field !== API_TOKEN);
  const isRandom = deciding.every((field) => STARTED_WITH.test(field) || OF_APPS.test(field));
  return deciding.length > 0 && isRandom ? "ours" : "theirs";
}

function isStartedWith({ fields }: Pick<Secret, "fields">): boolean {
  return fields.some((field) => STARTED_WITH.test(field));
}

/** One path: what is missing of ours is added in one write. */
async function fill(secrets: readonly Secret[], vault: Vault, dryRun: boolean): Promise<SecretRow[]> {
  const [{ ref } = { ref: undefined }] = secrets;
  if (ref === undefined) return [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const found = await vault.read(ref.mount, ref.path);
    const made = found.gone === undefined && !dryRun ? missingOurs(secrets, found) : [];
    const data = { ...found.data, ...Object.fromEntries(made.map((key) => [key, randomSecret()])) };
    if (made.length === 0 || (await vault.write(ref.mount, ref.path, data, found.version))) {
      return describe(secrets, { ...found, data }, made);
    }
  }
  throw new Failure(
    `vault: ${ref.mount}/${ref.path} must hold still while it is filled, got another version ${ATTEMPTS} times; see who writes there, then run it again`,
  );
}

function missingOurs(secrets: readonly Secret[], { data }: SecretVersion): string[] {
  return secrets.filter(({ owner, ref }) => owner === "ours" && !isFilled(data[ref.key])).map(({ ref }) => ref.key);
}

function describe(secrets: readonly Secret[], found: SecretVersion, made: readonly string[]): SecretRow[] {
  let exists = found.version > 0 || made.length > 0;
  return secrets.map((secret): SecretRow => {
    const { ref } = secret;
    if (found.gone !== undefined) return { ...secret, state: "deleted", command: recover(ref, found) };
    if (made.includes(ref.key)) return { ...secret, state: "created" };
    if (isFilled(found.data[ref.key])) return { ...secret, state: "there" };
    if (secret.owner === "ours") return { ...secret, state: "missing", command: "npm run secrets:init" };
    const verb = exists ? "patch" : "put";
    exists = true;
    return { ...secret, state: "missing", command: putCommand(verb, ref) };
  });
}

/** Vault takes what it reads to the last byte: an Enter would become part of the value. */
function putCommand(verb: string, { mount, path, key }: VaultRef): string {
  return `read -rs VALUE; printf %s "$VALUE" | vault kv ${verb} -mount=${mount} ${path} ${key}=-`;
}

/** What somebody deleted is not made again: an older version may be the one that is in use. */
function recover({ mount, path }: VaultRef, { gone, version }: SecretVersion): string {
  return gone === "deleted"
    ? `vault kv undelete -mount=${mount} -versions=${version} ${path}`
    : `vault kv metadata get -mount=${mount} ${path}`;
}

function combined(failures: readonly unknown[]): unknown {
  const known = failures.filter((failure) => failure instanceof Failure);
  if (known.length < failures.length) return failures.find((failure) => !(failure instanceof Failure));
  const texts = [...new Set(known.map(({ message }) => message))];
  const code = known.find(({ exitCode }) => exitCode === 3)?.exitCode ?? 1;
  return new Failure(texts.join("\n"), code);
}

/**
 * Makes the missing secrets of the site that AUTHENTIK_SITE names, and prints what became of each.
 * @throws ConfigError listing every problem of site and people at once
 * @throws Failure naming every secret that somebody has to put into Vault
 */
export async function runSecretsInit({ dryRun, json }: { dryRun: boolean; json: boolean }): Promise<0> {
  const site = loadNamedSite();
  const vault = site.vault && (await Vault.open(site.vault, { signal: interrupted }));
  const rows = vault === undefined ? [] : await secretsInit(site, vault, { dryRun, isRunning: () => isRunning(site) });
  if (json)
    console.log(JSON.stringify({ format: 1, command: "secrets:init", site: site.name, secrets: rows }, null, 2));
  else for (const line of secretLines(rows, dryRun)) console.log(line);
  const unsolved = rows.filter(
    ({ owner, state }) => state === "deleted" || (state === "missing" && owner === "theirs"),
  );
  if (unsolved.length > 0) throw new Failure(unsolved.map(missingLine).join("\n"));
  return 0;
}

/**
 * Looks whether what somebody else has to put into Vault is there.
 * @throws Failure naming each secret that is not, with the command to run
 */
export function requireTheirs(rows: readonly SecretRow[]): void {
  const open = rows.filter(({ owner, state }) => state === "deleted" || (state === "missing" && owner === "theirs"));
  if (open.length > 0) throw new Failure(open.map(missingLine).join("\n"));
}

/** What became of each secret, a line each. */
export function secretLines(rows: readonly SecretRow[], dryRun: boolean): string[] {
  if (rows.length === 0) return ["the site has no secrets in Vault"];
  const places = rows.map(({ ref }) => `${ref.mount}/${ref.path} ${ref.key}`);
  const width = Math.max(...places.map(({ length }) => length));
  return rows.map(({ owner, state }, index) => {
    const text = dryRun && owner === "ours" && state === "missing" ? "would be created" : state;
    return `${(places[index] ?? "").padEnd(width)}  ${text}`;
  });
}
