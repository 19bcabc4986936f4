import { TerraformResource } from "cdktf";
import { Construct } from "constructs";
import type { Site } from "../config/load";
import { EmbeddedOutpost } from "../constructs/embedded-outpost";
import type { EmbeddedOutpostProps } from "../constructs/embedded-outpost";
import { Forgotten } from "../constructs/forgotten";
import type { ForwardAuthApp } from "../constructs/forward-auth-app";
import type { LdapApp } from "../constructs/ldap-app";
import type { JsonPatches, LoosePatches } from "../constructs/json-patch";
import { addressOf } from "../constructs/lifecycle";
import type { Lookups } from "../constructs/lookups";
import { ManagedOutpost } from "../constructs/managed-outpost";
import type { ManagedOutpostProps } from "../constructs/managed-outpost";
import type { OutpostDeploymentOptions, ServedProvider } from "../constructs/outpost-deployment";
import type { OutpostIngress } from "../constructs/outpost-config";
import { inClusterUrl } from "../constructs/release-names";
import { renamedFrom } from "../constructs/renamed";
import { ldapOutpostName, outpostNamespace } from "./names";
import { configSecret } from "./platform-secret";
import type { Providers } from "./providers";

/** A forward-auth app or restricted host. */
export interface Served {
  /** Key of the app, or the host. */
  readonly key: string;
  readonly app: ForwardAuthApp;
  /** Key of the managed outpost that serves it; the embedded one unless given. */
  readonly outpost?: string | undefined;
}

export interface OutpostsProps {
  readonly site: Site;
  readonly providers: Providers;
  readonly lookups: Lookups;
  readonly served: readonly Served[];
  readonly ldapApps: readonly LdapApp[];
}

/** What answers for forward-auth and LDAP apps. */
export class Outposts extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: OutpostsProps,
  ) {
    super(scope, id);
    const { outposts } = props.site;
    if (outposts.embedded !== undefined) this.addEmbedded(outposts.embedded);
    // The server's own: it stays when the site leaves it.
    else new Forgotten(this, "embedded-left", "authentik_outpost.identity_outposts_embedded");
    const managed = new Construct(this, "managed");
    for (const key of Object.keys(outposts.managed)) this.addManaged(managed, key);
    if (props.ldapApps.length > 0) this.addLdap();
  }

  private addEmbedded(embedded: NonNullable<Site["outposts"]["embedded"]>): void {
    const { site, lookups } = this.props;
    const served = this.servedBy(undefined);
    const outpost = new EmbeddedOutpost(this, "embedded", {
      ...(embedded.form === "kept" ? { isKept: true } : this.settings(embedded)),
      authentikUrl: site.authentik.url,
      providers: served.map(toProvider),
      lookups,
    });
    waitForBindings(
      outpost.resource,
      served.map(({ app }) => app),
    );
    if (outpost.deployment === undefined) return;
    for (const { app } of served) {
      // An app gets another provider once the pods are ready, or it would have one that nobody serves until then.
      app.resource.dependsOn = [...(app.resource.dependsOn ?? []), addressOf(outpost.deployment.resource)];
    }
  }

  private settings(
    embedded: Exclude<NonNullable<Site["outposts"]["embedded"]>, { form: "kept" }>,
  ): Omit<EmbeddedOutpostProps, "authentikUrl" | "providers" | "lookups" | "isKept"> {
    const { platform } = this.props.site;
    return {
      ...embedded,
      cluster: platform && { namespace: platform.namespace, serviceConnection: embedded.serviceConnection },
      patches: checked(embedded),
      ingress: this.ingress(embedded.ingress),
      deployment: embedded.form === "in-server" ? undefined : { ...embedded, ...this.pods() },
    };
  }

  /** What the outpost's pods have in common with the server's. */
  private pods(): Pick<OutpostDeploymentOptions, "serverVersion" | "inClusterUrl" | "database" | "secret"> {
    const { site, providers } = this.props;
    if (site.platform === undefined) throw new Error("the outpost's own pods need a platform");
    providers.addKubernetes(site.platform.kubernetes);
    return {
      serverVersion: site.version.server,
      inClusterUrl: inClusterUrl(site.platform.release, site.platform.namespace),
      database: site.platform.database,
      secret: configSecret(site.platform),
    };
  }

  private addManaged(scope: Construct, key: string): void {
    const options = this.props.site.outposts.managed[key];
    if (options === undefined) return;
    const served = this.servedBy(key).map(({ app }) => app);
    const outpost = new ManagedOutpost(scope, key, {
      ...options,
      ...this.everywhere(options),
      patches: checked(options),
      ingress: this.ingress(options.ingress),
      name: options.name ?? key,
      type: "proxy",
      providers: served.map(({ providerId }) => providerId),
    });
    renamedFrom(outpost, options.was);
    waitForBindings(outpost.resource, served);
  }

  private addLdap(): void {
    const { site, ldapApps } = this.props;
    const outpost = new ManagedOutpost(this, "ldap", {
      ...site.outposts.ldap,
      ...this.everywhere(site.outposts.ldap),
      patches: checked(site.outposts.ldap),
      name: ldapOutpostName(site),
      type: "ldap",
      providers: ldapApps.map(({ providerId }) => providerId),
    });
    waitForBindings(outpost.resource, ldapApps);
  }

  private everywhere(options?: {
    readonly namespace?: string;
  }): Pick<ManagedOutpostProps, "authentikUrl" | "serverVersion" | "inClusterUrl" | "namespace" | "lookups"> {
    const { site, lookups } = this.props;
    const { platform } = site;
    return {
      authentikUrl: site.authentik.url,
      serverVersion: site.version.server,
      inClusterUrl: platform && inClusterUrl(platform.release, platform.namespace),
      namespace: outpostNamespace(site, options),
      lookups,
    };
  }

  /** authentik compares the class it wrote with what is there, so that one the cluster chose would never settle. */
  private ingress(options: OutpostIngress | "none" | undefined): OutpostIngress | "none" | undefined {
    const { ingress } = this.props.site.platform ?? {};
    if (options === "none" || ingress?.kind !== "ingress" || ingress.className === undefined) return options;
    return { className: ingress.className, ...options };
  }

  private servedBy(outpost: string | undefined): Served[] {
    return this.props.served.filter((one) => one.outpost === outpost);
  }
}

/** Patches of a site that was read: what they may not hold was refused then. */
function checked(options: { readonly patches?: LoosePatches | undefined } = {}): JsonPatches | undefined {
  return options.patches;
}

function toProvider({ key, app }: Served): ServedProvider {
  const { providerId, accessTokenValidity, cookieDomain } = app;
  return { key, providerId, accessTokenValidity, cookieDomain };
}

/** An outpost gets a provider once it is bound: until then its app may be open to everybody. */
function waitForBindings(outpost: TerraformResource, apps: readonly Construct[]): void {
  const bindings = apps.flatMap((app) =>
    app.node.findChild("access").node.children.filter((child) => TerraformResource.isTerraformResource(child)),
  );
  outpost.dependsOn = [...(outpost.dependsOn ?? []), ...bindings.map((binding) => addressOf(binding))];
}
