import type { BaseAPI, ErrorContext, Middleware, ResponseContext } from "@goauthentik/api/dist/runtime";
import { Configuration } from "@goauthentik/api/dist/runtime";
import { ApiError, errorOf } from "./api-error";
import type { Clock } from "./patient-fetch";
import { machineClock, networkFailure, patientFetch } from "./patient-fetch";

export interface AuthentikOptions {
  /** Where authentik is, e.g. `https://auth.example.org`; a path below the host is kept. */
  readonly url: string;
  /** A token of intent API. */
  readonly token: string;
  /** How long one answer may take.  @default 30 */
  readonly timeoutSeconds?: number;
  /** How long a request may take with everything it is tried again for.  @default 120 */
  readonly deadlineSeconds?: number;
  /** Ends every request once it is aborted.  @default - none */
  readonly signal?: AbortSignal;
  /** @default - Node's own */
  readonly fetch?: typeof fetch;
  /** @default - the machine's */
  readonly clock?: Clock;
}

type ApiClass<T extends BaseAPI> = new (configuration: Configuration) => T;

/**
 * The one door to authentik's API: the official client, patient with a server that starts or is busy, its failures told with
 * what to do.
 */
export class Authentik {
  readonly url: string;
  private readonly configuration: Configuration;
  private readonly apis = new Map<ApiClass<BaseAPI>, BaseAPI>();

  constructor(options: AuthentikOptions) {
    const { clock = machineClock, deadlineSeconds = 120, signal, timeoutSeconds = 30, token } = options;
    this.url = options.url.replace(/\/+$/, "");
    const fetch = options.fetch ?? globalThis.fetch;
    this.configuration = new Configuration({
      basePath: `${this.url}/api/v3`,
      // A function, so that nothing which prints this object prints the token.
      accessToken: () => token,
      fetchApi: patientFetch({ fetch, clock, deadlineSeconds, timeoutSeconds, signal }),
      middleware: [this.failures(signal)],
    });
  }

  /**
   * A part of the API, by the official client's class, e.g. `use(CoreApi)`; import it from its own file, the package as a
   * whole takes long to load. Its methods throw `ApiError`.
   */
  use<T extends BaseAPI>(Api: ApiClass<T>): T {
    const known = this.apis.get(Api);
    if (known instanceof Api) return known;
    const api = new Api(this.configuration);
    this.apis.set(Api, api);
    return api;
  }

  private failures(signal: AbortSignal | undefined): Middleware {
    return {
      onError: ({ error }: ErrorContext): never => {
        if (signal?.aborted === true) throw signal.reason;
        const remedy = "check the URL and the way there from this machine, and whether it is up";
        const got = networkFailure(error);
        throw new ApiError("unreachable", `authentik: ${this.url} must answer, got ${got}; ${remedy}`);
      },
      post: async ({ init, response, url }: ResponseContext): Promise<void> => {
        const what = `${init.method ?? "GET"} ${this.pathOf(url)}`;
        if (!response.ok) throw await errorOf(what, response);
        const type = response.headers.get("content-type") ?? "";
        if (response.status === 204 || type.includes("json")) return;
        const remedy = "check that the URL is authentik's, without a path of one of its pages";
        const got = type === "" ? "an answer without a type" : type;
        throw new ApiError(
          "server",
          `authentik: ${what} must be answered with JSON, got ${got}; ${remedy}`,
          response.status,
        );
      },
    };
  }

  /** The path below `/api/v3`, without the query, which may hold a name. */
  private pathOf(url: string): string {
    return new URL(url).pathname.replace(/^.*?\/api\/v3(?=\/)/, "");
  }
}
