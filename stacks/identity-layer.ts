import { join } from "node:path";
import { Construct } from "constructs";
import type { AppConfig, ForwardAuthAppConfig, LdapAppConfig, OidcAppConfig, Site } from "../config/load";
import { AVATARS_WITH_UPLOADS } from "../constructs/avatar-sources";
import { constructId } from "../constructs/construct-id";
import { Directory } from "../constructs/directory";
import { ForwardAuthApp } from "../constructs/forward-auth-app";
import { HostAccess } from "../constructs/host-access";
import { LdapApp } from "../constructs/ldap-app";
import { LdapBindFlow } from "../constructs/ldap-bind-flow";
import { addressOf } from "../constructs/lifecycle";
import type { Lookups } from "../constructs/lookups";
import { OidcApp } from "../constructs/oidc-app";
import { outpostNames } from "../constructs/outpost-config";
import { renamedFrom } from "../constructs/renamed";
import { ScopeMapping } from "../constructs/scope-mapping";
import type { ScopeMappingProps } from "../constructs/scope-mapping";
import { SystemSettings } from "../constructs/system-settings";
import { AppAccess, POLICIES } from "./app-access";
import { groupName, ldapOutpostName, outpostNamespace } from "./names";
import { Outposts } from "./outposts";
import type { Providers } from "./providers";
import { SignIn } from "./sign-in";

export interface IdentityLayerProps {
  readonly site: Site;
  readonly providers: Providers;
}

/** Groups, policies, scopes, apps and outposts: what authentik knows besides the people. */
export class IdentityLayer extends Construct {
  private readonly lookups: Lookups;
  private readonly groups: Directory;
  private readonly access: AppAccess;
  private readonly scopes: Construct;
  private bindFlow: string | undefined;
  private readonly ownScopes = new Map<string, string>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: IdentityLayerProps,
  ) {
    super(scope, id);
    const { site } = props;
    this.lookups = props.providers.lookups;
    const groups = Object.entries(site.groups).map(
      ([key, group]) => [key, { ...group, name: groupName(site, key), previousKey: group.was }] as const,
    );
    this.groups = new Directory(this, "groups", { groups: Object.fromEntries(groups) });
    this.access = new AppAccess(this, site, this.groups);
    this.scopes = new Construct(this, "scopes");
    new SignIn(this, { ...props, groups: this.groups });
    const settings = site.systemSettings && this.addSystemSettings(site.systemSettings);
    const apps = this.addApps();
    const hosts = this.addHosts();
    for (const { resource } of [...apps.values(), ...hosts.values()]) {
      // Where an app without bindings is closed, a new one is not open until its first binding exists.
      if (settings !== undefined) resource.dependsOn = [addressOf(settings.resource)];
    }
    this.addOutposts(apps, hosts);
  }

  /** The uuid of a group of the site; known after apply. */
  groupId(key: string): string {
    return this.groups.groupId(key);
  }

  /** The uuid of the group of the people an app or host names one by one; known after apply. */
  appGroupId(slug: string): string {
    return this.access.appGroupId(slug);
  }

  private addSystemSettings(settings: NonNullable<Site["systemSettings"]>): SystemSettings {
    const { userSettings } = this.props.site;
    const uploads = userSettings !== undefined && userSettings.avatars !== false;
    const avatars = settings.avatars ?? (uploads ? AVATARS_WITH_UPLOADS : undefined);
    return new SystemSettings(this, "system-settings", { ...settings, avatars });
  }

  private addApps(): Map<string, OidcApp | ForwardAuthApp | LdapApp> {
    const scope = new Construct(this, "apps");
    const apps = Object.entries(this.props.site.apps);
    return new Map(
      apps.map(([key, app]) => {
        const made = this.addApp(scope, key, app);
        renamedFrom(made, app.was);
        return [key, made];
      }),
    );
  }

  private addApp(scope: Construct, key: string, app: AppConfig): OidcApp | ForwardAuthApp | LdapApp {
    switch (app.kind) {
      case "oidc":
        return this.addOidcApp(scope, key, app);
      case "forward-auth":
        return this.addForwardAuthApp(scope, key, app);
      case "ldap":
        return this.addLdapApp(scope, key, app);
    }
  }

  private addOidcApp(scope: Construct, key: string, app: OidcAppConfig): OidcApp {
    const { site, providers } = this.props;
    const { name: title, scopes, emailVerified, clientSecret, ...rest } = app;
    if (app.publishTo !== undefined || app.directoryReader?.publishTo !== undefined) providers.declareVault();
    return new OidcApp(scope, key, {
      ...rest,
      ...this.access.of({ ...app, id: key }),
      title,
      authentikUrl: site.authentik.url,
      lookups: this.lookups,
      redirectUris: app.redirectUris.map((uri) => (typeof uri === "string" ? { url: uri } : uri)),
      clientSecret: clientSecret && providers.vault.stored(clientSecret),
      scopeMappings: scopes.map((scopeName) => this.scopeMapping(scopeName)),
      emailMapping: emailVerified ? this.emailVerified() : undefined,
    });
  }

  private addForwardAuthApp(scope: Construct, key: string, app: ForwardAuthAppConfig): ForwardAuthApp {
    const { name: title, scopes, ...rest } = app;
    return new ForwardAuthApp(scope, key, {
      ...rest,
      ...this.access.of({ ...app, id: key }),
      title,
      lookups: this.lookups,
      scopeMappings: scopes.map((scopeName) => this.scopeMapping(scopeName)),
    });
  }

  private addLdapApp(scope: Construct, key: string, app: LdapAppConfig): LdapApp {
    const { site, providers } = this.props;
    const { ldap } = site;
    if (ldap === undefined) throw new Error("the site has LDAP apps and no ldap");
    if (app.publishTo !== undefined) providers.declareVault();
    this.bindFlow ??= new LdapBindFlow(this, "ldap-bind", ldap).flowId;
    return new LdapApp(scope, key, {
      ...app,
      ...this.access.of({ ...app, id: key }),
      title: app.name,
      root: ldap.root,
      certificate: ldap.certificate,
      bindFlow: this.bindFlow,
      lookups: this.lookups,
      host: outpostNames(ldapOutpostName(site), outpostNamespace(site, site.outposts.ldap)).serviceHost,
    });
  }

  private addHosts(): ReadonlyMap<string, ForwardAuthApp> {
    const { hostAccess } = this.props.site;
    if (hostAccess === undefined) return new Map();
    const hosts = Object.entries(hostAccess.hosts).map(
      ([host, restricted]) =>
        [host, { ...restricted, ...this.access.of({ ...restricted, id: constructId(host) }) }] as const,
    );
    return new HostAccess(this, "hosts", { ...hostAccess, hosts: Object.fromEntries(hosts), lookups: this.lookups })
      .apps;
  }

  private addOutposts(
    apps: ReadonlyMap<string, OidcApp | ForwardAuthApp | LdapApp>,
    hosts: ReadonlyMap<string, ForwardAuthApp>,
  ): void {
    const { site, providers } = this.props;
    const outpostOf = (key: string): string | undefined => {
      const app = site.apps[key];
      return app?.kind === "forward-auth" ? app.outpost : undefined;
    };
    new Outposts(this, "outposts", {
      site,
      providers,
      lookups: this.lookups,
      served: [
        ...[...apps].flatMap(([key, app]) =>
          app instanceof ForwardAuthApp ? [{ key, app, outpost: outpostOf(key) }] : [],
        ),
        ...[...hosts].map(([key, app]) => ({ key, app, outpost: site.hostAccess?.outpost })),
      ],
      ldapApps: [...apps.values()].filter((app) => app instanceof LdapApp),
    });
  }

  private scopeMapping(name: string): string {
    const mapping = this.props.site.scopeMappings[name];
    if (mapping === undefined) return this.lookups.scopeMapping(`goauthentik.io/providers/oauth2/scope-${name}`);
    return this.ownScope(`custom-${name}`, mapping);
  }

  private emailVerified(): string {
    const file = join(POLICIES, "email_verified.py");
    return this.ownScope("email-verified", { scopeName: "email", description: "Email address", file });
  }

  /** What several apps may name is made for the first of them. */
  private ownScope(
    id: string,
    { name = `iac-${id}`, ...props }: Omit<ScopeMappingProps, "name"> & { readonly name?: string },
  ): string {
    const known = this.ownScopes.get(id) ?? new ScopeMapping(this.scopes, id, { ...props, name }).mappingId;
    this.ownScopes.set(id, known);
    return known;
  }
}
