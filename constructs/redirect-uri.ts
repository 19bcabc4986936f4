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

function show(value: string): string {
  return JSON.stringify(value);
}

/** Schemes with which a browser would run or show the authorization code instead of sending it. */
const NEVER = ["javascript:", "data:", "vbscript:", "file:", "about:"];
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

function checkStrict(url: string, field: string): Refusal[] {
  if (!URL.canParse(url))
    return [
      refusal(
        "AK030",
        field,
        `be a URL, got ${show(url)}; write it with its scheme, such as https://app.example.org/callback`,
        false,
      ),
    ];
  const { protocol, hostname } = new URL(url);
  if (NEVER.includes(protocol))
    return [refusal("AK030", field, `not use ${protocol}, got ${show(url)}; use https`, false)];
  if (url.includes("*"))
    return [
      refusal(
        "AK030",
        field,
        `hold no wildcard, got ${show(url)}; authentik compares it letter by letter, use matchingMode: "regex"`,
      ),
    ];
  if (protocol === "http:" && !LOOPBACK.includes(hostname)) {
    return [
      refusal("AK030", field, `use https, got ${show(url)}; over http the authorization code can be read on the way`),
    ];
  }
  return [];
}

function checkRegex(pattern: string, field: string): Refusal[] {
  if (!compiles(pattern))
    return [refusal("AK030", field, `be a regular expression, got ${show(pattern)}; mend it`, false)];
  if (!pattern.startsWith("^") || !pattern.endsWith("$") || pattern.endsWith("\\$")) {
    return [refusal("AK030", field, `be anchored, got ${show(pattern)}; write ^${pattern.replace(/^\^|\$$/g, "")}$`)];
  }
  const [scheme = "", rest = ""] = split(pattern.slice(1, -1));
  const host = rest.split("/")[0] ?? "";
  const refusals: Refusal[] = [];
  if (scheme !== "https" && !LOOPBACK.some((loopback) => host.replaceAll("\\", "").startsWith(loopback))) {
    refusals.push(refusal("AK030", field, `begin with ^https://, got ${show(pattern)}; name the scheme`));
  }
  if (/(^|[^\\])\.|[*+?[(|{]/.test(host.replace(/:\[0-9\]\+$|:\\d\+$/, ""))) {
    refusals.push(
      refusal("AK030", field, `name one host, got ${show(pattern)}; write its dots as \\. and no wildcard in it`),
    );
  }
  return refusals;
}

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}

function split(pattern: string): [string, string] | [] {
  const at = pattern.indexOf("://");
  return at === -1 ? [] : [pattern.slice(0, at), pattern.slice(at + 3)];
}
