import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Failure } from "./failure";
import { member } from "./fetch-error";
import { reason } from "./vault-api";
import type { VaultApi, VaultApiOptions, VaultConfig } from "./vault-api";

export interface SignInOptions extends VaultApiOptions {
  /** Folder with the token that `vault login` left.  @default - the home folder */
  readonly home?: string;
  /** File with the pod's service account token.  @default - where Kubernetes mounts it */
  readonly serviceAccountToken?: string;
}

const SERVICE_ACCOUNT_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/**
 * A token for Vault, by the way Terraform's provider takes.
 * @throws Failure without credentials, and on credentials that are refused
 */
export async function signIn(config: VaultConfig, api: VaultApi, options: SignInOptions): Promise<string> {
  const { env = process.env, home = homedir(), serviceAccountToken = SERVICE_ACCOUNT_TOKEN } = options;
  const { auth } = config;
  switch (auth.method) {
    case "token": {
      const token = env.VAULT_TOKEN?.trim() || contents(join(home, ".vault-token"));
      if (token !== "") return token;
      throw new Failure(
        `vault: VAULT_TOKEN must hold a token, got none, and none in ~/.vault-token; run vault login -address=${config.address}`,
      );
    }
    case "kubernetes": {
      const jwt = contents(serviceAccountToken);
      if (jwt !== "") return login(api, auth, jwt);
      throw new Failure(
        `vault: ${serviceAccountToken} must hold the pod's token, got no such file; vault.auth "kubernetes" works in a pod, elsewhere use "token" or "jwt"`,
      );
    }
    case "jwt": {
      const jwt = env.TERRAFORM_VAULT_AUTH_JWT?.trim() ?? "";
      if (jwt !== "") return login(api, auth, jwt);
      throw new Failure(
        "vault: TERRAFORM_VAULT_AUTH_JWT must hold the JWT that vault.auth signs in with, got nothing; set it to the ID token of this job",
      );
    }
  }
}

async function login(
  api: VaultApi,
  { mount, role }: { readonly mount: string; readonly role: string },
  jwt: string,
): Promise<string> {
  const { status, body } = await api.call("POST", `auth/${mount}/login`, { body: { role, jwt } });
  const token = member(member(body, "auth"), "client_token");
  if (status === 200 && typeof token === "string") return token;
  if (status >= 500) throw api.unexpected(`auth/${mount}/login`, status, body);
  throw new Failure(
    `vault: auth/${mount}/login must accept the role "${role}", got ${status} (${reason(body)}); check vault.auth and what the role is bound to`,
  );
}

/** What a file holds, without white space around it; nothing when it cannot be read. */
function contents(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}
