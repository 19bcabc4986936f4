import { HelmProvider } from "@cdktf/provider-helm/lib/provider";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import { VaultProvider } from "@cdktf/provider-vault/lib/provider";
import type { VaultProviderConfig } from "@cdktf/provider-vault/lib/provider";
import { Fn } from "cdktf";
import { AuthentikProvider } from "../.gen/providers/authentik/provider";
import type { Site } from "../config/load";
import { Lookups } from "../constructs/lookups";
import { Vault } from "../constructs/vault";
import type { AuthentikStack } from "./authentik-stack";

const SERVICE_ACCOUNT_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/** The way of a stack's layers to what is outside of it; a provider is declared when the first of them needs it. */
export class Providers {
  private hasKubernetes = false;
  private knownVault: Vault | undefined;
  private knownLookups: Lookups | undefined;

  constructor(
    private readonly stack: AuthentikStack,
    private readonly site: Site,
  ) {}

  /** Values in Vault. */
  get vault(): Vault {
    return (this.knownVault ??= this.addVault());
  }

  /** Declares Vault for what writes to it, and reads nothing. */
  declareVault(): void {
    this.knownVault ??= this.addVault();
  }

  /** authentik's API, and what is found there. */
  get lookups(): Lookups {
    return (this.knownLookups ??= this.addAuthentik());
  }

  /** The cluster, for objects in it. */
  addKubernetes({ configPath, configContext }: NonNullable<Site["platform"]>["kubernetes"]): void {
    if (this.hasKubernetes) return;
    this.hasKubernetes = true;
    new KubernetesProvider(this.stack, "kubernetes-provider", { configPath, configContext });
  }

  /** The cluster, for the Helm release and what it reads. */
  addCluster(kubernetes: NonNullable<Site["platform"]>["kubernetes"]): void {
    this.addKubernetes(kubernetes);
    const { configPath, configContext } = kubernetes;
    const given = configPath !== undefined || configContext !== undefined;
    new HelmProvider(this.stack, "helm-provider", given ? { kubernetes: { configPath, configContext } } : {});
  }

  private addVault(): Vault {
    const { vault } = this.site;
    if (vault === undefined) throw new Error("the site has Vault references and no vault");
    new VaultProvider(this.stack, "vault-provider", {
      address: vault.address,
      namespace: vault.namespace,
      skipChildToken: vault.skipChildToken,
      ...vaultLogin(vault.auth),
    });
    return new Vault(this.stack, "vault");
  }

  private addAuthentik(): Lookups {
    const { url, apiToken } = this.site.authentik;
    // Without a token the provider reads AUTHENTIK_TOKEN.
    const token = apiToken.from === "vault" ? this.vault.ephemeral(apiToken.ref) : undefined;
    new AuthentikProvider(this.stack, "authentik-provider", { url, token });
    return new Lookups(this.stack, "lookups");
  }
}

function vaultLogin(auth: NonNullable<Site["vault"]>["auth"]): Partial<VaultProviderConfig> {
  switch (auth.method) {
    case "token":
      return {};
    case "jwt":
      return { authLoginJwt: [{ mount: auth.mount, role: auth.role }] };
    case "kubernetes":
      return {
        authLogin: [
          { path: `auth/${auth.mount}/login`, parameters: { role: auth.role, jwt: Fn.file(SERVICE_ACCOUNT_TOKEN) } },
        ],
      };
  }
}
