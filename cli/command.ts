import { join } from "node:path";
import { ApiError } from "../api/api-error";
import { Authentik } from "../api/authentik";
import { loadSite } from "../config/load";
import type { Site } from "../config/load";
import { requireToken } from "../delivery/api-token";
import { Failure } from "../delivery/failure";
import { interrupted, Interrupted } from "../delivery/interrupt";
import { Progress } from "../delivery/progress";
import type { Vault } from "../delivery/vault";
import { visible } from "../delivery/visible";

/** What a command found out or did. */
export interface Outcome {
  /** For `--json`: what is in it is public, but for the secret a command is there to print. */
  readonly document: object;
  /** For people; nothing is printed when it is empty. */
  readonly text: string;
  /** Whether it found problems: exit code 1.  @default false */
  readonly problems?: boolean;
  /** Whether what it looked at is out of reach: exit code 3.  @default false */
  readonly isAway?: boolean;
}

/** What commands work with; everything is opened when it is first asked for. */
export class Context {
  readonly progress = new Progress();
  readonly signal: AbortSignal = interrupted;
  private known: { site?: Site; vault?: Promise<Vault | undefined>; authentik?: Promise<Authentik> } = {};

  /**
   * The site that AUTHENTIK_SITE names, the project's own unless set.
   * @throws ConfigError listing every problem of site and people at once
   */
  site(): Site {
    return (this.known.site ??= loadSite({ file: siteFile(), layout: process.env.AUTHENTIK_LAYOUT || undefined }));
  }

  /** The site's Vault, signed in; nothing where a site has none. */
  vault(): Promise<Vault | undefined> {
    return (this.known.vault ??= this.openVault());
  }

  /**
   * The site's Vault, signed in.
   * @throws Failure where a site has none
   */
  async requireVault(what: string): Promise<Vault> {
    const vault = await this.vault();
    if (vault !== undefined) return vault;
    throw new Failure(`site: vault must say where secrets are, got nothing; ${what} is kept there`);
  }

  /**
   * The door to the site's authentik, at AUTHENTIK_URL where people's own URL does not lead there, with the token of
   * AUTHENTIK_TOKEN, else the one the site names.
   * @throws Failure when there is no token
   */
  authentik(): Promise<Authentik> {
    return (this.known.authentik ??= this.openAuthentik());
  }

  private async openVault(): Promise<Vault | undefined> {
    const { vault } = this.site();
    if (vault === undefined) return undefined;
    const { Vault: Opened } = await import("../delivery/vault.js");
    return this.progress.step("signing in to Vault", () => Opened.open(vault, { signal: this.signal }));
  }

  private async openAuthentik(): Promise<Authentik> {
    const site = this.site();
    const token = process.env.AUTHENTIK_TOKEN || (await this.storedToken(site));
    return new Authentik({ url: ownUrl() ?? site.authentik.url, token, signal: this.signal });
  }

  private async storedToken(site: Site): Promise<string> {
    return requireToken(site, site.authentik.apiToken.from === "vault" ? await this.vault() : undefined);
  }
}

/**
 * Where this machine reaches authentik, when AUTHENTIK_URL says so.
 * @throws Failure when it is no URL, or holds a password, which errors would show
 */
export function ownUrl(): string | undefined {
  const given = process.env.AUTHENTIK_URL;
  if (!given) return undefined;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isPlain = url?.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (isPlain && (url.protocol === "http:" || url.protocol === "https:")) return given;
  const got =
    url === undefined ? "something else" : `one of ${url.protocol.slice(0, -1)}${isPlain ? "" : " with more"}`;
  throw new Failure(
    `AUTHENTIK_URL: must begin with http:// or https:// and hold no credentials, query or fragment, got ${got}; correct it`,
    2,
  );
}

/** The site file of this run. */
export function siteFile(): string {
  return process.env.AUTHENTIK_SITE || join(__dirname, "..", "config", "site.ts");
}

/** Runs a command, prints what came of it, and says how the process ends. */
export async function run(
  { json = false }: { readonly json?: boolean },
  work: (context: Context) => Promise<Outcome>,
): Promise<void> {
  try {
    const { document, isAway = false, problems = false, text } = await work(new Context());
    if (json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    else if (text !== "") process.stdout.write(`${text}\n`);
    process.exitCode = isAway ? 3 : problems ? 1 : 0;
  } catch (error) {
    const { exitCode, message } = ending(error);
    console.error(printable(message));
    if (json) process.stdout.write(`${JSON.stringify({ error: message, exitCode }, null, 2)}\n`);
    process.exitCode = exitCode;
  }
}

function ending(error: unknown): { exitCode: number; message: string } {
  if (error instanceof Failure || error instanceof Interrupted) return error;
  if (error instanceof ApiError) return { exitCode: error.kind === "unreachable" ? 3 : 1, message: error.message };
  if (error instanceof Error && error.name === "ConfigError") return { exitCode: 1, message: error.message };
  const said = error instanceof Error ? `${error.name}: ${error.message}` : "something that is no error";
  return {
    exitCode: 1,
    message: `authentik-iac: must not come to this, got ${said}; report it, and see what was done`,
  };
}

/** A message whose names, which anybody may have chosen, cannot harm a terminal. */
function printable(message: string): string {
  return message
    .split("\n")
    .map((line) => visible(line, Infinity))
    .join("\n");
}
