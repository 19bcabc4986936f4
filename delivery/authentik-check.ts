import type { Site } from "../config/load";
import { Failure } from "./failure";
import { PublicInstance } from "./instance";
import { interrupted } from "./interrupt";

export interface CheckOptions {
  /** Nothing when Vault did not give it, or AUTHENTIK_TOKEN is not set. */
  readonly token: string | undefined;
  /** Whether the stacks bring authentik's own release along, so that its version is about to change. */
  readonly upgrades: boolean;
}

/**
 * Asks authentik for its version and whose token it is; returns what is worth a line.
 * @throws Failure when it does not answer, does not take the token, or is of another version than the provider is for
 */
export async function checkAuthentik(site: Site, { token, upgrades }: CheckOptions): Promise<string | undefined> {
  const { from } = site.authentik.apiToken;
  if (token === undefined && from === "env") {
    throw new Failure("authentik: AUTHENTIK_TOKEN must hold an API token, got nothing; make one in Directory, Tokens");
  }
  const instance = new PublicInstance(site.authentik.url, token ?? "", interrupted);
  const unready = await instance.unready();
  if (unready !== undefined) throw absent(site, unready.got);
  // Whose fault it is that there is no token, Vault has told already.
  if (token === undefined) return undefined;
  const refusal = await instance.refusal();
  if (refusal?.what === "answer") throw absent(site, refusal.got);
  if (refusal !== undefined) {
    const found = `authentik: ${site.authentik.url} must take the API token, got ${refusal.got}`;
    throw new Failure(`${found}; ${tokenRemedy(site)}`);
  }
  const running = await instance.version();
  return running === undefined ? undefined : compareVersions(site, running, upgrades);
}

/** Provider, client and server of one year and month belong together. */
function compareVersions(site: Site, running: string, upgrades: boolean): string | undefined {
  const { server } = site.version;
  if (running === server) return undefined;
  const release = (version: string): string => version.split(".").slice(0, 2).join(".");
  const found = `authentik: version.server must be what runs, got ${server} in the site and ${running} at ${site.authentik.url}`;
  if (upgrades) return `authentik: ${running} runs, the site says ${server}: applying the platform changes it`;
  if (release(running) === release(server)) return `${found}; nothing else follows from that`;
  throw new Failure(
    `${found}; the provider is made for ${release(server)} and fails on others: upgrade authentik, or set version to what runs`,
  );
}

function absent(site: Site, got: string): Failure {
  const remedy =
    site.platform === undefined
      ? "check authentik.url and the way there from this machine"
      : "if it is not up yet, run npm run bootstrap, which brings it up and waits";
  return new Failure(`authentik: ${site.authentik.url} must answer, got ${got}; ${remedy}`, 3);
}

function tokenRemedy({ authentik: { apiToken } }: Site): string {
  return apiToken.from === "env"
    ? "set AUTHENTIK_TOKEN to a token of intent API that has not expired"
    : `put a token of intent API that has not expired into ${apiToken.ref.mount}/${apiToken.ref.path}, field ${apiToken.ref.key}`;
}
