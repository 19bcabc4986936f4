import { randomBytes } from "node:crypto";
import type { VaultRef } from "../config/schema";
import { Failure } from "./failure";
import { member } from "./fetch-error";
import { reason, VaultApi } from "./vault-api";
import type { VaultConfig } from "./vault-api";
import { signIn } from "./vault-sign-in";
import type { SignInOptions } from "./vault-sign-in";

/** The newest version of a secret in KV version 2. */
export interface SecretVersion {
  /** 0 when there has never been one. */
  readonly version: number;
  readonly data: Readonly<Record<string, unknown>>;
  /** Why the version holds nothing, when it once did. */
  readonly gone?: "deleted" | "destroyed";
}

/** Whether a field of a secret holds something. */
export function isFilled(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

/** A secret that nobody has to know: 64 hex digits. */
export function randomSecret(): string {
  return randomBytes(32).toString("hex");
}

/** How Vault says that somebody else wrote in between. */
const CAS_MISMATCH = "check-and-set parameter did not match the current version";

/** Vault, signed in as `site.vault.auth` says; the token never leaves it. */
export class Vault {
  readonly #token: string;
  private readonly mounts = new Map<string, Promise<void>>();

  private constructor(
    private readonly api: VaultApi,
    token: string,
  ) {
    this.#token = token;
  }

  /**
   * Signs in to Vault.
   * @throws Failure without credentials, on credentials that are refused, and with exit code 3 when Vault is out of reach
   */
  static async open(config: VaultConfig, options: SignInOptions = {}): Promise<Vault> {
    const api = new VaultApi(config, options);
    return new Vault(api, await signIn(config, api, options));
  }

  /**
   * The newest version of a secret.
   * @throws Failure when the mount is no KV version 2, the token may not read there, or Vault is out of reach
   */
  async read(mount: string, path: string): Promise<SecretVersion> {
    await this.checkMount(mount);
    const place = `${mount}/data/${path}`;
    const { status, body } = await this.api.call("GET", place, { token: this.#token });
    if (status === 403) throw forbidden("read", place, "the capability read");
    if (status !== 200 && status !== 404) throw this.api.unexpected(place, status, body);
    const found = member(body, "data");
    const metadata = member(found, "metadata");
    const version = member(metadata, "version");
    if (typeof version !== "number") return { version: 0, data: {} };
    if (status === 404) return { version, data: {}, gone: member(metadata, "destroyed") ? "destroyed" : "deleted" };
    return { version, data: (member(found, "data") ?? {}) as SecretVersion["data"] };
  }

  /**
   * One value; undefined when there is none, or an empty one.
   * @throws Failure as `read` does
   */
  async value({ mount, path, key }: VaultRef): Promise<string | undefined> {
    const { data } = await this.read(mount, path);
    return isFilled(data[key]) ? String(data[key]) : undefined;
  }

  /**
   * Writes a secret's next version, unless its newest is another than `version`: then nothing is written, and the answer
   * is false.
   * @throws Failure when the token may not write there, or Vault is out of reach
   */
  async write(mount: string, path: string, data: object, version: number): Promise<boolean> {
    await this.checkMount(mount);
    const place = `${mount}/data/${path}`;
    const sent = { options: { cas: version }, data };
    const { status, body } = await this.api.call("POST", place, { token: this.#token, body: sent });
    if (status === 400 && reason(body).includes(CAS_MISMATCH)) return false;
    if (status === 403) throw forbidden("write", place, "the capabilities create and update");
    if (status !== 200) throw this.api.unexpected(place, status, body);
    return true;
  }

  private checkMount(mount: string): Promise<void> {
    const known = this.mounts.get(mount) ?? this.askMount(mount);
    this.mounts.set(mount, known);
    return known;
  }

  /** Without it, KV version 1 would take the path `data/…` for one of its own, and write there. */
  private async askMount(mount: string): Promise<void> {
    const { status, body } = await this.api.call("GET", `sys/internal/ui/mounts/${mount}`, { token: this.#token });
    if (status === 403) {
      throw new Failure(
        `vault: the token must be allowed to use the mount "${mount}", got 403 (${reason(body)}); sign in again if it has expired, give its policy capabilities there, or make the mount: vault secrets enable -path=${mount} kv-v2`,
      );
    }
    if (status !== 200) throw this.api.unexpected(`the mount "${mount}"`, status, body);
    const version = member(member(member(body, "data"), "options"), "version");
    if (version === "2") return;
    throw new Failure(
      `vault: the mount "${mount}" must be a KV version 2 engine, got ${JSON.stringify(member(member(body, "data"), "type"))} without versions; run vault kv enable-versioning ${mount}, or name another in vault.mounts`,
    );
  }
}

function forbidden(action: string, place: string, capability: string): Failure {
  return new Failure(
    `vault: the token must be allowed to ${action} ${place}, got 403; give its policy ${capability} there`,
  );
}
