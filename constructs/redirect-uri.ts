import { hasAlternatives } from "./pattern";
import type { Refusal } from "./refusal";

/** Where an app may send people back to. */
export interface RedirectUri {
  /** The URL, or the regular expression it has to match. */
  readonly url: string;
  /** Whether `url` is compared as it is or as a regular expression.  @default "strict" */
  readonly matchingMode?: "strict" | "regex";
  /** After sign-in, or after sign-out.  @default "authorization" */
  readonly type?: "authorization" | "logout";
}

/** As the provider takes it; without the type every plan of a current server shows a change. */
export function toTerraform({
  url,
  matchingMode = "strict",
  type = "authorization",
}: RedirectUri): Record<string, string> {
  return { matching_mode: matchingMode, redirect_uri_type: type, url };
}

/** What is wrong with the redirect URIs of an app. */
export function checkRedirectUris(uris: readonly RedirectUri[], field = "redirectUris"): Refusal[] {
  const seen = new Set<string>();
  const refusals = uris.flatMap((uri, index) => {
    const place = `${field}[${index}]`;
    const identity = JSON.stringify(toTerraform(uri));
    if (seen.has(identity))
      return [
        refusal(
          "AK012",
          place,
          `be listed once, got ${show(uri.url)} again; the provider collapses the two and every plan changes them, remove one`,
          false,
        ),
      ];
    seen.add(identity);
    return uri.matchingMode === "regex" ? checkRegex(uri.url, place) : checkStrict(uri.url, place);
  });
  if (uris.length > 0) return refusals;
  return [refusal("AK030", field, "hold at least one URL, got []; say where the app may send people back to", false)];
}

function refusal(code: string, field: string, rule: string, waivable = true): Refusal {
  return { code, field, text: `must ${rule}`, waivable };
}

/** A URL as an error may show it: without what may be a secret in its query. */
function show(value: string): string {
  return JSON.stringify(value.replace(/([?&#][^=&#]*=)[^&#]+/g, "$1..."));
}

/** Schemes with which a browser would run or show the authorization code instead of sending it. */
const NEVER = ["javascript:", "data:", "vbscript:", "file:", "about:", "blob:", "view-source:"];
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

function checkStrict(url: string, field: string): Refusal[] {
  const refused = (rule: string, waivable: boolean): Refusal[] => [refusal("AK030", field, rule, waivable)];
  if (!URL.canParse(url)) {
    return refused(
      `be a URL, got ${show(url)}; write it with its scheme, such as https://app.example.org/callback`,
      false,
    );
  }
  const { protocol, hostname, hash } = new URL(url);
  if (NEVER.includes(protocol)) return refused(`not use ${protocol}, got ${show(url)}; use https`, false);
  if (hash !== "") return refused(`hold no fragment, got ${show(url)}; remove what follows #`, false);
  if (url.includes("*")) {
    return refused(
      `hold no wildcard, got ${show(url)}; authentik compares it letter by letter, use matchingMode: "regex"`,
      true,
    );
  }
  if (protocol === "http:" && !LOOPBACK.includes(hostname)) {
    return refused(`use https, got ${show(url)}; over http the authorization code can be read on the way`, true);
  }
  return [];
}

/** A host of literal letters, its dots escaped, with any port. */
const HOST =
  /^([A-Za-z0-9-]+(?:\\\.[A-Za-z0-9-]+)*|\\\[::1\\\])(?::\d+|:\\d[+*]?|:\[0-9\][+*]?|\(:(?:\\d|\[0-9\])[+*]\)\?)?$/;

function checkRegex(pattern: string, field: string): Refusal[] {
  const refused = (rule: string, waivable = true): Refusal[] => [refusal("AK030", field, rule, waivable)];
  const invalid = notPython(pattern);
  if (invalid !== undefined)
    return refused(`be a regular expression of Python, got ${show(pattern)}; ${invalid}`, false);
  if (!pattern.startsWith("^") || !/(^|[^\\])(\\\\)*\$$/.test(pattern)) {
    return refused(`be anchored, got ${show(pattern)}; begin it with ^ and end it with $`);
  }
  const body = pattern.slice(1, -1).replaceAll("\\/", "/");
  if (hasAlternatives(body)) {
    return refused(
      `say one thing, got ${show(pattern)}; the parts of a | outside parentheses are not anchored, list them one by one`,
    );
  }
  return checkOrigin(body).map((rule) => refusal("AK030", field, rule.replace("GOT", show(pattern))));
}

/** What is wrong with scheme and host of a pattern. */
function checkOrigin(body: string): string[] {
  const [, scheme = "", rest = ""] = /^(.*?):\/\/(.*)$/.exec(body) ?? [];
  if (/^[a-z][a-z0-9-]*(\\\.[a-z0-9-]+)+$/.test(scheme)) return [];
  const host = HOST.exec(rest.split("/")[0] ?? "")?.[1];
  const loopback = LOOPBACK.includes((host ?? "").replaceAll("\\", ""));
  if (scheme !== "https" && !(scheme === "http" && loopback)) return ["begin with ^https://, got GOT; name the scheme"];
  return host === undefined ? ["name one host, got GOT; write its dots as \\. and no wildcard in it"] : [];
}

/** Why Python would not compile a pattern; JavaScript's syntax is near enough for the rest. */
function notPython(pattern: string): string | undefined {
  const letter = /(?<!\\)(?:\\\\)*\\([a-zA-Z])/g;
  for (const [, escape = ""] of pattern.matchAll(letter)) {
    if (!"AbBdDsSwWZafnrtvxuUN".includes(escape)) return `Python knows no \\${escape}`;
  }
  if (/\(\?</.test(pattern.replaceAll(/\(\?<[=!]/g, ""))) return "name a group as (?P<name>...)";
  try {
    new RegExp(pattern.replaceAll("(?P<", "(?<").replaceAll(/\\[AZ]/g, ""));
    return undefined;
  } catch {
    return "mend it";
  }
}
