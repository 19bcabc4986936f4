import type { Site } from "../config/load";
import { Failure } from "./failure";
import type { Vault } from "./vault";

/** The token that authentik's provider signs in with, where there is one already. */
export async function currentToken({ authentik }: Site, vault: Vault | undefined): Promise<string | undefined> {
  const { apiToken } = authentik;
  if (apiToken.from === "env") return process.env.AUTHENTIK_TOKEN || undefined;
  return vault?.value(apiToken.ref);
}

/**
 * The token that authentik's provider signs in with.
 * @throws Failure when there is none, with the way to one
 */
export async function requireToken(site: Site, vault: Vault | undefined): Promise<string> {
  const token = await currentToken(site, vault);
  if (token !== undefined) return token;
  const { bootstrap } = site.authentik;
  const remedy =
    bootstrap === undefined
      ? `make one: on a new instance set up akadmin at ${site.authentik.url.replace(/\/+$/, "")}/if/flow/initial-setup/, then Directory, Tokens, with the intent API`
      : `export AUTHENTIK_TOKEN="$(vault kv get -mount=${bootstrap.token.mount} -field=${bootstrap.token.key} ${bootstrap.token.path})"`;
  throw new Failure(`authentik: ${tokenPlace(site)} must hold an API token, got nothing; ${remedy}`);
}

/** Where the token is read from. */
export function tokenPlace({ authentik: { apiToken } }: Site): string {
  if (apiToken.from === "env") return "AUTHENTIK_TOKEN";
  const { mount, path, key } = apiToken.ref;
  return `${mount}/${path} ${key}`;
}

/** Whether the token is known before authentik has ever started, because its first start makes it. */
export function isTokenChosen({ authentik, platform }: Site): boolean {
  if (platform === undefined || authentik.bootstrap !== undefined) return true;
  return platform.secret.from === "external-secret" && platform.secret.bootstrap !== undefined;
}
