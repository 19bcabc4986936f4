import type { Case } from "./case";
import { drop, flaw, set, unsent, unstated } from "./case";

const OAUTH2 = "authentik_provider_oauth2.grafana";
const PROXY = "authentik_provider_proxy.wiki";

const uri = { matching_mode: "strict", url: "https://grafana.example.org", redirect_uri_type: "authorization" };
const redirect = (text: string, entry: unknown) =>
  flaw(OAUTH2, "redirect-uri", text, set(OAUTH2, "allowed_redirect_uris", [entry]));

/** Applications and providers. */
export const providerCases: readonly Case[] = [
  unstated(PROXY, "skip_path_regex", "an empty one is never sent, so that paths which were open once stay open"),
  flaw(
    "authentik_application.nas",
    "slug",
    'slug must be of letters, digits, - and _, got "my nas"',
    set("authentik_application.nas", "slug", "my nas"),
  ),
  flaw(
    "authentik_application.nas",
    "list-order",
    "backchannel_providers can have one entry; they are read back in the server's order",
    set("authentik_application.nas", "backchannel_providers", [
      "${authentik_provider_oauth2.grafana.id}",
      "${authentik_provider_ldap.nas.id}",
    ]),
  ),
  redirect("allowed_redirect_uris[0].redirect_uri_type must be stated; every plan shows a change without it", {
    matching_mode: "strict",
    url: uri.url,
  }),
  redirect("allowed_redirect_uris[0].matching_mode must be stated; the provider crashes without it", {
    url: uri.url,
    redirect_uri_type: "logout",
  }),
  redirect("allowed_redirect_uris[0].url must be stated; the provider crashes without it", { ...uri, url: "" }),
  redirect("allowed_redirect_uris[0].matching_mode must be one of strict, regex", { ...uri, matching_mode: "glob" }),
  redirect("allowed_redirect_uris[0].title is dropped; remove it", { ...uri, title: "Grafana" }),
  flaw(
    OAUTH2,
    "list-duplicates",
    "allowed_redirect_uris[1] repeats an earlier entry, which would collapse; remove it",
    set(OAUTH2, "allowed_redirect_uris", [uri, { ...uri }]),
  ),
  flaw(
    OAUTH2,
    "list-duplicates",
    "grant_types[1] repeats an earlier entry, which would collapse; remove it",
    set(OAUTH2, "grant_types", ["authorization_code", "authorization_code"]),
  ),
  flaw(
    OAUTH2,
    "property-mappings",
    "property_mappings must be stated; without them no scope is served at all",
    set(OAUTH2, "property_mappings", []),
  ),
  flaw(
    OAUTH2,
    "signing-key",
    "signing_key must be stated; without it the key set is empty",
    drop(OAUTH2, "signing_key"),
  ),
  flaw(
    OAUTH2,
    "never-stated",
    "jwks_sources must not be stated; the provider neither sends nor reads it",
    set(OAUTH2, "jwks_sources", []),
  ),
  flaw(
    OAUTH2,
    "duration",
    'access_token_validity must be a duration such as hours=1;minutes=30, got "10m"',
    set(OAUTH2, "access_token_validity", "10m"),
  ),
  flaw(
    PROXY,
    "property-mappings",
    "property_mappings lacks goauthentik.io/providers/oauth2/scope-entitlements, goauthentik.io/providers/proxy/scope-proxy, which the server adds; look them up or leave the list out",
    set(
      PROXY,
      "property_mappings",
      ["openid", "profile", "email"].map((name) => `\${data.authentik_property_mapping_provider_scope.${name}.id}`),
    ),
  ),
  { spoil: drop(PROXY, "property_mappings"), findings: [] },
  unsent(PROXY, "intercept_header_auth", false, "false"),
  unsent(PROXY, "cookie_domain", "", "empty"),
  flaw(
    PROXY,
    "proxy-mode",
    "internal_host must be stated in mode proxy; the server refuses the provider without it",
    drop(PROXY, "mode"),
  ),
  flaw(
    PROXY,
    "proxy-mode",
    "cookie_domain must be stated in mode forward_domain",
    set(PROXY, "mode", "forward_domain"),
  ),
  flaw(
    PROXY,
    "proxy-mode",
    "basic_auth_username_attribute and basic_auth_password_attribute must be stated with basic_auth_enabled",
    set(PROXY, "basic_auth_enabled", true),
  ),
  flaw(
    PROXY,
    "format",
    'external_host must be an http or https URL, got "wiki.example.org"',
    set(PROXY, "external_host", "wiki.example.org"),
  ),
];
