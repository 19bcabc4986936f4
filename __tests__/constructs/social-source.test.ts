import { SingleScreenLogin } from "../../constructs/single-screen-login";
import { SocialSource, checkSocialSource } from "../../constructs/social-source";
import type { SocialSourceProps } from "../../constructs/social-source";
import { SourceLogin } from "../../constructs/source-login";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, only, synth } from "../synth";
import type { Synthesized } from "../synth";
import { stepsOf } from "./flow-steps";

const google = { kind: "google", title: "Google", slug: "google", clientId: "id" } as const;

function source(change: Partial<SocialSourceProps> = {}): Synthesized {
  return synth(({ stack, vault }) => {
    const authenticationFlow = new SourceLogin(stack, "source-login");
    const clientSecret = vault.stored({ mount: "secret", path: "sources/google", key: "client_secret" });
    new SocialSource(stack, "google", { ...google, clientSecret, authenticationFlow, ...change });
  });
}

test("people are matched by what the source calls them; what the server fills in is left alone", () => {
  const json = source();
  expect(only(json, "authentik_source_oauth")).toEqual({
    name: "Google",
    slug: "google",
    provider_type: "google",
    consumer_key: "id",
    consumer_secret: '${data.vault_kv_secret_v2.vault_stored-secret-sources-google-0d82c111.data["client_secret"]}',
    enabled: true,
    promoted: false,
    user_matching_mode: "identifier",
    authorization_code_auth_method: "post_body",
    pkce: "none",
    policy_engine_mode: "any",
    authentication_flow: "${authentik_flow.source-login_flow.uuid}",
    depends_on: [
      "authentik_flow_stage_binding.source-login_flow_session",
      "authentik_policy_binding.source-login_flow_session_policy-0",
    ],
    lifecycle: {
      ignore_changes: [
        "access_token_url",
        "additional_scopes",
        "authorization_url",
        "oidc_jwks_url",
        "oidc_well_known_url",
        "profile_url",
      ],
    },
  });
  expect(inspect(json as unknown as TerraformJson)).toEqual([]);
});

test("every option", () => {
  const json = source({
    kind: "openidconnect",
    userMatching: "email_deny",
    enrollmentFlow: "${authentik_flow.e.uuid}",
    wellKnownUrl: "https://id.example.org/.well-known/openid-configuration",
    scopes: "groups",
    pkce: "S256",
    clientAuthentication: "basic_auth",
    promoted: true,
    enabled: false,
  });
  expect(only(json, "authentik_source_oauth")).toMatchObject({
    provider_type: "openidconnect",
    user_matching_mode: "email_deny",
    enrollment_flow: "${authentik_flow.e.uuid}",
    oidc_well_known_url: "https://id.example.org/.well-known/openid-configuration",
    additional_scopes: "groups",
    pkce: "S256",
    authorization_code_auth_method: "basic_auth",
    promoted: true,
    enabled: false,
    lifecycle: { ignore_changes: ["access_token_url", "authorization_url", "oidc_jwks_url", "profile_url"] },
  });
});

test("a provider without a document of its addresses", () => {
  const json = source({
    kind: "openidconnect",
    urls: {
      authorization: "https://id.example.org/authorize",
      accessToken: "https://id.example.org/token",
      profile: "https://id.example.org/userinfo",
      jwks: "https://id.example.org/jwks",
    },
  });
  expect(only(json, "authentik_source_oauth")).toMatchObject({
    authorization_url: "https://id.example.org/authorize",
    access_token_url: "https://id.example.org/token",
    profile_url: "https://id.example.org/userinfo",
    oidc_jwks_url: "https://id.example.org/jwks",
    lifecycle: { ignore_changes: ["additional_scopes", "oidc_well_known_url"] },
  });
});

test("the default child is the source; its callback is known before it is made", () => {
  synth(({ stack }) => {
    const made = new SocialSource(stack, "google", { ...google, clientSecret: "${x}", authenticationFlow: "${y}" });
    expect(made.node.defaultChild).toBe(made.resource);
    expect(made.callbackPath).toBe("/source/oauth/callback/google/");
  });
});

test("a login shows its button by the source's uuid", () => {
  const json = synth(({ stack, lookups }) => {
    const made = new SocialSource(stack, "google", { ...google, clientSecret: "${x}", authenticationFlow: "${y}" });
    new SingleScreenLogin(stack, "login", { lookups, sources: [made.sourceId] });
  });
  expect(only(json, "authentik_stage_identification").sources).toEqual(["${authentik_source_oauth.google.uuid}"]);
});

describe("refuses", () => {
  const TAKES = "takes over the account that has it here: let people link the source in their settings";

  test.each<[string, Parameters<typeof checkSocialSource>[0], string]>([
    [
      "matching by e-mail",
      { kind: "github", userMatching: "email_link" },
      `AK060 userMatching must be "identifier", got "email_link"; who can choose an address it does not verify at the source ${TAKES}`,
    ],
    [
      "matching by username",
      { kind: "github", userMatching: "username_link" },
      `AK060 userMatching must be "identifier", got "username_link"; who can choose a username at the source ${TAKES}`,
    ],
    [
      "OpenID Connect without addresses",
      { kind: "openidconnect" },
      " wellKnownUrl must be given for openidconnect, or else urls, got neither; give the provider's /.well-known/openid-configuration",
    ],
    [
      "OpenID Connect with addresses twice",
      { kind: "openidconnect", wellKnownUrl: "https://id.example.org/x", urls: {} },
      " wellKnownUrl must be given for openidconnect, or else urls, got both; give the provider's /.well-known/openid-configuration",
    ],
    [
      "an address of a kind that has its own",
      { kind: "google", wellKnownUrl: "https://id.example.org/x" },
      " wellKnownUrl must be left out for google, got one; authentik knows where google is",
    ],
    [
      "addresses of a kind that has its own",
      { kind: "facebook", urls: {} },
      " urls must be left out for facebook, got one; authentik knows where facebook is",
    ],
  ])("%s", (_, loose, text) => {
    expect(checkSocialSource(loose).map((refusal) => `${refusal.code ?? ""} ${refusal.field} ${refusal.text}`)).toEqual(
      [text],
    );
  });

  test.each(["identifier", "email_deny", "username_deny"] as const)("not matching by %s", (userMatching) => {
    expect(checkSocialSource({ kind: "google", userMatching })).toEqual([]);
  });

  test("matching by e-mail, unless there is a reason", () => {
    expect(() => source({ userMatching: "email_link" })).toThrow(
      'SocialSource "test/google": AK060 userMatching must be',
    );
    const waived = source({ userMatching: "email_link", waive: { AK060: "Google verifies every address" } });
    expect(only(waived, "authentik_source_oauth")).toMatchObject({ user_matching_mode: "email_link" });
  });
});

describe("SourceLogin", () => {
  const json = synth(({ stack }) => {
    const made = new SourceLogin(stack, "source-login", { sessionDuration: "weeks=2", title: "Welcome" });
    expect(made.node.defaultChild).toBe(made.flow.resource);
  });

  test("signs in nobody but those who come from a source, for as long as it says", () => {
    expect(stepsOf(json, "source-login_flow")).toEqual([
      [100, "authentik_stage_user_login", ["iac-source-login-only-sso"]],
    ]);
    expect(only(json, "authentik_flow")).toMatchObject({
      slug: "iac-source-login",
      title: "Welcome",
      designation: "authentication",
      authentication: "require_unauthenticated",
    });
    expect(only(json, "authentik_stage_user_login")).toMatchObject({ session_duration: "weeks=2" });
    expect(inspect(json as unknown as TerraformJson)).toEqual([]);
  });

  test("its addresses are public", () => {
    expect(addresses(json)).toEqual([
      "authentik_flow.source-login_flow",
      "authentik_flow_stage_binding.source-login_flow_session",
      "authentik_policy_binding.source-login_flow_session_policy-0",
      "authentik_policy_expression.source-login_only-sso",
      "authentik_stage_user_login.source-login_session",
    ]);
  });
});
