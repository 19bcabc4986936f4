import type { Check } from "../finding";
import { problem } from "../finding";
import { asList, isObject } from "../json";
import { ignores, referencesOf } from "../stack";

const REDIRECT = {
  matching_mode: ["strict", "regex"],
  redirect_uri_type: ["authorization", "logout"],
} as const;

/** The provider crashes on a missing mode or url, and compares a missing type with the server's. */
export const redirectUris: Check = function* ({ body }) {
  for (const [index, entry] of asList(body["allowed_redirect_uris"]).entries()) {
    if (!isObject(entry)) continue;
    const path = `allowed_redirect_uris[${index}]`;
    if (typeof entry["url"] !== "string" || entry["url"] === "") {
      yield problem("redirect-uri", `${path}.url must be stated; the provider crashes without it`);
    }
    for (const [name, values] of Object.entries(REDIRECT)) {
      const value = entry[name];
      if (value === undefined) {
        const why =
          name === "matching_mode" ? "the provider crashes without it" : "every plan shows a change without it";
        yield problem("redirect-uri", `${path}.${name} must be stated; ${why}`);
      } else if (!values.some((allowed) => allowed === value)) {
        yield problem("redirect-uri", `${path}.${name} must be one of ${values.join(", ")}`);
      }
    }
    for (const name of Object.keys(entry)) {
      if (name !== "url" && !(name in REDIRECT)) yield problem("redirect-uri", `${path}.${name} is dropped; remove it`);
    }
  }
};

/** Without mappings the provider sends an empty list: no openid, no email, no profile. */
export const hasPropertyMappings: Check = function* ({ body }) {
  if (asList(body["property_mappings"]).length > 0) return;
  yield problem("property-mappings", "property_mappings must be stated; without them no scope is served at all");
};

/** Without a key, tokens are signed with the client secret and the key set is empty. */
export const hasSigningKey: Check = function* ({ body }) {
  if (body["signing_key"] !== undefined) return;
  yield problem("signing-key", "signing_key must be stated; without it the key set is empty");
};

const OAUTH2 = "goauthentik.io/providers/oauth2/scope-";
const PROXY_SCOPES = [
  ...["openid", "profile", "email", "entitlements"].map((scope) => OAUTH2 + scope),
  "goauthentik.io/providers/proxy/scope-proxy",
];

/** The server adds its five mappings at every write, so a list that lacks one never matches. */
export const proxyMappings: Check = function* (block, stack) {
  if (block.body["property_mappings"] === undefined) return;
  const managed = referencesOf(block, "property_mappings").map(({ address }) => stack.find(address)?.body["managed"]);
  const missing = PROXY_SCOPES.filter((scope) => !managed.includes(scope));
  if (missing.length === 0) return;
  const text = `property_mappings lacks ${missing.join(", ")}, which the server adds; look them up or leave the list out`;
  yield problem("property-mappings", text);
};

/** The mode decides which addresses the server asks for. */
export const proxyMode: Check = function* ({ body }) {
  const { mode = "proxy" } = body;
  if (mode === "proxy" && body["internal_host"] === undefined) {
    yield problem(
      "proxy-mode",
      "internal_host must be stated in mode proxy; the server refuses the provider without it",
    );
  }
  if (mode === "forward_domain" && body["cookie_domain"] === undefined) {
    yield problem("proxy-mode", "cookie_domain must be stated in mode forward_domain");
  }
  const basic = ["basic_auth_username_attribute", "basic_auth_password_attribute"];
  if (body["basic_auth_enabled"] === true && basic.some((name) => body[name] === undefined)) {
    yield problem("proxy-mode", `${basic.join(" and ")} must be stated with basic_auth_enabled`);
  }
};

const FILLED = ["authorization_url", "access_token_url", "profile_url", "oidc_jwks_url"];
const POSTS = ["google", "github", "facebook"];

/** The server fills these in from a well-known document, and they are not computed in the schema. */
export const sourceUrls: Check = function* (block) {
  const open = FILLED.filter((name) => !(name in block.body) && !ignores(block, name));
  if (open.length > 0) {
    const text = `${open.join(", ")} must be stated or under ignore_changes; the server fills them in`;
    yield problem("source-urls", text);
  }
  const { provider_type: type, authorization_code_auth_method: method } = block.body;
  if (typeof type === "string" && POSTS.includes(type) && method !== "post_body") {
    const text = `authorization_code_auth_method must be post_body for ${type}; the provider's default is basic_auth`;
    yield problem("source-urls", text);
  }
};
