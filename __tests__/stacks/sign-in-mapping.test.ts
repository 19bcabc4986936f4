import { all, read, smallSite, synthSite } from "../synth";
import type { Block, Synthesized } from "../synth";
import { directoryReader, enrollments, signInOptions } from "./sign-in-options";

/** What becomes of every option of sign-in: one that nobody passes on is found here. */
const login = {
  sessionDuration: "weeks=2",
  rememberMeOffset: "weeks=1",
  networkBinding: "bind_asn",
  geoipBinding: "bind_continent",
};
const site = {
  ...smallSite,
  ...signInOptions,
  vault: { address: "https://vault.example.org", mounts: ["kv"], auth: { method: "token" } },
  groups: { ...smallSite.groups, helpers: { name: "Helpers ${x}" }, newcomers: { name: "Newcomers" } },
  login: {
    ...login,
    passwordless: true,
    mfa: { deviceClasses: ["totp", "email"], notConfigured: "configure", setUp: ["totp", "email"] },
  },
  brand: { background: "/hills.jpg" },
  systemSettings: {},
  apps: { cli: { ...smallSite.apps.wiki, directoryReader } },
};

const made = (change: object = {}): Synthesized => synthSite(read({ ...site, ...change })).authentik as Synthesized;
const json = made();
function block(type: string, name: string, from = json): Block {
  const {
    "//": _,
    depends_on: _on,
    lifecycle: _life,
    ...rest
  } = all(from, `authentik_${type}`)[`identity_${name}`] ?? {};
  return rest;
}
const uuid = (type: string, name: string): string => `\${authentik_${type}.identity_${name}.uuid}`;
const id = (type: string, name: string): string => `\${authentik_${type}.identity_${name}.id}`;
const bound = { network_binding: "bind_asn", geoip_binding: "bind_continent" };
const asLogin = { session_duration: "weeks=2", remember_me_offset: "weeks=1", ...bound };

const ways = {
  recovery_flow: uuid("flow", "recovery_flow"),
  enrollment_flow: uuid("flow", "enrollment_flow"),
  passwordless_flow: uuid("flow", "passkey_flow"),
  sources: ["company", "club"].map((key) => uuid("source_oauth", `sources_${key}`)),
};

test("the login leads everywhere, and sets factors up in stages of our own", () => {
  expect(block("stage_identification", "login_identification")).toMatchObject(ways);
  expect(block("stage_authenticator_validate", "login_mfa")).toMatchObject({
    device_classes: ["totp", "email"],
    not_configured_action: "configure",
    configuration_stages: ["totp", "email"].map((factor) => id(`stage_authenticator_${factor}`, `set-up_${factor}`)),
  });
  expect(block("flow", "set-up_email_flow").designation).toBe("stage_configuration");
});

test("nothing is set up or linked that nobody asks for", () => {
  const { recovery: _r, enrollment: _e, passwordPolicy: _p, adopt: _a, sources: _s, ...rest } = site;
  const bare = synthSite(read({ ...rest, login: {}, userSettings: undefined })).authentik as Synthesized;
  const identification = block("stage_identification", "login_identification", bare);
  for (const name of Object.keys(ways)) expect(identification).not.toHaveProperty(name);
  expect(Object.keys(all(bare, "authentik_flow"))).toEqual(["identity_login_flow"]);
  expect(all(bare, "authentik_policy_password")).toEqual({});
  const setUp = made({ login: { mfa: { notConfigured: "configure" } } });
  const stages = block("stage_authenticator_validate", "login_mfa", setUp).configuration_stages;
  expect(stages).toEqual(
    ["totp", "webauthn", "static"].map((factor) => id(`stage_authenticator_${factor}`, `set-up_${factor}`)),
  );
});

test("a passkey alone", () => {
  expect(block("flow", "passkey_flow")).toMatchObject({ slug: "iac-passkey", background: "/hills.jpg" });
  expect(block("stage_user_login", "passkey_session")).toMatchObject(asLogin);
});

test("sources", () => {
  expect(block("source_oauth", "sources_company")).toMatchObject({
    name: "Company",
    slug: "work",
    provider_type: "openidconnect",
    consumer_key: "ak",
    consumer_secret: expect.stringMatching(/data\.vault_kv_secret_v2\..*\.data\["cs"\]/) as string,
    user_matching_mode: "email_link",
    oidc_well_known_url: "https://id.example.com/.well-known/openid-configuration?p=b2c",
    additional_scopes: "groups offline_access",
    pkce: "S256",
    authorization_code_auth_method: "basic_auth",
    promoted: true,
    enabled: false,
    authentication_flow: uuid("flow", "source-login_flow"),
  });
  expect(block("source_oauth", "sources_club")).toMatchObject({
    slug: "club",
    authorization_url: "https://club.example.com/authorize",
    access_token_url: "https://club.example.com/token",
    profile_url: "https://club.example.com/me",
    oidc_jwks_url: "https://club.example.com/keys",
  });
  for (const key of ["company", "club"]) {
    expect(block("source_oauth", `sources_${key}`)).not.toHaveProperty("enrollment_flow");
  }
  expect(block("stage_user_login", "source-login_session")).toMatchObject(asLogin);
  expect(read(site).waivers).toContainEqual(expect.objectContaining({ where: "sources.company", code: "AK060" }));
});

test("sources of a site that adopts the login keep its session", () => {
  const { login: _, ...rest } = site;
  const adopted = synthSite(read({ ...rest, enrollment: undefined })).authentik as Synthesized;
  expect(block("stage_user_login", "source-login_session", adopted)).toMatchObject({
    session_duration: "days=9",
    remember_me_offset: "days=10",
    network_binding: "bind_asn_network_ip",
  });
});

describe("enrollment", () => {
  const allowed = (from: Synthesized): string =>
    String(block("policy_expression", "enrollment_groups", from).expression);

  test("by invitation", () => {
    expect(block("flow", "enrollment_flow")).toMatchObject({ title: "Join us", background: "/hills.jpg" });
    // A name with a template in it is that name in Python, once Terraform has read the expression.
    expect(allowed(json)).toContain('ALLOWED_GROUPS = ["Helpers $${x}"]');
    expect(allowed(json)).not.toContain("$$$");
    expect(block("stage_user_write", "enrollment_write")).toMatchObject({
      create_users_group: id("group", "groups_newcomers"),
      user_type: "external",
    });
    expect(block("stage_prompt", "enrollment_details").validation_policies).toContain(
      Object.keys(all(json, "authentik_policy_password")).map((name) => `\${authentik_policy_password.${name}.id}`)[0],
    );
    expect(block("flow_stage_binding", "enrollment_flow_passkey").stage).toBe(
      id("stage_authenticator_webauthn", "set-up_webauthn"),
    );
    expect(block("flow_stage_binding", "enrollment_flow_totp").stage).toBe(
      id("stage_authenticator_totp", "set-up_totp"),
    );
    expect(block("stage_user_login", "enrollment_session")).toMatchObject({
      session_duration: "days=5",
      remember_me_offset: "days=6",
      network_binding: "bind_asn_network",
      geoip_binding: "bind_continent_country",
    });
  });

  test("by social login: only the sources it names, none of which waits for its flow", () => {
    const social = made({ enrollment: enrollments.social });
    expect(block("source_oauth", "sources_club", social).enrollment_flow).toBe(uuid("flow", "enrollment_flow"));
    expect(block("source_oauth", "sources_company", social)).not.toHaveProperty("enrollment_flow");
    expect(block("stage_identification", "enrollment_sources", social).sources).toEqual([
      uuid("source_oauth", "sources_club"),
    ]);
    expect(block("stage_identification", "login_identification", social)).toMatchObject(ways);
    expect(allowed(social)).toContain('ALLOWED_GROUPS = ["Helpers $${x}"]');
    expect(block("flow_stage_binding", "enrollment_flow_passkey", social)).toEqual({});
    expect(block("stage_user_login", "enrollment_session", social)).toMatchObject(asLogin);
  });

  test("by social login, unless told otherwise: all sources, and a passkey", () => {
    const social = made({ enrollment: { by: "social" } });
    expect(block("stage_identification", "enrollment_sources", social).sources).toEqual(ways.sources);
    expect(block("flow_stage_binding", "enrollment_flow_passkey", social).stage).toBe(
      id("stage_authenticator_webauthn", "set-up_webauthn"),
    );
    const passkeys = made({ enrollment: { by: "social" }, sources: undefined });
    expect(all(passkeys, "authentik_source_oauth")).toEqual({});
    expect(block("stage_identification", "enrollment_sources", passkeys)).toEqual({});
  });

  test("open", () => {
    const open = made({ enrollment: enrollments.open });
    expect(block("stage_email", "enrollment_email", open)).toMatchObject({
      subject: "Is it you?",
      token_expiry: "minutes=45",
    });
    expect(block("flow_stage_binding", "enrollment_flow_totp", open)).toEqual({});
  });
});

test("recovery", () => {
  expect(block("flow", "recovery_flow")).toMatchObject({ title: "Forgotten?", background: "/hills.jpg" });
  expect(block("stage_identification", "recovery_identification").user_fields).toEqual(["email"]);
  expect(block("stage_email", "recovery_email")).toMatchObject({
    subject: "A new password",
    token_expiry: "minutes=15",
  });
  expect(block("stage_user_login", "recovery_session")).toMatchObject({ session_duration: "hours=7", ...bound });
  const asLoginSays = made({ recovery: {} });
  expect(block("stage_user_login", "recovery_session", asLoginSays).session_duration).toBe("weeks=2");
});

test("one password policy, of recovery and enrollment", () => {
  expect(Object.values(all(json, "authentik_policy_password"))).toMatchObject([
    {
      length_min: 16,
      amount_digits: 1,
      amount_lowercase: 2,
      amount_uppercase: 3,
      amount_symbols: 4,
      check_zxcvbn: true,
      zxcvbn_score_threshold: 2,
      check_have_i_been_pwned: true,
      error_message: "A better one, please.",
    },
  ]);
  const unsaid = made({ passwordPolicy: undefined });
  expect(Object.values(all(unsaid, "authentik_policy_password"))).toMatchObject([{ length_min: 12 }]);
});

test("settings, in which pictures come first", () => {
  expect(block("flow", "user-settings_flow")).toMatchObject({ title: "You", background: "/hills.jpg" });
  const policy = String(block("policy_expression", "user-settings_avatar").expression);
  expect(policy).toContain("MAX_BYTES = 102400");
  expect(policy).toContain('TYPES = ["image/png","image/webp"]');
  expect(block("system_settings", "system-settings").avatars).toBe("attributes.avatar,gravatar,initials");
  const none = made({ userSettings: { avatars: false } });
  expect(block("policy_expression", "user-settings_avatar", none)).toEqual({});
  expect(block("system_settings", "system-settings", none).avatars).toBe("gravatar,initials");
});

test("the brand leads to recovery and settings", () => {
  expect(block("brand", "brand")).toMatchObject({
    flow_authentication: uuid("flow", "login_flow"),
    flow_recovery: ways.recovery_flow,
    flow_user_settings: uuid("flow", "user-settings_flow"),
  });
});

test("what is adopted", () => {
  expect(block("flow", "adopted-login_flow").title).toBe("Welcome back");
  expect(block("stage_identification", "adopted-login_identification")).toMatchObject({
    ...ways,
    password_stage: "${data.authentik_stage.lookups_stage-default-authentication-password.id}",
  });
  expect(block("stage_user_login", "adopted-login_session")).toMatchObject({
    session_duration: "days=9",
    remember_me_offset: "days=10",
    network_binding: "bind_asn_network_ip",
    geoip_binding: "bind_continent_country_city",
  });
  expect(block("brand", "adopted-brand")).toEqual({
    domain: "authentik-default",
    branding_title: "Everywhere",
    flow_recovery: ways.recovery_flow,
    flow_user_settings: uuid("flow", "user-settings_flow"),
  });
});

test("an app that reads who is there", () => {
  expect(block("user", "apps_cli_directory-reader_account").username).toBe("reader");
  expect(all(json, "terraform_data")["identity_apps_cli_directory-reader_account_token-revision"]).toMatchObject({
    input: { revision: 3 },
  });
  const written = all(json, "vault_kv_secret_v2")["identity_apps_cli_directory-reader_account_credentials"];
  expect(written).toMatchObject({ mount: "kv", name: "published/cli/directory" });
  const bindings = Object.values(all(json, "authentik_policy_binding"));
  expect(bindings.map(({ user }) => user)).toContain("${authentik_user.identity_apps_cli_directory-reader_account.id}");
});
