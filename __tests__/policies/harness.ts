import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A person in the run's directory. */
export interface PolicyUser {
  /** Who it is; a later person of the same username takes the place of an earlier. */
  readonly username: string;
  /** Display name.  @default "" */
  readonly name?: string;
  /** @default "" */
  readonly email?: string;
  /** @default {} */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Names of groups of the run.  @default - none */
  readonly groups?: readonly string[];
  /** Authenticator classes, for example `totp` or `webauthn`.  @default - none */
  readonly devices?: readonly string[];
  /** @default "internal" */
  readonly type?: "internal" | "external" | "service_account" | "internal_service_account";
  /** @default "users" */
  readonly path?: string;
  /** @default true */
  readonly active?: boolean;
  /** What `has_usable_password()` says.  @default true */
  readonly usablePassword?: boolean;
  /** `date_joined`, an ISO date with its zone.  @default - now */
  readonly joined?: string;
  /** `last_login`, an ISO date with its zone.  @default - never */
  readonly lastLogin?: string;
}

/** A group in the run's directory. */
export interface PolicyGroup {
  /** Which it is; a later group of the same name takes the place of an earlier. */
  readonly name: string;
  /** A UUID.  @default - made from the name */
  readonly pk?: string;
  /** @default false */
  readonly superuser?: boolean;
  /** Names of other groups of the run, whose members its own members are too.  @default - none */
  readonly parents?: readonly string[];
  /** @default {} */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Names of the roles it holds.  @default - none */
  readonly roles?: readonly string[];
}

/** The HTTP request that made the server run the expression. */
export interface PolicyHttpRequest {
  /** @default "GET" */
  readonly method?: string;
  /** @default "/" */
  readonly path?: string;
  /** @default - `Host: auth.example.org` */
  readonly headers?: Readonly<Record<string, string>>;
  /** `http_request.GET`.  @default {} */
  readonly query?: Readonly<Record<string, string>>;
  /** @default {} */
  readonly session?: Readonly<Record<string, unknown>>;
  /** System settings, `http_request.tenant`.  @default - authentik's */
  readonly settings?: Readonly<Partial<Record<`default_user_change_${"email" | "name" | "username"}`, boolean>>>;
  /** Attributes of the brand, `http_request.brand`.  @default {} */
  readonly brandAttributes?: Readonly<Record<string, unknown>>;
}

/** An object, rather than JSON, in `context` or `obj`; made by `pythonObject` and `pythonUser`. */
export type PythonObject = Readonly<Record<string, unknown>> &
  ({ readonly $type: string } | { readonly $user: string });

/** An instance of a class named `type` with these attributes: `pythonObject("Invitation", { fixed_data: {} })`. */
export function pythonObject(type: string, attributes: Readonly<Record<string, unknown>> = {}): PythonObject {
  return { ...attributes, $type: type };
}

/** A person of the run, read from the database anew, as `pending_user` is; the attributes are not saved. */
export function pythonUser(username: string, attributes: Readonly<Record<string, unknown>> = {}): PythonObject {
  return { ...attributes, $user: username };
}

/** One expression and everything it can see. */
export interface PolicyRun {
  readonly source: string;
  /** A property mapping answers with a value, a policy with yes or no.  @default "policy" */
  readonly kind?: "policy" | "mapping";
  /** Its name, which syntax errors show.  @default - the server's for one that is being created */
  readonly name?: string;
  /** Whom it is about, `null` for nobody signed in.  @default - akadmin, in `authentik Admins` */
  readonly user?: PolicyUser | null;
  /** Further people.  @default - only akadmin */
  readonly users?: readonly PolicyUser[];
  /** Further groups.  @default - only `authentik Admins` */
  readonly groups?: readonly PolicyGroup[];
  /** `request.context`; for a mapping also the names it finds beside `request` and `user`.  @default {} */
  readonly context?: Readonly<Record<string, unknown>>;
  /** As in a flow: `context` is the plan's, and `flow_plan` and a stage binding as `obj` are there.  @default false */
  readonly flow?: boolean;
  /** `request.obj`.  @default null */
  readonly obj?: PythonObject | null;
  /** `null`: not caused by an HTTP request, so `http_request` and `ak_client_ip` do not exist.  @default {} */
  readonly httpRequest?: PolicyHttpRequest | null;
  /** @default "192.0.2.1" */
  readonly clientIp?: string;
  /** `request.debug`, which the API's test endpoint sets.  @default false */
  readonly debug?: boolean;
  /** Sources of other policies by name, for `ak_call_policy`.  @default {} */
  readonly policies?: Readonly<Record<string, string>>;
}

/** A person who was saved or whose groups changed, as stored after the run. */
export interface SavedUser {
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly groups: readonly string[];
}

/** What came of an expression that the server accepted. */
export interface PolicyOutcome {
  /** For a mapping: whether it ended without an exception. */
  readonly passing: boolean;
  readonly messages: readonly string[];
  /** A mapping's value. */
  readonly result?: unknown;
  /** The source as the server stores it. */
  readonly stored: string;
  readonly saved: readonly SavedUser[];
  /** From `ak_create_event`. */
  readonly events: readonly { readonly action: string; readonly context: Readonly<Record<string, unknown>> }[];
  /** `request.context` after the run; objects as text. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** An outcome, or why the server would not save the expression. */
export type PolicyAnswer = { readonly refused: string } | PolicyOutcome;

const START_MS = 60_000;
const ADMINS: PolicyGroup = { name: "authentik Admins", superuser: true };
const AKADMIN: PolicyUser = { username: "akadmin", name: "authentik Default Admin", groups: [ADMINS.name] };

/** The run with its defaults, in the form `run` in authentik.py takes. */
function payload(run: PolicyRun): string {
  const { kind = "policy", user = AKADMIN, users = [], groups = [], context = {} } = run;
  return JSON.stringify({
    name: kind === "policy" ? "temp-policy" : "None",
    flow: false,
    obj: null,
    httpRequest: {},
    clientIp: "192.0.2.1",
    debug: false,
    policies: {},
    ...run,
    kind,
    user: user?.username ?? null,
    users: [AKADMIN, ...users, ...(user ? [user] : [])],
    groups: [ADMINS, ...groups],
    context: kind === "policy" ? context : { provider: null, token: null, ...context },
  });
}

/** A child process with Python in it; whatever keeps it from answering ends it. */
class PythonProcess {
  private readonly child = fork(join(__dirname, "worker.mjs"), {
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  private readonly closed = once(this.child, "close").then(() => (this.running = false));
  private errors = "";
  running = true;

  constructor() {
    const keep = (text: string) => (this.errors = (this.errors + text).slice(-4000));
    this.child.stderr?.setEncoding("utf8").on("data", keep);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** The next message from Python, after sending it one. */
  async answer(deadlineMs: number, message?: string): Promise<string> {
    const race = new AbortController();
    const { signal } = race;
    // A failed send needs no word of its own: the process closes.
    if (message !== undefined) this.child.send(message, () => undefined);
    try {
      return await Promise.race([
        once(this.child, "message", { signal }).then(([answer]) => answer as string),
        this.closed.then(() => Promise.reject(new Error(`Python ended without an answer: ${this.errors}`))),
        delay(deadlineMs, undefined, { signal }).then(() =>
          Promise.reject(new Error(`no answer within ${deadlineMs} ms; Python was stopped`)),
        ),
      ]);
    } catch (error) {
      await this.kill();
      throw error;
    } finally {
      race.abort();
    }
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.closed;
  }
}

/** Runs expressions one after another in one Python, which it replaces when a run has ended it. */
export class PythonRunner {
  private python = new PythonProcess();
  private queue: Promise<unknown> = this.python.answer(START_MS);
  private stopped = false;

  private constructor() {}

  /** Takes about three seconds: have one for a test file. */
  static async start(): Promise<PythonRunner> {
    const runner = new PythonRunner();
    await runner.queue;
    return runner;
  }

  /** The process id of the Python of the moment. */
  get pid(): number | undefined {
    return this.python.pid;
  }

  /**
   * Rejects with Python's traceback when the run itself is at fault, or when Python ended or took too long.
   * @param deadlineMs how long the run may take once it is its turn, in milliseconds
   */
  run(run: PolicyRun, deadlineMs = 10_000): Promise<PolicyAnswer> {
    const answer = this.queue.then(() => this.ask(payload(run), deadlineMs));
    this.queue = answer.catch(() => undefined);
    return answer;
  }

  /** Ends Python, and with it the run under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.python.kill();
    await this.queue;
  }

  private async ask(message: string, deadlineMs: number): Promise<PolicyAnswer> {
    if (this.stopped) throw new Error("the Python runner is stopped");
    if (!this.python.running) {
      this.python = new PythonProcess();
      await this.python.answer(START_MS);
    }
    const reply = JSON.parse(await this.python.answer(deadlineMs, message)) as
      { readonly answer: PolicyAnswer } | { readonly traceback: string };
    if ("traceback" in reply) throw new Error(reply.traceback);
    return reply.answer;
  }
}
