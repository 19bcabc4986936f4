import type { Collection } from "./collections";
import type { Schema } from "./document";
import { resolve, schemaNamed } from "./document";
import { secret } from "./ids";
import type { Values } from "./store";

const POLICIES = { policy_engine_mode: "any" };
const SOURCE = {
  ...POLICIES,
  enabled: true,
  user_matching_mode: "identifier",
  group_matching_mode: "identifier",
  user_path_template: "goauthentik.io/sources/%(slug)s",
};
const EMAIL = { host: "localhost", port: 25, timeout: 10, from_address: "system@authentik.local" };
const OUTGOING_SYNC = { sync_page_size: 100, sync_page_timeout: "minutes=30", exclude_users_service_account: false };
const OAUTH2 = {
  access_code_validity: "minutes=1",
  access_token_validity: "hours=1",
  refresh_token_validity: "days=30",
  refresh_token_threshold: "seconds=0",
};

/** What authentik's models say where a client says nothing, and an empty value of the type would be wrong. */
const MODELS: Readonly<Record<string, Values>> = {
  Application: POLICIES,
  AuthenticatorEmailStage: { ...EMAIL, template: "email/email_otp.html", token_expiry: "minutes=30" },
  AuthenticatorStaticStage: { token_count: 6, token_length: 12 },
  AuthenticatorValidateStage: {
    device_classes: ["static", "totp", "webauthn", "duo", "sms", "email"],
    email_otp_throttling_factor: 1,
    last_auth_threshold: "seconds=0",
    not_configured_action: "skip",
    sms_otp_throttling_factor: 1,
    static_otp_throttling_factor: 1,
    totp_otp_throttling_factor: 1,
    webauthn_user_verification: "preferred",
  },
  AuthenticatorWebAuthnStage: { resident_key_requirement: "preferred", user_verification: "preferred" },
  BlueprintInstance: { enabled: true },
  Brand: {
    branding_default_flow_background: "/static/dist/assets/images/flow_background.jpg",
    branding_favicon: "/static/dist/assets/icons/icon.png",
    branding_logo: "/static/dist/assets/icons/icon_left_brand.svg",
    branding_title: "authentik",
  },
  CaptchaStage: {
    api_url: "https://www.recaptcha.net/recaptcha/api/siteverify",
    error_on_invalid_score: true,
    js_url: "https://www.recaptcha.net/recaptcha/api.js",
    score_max_threshold: 1,
    score_min_threshold: 0.5,
  },
  ConsentStage: { consent_expire_in: "weeks=4", mode: "always_require" },
  EmailStage: {
    ...EMAIL,
    recovery_cache_timeout: "minutes=5",
    recovery_max_attempts: 5,
    subject: "authentik",
    template: "email/password_reset.html",
    token_expiry: "minutes=30",
  },
  Flow: { ...POLICIES, authentication: "none", denied_action: "message_continue", layout: "stacked" },
  FlowStageBinding: { ...POLICIES, invalid_response_action: "retry", re_evaluate_policies: true },
  GeoIPPolicy: {
    distance_tolerance_km: 50,
    history_login_count: 5,
    history_max_distance_km: 100,
    impossible_tolerance_km: 100,
  },
  IdentificationStage: { case_insensitive_matching: true, pretend_user_exists: true, show_matched_user: true },
  KubernetesServiceConnection: { verify_ssl: true },
  LDAPProvider: {
    base_dn: "DC=ldap,DC=goauthentik,DC=io",
    bind_mode: "direct",
    gid_start_number: 4000,
    mfa_support: true,
    search_mode: "direct",
    uid_start_number: 2000,
  },
  LDAPSource: {
    ...SOURCE,
    group_membership_field: "member",
    group_object_filter: "(objectClass=group)",
    object_uniqueness_field: "objectSid",
    sync_groups: true,
    sync_users: true,
    sync_users_password: true,
    user_membership_attribute: "distinguishedName",
    user_object_filter: "(objectClass=person)",
  },
  NotificationRule: { severity: "notice" },
  NotificationTransport: {
    email_subject_prefix: "authentik Notification: ",
    email_template: "email/event_notification.html",
    mode: "local",
  },
  OAuth2Provider: {
    ...OAUTH2,
    client_type: "confidential",
    include_claims_in_id_token: true,
    issuer_mode: "per_provider",
    logout_method: "backchannel",
    sub_mode: "hashed_user_id",
  },
  OAuthSource: { ...SOURCE, authorization_code_auth_method: "basic_auth", pkce: "none" },
  PasswordPolicy: {
    check_static_rules: true,
    password_field: "password",
    symbol_charset: "!\\\"#$%&'()*+,-./:;<=>?@[]^_`{|}~ ",
    zxcvbn_score_threshold: 2,
  },
  PasswordStage: { failed_attempts_before_cancel: 5 },
  PolicyBinding: { enabled: true, timeout: 30 },
  Prompt: { required: true },
  ProxyProvider: {
    ...OAUTH2,
    intercept_header_auth: true,
    internal_host_ssl_validation: true,
    mode: "proxy",
  },
  ReputationPolicy: { check_ip: true, check_username: true },
  SCIMProvider: { ...OUTGOING_SYNC, auth_mode: "token", compatibility_mode: "default", verify_certificates: true },
  SCIMSource: { enabled: true, user_path_template: "goauthentik.io/sources/%(slug)s" },
  Token: { expiring: true, intent: "api" },
  UniquePasswordPolicy: { num_historical_passwords: 1, password_field: "password" },
  User: { is_active: true, path: "users", type: "internal" },
  UserLoginStage: {
    geoip_binding: "no_binding",
    network_binding: "no_binding",
    remember_device: "days=30",
    remember_me_offset: "seconds=0",
    session_duration: "seconds=0",
  },
  UserWriteStage: {
    create_users_as_inactive: true,
    user_creation_mode: "create_when_required",
    user_type: "external",
  },
};

const GENERATED: Readonly<Record<string, Readonly<Record<string, (pk: string) => unknown>>>> = {
  OAuth2Provider: {
    client_id: (pk) => secret(`client_id/${pk}`, 40),
    client_secret: (pk) => secret(`client_secret/${pk}`, 128),
  },
  ProxyProvider: { client_id: (pk) => secret(`client_id/${pk}`, 40) },
  RadiusProvider: { shared_secret: (pk) => secret(`shared_secret/${pk}`, 128) },
  Token: { key: (pk) => secret(`key/${pk}`, 60) },
};

const EMPTY = { array: [], boolean: false, integer: 0, number: 0, object: {}, string: "" } as const;

/** The empty value of a type; of an enumeration its first. */
export function emptyValue(schema: Schema): unknown {
  const { default: stated, enum: choices, format, nullable, type } = resolve(schema);
  if (stated !== undefined) return stated;
  if (nullable === true || format === "uuid") return null;
  return choices?.[0] ?? (type && structuredClone(EMPTY[type])) ?? null;
}

/** Fields that are kept with the objects on the other side. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = { Group: ["users"] };

/** The values without those that are kept with other objects. */
export function keptWith({ model }: Collection, values: Values): Values {
  const elsewhere = ELSEWHERE[model] ?? [];
  return Object.fromEntries(Object.entries(values).filter(([name]) => !elsewhere.includes(name)));
}

/** The values of a new object in fields that a client may write and did not. */
export function modelDefaults(collection: Collection, pk: number | string): Values {
  const source = collection.path.startsWith("sources/") && !collection.model.includes("Connection") ? SOURCE : {};
  const stated: Values = { ...source, ...MODELS[collection.model] };
  const { properties = {} } = schemaNamed(collection.request ?? collection.model);
  const isNamed = collection.key === "slug" || collection.key === "identifier";
  const names = Object.keys(properties).filter((name) => isNamed || name !== collection.key);
  const values = names.map((name) => [name, stated[name] ?? emptyValue(properties[name] ?? {})] as const);
  const generated = Object.entries(GENERATED[collection.model] ?? {}).map(
    ([name, make]) => [name, make(`${collection.model}/${pk}`)] as const,
  );
  return keptWith(collection, structuredClone(Object.fromEntries([...values, ...generated])));
}
