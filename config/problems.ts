/** One thing that is wrong with a site, in words a person can act on. */
export interface Problem {
  /** The record, such as `apps.grafana`. */
  readonly where: string;
  /** The place inside the record, such as `access.groups[0]`. */
  readonly field: string;
  /** `must <rule>, got <value>; <what to do>`. */
  readonly text: string;
  /** Refusal code such as `AK002`; plain mistakes of shape have none. */
  readonly code?: string;
  /** Whether the record's `waive` may let it pass. */
  readonly waivable?: boolean;
}

/** A refusal that a record's `waive` let pass. */
export interface Waiver extends Problem {
  readonly reason: string;
}

/** Everything that is wrong with a site and its users.json, at once. */
export class ConfigError extends Error {
  constructor(
    readonly problems: readonly Problem[],
    source: string,
  ) {
    const lines = byRecord(problems).map((problem) => `  ${formatProblem(problem)}`);
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const hint = problems.some(({ code }) => code !== undefined) ? ["docs/refusals.md explains each code"] : [];
    super([`${source} has ${count}:`, ...lines, ...hint].join("\n"));
    this.name = "ConfigError";
  }
}

/** Problems of one record after one another, records in the order they first have one. */
function byRecord(problems: readonly Problem[]): Problem[] {
  const records = [...new Set(problems.map(({ where }) => where))];
  return records.flatMap((record) => problems.filter(({ where }) => where === record));
}

export function formatProblem({ code, where, field, text }: Problem): string {
  const place = field === "" ? `${where}:` : `${where}: ${field}`;
  return redact(`${code === undefined ? "" : `${code} `}${place} ${text}`);
}

/** Takes credentials out of a text, whatever rule put them in. */
function redact(text: string): string {
  return TOKEN.reduce((clean, pattern) => clean.replaceAll(new RegExp(pattern, "g"), "(not shown)"), text);
}

/** Sections whose entries are records of their own. */
const RECORDS = new Set(["apps", "groups", "users", "policies", "scopeMappings", "outposts", "sources"]);

/** How many names lead to the record that a path goes into. */
function recordDepth([section = "", entry]: readonly string[]): number {
  if (section === "outposts" && entry === "managed") return 3;
  return RECORDS.has(section) || (section === "platform" && entry === "authProxy") ? 2 : 1;
}

/** Splits a path into the record and the place inside it. */
export function locate(path: readonly PropertyKey[]): { where: string; field: string } {
  const parts = path.map((part) => (looksLikeToken(String(part)) ? "(a credential)" : String(part)));
  const depth = recordDepth(parts);
  const field = parts.slice(depth).reduce((sum, part) => {
    if (/^\d+$/.test(part)) return `${sum}[${part}]`;
    return sum === "" ? part : `${sum}.${part}`;
  }, "");
  return { where: parts.slice(0, depth).join(".") || "site", field };
}

/** Beginnings that only credentials have. */
const TOKEN = [
  /\bhv[sbr]\.[A-Za-z0-9_-]{20,}/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/,
  /\bglpat-[A-Za-z0-9_-]{16,}/,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}/,
  /\b(AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\bglrt-[A-Za-z0-9_-]{16,}/,
  /\bnpm_[A-Za-z0-9]{30,}/,
  /\b[rs]k_live_[A-Za-z0-9]{16,}/,
  /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/,
  /\bAIza[A-Za-z0-9_-]{30,}/,
  // A password in a URL.
  /\/\/[^\s:@/]*:[^\s:@/]+@/,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\./,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
];

export function looksLikeToken(value: string): boolean {
  return TOKEN.some((pattern) => pattern.test(value));
}

/** A value as an error may show it: short, and never a credential. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") {
    if (looksLikeToken(value)) return "a credential (not shown)";
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  }
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `a list of ${value.length}`;
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  return "an object";
}
