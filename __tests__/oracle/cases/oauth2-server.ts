import type { Case } from "./case";
import { drop, flaw, put, set } from "./case";

const OAUTH2 = "authentik_provider_oauth2.grafana";
const PROXY = "authentik_provider_proxy.wiki";
const EMPTY = "allowed_redirect_uris must have an entry; left empty, the first address asked for is kept";
const ANYBODY =
  "allowed_redirect_uris[0].url matches addresses of anybody, who can then sign in as others; name the host";
const BROKEN = "allowed_redirect_uris[0].url is no regular expression, so it matches nothing; correct it";
const LACKS = "property_mappings lacks the scope openid; no id token is made without it";
const ORDER =
  "grant_types must be in the server's order: authorization_code, implicit, hybrid, refresh_token, client_credentials, password, urn:ietf:params:oauth:grant-type:device_code";

const matching = (url: string) =>
  set(OAUTH2, "allowed_redirect_uris", [{ matching_mode: "regex", url, redirect_uri_type: "authorization" }]);
const pattern = (url: string, text: string): Case => flaw(OAUTH2, "redirect-uri", text, matching(url));
const wants = (address: string, argument: string, wanted: string, flow: string, got: string): Case =>
  flaw(
    address,
    "flow-designation",
    `${argument} wants a flow for ${wanted}, and ${flow} is for ${got}`,
    set(address, argument, `\${${flow}.${flow.startsWith("data.") ? "id" : "uuid"}}`),
  );
const openid = (body: Record<string, unknown>) => (draft: Parameters<Case["spoil"]>[0]) => {
  put("authentik_property_mapping_provider_scope.teams", body)(draft);
  set(OAUTH2, "property_mappings", ["${authentik_property_mapping_provider_scope.teams.id}"])(draft);
};

/** What the server does with an OAuth provider's flows, scopes, addresses and grants. */
export const oauth2ServerCases: readonly Case[] = [
  wants(OAUTH2, "authorization_flow", "authorization", "data.authentik_flow.invalidation", "invalidation"),
  wants(OAUTH2, "invalidation_flow", "invalidation", "data.authentik_flow.consent", "authorization"),
  wants(PROXY, "authorization_flow", "authorization", "data.authentik_flow.invalidation", "invalidation"),
  wants(OAUTH2, "authorization_flow", "authorization", "authentik_flow.login", "authentication"),
  flaw(OAUTH2, "property-mappings", LACKS, openid({})),
  { spoil: openid({ scope_name: "openid" }), findings: [] },
  flaw(OAUTH2, "redirect-uri", EMPTY, set(OAUTH2, "allowed_redirect_uris", [])),
  flaw(OAUTH2, "redirect-uri", EMPTY, drop(OAUTH2, "allowed_redirect_uris")),
  { spoil: put(OAUTH2, { allowed_redirect_uris: [], grant_types: ["client_credentials"] }), findings: [] },
  pattern("https://(grafana.example.org", BROKEN),
  pattern(".*", ANYBODY),
  pattern("^https://.*$", ANYBODY),
  pattern("https?://[^/]+/callback", ANYBODY),
  { spoil: matching("^https://(?P<app>\\w+)\\.example\\.org/.*$"), findings: [] },
  flaw(OAUTH2, "list-order", ORDER, set(OAUTH2, "grant_types", ["refresh_token", "authorization_code"])),
];
