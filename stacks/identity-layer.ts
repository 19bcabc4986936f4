import { join } from "node:path";
import { Construct } from "constructs";
import type { OidcAppConfig, Site } from "../config/load";
import type { AccessEntry } from "../constructs/access-bindings";
import { Directory } from "../constructs/directory";
import { ExpressionPolicy } from "../constructs/expression-policy";
import { Group } from "../constructs/group";
import { addressOf } from "../constructs/lifecycle";
import type { Lookups } from "../constructs/lookups";
import { OidcApp } from "../constructs/oidc-app";
import { renamedFrom } from "../constructs/renamed";
import { ScopeMapping } from "../constructs/scope-mapping";
import type { ScopeMappingProps } from "../constructs/scope-mapping";
import { SystemSettings } from "../constructs/system-settings";
import { appGroupName, groupName } from "./names";
import type { Providers } from "./providers";

export interface IdentityLayerProps {
  readonly site: Site;
  readonly providers: Providers;
}

const POLICIES = join(__dirname, "..", "policies");

/** Groups, policies, scopes and apps: what authentik knows besides the people. */
export class IdentityLayer extends Construct {
  private readonly lookups: Lookups;
  private readonly groups: Directory;
  private readonly appGroupScope: Construct;
  private readonly made = new Map<string, string>();
  private readonly appGroups = new Map<string, Group>();
  private readonly policies: Construct;
  private readonly scopes: Construct;

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
    this.policies = new Construct(this, "policies");
    this.scopes = new Construct(this, "scopes");
    this.appGroupScope = new Construct(this, "app-groups");
    const settings = site.systemSettings && new SystemSettings(this, "system-settings", site.systemSettings);
    const apps = new Construct(this, "apps");
    for (const [key, app] of Object.entries(site.apps)) {
      const made = this.addApp(apps, key, app);
      // Where an app without bindings is closed, a new one is not open until its first binding exists.
      if (settings !== undefined) made.resource.dependsOn = [addressOf(settings.resource)];
    }
  }

  /** The uuid of a group of the site; known after apply. */
  groupId(key: string): string {
    return this.groups.groupId(key);
  }

  /** The uuid of the group of the people an app names one by one; known after apply. */
  appGroupId(app: string): string {
    const group = this.appGroups.get(app);
    if (group === undefined) throw new Error(`the app "${app}" names no people`);
    return group.groupId;
  }

  private addApp(scope: Construct, key: string, app: OidcAppConfig): OidcApp {
    const { site, providers } = this.props;
    const { name: title, scopes, emailVerified, clientSecret, was, access, ...rest } = app;
    if (app.publishTo !== undefined) providers.declareVault();
    const made = new OidcApp(scope, key, {
      ...rest,
      title,
      authentikUrl: site.authentik.url,
      lookups: this.lookups,
      redirectUris: app.redirectUris.map((uri) => (typeof uri === "string" ? { url: uri } : uri)),
      clientSecret: clientSecret && providers.vault.stored(clientSecret),
      access: this.accessEntries(key, app),
      match: access === "everyone" ? "any" : access.match,
      scopeMappings: scopes.map((scopeName) => this.scopeMapping(scopeName)),
      emailMapping: emailVerified ? this.emailVerified() : undefined,
    });
    renamedFrom(made, was);
    return made;
  }

  private accessEntries(key: string, { access, slug, was }: OidcAppConfig): AccessEntry[] {
    if (access === "everyone") return [{ policy: this.policy("everyone", join(POLICIES, "everyone.py")) }];
    const { groups = [], users, policies = [] } = access;
    return [
      ...groups.map((group) => ({ group: this.groupId(group) })),
      ...(users === undefined ? [] : [{ group: this.addAppGroup(key, slug, was).groupId }]),
      ...policies.map((policy) => ({
        policy: this.policy(`custom-${policy}`, this.policyFile(policy)),
      })),
    ];
  }

  private policyFile(key: string): string {
    const policy = this.props.site.policies[key];
    if (policy === undefined) throw new Error(`the site has no policy "${key}"`);
    return policy.file;
  }

  private addAppGroup(key: string, slug: string, was: string | undefined): Group {
    const group = new Group(this.appGroupScope, key, { name: appGroupName(slug) });
    renamedFrom(group, was);
    this.appGroups.set(key, group);
    return group;
  }

  private policy(id: string, file: string): string {
    return this.once(
      `policy ${id}`,
      () => new ExpressionPolicy(this.policies, id, { name: `iac-${id}`, file }).policyId,
    );
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

  private ownScope(id: string, props: Omit<ScopeMappingProps, "name">): string {
    return this.once(`scope ${id}`, () => new ScopeMapping(this.scopes, id, { ...props, name: `iac-${id}` }).mappingId);
  }

  /** What several apps may name is made for the first of them. */
  private once(name: string, make: () => string): string {
    const known = this.made.get(name) ?? make();
    this.made.set(name, known);
    return known;
  }
}
