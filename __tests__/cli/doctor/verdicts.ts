import { Writable } from "node:stream";
import type { CheckId } from "../../../cli/doctor/catalogue";
import type { Verdict } from "../../../cli/doctor/check";
import { examine } from "../../../cli/doctor/examine";
import { Patient } from "../../../cli/doctor/patient";
import type { Tools } from "../../../cli/doctor/patient";
import { loadSite } from "../../../config/load";
import { Progress } from "../../../delivery/progress";
import type { Vault } from "../../../delivery/vault";
import type { AuthentikServer } from "../../server/authentik";
import { writeSite } from "../run-cli";

/** What a check is made with besides the site. */
export interface Given extends Tools {
  /** Parts of the site beside its name, version and the way to authentik. */
  readonly site?: Readonly<Record<string, unknown>>;
  /** What is in Vault, by `mount/path key`. */
  readonly vault?: Readonly<Record<string, string>> | Error;
  /** The token of the run.  @default - akadmin's */
  readonly token?: string;
  readonly withoutCluster?: string;
}

/** A platform whose secrets are somebody else's. */
export const PLATFORM = {
  secret: { from: "existing", name: "authentik" },
  database: { host: "postgres.example.org" },
  server: { replicas: 2 },
} as const;

const silent = (): Progress =>
  new Progress(
    new Writable({
      write: (_chunk, _encoding, done) => {
        done();
      },
    }),
  );

/** What one check finds out. */
export async function verdict(id: CheckId, server: AuthentikServer, given: Given = {}): Promise<Verdict> {
  const { site: parts = {}, token = server.token, vault = {}, ...tools } = given;
  const site = loadSite({ file: writeSite({ authentik: { url: server.url, apiToken: { from: "env" } }, ...parts }) });
  const opened: Pick<Vault, "value"> = {
    value: ({ key, mount, path }) =>
      vault instanceof Error ? Promise.reject(vault) : Promise.resolve(vault[`${mount}/${path} ${key}`]),
  };
  const context = {
    site: () => site,
    signal: new AbortController().signal,
    vault: () => Promise.resolve(opened as Vault),
  };
  const before = process.env.AUTHENTIK_TOKEN;
  process.env.AUTHENTIK_TOKEN = token;
  try {
    const [checked] = await examine(new Patient({ context, stacks: () => Promise.resolve([]), ...tools }), [id], {
      progress: silent(),
    });
    if (checked === undefined) throw new Error(`no check ${id}`);
    const { evidence, remedy, status, why } = checked;
    return { status, evidence, ...(why === undefined ? {} : { why }), ...(remedy === undefined ? {} : { remedy }) };
  } finally {
    if (before === undefined) delete process.env.AUTHENTIK_TOKEN;
    else process.env.AUTHENTIK_TOKEN = before;
  }
}
