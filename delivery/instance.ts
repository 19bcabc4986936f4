import { within } from "../api/within";
import type { Site } from "../config/load";
import { fetchError, member } from "./fetch-error";
import { interrupted } from "./interrupt";
import type { Lookup, LookupType } from "./lookups";

/** Why authentik cannot be asked. */
export interface Trouble {
  readonly what: "answer" | "token";
  /** What came instead, such as `ECONNREFUSED` or `503`. */
  readonly got: string;
}

/** What a wait asks of authentik, each question once. */
export interface Instance {
  readonly url: string;
  /** Why it cannot be used yet; nothing when it is ready. */
  readonly unready: () => Promise<Trouble | undefined>;
  /** Why the token cannot be used; nothing when it is accepted. */
  readonly refusal: () => Promise<Trouble | undefined>;
  /** The id of an object; nothing when there is none. */
  readonly find: (lookup: Lookup, value: string) => Promise<string | Trouble | undefined>;
}

/** Where a data source looks. */
const COLLECTIONS: Readonly<Record<LookupType, string>> = {
  authentik_brand: "core/brands",
  authentik_certificate_key_pair: "crypto/certificatekeypairs",
  authentik_flow: "flows/instances",
  authentik_group: "core/groups",
  authentik_outpost: "outposts/instances",
  authentik_property_mapping_provider_scope: "propertymappings/provider/scope",
  authentik_service_connection_kubernetes: "outposts/service_connections/kubernetes",
  authentik_source: "sources/all",
  authentik_stage: "stages/all",
  authentik_user: "core/users",
};

/** How long authentik may take for one answer. */
const TIMEOUT_MS = 10_000;

/** authentik at its public address, which is where Terraform's provider finds it too. */
export class PublicInstance implements Instance {
  readonly url: string;
  readonly #token: string;

  constructor(
    url: string,
    token: string,
    private readonly signal?: AbortSignal,
  ) {
    this.url = url.replace(/\/+$/, "");
    this.#token = token;
  }

  async unready(): Promise<Trouble | undefined> {
    const health = await this.get("/-/health/ready/", { isOpen: true });
    // A proxy before it may keep its health to itself.
    if ("trouble" in health && !/^40[34]/.test(health.trouble.got)) return health.trouble;
    const config = await this.get("/api/v3/root/config/", { isOpen: true });
    if ("trouble" in config) return config.trouble;
    return config.body === undefined ? { what: "answer", got: "something that is not authentik" } : undefined;
  }

  async refusal(): Promise<Trouble | undefined> {
    const me = await this.get("/api/v3/core/users/me/");
    return "trouble" in me ? me.trouble : undefined;
  }

  /** The version that runs; nothing when it is not told. */
  async version(): Promise<string | undefined> {
    const answer = await this.get("/api/v3/admin/version/");
    const version = "body" in answer ? member(answer.body, "version_current") : undefined;
    return typeof version === "string" ? version : undefined;
  }

  async find({ type, attribute }: Lookup, value: string): Promise<string | Trouble | undefined> {
    const filter = type === "authentik_outpost" ? `${attribute}__iexact` : attribute;
    const query = new URLSearchParams({ [filter]: value, page_size: "1" });
    if (type === "authentik_group") query.set("include_users", "false");
    const answer = await this.get(`/api/v3/${COLLECTIONS[type]}/?${query.toString()}`);
    if ("trouble" in answer) return answer.trouble;
    const first = member(member(answer.body, "results"), "0");
    const pk = member(first, "pk") ?? member(first, "brand_uuid");
    return typeof pk === "string" || typeof pk === "number" ? String(pk) : undefined;
  }

  /** One question; a retry is the wait's business. */
  private async get(path: string, { isOpen = false } = {}): Promise<{ body: unknown } | { trouble: Trouble }> {
    const headers = isOpen ? new Headers() : new Headers({ Authorization: `Bearer ${this.#token}` });
    try {
      const [response, body] = await within(this.signal, TIMEOUT_MS, async (signal): Promise<[Response, unknown]> => {
        const answer = await fetch(`${this.url}${path}`, { headers, signal });
        return [answer, await answer.json().catch(() => undefined)];
      });
      if (response.ok) return { body };
      const isRefused = !isOpen && (response.status === 401 || response.status === 403);
      return { trouble: { what: isRefused ? "token" : "answer", got: words(response.status, body) } };
    } catch (error) {
      if (this.signal?.aborted) throw this.signal.reason;
      return { trouble: { what: "answer", got: fetchError(error) } };
    }
  }
}

/** Whether a site's own authentik is there already. */
export async function isRunning({ authentik, platform }: Site): Promise<boolean> {
  if (platform === undefined) return true;
  return (await new PublicInstance(authentik.url, "", interrupted).unready()) === undefined;
}

function words(status: number, body: unknown): string {
  const detail = member(body, "detail");
  return typeof detail === "string" ? `${status} (${detail.slice(0, 80)})` : `${status}`;
}
