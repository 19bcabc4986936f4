import { within } from "../api/within";
import type { Site } from "../config/load";
import { Failure } from "./failure";
import type { FailureCode } from "./failure";
import { fetchError, member } from "./fetch-error";

/** Where Vault is, and how to sign in to it. */
export type VaultConfig = NonNullable<Site["vault"]>;

export interface VaultApiOptions {
  /** @default - Node's own */
  readonly fetch?: typeof fetch;
  /** @default - that of the process */
  readonly env?: NodeJS.ProcessEnv;
  /** Ends every request once it is aborted.  @default - none */
  readonly signal?: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface CallOptions {
  readonly token?: string;
  readonly body?: object;
}

/** How long Vault may take for one answer. */
const TIMEOUT_MS = 15_000;

/** Requests to Vault's API, and its ways to fail. */
export class VaultApi {
  private readonly address: string;
  private readonly namespace: string | undefined;
  private readonly fetch: typeof fetch;
  private readonly signal: AbortSignal | undefined;

  constructor(config: VaultConfig, options: VaultApiOptions) {
    this.fetch = options.fetch ?? fetch;
    this.signal = options.signal;
    this.address = config.address.replace(/\/+$/, "");
    this.namespace = config.namespace ?? ((options.env ?? process.env).VAULT_NAMESPACE || undefined);
  }

  async call(method: "GET" | "POST", path: string, { token, body }: CallOptions): Promise<Answer> {
    const { fetch, signal } = this;
    const headers = {
      "X-Vault-Request": "true",
      ...(token !== undefined && { "X-Vault-Token": token }),
      ...(this.namespace !== undefined && { "X-Vault-Namespace": this.namespace }),
      ...(body !== undefined && { "Content-Type": "application/json" }),
    };
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    try {
      return await within(signal, TIMEOUT_MS, async (limited) => {
        const response = await fetch(`${this.address}/v1/${path}`, { ...init, signal: limited });
        return { status: response.status, body: parse(await response.text()) };
      });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw this.unreachable(error);
    }
  }

  /** What to make of an answer that nobody asked for. */
  unexpected(place: string, status: number, body: unknown): Failure {
    const said = `got ${status} (${reason(body)})`;
    if (status === 503 && /sealed/i.test(reason(body))) {
      return new Failure(`vault: ${this.address} must be unsealed, ${said}; run vault operator unseal`, 3);
    }
    const code: FailureCode = status >= 500 || status === 429 ? 3 : 1;
    const remedy = "check vault.address and vault.mounts, and look at Vault's log";
    return new Failure(`vault: ${this.address} must answer for ${place}, ${said}; ${remedy}`, code);
  }

  private unreachable(error: unknown): Failure {
    const code = fetchError(error);
    const where = `vault: ${this.address} must`;
    if (/CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/.test(code)) {
      const remedy = "name the file of its authority in NODE_EXTRA_CA_CERTS, and for Terraform in VAULT_CACERT";
      return new Failure(`${where} have a certificate that is trusted here, got ${code}; ${remedy}`, 3);
    }
    return new Failure(`${where} answer, got ${code}; check vault.address and the way there from this machine`, 3);
  }
}

/** Vault's own words about a failure, short and on one line. */
export function reason(body: unknown): string {
  const errors = member(body, "errors");
  const words = Array.isArray(errors) ? errors.filter((text) => typeof text === "string").join("; ") : "";
  return words.replaceAll(/\s+/g, " ").trim().slice(0, 200) || "no reason given";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
