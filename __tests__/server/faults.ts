import type { Method } from "./document";

/** What is wrong with the server as a whole, until it is set otherwise. */
export interface Conditions {
  /** The router is up and authentik behind it still starts: 503 to everything but liveness. */
  readonly notUp?: boolean;
  /** authentik is up and its blueprints have not run: none of the flows, stages and mappings it ships. */
  readonly withoutFlows?: boolean;
  /** No token is accepted, as before the first migration has made the bootstrap token. */
  readonly withoutTokens?: boolean;
  /** Milliseconds every answer takes. */
  readonly slow?: number;
}

/** What happens to some requests. */
export interface Fault {
  /** Only this method.  @default - every method */
  readonly method?: Method;
  /** Only paths that match, e.g. `/core/groups/`; a text has to be in the path.  @default - every path */
  readonly path?: RegExp | string;
  /** How many requests it meets.  @default 1 */
  readonly times?: number;
  /** How many matching requests pass before it begins.  @default 0 */
  readonly after?: number;
  /** Answers with this status, nothing done. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Cuts the connection: before anything is done, or when it is done and before it is answered. */
  readonly cut?: "after" | "before";
  /** Milliseconds the answer takes. */
  readonly slow?: number;
}

interface Standing {
  readonly fault: Fault;
  passes: number;
  left: number;
}

function meets({ method, path }: Fault, asked: Method, url: string): boolean {
  if (method !== undefined && method !== asked) return false;
  if (path === undefined) return true;
  return typeof path === "string" ? url.includes(path) : path.test(url);
}

/** The faults of a server, set while it runs. */
export class Faults {
  conditions: Conditions = {};
  private standing: Standing[] = [];

  /** Changes conditions; those that are not named stay. */
  set(conditions: Conditions): void {
    this.conditions = { ...this.conditions, ...conditions };
  }

  /** Adds faults that meet requests one after the other. */
  script(...faults: readonly Fault[]): void {
    this.standing.push(...faults.map((fault) => ({ fault, passes: fault.after ?? 0, left: fault.times ?? 1 })));
  }

  clear(): void {
    this.conditions = {};
    this.standing = [];
  }

  /** The fault that meets a request, used up by it. */
  take(method: Method, url: string): Fault | undefined {
    for (const standing of this.standing) {
      if (standing.left === 0 || !meets(standing.fault, method, url)) continue;
      if (standing.passes > 0) {
        standing.passes--;
        continue;
      }
      standing.left--;
      return standing.fault;
    }
    return undefined;
  }
}
