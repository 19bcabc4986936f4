import type { IncomingMessage, ServerResponse } from "node:http";
import { authenticate, authorize } from "./access";
import type { Answer } from "./answer";
import { Refusal } from "./answer";
import type { Method } from "./document";
import type { Fault, Faults } from "./faults";
import { ALIVE, BROKEN, readBody, send, STARTING, UNKNOWN_PATH } from "./http";
import { publicPage } from "./public-answers";
import type { Request } from "./request";
import { isOpen, route } from "./router";
import type { World } from "./world";

/** A request that came in, and what became of it; the token is not kept. */
export interface Logged {
  readonly method: Method;
  /** The path as it was asked for, without the query, e.g. `/api/v3/core/groups/`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Nothing when the connection was cut. */
  readonly status?: number;
}

const BASE = "/api/v3";
const NO_TOKEN = "Bearer -";

/** Answers requests over HTTP, faults first. */
export class Api {
  readonly requests: Logged[] = [];

  constructor(
    private readonly world: World,
    private readonly faults: Faults,
  ) {}

  async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? "/", "http://localhost");
    const method = (message.method ?? "GET").toLowerCase() as Method;
    const fault = this.faults.take(method, url.pathname);
    const body = await readBody(message).catch((error: unknown) => error);
    const request: Request = { method, path: url.pathname, query: url.searchParams, body };
    const answer = this.answer(request, message.headers.authorization, fault);
    this.requests.push({
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      body: body instanceof Error ? undefined : body,
      ...(answer && { status: answer.status }),
    });
    if (answer === undefined) message.socket.destroy();
    else await send(response, answer, fault?.slow ?? this.faults.conditions.slow);
  }

  /** The answer to a request; nothing when its connection is to be cut. */
  private answer(request: Request, authorization: string | undefined, fault: Fault | undefined): Answer | undefined {
    if (fault?.cut === "before") return undefined;
    if (fault?.status !== undefined) {
      const { body = { detail: "a fault of the stand-in" }, headers = {}, status } = fault;
      return { status, body, headers };
    }
    const answer = this.infrastructure(request) ?? this.outcome(request, authorization);
    return fault?.cut === "after" ? undefined : answer;
  }

  /** What is answered before authentik itself is asked. */
  private infrastructure({ path }: Request): Answer | undefined {
    if (path === "/-/health/live/") return ALIVE;
    if (this.faults.conditions.notUp === true) return STARTING;
    if (path === "/-/health/ready/") return ALIVE;
    return path.startsWith(`${BASE}/`) ? undefined : (publicPage(path, this.world) ?? UNKNOWN_PATH);
  }

  private outcome(request: Request, authorization: string | undefined): Answer {
    const { withoutFlows, withoutTokens } = this.faults.conditions;
    this.world.store.beforeBlueprints = withoutFlows === true;
    try {
      if (request.body instanceof Refusal) throw request.body;
      const path = request.path.slice(BASE.length);
      const user = isOpen(path)
        ? undefined
        : authenticate(this.world, withoutTokens === true ? NO_TOKEN : authorization);
      if (user !== undefined) authorize(this.world, user, path);
      return route({ ...request, path, user }, this.world) ?? UNKNOWN_PATH;
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      console.error(error);
      return BROKEN;
    }
  }
}
