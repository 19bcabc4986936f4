import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Answer } from "./answer";
import { Refusal } from "./answer";
import { Api } from "./api";
import type { Logged } from "./api";
import { collectionAt, stored } from "./collections";
import { apiDocument } from "./document";
import type { Method } from "./document";
import { afterWrite } from "./effects";
import type { Fault } from "./faults";
import { Faults } from "./faults";
import { UNKNOWN_PATH } from "./http";
import { addAdministrator, addDefaults } from "./fresh-instance";
import { Rendering } from "./rendering";
import { route } from "./router";
import type { Stored, Values } from "./store";
import { World } from "./world";

export interface AuthentikOptions {
  /** Whether it has what a fresh authentik has: flows, stages, mappings, the outpost.  @default false */
  readonly withDefaults?: boolean;
  /** The token of akadmin.  @default - generated */
  readonly token?: string;
  /** The version it says it is.  @default - that of the API document */
  readonly version?: string;
  /** The server's clock.  @default - the machine's */
  readonly now?: () => Date;
}

/** Everything a server holds. */
export interface State {
  readonly settings: Values;
  readonly collections: Readonly<Record<string, readonly Stored[]>>;
}

const HOST = "127.0.0.1";

/** A stand-in for authentik's API: in this process, in memory, made from its API document. */
export class AuthentikServer {
  readonly faults = new Faults();
  private readonly world: World;
  private readonly api: Api;
  private readonly server: Server;

  private constructor({ now = () => new Date(), version = apiDocument.version }: AuthentikOptions) {
    this.world = new World({ version, now });
    this.api = new Api(this.world, this.faults);
    this.server = createServer((message, response) => {
      void this.api.serve(message, response);
    });
  }

  /** Starts a server on a free port of this machine. */
  static async start(options: AuthentikOptions = {}): Promise<AuthentikServer> {
    const started = new AuthentikServer(options);
    await started.listen(0);
    const { port } = started.server.address() as AddressInfo;
    started.world.url = `http://${HOST}:${port}`;
    addAdministrator(started.world, options.token);
    if (options.withDefaults === true) addDefaults(started.world);
    return started;
  }

  /** Where it is, without a slash at the end. */
  get url(): string {
    return this.world.url;
  }

  /** The token of akadmin. */
  get token(): string {
    const [token] = this.world.store.having("core/tokens", "identifier", "authentik-bootstrap-token");
    return String(token?.["key"]);
  }

  /** Every request so far, in the order they were answered. */
  get requests(): readonly Logged[] {
    return this.api.requests;
  }

  /** The requests so far that were to change something. */
  get writes(): readonly Logged[] {
    return this.requests.filter(({ method }) => method !== "get");
  }

  /** Says it is another version from now on. */
  set version(version: string) {
    this.world.version = version;
  }

  /** What a request of akadmin's such as `core/groups/?name=staff` is answered with: at once, past the network and its faults. */
  answer(method: Method, path: string, body?: unknown): Answer {
    const { pathname, searchParams: query } = new URL(`http://${HOST}/${path}`);
    const [user] = this.world.store.having("core/users", "username", "akadmin");
    try {
      return route({ method, path: pathname, query, body, user }, this.world) ?? UNKNOWN_PATH;
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  }

  /** Adds faults that meet some requests; what is wrong for all of them is set with `faults.set`. */
  script(...faults: readonly Fault[]): void {
    this.faults.script(...faults);
  }

  /** The objects of a collection, such as `core/groups`, as the API shows them. */
  objects(path: string): Values[] {
    const rendering = new Rendering(this.world);
    const { model } = collectionAt(path);
    const records = this.world.store.all(path);
    return records.map((record) => rendering.show(this.world.home(path, record), record, { as: model }));
  }

  /** Adds objects, past the checks of the API; what they do not say is as authentik's models say. */
  add(path: string, ...objects: readonly Values[]): Stored[] {
    const collection = collectionAt(path);
    return objects.map((values) => {
      const record = this.world.add(path, values);
      afterWrite(collection, record, values, this.world);
      return record;
    });
  }

  /** A copy of everything it holds. */
  state(): State {
    const { settings, store } = this.world;
    const kept = store.collections.map(({ path }) => [path, store.all(path)] as const);
    const collections = Object.fromEntries(kept.filter(([, records]) => records.length > 0));
    return structuredClone({ settings, collections });
  }

  /** Puts a state in the place of what it holds. */
  load(state: State): void {
    const { collections, settings } = structuredClone(state);
    this.world.store.clear();
    this.world.settings = settings;
    for (const [path, records] of Object.entries(collections)) {
      for (const collection of stored(path)) for (const record of records) this.world.store.put(collection, record);
    }
  }

  /** Stops listening: connections are refused until `comeUp`. */
  async goDown(): Promise<void> {
    await this.stop();
  }

  /** Listens again where it did before `goDown`. */
  async comeUp(): Promise<void> {
    await this.listen(Number(new URL(this.url).port));
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, HOST, resolve);
    });
  }
}

/** Starts a stand-in for authentik's API. */
export function startAuthentik(options?: AuthentikOptions): Promise<AuthentikServer> {
  return AuthentikServer.start(options);
}
