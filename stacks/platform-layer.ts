import { NamespaceV1 } from "@cdktf/provider-kubernetes/lib/namespace-v1";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Site } from "../config/load";
import { AuthentikRelease } from "../constructs/authentik-release";
import { Forgotten } from "../constructs/forgotten";
import { leaveLabels } from "../constructs/lifecycle";
import type { VaultRef } from "../constructs/vault";
import { VaultSecret } from "../constructs/vault-secret";
import type { Providers } from "./providers";

export interface PlatformLayerProps {
  readonly site: Site;
  readonly platform: NonNullable<Site["platform"]>;
  readonly providers: Providers;
}

/** Namespace, Secrets and the Helm release. */
export class PlatformLayer extends Construct {
  readonly release: AuthentikRelease;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: PlatformLayerProps,
  ) {
    super(scope, id);
    const { site, platform, providers } = props;
    const { secret, namespace } = platform;
    // What is handed to somebody else stays, with all that is in it.
    if (!platform.createNamespace)
      new Forgotten(this, "namespace-handed-over", "kubernetes_namespace_v1.platform_namespace");
    if (secret.from === "existing") new Forgotten(this, "secret-handed-over", "kubernetes_secret_v1.platform_secret");
    const { bootstrap } = site.authentik;
    providers.addCluster(platform.kubernetes);
    const first = platform.createNamespace
      ? [new NamespaceV1(this, "namespace", { metadata: { name: namespace }, lifecycle: leaveLabels })]
      : [];
    const config = secret.from === "vault" ? this.addConfigSecret(secret, first) : undefined;
    const initial = bootstrap && this.addBootstrapSecret(bootstrap, first);
    this.release = new AuthentikRelease(this, "release", {
      ...platform,
      name: platform.release,
      chartVersion: site.version.chart,
      secretName: secret.name,
      secretChecksum: config?.checksum ?? `revision-${secret.revision}`,
      bootstrap: initial && { secretName: initial.name, email: bootstrap.email },
      dependsOn: [...first, ...[config, initial].flatMap((made) => made?.resource ?? [])],
    });
  }

  private addConfigSecret(
    secret: Extract<PlatformLayerProps["platform"]["secret"], { from: "vault" }>,
    first: ITerraformDependable[],
  ): VaultSecret {
    const { database, smtp } = this.props.platform;
    const data = {
      AUTHENTIK_SECRET_KEY: secret.secretKey,
      ...(database.password && { AUTHENTIK_POSTGRESQL__PASSWORD: database.password }),
      ...(smtp?.password && { AUTHENTIK_EMAIL__PASSWORD: smtp.password }),
    };
    return this.addSecret("secret", secret.name, secret.revision, data, first);
  }

  private addBootstrapSecret(
    bootstrap: NonNullable<Site["authentik"]["bootstrap"]>,
    first: ITerraformDependable[],
  ): VaultSecret {
    const data = { AUTHENTIK_BOOTSTRAP_TOKEN: bootstrap.token, AUTHENTIK_BOOTSTRAP_PASSWORD: bootstrap.password };
    const { release, secret } = this.props.platform;
    return this.addSecret("bootstrap", `${release}-bootstrap`, secret.revision, data, first);
  }

  private addSecret(
    id: string,
    name: string,
    revision: number,
    data: Record<string, VaultRef>,
    dependsOn: ITerraformDependable[],
  ): VaultSecret {
    const { platform, providers } = this.props;
    return new VaultSecret(this, id, {
      name,
      namespace: platform.namespace,
      data,
      revision,
      vault: providers.vault,
      dependsOn,
    });
  }
}
