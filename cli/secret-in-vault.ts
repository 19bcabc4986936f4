import type { Site } from "../config/load";
import type { VaultRef } from "../config/schema";
import { vaultRefs } from "../config/vault-rules";
import { Failure } from "../delivery/failure";
import { isFilled, randomSecret } from "../delivery/vault";
import type { SecretVersion, Vault } from "../delivery/vault";
import { Interrupted } from "../delivery/interrupt";
import { holdsInexactNumber, unsure } from "./writes";

/** How often a path is tried again that somebody else writes at the same time. */
const ATTEMPTS = 5;

/**
 * The other apps that read a client secret from the same place; they get the new one too.
 * @throws Failure when something else is there, which somebody else decides or which may not change
 */
export function sharedWith(site: Site, field: string, { mount, path, key }: VaultRef): string[] {
  const others = vaultRefs(site)
    .filter(({ ref }) => ref.mount === mount && ref.path === path && ref.key === key)
    .map((one) => one.path.map(String))
    .filter((place) => place.join(".") !== field);
  const foreign = others.find(([section]) => section !== "apps");
  if (foreign !== undefined) {
    throw new Failure(
      `rotate: ${mount}/${path} (${key}) must hold a client secret alone, got that of ${foreign.join(".")} as well; give ${field} a place of its own`,
    );
  }
  return others.map(([, app = ""]) => app);
}

/** One field of a secret in Vault that is replaced by a random value, which nobody is shown. */
export class SecretInVault {
  private readonly place: string;

  constructor(
    private readonly vault: Vault,
    private readonly ref: VaultRef,
  ) {
    this.place = `${ref.mount}/${ref.path}`;
  }

  /**
   * The version that is there.
   * @throws Failure when there is none, or it was deleted: then nothing is there to replace
   */
  async newest(): Promise<SecretVersion> {
    const { mount, path, key } = this.ref;
    const found = await this.vault.read(mount, path);
    if (found.gone === undefined && isFilled(found.data[key])) return found;
    const must = `vault: ${this.place} must hold ${key} to be replaced, got`;
    if (found.gone === undefined) throw new Failure(`${must} nothing; npm run secrets:init makes the first one`);
    const remedy =
      found.gone === "deleted"
        ? `vault kv undelete -mount=${mount} -versions=${found.version} ${path}`
        : `vault kv metadata get -mount=${mount} ${path}`;
    throw new Failure(`${must} a ${found.gone} version; ${remedy}`);
  }

  /**
   * Writes a new value beside the path's other fields, unless somebody else writes there all the time.
   * @param say - is told when an answer was lost and the value is there nevertheless
   * @throws Failure that says what is there
   */
  async replace(say: (line: string) => void): Promise<{ readonly version: number }> {
    const { mount, path, key } = this.ref;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const found = await this.newest();
      this.refuseInexact(found);
      const fresh = randomSecret();
      try {
        const isWritten = await this.vault.write(mount, path, { ...found.data, [key]: fresh }, found.version);
        if (isWritten) return { version: found.version + 1 };
      } catch (error) {
        if (error instanceof Interrupted) throw unsure(error, `vault: ${this.unknown(found)}`);
        // A refusal wrote nothing; without an answer, nobody knows yet.
        if (!(error instanceof Failure) || error.exitCode !== 3) throw error;
        return await this.afterLostAnswer(error, { found, fresh, say });
      }
    }
    throw new Failure(
      `vault: ${this.place} must hold still while ${key} is replaced, got another version ${ATTEMPTS} times; see who writes there, then run it again`,
    );
  }

  /** A number that JavaScript cannot hold would come back as another one. */
  private refuseInexact({ data }: SecretVersion): void {
    if (!holdsInexactNumber(data)) return;
    const { mount, path, key } = this.ref;
    throw new Failure(
      `vault: ${this.place} must hold numbers that can be written again as they are, got a longer one; openssl rand -hex 32 | tr -d '\\n' | vault kv patch -mount=${mount} ${path} ${key}=- leaves it alone`,
    );
  }

  private unknown({ version }: SecretVersion): string {
    const { mount, path, key } = this.ref;
    return `whether ${this.place} has a new ${key} is not known, it was version ${version}; look at vault kv metadata get -mount=${mount} ${path}`;
  }

  private async afterLostAnswer(
    { message }: Failure,
    {
      found,
      fresh,
      say,
    }: { readonly found: SecretVersion; readonly fresh: string; readonly say: (line: string) => void },
  ): Promise<{ readonly version: number }> {
    const { mount, path, key } = this.ref;
    const { data, version } = await this.vault.read(mount, path).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      throw new Failure(`${message}\nvault: ${this.unknown(found)}`, 3);
    });
    if (data[key] === fresh) {
      say("the answer was lost, and the new value is there");
      return { version: found.version + 1 };
    }
    const state =
      version === found.version
        ? `nothing was written to ${this.place}, it is version ${version} as before; run it again`
        : `${this.place} is version ${version} by somebody else, and has none of this run; run it again`;
    throw new Failure(`${message}\nvault: ${state}`, 3);
  }
}
