import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** How a place is answered; by default with 200 and a page. */
export interface Recorded {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Milliseconds the answer takes. */
  readonly slow?: number;
  /** Ends the connection without an answer. */
  readonly cut?: boolean;
}

/** The public side of a site, over HTTP on this machine: what is asked for at any host is answered as it was recorded. */
export class Strangers {
  /** Answers by host and path, such as `wiki.example.org/`. */
  answers: Record<string, Recorded> = {};
  /** Everything that was asked for, with the cookies that came along. */
  readonly asked: string[] = [];
  private readonly server = createServer((request, response) => {
    const place = `${String(request.headers["x-forwarded-host"])}${request.url ?? "/"}`;
    this.asked.push(request.headers.cookie === undefined ? place : `${place} with a cookie`);
    const { cut = false, headers = {}, json, slow = 0, status = 200 } = this.answers[place] ?? { status: 404 };
    setTimeout(() => {
      if (cut) return request.socket.destroy();
      const type = json === undefined ? "text/html" : "application/json";
      response.writeHead(status, { "content-type": type, ...headers });
      response.end(json === undefined ? "<!doctype html>" : JSON.stringify(json));
      return undefined;
    }, slow);
  });

  async start(): Promise<void> {
    await new Promise<void>((ready) => this.server.listen(0, "127.0.0.1", ready));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((stopped) => this.server.close(stopped));
  }

  /** Where it really is. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A fetch that finds every host here, but for what is at `elsewhere` and was not recorded. */
  fetch(elsewhere: string): typeof fetch {
    return (input, init) => {
      const { host, href, origin, pathname, search } = new URL(input instanceof Request ? input.url : input);
      const place = `${host}${pathname}${search}`;
      if (origin === elsewhere && !(place in this.answers)) return fetch(href, init);
      const headers = { ...(init?.headers as Record<string, string>), "x-forwarded-host": host };
      return fetch(`${this.url}${pathname}${search}`, { ...init, headers });
    };
  }
}
