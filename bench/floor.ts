/** The resources of a site of N apps of all kinds, made from raw bindings. Arguments: N, folder to write to. */
import { App, LocalBackend, TerraformStack, Token } from "cdktf";
import { Application } from "../.gen/providers/authentik/application";
import { DataAuthentikCertificateKeyPair } from "../.gen/providers/authentik/data-authentik-certificate-key-pair";
import { DataAuthentikFlow } from "../.gen/providers/authentik/data-authentik-flow";
import { DataAuthentikPropertyMappingProviderScope } from "../.gen/providers/authentik/data-authentik-property-mapping-provider-scope";
import { Group } from "../.gen/providers/authentik/group";
import { Outpost } from "../.gen/providers/authentik/outpost";
import { PolicyBinding } from "../.gen/providers/authentik/policy-binding";
import { ProviderLdap } from "../.gen/providers/authentik/provider-ldap";
import { ProviderOauth2 } from "../.gen/providers/authentik/provider-oauth2";
import { ProviderProxy } from "../.gen/providers/authentik/provider-proxy";
import { AuthentikProvider } from "../.gen/providers/authentik/provider";
import { RbacPermissionRole } from "../.gen/providers/authentik/rbac-permission-role";
import { RbacRole } from "../.gen/providers/authentik/rbac-role";
import { Token as AuthentikToken } from "../.gen/providers/authentik/token";
import { User } from "../.gen/providers/authentik/user";
import { addressOf } from "../constructs/lifecycle";
import { Revision } from "../constructs/revision";
import { report } from "./report";

const [count = "0", outdir = ""] = process.argv.slice(2);

/** What all apps share is read once: each read of an attribute makes a token. */
class Floor {
  readonly proxies: number[] = [];
  readonly directories: number[] = [];
  readonly bindings: PolicyBinding[] = [];
  private readonly authorizationFlow: string;
  private readonly invalidationFlow: string;
  private readonly signingKey: string;
  private readonly propertyMappings: string[];
  private readonly group: string;

  constructor(private readonly stack: TerraformStack) {
    this.authorizationFlow = new DataAuthentikFlow(stack, "a", { slug: "authorization" }).id;
    this.invalidationFlow = new DataAuthentikFlow(stack, "i", { slug: "invalidation" }).id;
    this.signingKey = new DataAuthentikCertificateKeyPair(stack, "k", { name: "key" }).id;
    this.propertyMappings = ["openid", "email", "profile"].map(
      (managed) => new DataAuthentikPropertyMappingProviderScope(stack, managed, { managed }).id,
    );
    this.group = new Group(stack, "staff", { name: "staff" }).id;
  }

  oidc(index: number): void {
    const revision = new Revision(this.stack, `revision-${index}`, { source: "generated", revision: 1 });
    const provider = new ProviderOauth2(this.stack, `provider-${index}`, {
      name: `app-${index}`,
      clientId: `app-${index}`,
      clientType: "confidential",
      authorizationFlow: this.authorizationFlow,
      invalidationFlow: this.invalidationFlow,
      signingKey: this.signingKey,
      propertyMappings: this.propertyMappings,
      allowedRedirectUris: [
        { matching_mode: "strict", redirect_uri_type: "authorization", url: "https://app.example.org/callback" },
      ],
      accessCodeValidity: "minutes=1",
      accessTokenValidity: "minutes=10",
      refreshTokenValidity: "days=30",
      subMode: "hashed_user_id",
      issuerMode: "per_provider",
      includeClaimsInIdToken: true,
      logoutMethod: "backchannel",
      lifecycle: { ignoreChanges: ["logout_uri"], replaceTriggeredBy: [addressOf(revision)] },
    });
    this.application(index, Token.asNumber(provider.id));
  }

  forwardAuth(index: number): void {
    const revision = new Revision(this.stack, `revision-${index}`, { mode: "forward_single", basic_auth: "off" });
    const provider = new ProviderProxy(this.stack, `provider-${index}`, {
      name: `app-${index}`,
      mode: "forward_single",
      externalHost: `https://app-${index}.example.org`,
      authorizationFlow: this.authorizationFlow,
      invalidationFlow: this.invalidationFlow,
      skipPathRegex: "^none^",
      accessTokenValidity: "weeks=4",
      lifecycle: { createBeforeDestroy: true, replaceTriggeredBy: [addressOf(revision)] },
    });
    const id = Token.asNumber(provider.id);
    this.application(index, id);
    this.proxies.push(id);
  }

  ldap(index: number): void {
    const provider = new ProviderLdap(this.stack, `provider-${index}`, {
      name: `app-${index}`,
      baseDn: `ou=app-${index},dc=example,dc=org`,
      bindFlow: this.authorizationFlow,
      unbindFlow: this.invalidationFlow,
      bindMode: "direct",
      searchMode: "direct",
      uidStartNumber: 2000,
      gidStartNumber: 4000,
      mfaSupport: false,
    });
    const role = new RbacRole(this.stack, `role-${index}`, { name: `app-${index}` });
    new RbacPermissionRole(this.stack, `permission-${index}`, {
      role: role.id,
      permission: "authentik_providers_ldap.search_full_directory",
      model: "authentik_providers_ldap.ldapprovider",
      objectId: provider.id,
    });
    const account = new User(this.stack, `account-${index}`, {
      username: `ldap-${index}`,
      name: "App (LDAP)",
      type: "service_account",
      path: "goauthentik.io/service-accounts",
      isActive: true,
      groups: [],
      roles: [role.id],
      lifecycle: { ignoreChanges: ["attributes", "email"] },
    });
    const user = Token.asNumber(account.id);
    const revision = new Revision(this.stack, `revision-${index}`, { revision: 1 });
    const publication = new Revision(this.stack, `publication-${index}`, { published: "no" });
    new AuthentikToken(this.stack, `token-${index}`, {
      identifier: `ldap-${index}`,
      user,
      intent: "app_password",
      description: "Password",
      expiring: false,
      lifecycle: { replaceTriggeredBy: [addressOf(revision), `${addressOf(account)}.id`, addressOf(publication)] },
    });
    const id = Token.asNumber(provider.id);
    const target = this.application(index, id);
    this.bindings.push(new PolicyBinding(this.stack, `account-binding-${index}`, { target, user, order: 200_000 }));
    this.directories.push(id);
  }

  private application(index: number, protocolProvider: number): string {
    const { uuid } = new Application(this.stack, `app-${index}`, {
      name: "App",
      slug: `app-${index}`,
      protocolProvider,
      policyEngineMode: "any",
      openInNewTab: false,
      lifecycle: { ignoreChanges: ["group", "meta_description", "meta_icon", "meta_launch_url", "meta_publisher"] },
    });
    this.bindings.push(
      new PolicyBinding(this.stack, `binding-${index}`, { target: uuid, group: this.group, order: 0 }),
    );
    return uuid;
  }
}

report(() => {
  const app = new App({ outdir });
  const stack = new TerraformStack(app, "authentik");
  new LocalBackend(stack, { path: "bench.tfstate" });
  new AuthentikProvider(stack, "provider", { url: "https://auth.example.org" });
  const floor = new Floor(stack);
  for (let index = 0; index < Number(count); index++) {
    // The kinds as often as in site.ts.
    if (index % 4 === 2) floor.forwardAuth(index);
    else if (index % 4 === 3) floor.ldap(index);
    else floor.oidc(index);
  }
  const dependsOn = floor.bindings.map((binding) => addressOf(binding));
  for (const [name, protocolProviders] of Object.entries({ p: floor.proxies, d: floor.directories })) {
    new Outpost(stack, name, { name, protocolProviders, config: "{}" }).dependsOn = dependsOn;
  }
  app.synth();
});
