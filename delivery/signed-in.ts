/**
 * Runs a command signed in to Vault as the job of a workflow: `signed-in.ts <command> [arguments…]`. Nothing that lasts
 * is stored anywhere: the job's ID token buys a token of Vault, which is revoked when the command has ended.
 *
 * - VAULT_ADDR, VAULT_ROLE: where to sign in, and as what. VAULT_AUTH_MOUNT (`jwt`), VAULT_AUDIENCE (VAULT_ADDR).
 * - VAULT_ENV: variables for the command, a line each: `AUTHENTIK_TOKEN=secret:authentik/plan#token`.
 * - VAULT_KUBERNETES: KUBE_TOKEN for the command: `kubernetes/creds/authentik-plan@authentik-delivery`.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { Failure } from "./failure";
import { fetchError, member } from "./fetch-error";
import { listenForSignals, passSignalsTo } from "./interrupt";
import { reason, VaultApi } from "./vault-api";
import type { VaultConfig } from "./vault-api";
import { signIn } from "./vault-sign-in";

type Env = Readonly<Record<string, string | undefined>>;

/** A job's session with Vault. */
export interface Session {
  /** What the command gets besides what is there; all of it secret. */
  readonly env: Readonly<Record<string, string>>;
  /** Makes the token, and all that was bought with it, worthless. */
  readonly end: () => Promise<void>;
}

/**
 * Signs in and fetches what the command needs.
 * @throws Failure when the job may not ask for an ID token, Vault refuses it, or a value is missing
 */
export async function openSession(env: Env): Promise<Session> {
  const address = required(env, "VAULT_ADDR", "Vault's URL");
  const role = required(env, "VAULT_ROLE", "the role of Vault's JWT auth method");
  const auth = { method: "jwt", role, mount: env.VAULT_AUTH_MOUNT || "jwt" } as const;
  const config: VaultConfig = { address, mounts: [], auth, skipChildToken: false };
  const jwt = await idToken(env, env.VAULT_AUDIENCE || address);
  const api = new VaultApi(config, { env });
  const token = await signIn(config, api, { env: { TERRAFORM_VAULT_AUTH_JWT: jwt } });
  const end = async (): Promise<void> => {
    await api.call("POST", "auth/token/revoke-self", { token, body: {} }).catch(() => {
      console.error("signed-in: Vault did not revoke the token, which ends by itself");
    });
  };
  try {
    const values = await Promise.all([...named(env.VAULT_ENV).map((wanted) => value(api, token, wanted))]);
    const kube = env.VAULT_KUBERNETES ? await kubernetesToken(api, token, env.VAULT_KUBERNETES) : {};
    const session = { VAULT_TOKEN: token, TERRAFORM_VAULT_AUTH_JWT: jwt };
    return { env: { ...session, ...Object.fromEntries(values), ...kube }, end };
  } catch (error) {
    await end();
    throw error;
  }
}

function required(env: Env, name: string, what: string): string {
  const given = env[name]?.trim();
  if (given) return given;
  throw new Failure(`signed-in: ${name} must be ${what}, got nothing; set it as a variable of the repository`);
}

/** The job's own identity, as its forge signs it. */
async function idToken(env: Env, audience: string): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = env;
  if (!url || !bearer) {
    throw new Failure(
      "signed-in: the job must be allowed to ask for an ID token, got no ACTIONS_ID_TOKEN_REQUEST_URL; give it `permissions: id-token: write` on GitHub, `enable-openid-connect: true` on Forgejo; jobs of forks never get one",
    );
  }
  const refused = (got: string): Failure =>
    new Failure(`signed-in: the forge must give the job an ID token, got ${got}; run the job again`, 3);
  const response = await fetch(`${url}&audience=${encodeURIComponent(audience)}`, {
    headers: { Authorization: `Bearer ${bearer}` },
    signal: AbortSignal.timeout(15_000),
  }).catch((error: unknown) => {
    throw refused(fetchError(error));
  });
  const token = response.ok ? member(await response.json(), "value") : undefined;
  if (typeof token === "string") return token;
  throw refused(String(response.status));
}

interface Wanted {
  readonly name: string;
  readonly mount: string;
  readonly path: string;
  readonly key: string;
}

function named(lines = ""): Wanted[] {
  const given = lines.split("\n").map((line) => line.trim());
  return given.filter((line) => line !== "").map(wanted);
}

function wanted(line: string): Wanted {
  const [, name, mount, path, key] = /^([A-Za-z_]\w*)=([^:#\s]+):([^:#\s]+)#([^:#\s]+)$/.exec(line) ?? [];
  if (name !== undefined && mount !== undefined && path !== undefined && key !== undefined) {
    return { name, mount, path, key };
  }
  throw new Failure(
    `signed-in: VAULT_ENV must hold lines such as AUTHENTIK_TOKEN=secret:authentik/plan#token, got ${JSON.stringify(line.split("=")[0])} without mount, path and key; correct the line`,
  );
}

async function value(api: VaultApi, token: string, { name, mount, path, key }: Wanted): Promise<[string, string]> {
  const place = `${mount}/data/${path}`;
  const { status, body } = await api.call("GET", place, { token });
  const found = member(member(member(body, "data"), "data"), key);
  if (status === 200 && typeof found === "string" && found !== "") return [name, found];
  const got = status === 200 ? "nothing" : `${status} (${reason(body)})`;
  throw new Failure(
    `signed-in: ${name} must be in Vault at ${place}, key "${key}", got ${got}; write it there, or let the role's policy read it`,
  );
}

async function kubernetesToken(api: VaultApi, token: string, wanted: string): Promise<{ KUBE_TOKEN: string }> {
  const [place = "", namespace = ""] = wanted.split("@");
  const { status, body } = await api.call("POST", place, { token, body: { kubernetes_namespace: namespace } });
  const found = member(member(body, "data"), "service_account_token");
  if (status === 200 && typeof found === "string") return { KUBE_TOKEN: found };
  throw new Failure(
    `signed-in: VAULT_KUBERNETES must be a role of Vault's Kubernetes engine and a namespace, got ${status} (${reason(body)}) from ${place}; write it as kubernetes/creds/<role>@<namespace>, and let the policy update it`,
  );
}

/** What a command is started with: what is there, less what is empty and what buys ID tokens, and what was fetched. */
export function commandEnv(env: Env, session: Session["env"]): Record<string, string> {
  const kept = Object.entries(env).filter(([name, text]) => text && !name.startsWith("ACTIONS_ID_TOKEN_REQUEST_"));
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...session };
}

/** Commands to the runner that hide each line of each secret in the log. */
export function masks(session: Session["env"]): string[] {
  const lines = Object.values(session).flatMap((secret) => secret.split("\n"));
  return [...new Set(lines.map((line) => line.trim()))]
    .filter((line) => line !== "")
    .map((line) => `::add-mask::${line}`);
}

async function main([command, ...args]: readonly string[]): Promise<number> {
  if (command === undefined)
    throw new Failure("signed-in: must be given a command, got none; name it after the script", 2);
  listenForSignals();
  const session = await openSession(process.env);
  for (const mask of masks(session.env)) console.error(mask);
  // What a plan prints was written by others, and must not command the runner.
  const resume = randomUUID();
  console.error(`::stop-commands::${resume}`);
  try {
    return await run(command, args, commandEnv(process.env, session.env));
  } finally {
    console.error(`::${resume}::`);
    await session.end();
  }
}

function run(command: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: "inherit", detached: true });
    passSignalsTo(child);
    child.on("error", (error) => {
      reject(new Failure(`signed-in: ${command} must be a program that is there, got ${error.message}; install it`, 3));
    });
    child.on("close", (code) => {
      resolve(code ?? 1);
    });
  });
}

if (require.main === module) {
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      console.error(error.message);
      process.exitCode = error.exitCode;
    },
  );
}
