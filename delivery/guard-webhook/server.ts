import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Server as TlsServer } from "node:https";
import { Failure } from "../failure";
import { judge } from "./verdict";
import type { GuardSettings, Verdict } from "./verdict";

export interface ServerOptions {
  readonly settings: GuardSettings;
  /** Certificate and key in PEM; http without them. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Where a line for each plan goes.  @default - stdout */
  readonly log?: (line: string) => void;
  /** Size of a request, in bytes, above which it is refused.  @default 64 MiB */
  readonly limit?: number;
}

const LIMIT = 64 * 1024 * 1024;

/**
 * The webhook that judges plans: POST /plan is answered with `{ passed, message }`, GET /healthz with ok. What it cannot
 * read, it does not let pass.
 */
export function guardServer(options: ServerOptions): Server | TlsServer {
  const listener: RequestListener = (request, response) => {
    void answer(request, response, options);
  };
  return options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
}

async function answer(request: IncomingMessage, response: ServerResponse, options: ServerOptions): Promise<void> {
  const { log = console.log } = options;
  const { pathname } = new URL(request.url ?? "/", "http://guard");
  if (pathname === "/healthz") {
    reply(response, 200, { ok: true });
    return;
  }
  const unusable = pathname !== "/plan" ? 404 : request.method !== "POST" ? 405 : undefined;
  if (unusable !== undefined) {
    reply(response, unusable, refusal("request must be POST /plan, got another; mend the webhook's url"));
    return;
  }
  const body = await read(request, options.limit ?? LIMIT);
  const verdict = body === undefined ? TOO_LARGE : judged(body, options.settings);
  log(`${verdict.stack}: ${verdict.passed ? "passed" : ["refused", ...verdict.guards].join(" ")}`);
  reply(response, body === undefined ? 413 : 200, verdict);
}

const TOO_LARGE: Verdict = refusal("plan must be smaller than 64 MiB, got a larger one; apply it from a workstation");

const UNREADABLE =
  "plan must be what the controller sends, got something else; set the webhook's payloadType to SpecAndPlan";

function refusal(message: string): Verdict {
  return { passed: false, message, stack: "unknown stack", guards: [] };
}

function judged(body: string, settings: GuardSettings): Verdict {
  try {
    return judge(JSON.parse(body), settings);
  } catch (error) {
    // Any other message could quote the plan.
    return refusal(error instanceof Failure ? error.message : UNREADABLE);
  }
}

/** A request's body; nothing when it is too large, and whatever is left of it is let run out. */
async function read(request: IncomingMessage, limit: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  return size > limit ? undefined : Buffer.concat(chunks).toString("utf8");
}

function reply(response: ServerResponse, status: number, body: object): void {
  const { passed, message } = body as Partial<Verdict>;
  const shown = passed === undefined ? body : { passed, message };
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(shown));
}
