import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import type { StackJson } from "../../access/stack";
import { ApiError } from "../../api/api-error";
import { Authentik } from "../../api/authentik";
import type { Site } from "../../config/load";
import { requireToken, tokenPlace } from "../../delivery/api-token";
import { Failure } from "../../delivery/failure";
import { PublicInstance } from "../../delivery/instance";
import type { Vault } from "../../delivery/vault";
import { ownUrl } from "../environment";
import type { Context } from "../command";
import { makeBindings, synthesized } from "../synthesized";
import { once, Skip, told } from "./check";
import { KubernetesCluster } from "./cluster";
import type { Cluster } from "./cluster";
import { Edge } from "./edge";
import { Live } from "./live";
import { plan } from "./plan";
import type { PlanDocument } from "./plan";

/** Whether authentik can be asked, and with what; otherwise why not. */
export type Reach =
  | { readonly token: string; readonly username: string; readonly isSuperuser: boolean }
  | { readonly why: string; readonly remedy: string; readonly isAway: boolean };

/** What stands in for the world in a test; each is the real one unless given. */
export interface Tools {
  readonly fetch?: typeof fetch;
  readonly cluster?: Cluster;
  readonly stacks?: () => Promise<readonly StackJson[]>;
  readonly plan?: () => Promise<PlanDocument>;
  readonly now?: Date;
}

export interface PatientOptions extends Tools {
  readonly context: Pick<Context, "signal" | "site" | "vault">;
  /** Why the cluster is not asked.  @default - it is */
  readonly withoutCluster?: string | undefined;
}

const AWAY = "authentik is out of reach";
/** How long a request may take with everything it is tried again for. */
const DEADLINE_SECONDS = 30;
/** Requests at once: a server that is not well is not asked for everything at a time. */
const AT_ONCE = 6;

/** A site and everything about it that checks can ask, each answer fetched once. */
export class Patient {
  readonly site: Site;
  /** authentik's public address, without a slash at the end. */
  readonly url: string;
  /** Where its API is reached from this machine, such as a forwarded port. */
  readonly apiUrl: string;
  readonly now: Date;
  readonly edge: Edge;
  readonly live: Live;
  /** Whether authentik can be asked. */
  readonly reach = once(() => this.look());
  /** What the site's stacks are. */
  readonly stacks: () => Promise<readonly StackJson[]>;
  /** What a plan would change. */
  readonly plan: () => Promise<PlanDocument>;
  private known: Cluster | undefined;
  private reached: Reach | undefined;
  private readonly door = once(async () => {
    const { token } = await this.within();
    return this.authentik(token);
  });

  constructor(private readonly options: PatientOptions) {
    const { context, fetch = globalThis.fetch, now = new Date() } = options;
    const { signal } = context;
    this.site = context.site();
    this.url = this.site.authentik.url.replace(/\/+$/, "");
    this.apiUrl = (ownUrl() ?? this.url).replace(/\/+$/, "");
    this.now = now;
    this.edge = new Edge({ fetch, signal });
    this.live = new Live(this.door);
    this.stacks = once(options.stacks ?? (() => synthesized(signal)));
    this.plan = once(options.plan ?? (() => makeBindings(signal).then(() => plan(signal))));
  }

  /**
   * The cluster, ready to be asked.
   * @throws Skip when it is left out
   */
  cluster(): Cluster {
    const { cluster, context, withoutCluster } = this.options;
    if (withoutCluster !== undefined) throw new Skip(withoutCluster);
    return (this.known ??= cluster ?? new KubernetesCluster(this.site.platform?.kubernetes ?? {}, context.signal));
  }

  /** The site's Vault; nothing where it has none. */
  vault(): Promise<Vault | undefined> {
    return this.options.context.vault();
  }

  /** Whether a check found authentik out of reach. */
  get isAway(): boolean {
    return this.reached !== undefined && "isAway" in this.reached && this.reached.isAway;
  }

  /** authentik as Terraform's provider looks things up in it. */
  async instance(): Promise<PublicInstance> {
    return this.publicInstance((await this.within()).token);
  }

  /**
   * Waits until it is known that authentik answers, whether or not it takes the token.
   * @throws Skip when it is out of reach
   */
  async answers(): Promise<void> {
    const reach = await this.reach();
    if ("isAway" in reach && reach.isAway) throw new Skip(AWAY);
  }

  /** How authentik refuses a token; nothing when it takes it. */
  async refusalOf(token: string): Promise<string | undefined> {
    await this.answers();
    const trouble = await this.publicInstance(token).refusal();
    if (trouble?.what !== "answer") return trouble?.got;
    throw new Failure(`${this.apiUrl} must take or refuse a token, got ${trouble.got}; look at the log of its server`);
  }

  private async within(): Promise<Extract<Reach, { token: string }>> {
    const reach = await this.reach();
    if ("token" in reach) return reach;
    throw new Skip(reach.isAway ? AWAY : "authentik cannot be asked without a token it takes (see reach)");
  }

  private async look(): Promise<Reach> {
    this.reached = await this.find();
    return this.reached;
  }

  private async find(): Promise<Reach> {
    const { apiUrl, site } = this;
    const unready = await this.publicInstance("").unready();
    if (unready !== undefined) {
      const remedy =
        site.platform === undefined
          ? "check authentik.url and the way there from this machine"
          : "look at its pods and its Ingress, and at the way there from this machine";
      return { why: `${apiUrl} must answer, got ${unready.got}`, remedy, isAway: true };
    }
    try {
      const token = await this.token();
      const { user } = await this.authentik(token).use(CoreApi).coreUsersMeRetrieve();
      return { token, username: user.username, isSuperuser: user.isSuperuser };
    } catch (error) {
      return this.noReach(error);
    }
  }

  /** Why authentik cannot be asked, of what stopped the first question. */
  private noReach(error: unknown): Reach {
    if (error instanceof ApiError && error.kind === "forbidden") {
      const place = process.env.AUTHENTIK_TOKEN ? "AUTHENTIK_TOKEN" : tokenPlace(this.site);
      const { why } = told(error.message);
      return { why, remedy: `put a token of intent API that has not expired into ${place}`, isAway: false };
    }
    if (error instanceof ApiError) return { ...told(error.message), isAway: true };
    if (error instanceof Failure) return { ...told(error.message), isAway: error.exitCode === 3 };
    throw error;
  }

  private async token(): Promise<string> {
    const { site } = this;
    if (process.env.AUTHENTIK_TOKEN) return process.env.AUTHENTIK_TOKEN;
    return requireToken(site, site.authentik.apiToken.from === "vault" ? await this.vault() : undefined);
  }

  private publicInstance(token: string): PublicInstance {
    return new PublicInstance(this.apiUrl, token, this.options.context.signal);
  }

  private authentik(token: string): Authentik {
    const { context, fetch = globalThis.fetch } = this.options;
    const { signal } = context;
    return new Authentik({
      url: this.apiUrl,
      token,
      signal,
      deadlineSeconds: DEADLINE_SECONDS,
      fetch: gated(fetch, AT_ONCE),
    });
  }
}

/** A fetch that has so many requests under way at most. */
function gated(fetch: typeof globalThis.fetch, atOnce: number): typeof globalThis.fetch {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  return async (input, init) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((enter) => waiting.push(enter));
    try {
      return await fetch(input, init);
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
