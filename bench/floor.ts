/** The resources of a site of N apps, made from raw bindings. Arguments: N, folder to write to. */
import { App, LocalBackend, TerraformStack, Token } from "cdktf";
import { Application } from "../.gen/providers/authentik/application";
import { DataAuthentikCertificateKeyPair } from "../.gen/providers/authentik/data-authentik-certificate-key-pair";
import { DataAuthentikFlow } from "../.gen/providers/authentik/data-authentik-flow";
import { DataAuthentikPropertyMappingProviderScope } from "../.gen/providers/authentik/data-authentik-property-mapping-provider-scope";
import { Group } from "../.gen/providers/authentik/group";
import { PolicyBinding } from "../.gen/providers/authentik/policy-binding";
import { ProviderOauth2 } from "../.gen/providers/authentik/provider-oauth2";
import { AuthentikProvider } from "../.gen/providers/authentik/provider";
import { Revision } from "../constructs/revision";
import { report } from "./report";

const [count = "0", outdir = ""] = process.argv.slice(2);

report(() => {
  const app = new App({ outdir });
  const stack = new TerraformStack(app, "authentik");
  new LocalBackend(stack, { path: "bench.tfstate" });
  new AuthentikProvider(stack, "provider", { url: "https://auth.example.org" });
  const authorization = new DataAuthentikFlow(stack, "a", { slug: "default-provider-authorization-implicit-consent" });
  const invalidation = new DataAuthentikFlow(stack, "i", { slug: "default-provider-invalidation-flow" });
  const key = new DataAuthentikCertificateKeyPair(stack, "k", { name: "authentik Self-signed Certificate" });
  const scopes = ["openid", "email", "profile"].map(
    (scope) =>
      new DataAuthentikPropertyMappingProviderScope(stack, scope, {
        managed: `goauthentik.io/providers/oauth2/scope-${scope}`,
      }),
  );
  const staff = new Group(stack, "staff", { name: "staff" });
  // Each read of an attribute makes a token, so what all apps share is read once.
  const shared = {
    authorizationFlow: authorization.id,
    invalidationFlow: invalidation.id,
    signingKey: key.id,
    propertyMappings: scopes.map(({ id }) => id),
  };
  const group = staff.id;
  for (let index = 0; index < Number(count); index++) {
    const revision = new Revision(stack, `revision-${index}`, { source: "generated", revision: 1 });
    const provider = new ProviderOauth2(stack, `provider-${index}`, {
      name: `app-${index}`,
      clientId: `app-${index}`,
      clientType: "confidential",
      ...shared,
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
      lifecycle: { ignoreChanges: ["logout_uri"], replaceTriggeredBy: [`terraform_data.${revision.friendlyUniqueId}`] },
    });
    const application = new Application(stack, `app-${index}`, {
      name: "App",
      slug: `app-${index}`,
      protocolProvider: Token.asNumber(provider.id),
      policyEngineMode: "any",
      openInNewTab: false,
      lifecycle: { ignoreChanges: ["group", "meta_description", "meta_icon", "meta_launch_url", "meta_publisher"] },
    });
    new PolicyBinding(stack, `binding-${index}`, { target: application.uuid, group, order: 0 });
  }
  app.synth();
});
