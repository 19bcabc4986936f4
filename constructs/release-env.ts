/** A container's environment variable, as Kubernetes takes it. */
export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

/** External PostgreSQL; the password is in the release's Secret. */
export interface Database {
  /** Host name. */
  readonly host: string;
  /** Port.  @default 5432 */
  readonly port?: number;
  /** Name of the database.  @default "authentik" */
  readonly name?: string;
  /** Who authentik signs in as.  @default "authentik" */
  readonly user?: string;
  /** How the connection is secured.  @default - authentik's own, `disable` */
  readonly sslMode?: string;
  /** Pooling mode of a PgBouncer in between.  @default "none" */
  readonly pooler?: "none" | "session" | "transaction";
  /** How long a connection is kept, in seconds; 0 closes it after each request.  @default 0 */
  readonly connMaxAgeSeconds?: number;
}

/** Outgoing e-mail; the password is in the release's Secret. */
export interface Smtp {
  /** Host name. */
  readonly host: string;
  /** Port.  @default 587 */
  readonly port?: number;
  /** Sender, such as `authentik <authentik@example.org>`. */
  readonly from: string;
  /** Who authentik signs in as.  @default - the server is used without signing in */
  readonly username?: string;
  /** STARTTLS.  @default true */
  readonly useTls?: boolean;
  /** TLS from the first byte.  @default false */
  readonly useSsl?: boolean;
  /** After which sending failed, in seconds.  @default 30 */
  readonly timeoutSeconds?: number;
}

/** What is tuned away from authentik's own defaults; each is authentik's own unless given. */
export interface Tuning {
  /** Web processes in each server pod.  @default - authentik's own */
  readonly webWorkers?: number;
  /** Threads in each web process.  @default - authentik's own */
  readonly webThreads?: number;
  /** Threads in each worker process.  @default - authentik's own */
  readonly workerThreads?: number;
  /** How long a planned flow is cached, in seconds.  @default - authentik's own */
  readonly cacheTimeoutFlowsSeconds?: number;
  /** How long a policy's answer is cached, in seconds.  @default - authentik's own */
  readonly cacheTimeoutPoliciesSeconds?: number;
  /** How long an anonymous session lives, such as `hours=2`.  @default - authentik's own */
  readonly unauthenticatedAge?: string;
  /** How much the pods log.  @default - authentik's own */
  readonly logLevel?: "trace" | "debug" | "info" | "warning" | "error";
}

/** Where the worker's first start finds akadmin's token and password. */
export interface Bootstrap {
  /** Secret with AUTHENTIK_BOOTSTRAP_TOKEN and AUTHENTIK_BOOTSTRAP_PASSWORD. */
  readonly secretName: string;
  /** E-mail address of akadmin. */
  readonly email: string;
}

/**
 * Settings as environment variables. They go to the pods this way because the chart renders none of its `authentik.*`
 * values beside an existing Secret.
 */
export function sharedEnv(database: Database, smtp: Smtp | undefined, tuning: Tuning): EnvVar[] {
  const kept = database.connMaxAgeSeconds ?? 0;
  return variables({
    AUTHENTIK_POSTGRESQL__HOST: database.host,
    AUTHENTIK_POSTGRESQL__PORT: database.port ?? 5432,
    AUTHENTIK_POSTGRESQL__NAME: database.name ?? "authentik",
    AUTHENTIK_POSTGRESQL__USER: database.user ?? "authentik",
    AUTHENTIK_POSTGRESQL__SSLMODE: database.sslMode,
    AUTHENTIK_POSTGRESQL__CONN_MAX_AGE: kept === 0 ? undefined : kept,
    AUTHENTIK_POSTGRESQL__CONN_HEALTH_CHECKS: kept === 0 ? undefined : true,
    // A transaction pooler hands the next statement to another connection, where the cursor is unknown.
    AUTHENTIK_POSTGRESQL__DISABLE_SERVER_SIDE_CURSORS: database.pooler === "transaction" ? true : undefined,
    ...(smtp === undefined ? {} : emailSettings(smtp)),
    AUTHENTIK_CACHE__TIMEOUT_FLOWS: tuning.cacheTimeoutFlowsSeconds,
    AUTHENTIK_CACHE__TIMEOUT_POLICIES: tuning.cacheTimeoutPoliciesSeconds,
    AUTHENTIK_SESSIONS__UNAUTHENTICATED_AGE: tuning.unauthenticatedAge,
    AUTHENTIK_LOG_LEVEL: tuning.logLevel,
  });
}

function emailSettings(smtp: Smtp): Record<string, Setting> {
  return {
    AUTHENTIK_EMAIL__HOST: smtp.host,
    AUTHENTIK_EMAIL__PORT: smtp.port ?? 587,
    AUTHENTIK_EMAIL__USERNAME: smtp.username,
    AUTHENTIK_EMAIL__USE_TLS: smtp.useTls ?? true,
    AUTHENTIK_EMAIL__USE_SSL: smtp.useSsl ?? false,
    AUTHENTIK_EMAIL__TIMEOUT: smtp.timeoutSeconds ?? 30,
    AUTHENTIK_EMAIL__FROM: smtp.from,
  };
}

export function serverEnv(tuning: Tuning): EnvVar[] {
  return variables({ AUTHENTIK_WEB__WORKERS: tuning.webWorkers, AUTHENTIK_WEB__THREADS: tuning.webThreads });
}

/** The worker alone bootstraps: only its first start reads these, and a server has no need to know them. */
export function workerEnv(tuning: Tuning, bootstrap: Bootstrap | undefined): EnvVar[] {
  const threads = variables({ AUTHENTIK_WORKER__THREADS: tuning.workerThreads });
  if (bootstrap === undefined) return threads;
  const fromSecret = (key: string): EnvVar => ({
    name: key,
    valueFrom: { secretKeyRef: { name: bootstrap.secretName, key } },
  });
  return [
    ...threads,
    fromSecret("AUTHENTIK_BOOTSTRAP_TOKEN"),
    fromSecret("AUTHENTIK_BOOTSTRAP_PASSWORD"),
    { name: "AUTHENTIK_BOOTSTRAP_EMAIL", value: bootstrap.email },
  ];
}

/**
 * A variable from a key that a Secret has only once it is complete; a container does not start before that. Nobody
 * reads the variable.
 */
export function secretEnv(secretName: string | undefined, readyKey: string | undefined): EnvVar[] {
  if (secretName === undefined || readyKey === undefined) return [];
  return [{ name: "IAC_SECRET_READY", valueFrom: { secretKeyRef: { name: secretName, key: readyKey } } }];
}

type Setting = string | number | boolean | undefined;

function variables(settings: Readonly<Record<string, Setting>>): EnvVar[] {
  return Object.entries(settings).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: String(value) }],
  );
}
