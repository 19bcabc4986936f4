import { fetchError } from "../../delivery/fetch-error";
import { within } from "../../api/within";

/** How a stranger is answered, who has no session and follows no redirect. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Where it sends to. */
  readonly location: URL | undefined;
}

/** Why there was no answer, such as `ENOTFOUND`. */
export interface Unanswered {
  readonly trouble: string;
}

export interface EdgeOptions {
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  /** How long an answer may take with its body.  @default 10 seconds */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** From http to https, from a page to the outpost, and from there to authentik; one more for a proxy's own. */
const HOPS = 4;
/** What is in front of a site may keep programs out that do not look like a browser. */
const USER_AGENT = "Mozilla/5.0 (compatible; authentik-iac doctor)";
const NO_ADDRESS = "this machine finds no address for it";
const NOT_TRUSTED = "NODE_EXTRA_CA_CERTS names the file of an authority of your own";
/** What to make of a failure that is this machine's as well as the host's. */
const MEANINGS: Readonly<Record<string, string>> = {
  ENOTFOUND: NO_ADDRESS,
  EAI_AGAIN: NO_ADDRESS,
  DEPTH_ZERO_SELF_SIGNED_CERT: NOT_TRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
};

/** The site as strangers see it, over the public way; what it answers is asked for once. */
export class Edge {
  private readonly welcomes = new Map<string, Promise<Answer | Unanswered>>();

  constructor(private readonly options: EdgeOptions) {}

  /** A document for everybody; nothing where the answer is none. */
  async json(url: string): Promise<{ readonly status: number; readonly body: unknown } | Unanswered> {
    return this.ask(url, "application/json", async (response) => {
      const body: unknown = await response.json().catch(() => undefined);
      return { status: response.status, body };
    });
  }

  page(url: string): Promise<Answer | Unanswered> {
    return this.ask(url, "text/html", async (response) => {
      // What is on the page is not looked at, and may never end.
      await response.body?.cancel();
      const { headers, status } = response;
      const location = headers.get("location");
      return { status, headers, location: location === null ? undefined : resolved(location, url) };
    });
  }

  /** What becomes of a stranger who opens a host: the first answer that sends to another host, or to none. */
  welcome(url: string): Promise<Answer | Unanswered> {
    const known = this.welcomes.get(url) ?? this.follow(url);
    this.welcomes.set(url, known);
    return known;
  }

  private async follow(url: string): Promise<Answer | Unanswered> {
    let answer = await this.page(url);
    for (let hop = 0; hop < HOPS; hop++) {
      if ("trouble" in answer || answer.location?.host !== new URL(url).host) break;
      answer = await this.page(answer.location.href);
    }
    return answer;
  }

  private async ask<T>(url: string, accept: string, read: (response: Response) => Promise<T>): Promise<T | Unanswered> {
    const { fetch, signal, timeoutMs = TIMEOUT_MS } = this.options;
    try {
      const headers = { accept, "user-agent": USER_AGENT };
      const found = await within(signal, timeoutMs, async (limit) =>
        read(await fetch(url, { headers, redirect: "manual", signal: limit })),
      );
      signal.throwIfAborted();
      return found;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const got = fetchError(error);
      const meaning = MEANINGS[got];
      return { trouble: meaning === undefined ? got : `${got} (${meaning})` };
    }
  }
}

function resolved(location: string, url: string): URL | undefined {
  return URL.canParse(location, url) ? new URL(location, url) : undefined;
}
