import { fetchError } from "../../delivery/fetch-error";

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
}

const TIMEOUT_MS = 10_000;
/** nginx sends from a page to the outpost, and the outpost to authentik. */
const HOPS = 3;

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
    const { fetch, signal } = this.options;
    try {
      const response = await fetch(url, {
        headers: { accept, "user-agent": "authentik-iac doctor" },
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      return await read(response);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return { trouble: fetchError(error) };
    }
  }
}

function resolved(location: string, url: string): URL | undefined {
  return URL.canParse(location, url) ? new URL(location, url) : undefined;
}
