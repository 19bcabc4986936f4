import { NamespaceV1 } from "@cdktf/provider-kubernetes/lib/namespace-v1";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Site } from "../config/load";
import type { KubernetesObject } from "../constructs/additional-objects";
import { AuthProxy } from "../constructs/auth-proxy";
import { AuthentikRelease } from "../constructs/authentik-release";
import type { AuthentikReleaseProps } from "../constructs/authentik-release";
import { EMBEDDED_OUTPOST } from "../constructs/embedded-outpost";
import { externalSecret } from "../constructs/external-secret";
import type { ExternalSecret } from "../constructs/external-secret";
import { Forgotten } from "../constructs/forgotten";
import { leaveLabels } from "../constructs/lifecycle";
import { outpostNames } from "../constructs/outpost-config";
import type { Bootstrap } from "../constructs/release-env";
import { StaticCacheIngress, staticCacheMiddlewares } from "../constructs/static-cache-ingress";
import type { VaultRef } from "../constructs/vault";
import { VaultSecret } from "../constructs/vault-secret";
import { configSecret, externalConfig, vaultData } from "./platform-secret";
import type { Providers } from "./providers";

type Platform = NonNullable<Site["platform"]>;
type AuthProxyConfig = NonNullable<Platform["authProxy"]>;
type SecretFrom<T> = Extract<Platform["secret"], { from: T }>;

export interface PlatformLayerProps {
  readonly site: Site;
  readonly platform: Platform;
  readonly providers: Providers;
  /** Whether the layer makes what is the cluster's: the namespace, and the chart's ClusterRole.  @default true */
  readonly hasClusterRights?: boolean;
}

/** Key of the Secret with the emergency password. */
const HTPASSWD = "htpasswd";

/** What the release has to know of its Secrets, and who makes them. */
interface Secrets extends Pick<
  AuthentikReleaseProps,
  "secretName" | "secretChecksum" | "secretReadyKey" | "bootstrap"
> {
  /** Made before the release, by Terraform. */
  readonly made: readonly VaultSecret[];
  /** Brought along by the release. */
  readonly brought: readonly KubernetesObject[];
}

/** Namespace, Secrets, the Helm release and the ways to it. */
export class PlatformLayer extends Construct {
  readonly release: AuthentikRelease;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: PlatformLayerProps,
  ) {
    super(scope, id);
    const { site, platform, providers } = props;
    this.forgetWhatIsHandedOver();
    providers.addCluster(platform.kubernetes);
    const first = this.ownsNamespace
      ? [new NamespaceV1(this, "namespace", { metadata: { name: platform.namespace }, lifecycle: leaveLabels })]
      : [];
    const { made, brought, ...secrets } = this.addSecrets(first);
    this.release = new AuthentikRelease(this, "release", {
      ...platform,
      ...secrets,
      name: platform.release,
      clusterRole: props.hasClusterRights,
      chartVersion: site.version.chart,
      serverVersion: site.version.server,
      ingress: platform.ingress && { ...platform.ingress, host: publicHost(site, platform.ingress) },
      additionalObjects: this.objects([...brought, ...(this.addAuthProxy(first)?.additionalObjects ?? [])]),
      dependsOn: [...first, ...made.map(({ resource }) => resource)],
    });
    this.addStaticCache();
  }

  private get ownsNamespace(): boolean {
    const { platform, hasClusterRights = true } = this.props;
    return platform.createNamespace && hasClusterRights;
  }

  /** What is handed to somebody else stays, with all that is in it. */
  private forgetWhatIsHandedOver(): void {
    const { platform, site } = this.props;
    const { secret } = platform;
    if (!this.ownsNamespace) new Forgotten(this, "namespace-handed-over", "kubernetes_namespace_v1.platform_namespace");
    if (secret.from !== "vault") new Forgotten(this, "secret-handed-over", "kubernetes_secret_v1.platform_secret");
    if (secret.from === "external-secret" && secret.bootstrap !== undefined && site.authentik.bootstrap === undefined)
      new Forgotten(this, "bootstrap-handed-over", "kubernetes_secret_v1.platform_bootstrap");
  }

  /** Everything that comes and goes with the release: the site's own first, so that an error counts them as it does. */
  private objects(brought: readonly KubernetesObject[]): KubernetesObject[] {
    const { platform } = this.props;
    return [
      ...platform.additionalObjects.map((object) => object as unknown as KubernetesObject),
      ...brought,
      ...(cachedByTraefik(platform) ? staticCacheMiddlewares(platform.release) : []),
    ];
  }

  private addAuthProxy(first: ITerraformDependable[]): AuthProxy | undefined {
    const { authProxy, namespace } = this.props.platform;
    if (authProxy === undefined) return undefined;
    const { emergency } = authProxy;
    if (emergency?.from === "existing")
      new Forgotten(this, "emergency-handed-over", "kubernetes_secret_v1.platform_emergency");
    const secret = emergency?.from === "vault" ? this.addEmergencySecret(emergency, first) : undefined;
    return new AuthProxy(this, "auth-proxy", {
      ...authProxy,
      namespace,
      outpost: authProxy.outpost ?? { host: outpostNames(EMBEDDED_OUTPOST, namespace).serviceHost },
      emergency: emergency && {
        secretName: emergency.name,
        key: emergency.from === "vault" ? HTPASSWD : emergency.key,
      },
      dependsOn: [...first, ...(secret === undefined ? [] : [secret.resource])],
    });
  }

  private addEmergencySecret(
    { name, htpasswd, revision }: Extract<NonNullable<AuthProxyConfig["emergency"]>, { from: "vault" }>,
    first: ITerraformDependable[],
  ): VaultSecret {
    return this.addSecret("emergency", name, revision, { [HTPASSWD]: htpasswd }, first);
  }

  private addStaticCache(): void {
    const { platform, site } = this.props;
    if (!cachedByTraefik(platform)) return;
    const { ingress, release, namespace } = platform;
    new StaticCacheIngress(this, "static-cache", {
      ...ingress,
      host: publicHost(site, ingress),
      release,
      namespace,
      dependsOn: [this.release.resource],
    });
  }

  private addSecrets(first: ITerraformDependable[]): Secrets {
    const { platform, site } = this.props;
    const { secret, release } = platform;
    const { bootstrap } = site.authentik;
    const config =
      secret.from === "vault"
        ? this.addSecret("secret", secret.name, secret.revision, vaultData(platform, secret), first)
        : undefined;
    const initial = bootstrap && this.addBootstrapSecret(bootstrap, first);
    const external = secret.from === "external-secret" ? externalSecrets(secret, release) : undefined;
    return {
      secretName: secret.name,
      secretChecksum: configSecret(platform).checksum,
      secretReadyKey: external?.config.readyKey,
      bootstrap: external?.bootstrap ?? (initial && { secretName: initial.name, email: bootstrap.email }),
      made: [config, initial].filter((one) => one !== undefined),
      brought: external?.objects ?? [],
    };
  }

  private addBootstrapSecret(
    bootstrap: NonNullable<Site["authentik"]["bootstrap"]>,
    first: ITerraformDependable[],
  ): VaultSecret {
    const data = { AUTHENTIK_BOOTSTRAP_TOKEN: bootstrap.token, AUTHENTIK_BOOTSTRAP_PASSWORD: bootstrap.password };
    const { release, secret } = this.props.platform;
    return this.addSecret("bootstrap", bootstrapName(release), secret.revision, data, first);
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

/** The Secrets that External Secrets makes. */
function externalSecrets(
  secret: SecretFrom<"external-secret">,
  release: string,
): { readonly config: ExternalSecret; readonly bootstrap?: Bootstrap; readonly objects: readonly KubernetesObject[] } {
  const config = externalConfig(secret);
  const { bootstrap } = secret;
  if (bootstrap === undefined) return { config, objects: [config.object] };
  const initial = externalSecret({
    ...secret,
    name: bootstrapName(release),
    data: { AUTHENTIK_BOOTSTRAP_TOKEN: bootstrap.token, AUTHENTIK_BOOTSTRAP_PASSWORD: bootstrap.password },
  });
  const { email } = bootstrap;
  return { config, bootstrap: { secretName: initial.name, email }, objects: [config.object, initial.object] };
}

function bootstrapName(release: string): string {
  return `${release}-bootstrap`;
}

function publicHost(site: Site, ingress: NonNullable<Platform["ingress"]>): string {
  return ingress.host ?? new URL(site.authentik.url).hostname;
}

function cachedByTraefik(
  platform: Platform,
): platform is Platform & { readonly ingress: Extract<Platform["ingress"], { kind: "ingress" }> } {
  return platform.ingress?.kind === "ingress" && platform.ingress.staticCache;
}
