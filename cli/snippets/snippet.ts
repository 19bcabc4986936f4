import type { AllowedUri, ForwardAuthConnection, OidcConnection, SecretPlace } from "../../config/connection";
import type { AppConfig, Site } from "../../config/load";

/** One file, or a piece of one, as an app reads it. */
export interface Part {
  /** Which file it is for, or what it is. */
  readonly name: string;
  readonly language: "ini" | "json" | "nginx" | "sh" | "text" | "xml" | "yaml";
  /** Without an end of line at its end; a secret in it is a reference, such as a variable. */
  readonly text: string;
}

/** What to paste into an app. */
export interface Snippet {
  readonly parts: readonly Part[];
  /** What of the site would keep it from working, with the line to add. */
  readonly warnings: readonly string[];
}

/** What a snippet is made from. */
export interface Source<C, A extends AppConfig | undefined = AppConfig | undefined> {
  readonly connection: C;
  readonly site: Site;
  /** The app's record; a restricted host has none. */
  readonly app: A;
}

/** A value as a shell takes it: one word, nothing in it expanded. */
export function quoted(value: string): string {
  return /^[\w./:=@%+,-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

/** The command that prints a secret; nothing where no command can. */
export function secretCommand(place: SecretPlace): string | undefined {
  if (place.from !== "vault") return undefined;
  const { mount, path, key } = place.ref;
  return `vault kv get -mount=${quoted(mount)} -field=${quoted(key)} ${quoted(path)}`;
}

/**
 * Shell lines that put a secret into a variable, from Vault, else by hand, and then run a command. What is read by hand is
 * one line with the command, or a paste of both would be read as the secret.
 */
export function withSecret(variable: string, place: SecretPlace, then?: string): string {
  const command = secretCommand(place);
  const next = then === undefined ? [] : [then];
  if (command !== undefined) return [`export ${variable}="$(${command})"`, ...next].join("\n");
  const where = place.from === "authentik" ? [`# The secret is in authentik, ${place.at}.`] : [];
  return [...where, [`read -rs ${variable}`, `export ${variable}`, ...next].join(" && ")].join("\n");
}

/** The same as a part of its own; none for a client without a secret. */
export function secretPart(name: string, variable: string, place: SecretPlace, then?: string): Part[] {
  return place.from === "none" ? [] : [{ name, language: "sh", text: withSecret(variable, place, then) }];
}

/** Whether a site allows a client to be sent back to a URL. */
export function isAllowed({ redirectUris }: Pick<OidcConnection, "redirectUris">, url: string): boolean {
  return authorization(redirectUris).some((uri) =>
    uri.matchingMode === "strict" ? uri.url === url : matches(uri.url, url),
  );
}

/** The URIs of sign-in, without those of sign-out. */
export function authorization(uris: readonly AllowedUri[]): AllowedUri[] {
  return uris.filter(({ type }) => type === "authorization");
}

/** Whether a pattern of Python's, which is near enough to one of JavaScript's, matches a text. */
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern.replaceAll("(?P<", "(?<").replaceAll(/\\Z/g, "$").replaceAll(/\\A/g, "^")).test(text);
  } catch {
    return false;
  }
}

/** A warning for each URL that a client uses and the site does not allow, with the line to add. */
export function missingUris(connection: OidcConnection, urls: readonly string[]): string[] {
  return urls
    .filter((url) => !isAllowed(connection, url))
    .map((url) => {
      const line = JSON.stringify(url);
      return `apps.${connection.key}: redirectUris must allow ${line}, which people are sent back to, got no such URI; add the line ${line},`;
    });
}

/** Where an app is: what stands before its own path in a redirect URI, else where its tile leads. */
export function baseUrl({ redirectUris, launchUrl, slug, authentikUrl }: OidcConnection, path: RegExp): string {
  const web = authorization(redirectUris).filter(
    ({ url, matchingMode }) => matchingMode === "strict" && /^https?:\/\//.test(url),
  );
  for (const { url } of web) {
    const found = path.exec(url);
    if (found !== null) return url.slice(0, found.index);
  }
  const [origin] = [launchUrl, web[0]?.url].flatMap((url) =>
    url !== undefined && URL.canParse(url) ? [new URL(url).origin] : [],
  );
  return origin ?? `https://${slug}.${new URL(authentikUrl).hostname.replace(/^[^.]*\./, "")}`;
}

/** The name of the group that `is_admin` stands for. */
export function adminGroup({ directory, groups }: Site): string | undefined {
  if (directory === undefined) return undefined;
  return groups[directory.adminGroup]?.name ?? directory.adminGroup;
}

/** Where a proxy meets people. */
interface Entrance {
  /** Without a port, which neither nginx nor Traefik takes beside a name. */
  readonly hostname: string;
  readonly port: string;
  readonly isSecure: boolean;
}

/** What a proxy asks about; of a domain, one host that stands for all. */
export function entrances({ domain, mode, origins }: ForwardAuthConnection): Entrance[] {
  const urls = mode === "forward_domain" ? [`https://app.${domain ?? ""}`] : origins;
  return urls.map((url) => {
    const { hostname, port, protocol } = new URL(url);
    const isSecure = protocol !== "http:";
    return { hostname, port: port === "" ? (isSecure ? "443" : "80") : port, isSecure };
  });
}

/** Comments on names that stand for others, in files where # begins one. */
export function standIns(connection: ForwardAuthConnection, app: string): string[] {
  const { domain, mode } = connection;
  const host = entrances(connection)
    .map(({ hostname }) => hostname)
    .join("");
  return [...(mode === "forward_domain" ? [`# ${host} stands for each host of ${domain ?? ""}.`] : []), `# ${app}.`];
}
