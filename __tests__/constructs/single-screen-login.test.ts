import { Flow } from "../../constructs/flow";
import { SingleScreenLogin, checkLogin } from "../../constructs/single-screen-login";
import type { LoginMfaProps, LooseLogin, SingleScreenLoginProps } from "../../constructs/single-screen-login";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, all, only, synth } from "../synth";
import type { Block, Scope, Synthesized } from "../synth";

type Change = Partial<SingleScreenLoginProps> | ((scope: Scope) => Partial<SingleScreenLoginProps>);

function login(change: Change = {}): Synthesized {
  return synth((scope) => {
    const made = typeof change === "function" ? change(scope) : change;
    new SingleScreenLogin(scope.stack, "login", { lookups: scope.lookups, ...made });
  });
}

const identification = (change?: Change): Block => only(login(change), "authentik_stage_identification");
const validation = (name: "mfa" | "passkey", change?: Change): Block | undefined =>
  all(login(change), "authentik_stage_authenticator_validate")[`login_${name}`];
const session = (change?: Change): Block => only(login(change), "authentik_stage_user_login");
const policies = (json: Synthesized, step: string): unknown[] =>
  Object.entries(all(json, "authentik_policy_binding"))
    .filter(([name]) => name.startsWith(`login_flow_${step}_`))
    .map(([, { policy, failure_result }]) => ({ policy, failure_result }));

const LASTING = { create_before_destroy: true };
const NOT_PASSKEY = { policy: "${authentik_policy_expression.login_not-passkey.id}", failure_result: true };

test("the default child is the flow; what points at the login points at that and waits for its last step", () => {
  synth(({ stack, lookups }) => {
    const made = new SingleScreenLogin(stack, "login", { lookups });
    expect(made.node.defaultChild).toBe(made.resource);
    expect(made.resource).toBe(made.flow.resource);
    expect(made.flowId).toBe(made.flow.flowId);
    expect(made.complete.map((resource) => resource.friendlyUniqueId)).toEqual(["login_flow_session"]);
  });
});

test("identifies, turns away, asks for a second factor and signs in, in gaps of ten", () => {
  const steps = Object.values(all(login(), "authentik_flow_stage_binding")).map(({ order, stage }) => [order, stage]);
  expect(steps).toEqual([
    [10, "${authentik_stage_identification.login_identification.id}"],
    [20, "${authentik_stage_deny.login_guard.id}"],
    [30, "${authentik_stage_authenticator_validate.login_mfa.id}"],
    [100, "${authentik_stage_user_login.login_session.id}"],
  ]);
  expect(only(login(), "authentik_flow")).toMatchObject({
    name: "iac-login",
    slug: "iac-login",
    title: "Sign in",
    designation: "authentication",
    authentication: "none",
    background: "/static/dist/assets/images/flow_background.jpg",
    compatibility_mode: false,
    lifecycle: LASTING,
  });
});

test("asks for name, password and passkey on one screen, without regard to case", () => {
  expect(identification()).toEqual({
    name: "iac-login-identification",
    user_fields: ["username", "email"],
    case_insensitive_matching: true,
    password_stage: "${authentik_stage_password.login_password.id}",
    webauthn_stage: "${authentik_stage_authenticator_validate.login_passkey.id}",
    show_matched_user: true,
    pretend_user_exists: true,
    enable_remember_me: true,
    show_source_labels: false,
    lifecycle: LASTING,
  });
});

test("asks for the password once: its stage has no step", () => {
  const json = login();
  expect(only(json, "authentik_stage_password")).toEqual({
    name: "iac-login-password",
    backends: ["authentik.core.auth.InbuiltBackend"],
    allow_show_password: false,
    lifecycle: LASTING,
  });
  expect(JSON.stringify(all(json, "authentik_flow_stage_binding"))).not.toContain("authentik_stage_password");
});

test("a passkey verifies the person, since it is two factors", () => {
  const { "//": _, ...stage } = validation("passkey") ?? {};
  expect(stage).toEqual({
    name: "iac-login-passkey",
    device_classes: ["webauthn"],
    not_configured_action: "deny",
    last_auth_threshold: "seconds=0",
    webauthn_user_verification: "required",
    lifecycle: LASTING,
  });
});

test("a passkey is not asked for a second factor, and whoever guesses passwords does not lock its owner out", () => {
  const json = login();
  expect(policies(json, "mfa")).toEqual([NOT_PASSKEY]);
  expect(policies(json, "guard")).toEqual([
    { policy: "${authentik_policy_reputation.login_guard_reputation.id}", failure_result: false },
    NOT_PASSKEY,
  ]);
  expect(all(json, "authentik_policy_expression")["login_not-passkey"]).toMatchObject({
    name: "iac-login-not-passkey",
    expression: expect.stringContaining('request.context.get("auth_method") != "auth_webauthn_pwl"') as unknown,
    lifecycle: LASTING,
  });
  for (const name of ["identification", "session"]) expect(policies(json, name)).toEqual([]);
});

test("without passkeys nothing else changes, so that the stage goes once nothing points at it", () => {
  const without = login({ passkeys: false });
  expect(only(without, "authentik_stage_identification")).not.toHaveProperty("webauthn_stage");
  expect(addresses(login()).filter((address) => !addresses(without).includes(address))).toEqual([
    "authentik_stage_authenticator_validate.login_passkey",
  ]);
});

test("lets people in who have no second factor, unless told otherwise", () => {
  const { "//": _, ...stage } = validation("mfa") ?? {};
  expect(stage).toEqual({
    name: "iac-login-mfa",
    device_classes: ["webauthn", "totp", "static"],
    not_configured_action: "skip",
    last_auth_threshold: "seconds=0",
    webauthn_user_verification: "preferred",
    lifecycle: LASTING,
  });
  expect(login()).not.toHaveProperty("data");
});

test("makes people set a factor up in authentik's own stages", () => {
  const stage = (factor: string): string =>
    `\${data.authentik_stage.lookups_stage-default-authenticator-${factor}-setup.id}`;
  expect(validation("mfa", { mfa: { notConfigured: "configure" } })).toMatchObject({
    not_configured_action: "configure",
    configuration_stages: ["totp", "webauthn", "static"].map(stage),
  });
  const json = login({ mfa: { notConfigured: "configure", setUp: ["static"] } });
  expect(all(json, "authentik_stage_authenticator_validate")["login_mfa"]).toMatchObject({
    configuration_stages: [stage("static")],
  });
  expect(Object.values(json.data?.["authentik_stage"] ?? {})).toMatchObject([
    { name: "default-authenticator-static-setup" },
  ]);
});

test("passes on every option of the second factor", () => {
  const mfa = { deviceClasses: ["totp", "email"], notConfigured: "deny", askAgainAfter: "hours=12" } as const;
  const stage = validation("mfa", { mfa });
  expect(stage).toMatchObject({
    device_classes: ["totp", "email"],
    not_configured_action: "deny",
    last_auth_threshold: "hours=12",
  });
  expect(stage).not.toHaveProperty("configuration_stages");
});

test("a session lasts four weeks on one screen, bound to nothing", () => {
  expect(session()).toEqual({
    name: "iac-login-session",
    session_duration: "weeks=4",
    remember_me_offset: "seconds=0",
    terminate_other_sessions: false,
    network_binding: "no_binding",
    geoip_binding: "no_binding",
    lifecycle: LASTING,
  });
});

test("passes on every option of the session", () => {
  const options = {
    sessionDuration: "hours=8",
    rememberMeOffset: "weeks=1",
    networkBinding: "bind_asn",
    geoipBinding: "bind_continent",
  } as const;
  expect(session(options)).toMatchObject({
    session_duration: "hours=8",
    remember_me_offset: "weeks=1",
    network_binding: "bind_asn",
    geoip_binding: "bind_continent",
  });
});

test("passes on every option of the first screen, and waits for the flows it links to", () => {
  const json = login(({ stack }) => {
    const steps = [{ id: "ask", order: 10, stage: "${authentik_stage_dummy.ask.id}" }];
    const flow = { name: "Help", title: "Help", slug: "help", designation: "recovery", steps } as const;
    return {
      title: "Hello",
      userFields: ["email"],
      rememberUsername: false,
      sources: ["${authentik_source_oauth.google.uuid}"],
      recoveryFlow: new Flow(stack, "help", flow),
      enrollmentFlow: "${data.authentik_flow.enroll.id}",
      passwordlessFlow: "${data.authentik_flow.passkey.id}",
      layout: "sidebar_left",
      background: "/media/hills.jpg",
      compatibilityMode: true,
    };
  });
  expect(only(json, "authentik_stage_identification")).toMatchObject({
    user_fields: ["email"],
    enable_remember_me: false,
    sources: ["${authentik_source_oauth.google.uuid}"],
    recovery_flow: "${authentik_flow.help.uuid}",
    enrollment_flow: "${data.authentik_flow.enroll.id}",
    passwordless_flow: "${data.authentik_flow.passkey.id}",
    depends_on: ["authentik_flow_stage_binding.help_ask"],
  });
  expect(all(json, "authentik_flow")["login_flow"]).toMatchObject({
    title: "Hello",
    layout: "sidebar_left",
    background: "/media/hills.jpg",
    compatibility_mode: true,
  });
});

test.each<[string, Partial<SingleScreenLoginProps>]>([
  ["as it is", {}],
  ["without passkeys", { passkeys: false }],
  ["without reputation", { reputation: false }],
  ["that makes people set a factor up", { mfa: { notConfigured: "configure" } }],
])("a login %s would apply, and the second plan would be empty", (_, change) => {
  expect(inspect(login(change) as unknown as TerraformJson)).toEqual([]);
});

test("whether people are turned away does not change an address but the policy's", () => {
  const [on, off] = [login(), login({ reputation: false })].map(addresses) as [string[], string[]];
  expect(on.filter((address) => !off.includes(address))).toEqual([
    "authentik_policy_reputation.login_guard_reputation",
  ]);
  expect(off.filter((address) => !on.includes(address))).toEqual(["authentik_policy_expression.login_guard_never"]);
});

test("refuses everything at once, naming the login", () => {
  const wrong: Partial<SingleScreenLoginProps> = {
    userFields: [],
    reputation: { threshold: 10 },
    mfa: { setUp: ["totp"], askAgainAfter: "12h" },
    sessionDuration: "seconds=0",
  };
  expect(() => login(wrong)).toThrow(
    [
      'SingleScreenLogin "test/login": userFields must name at least one, got []; name one, or leave the list out',
      "  AK042 reputation.threshold must be -5 to -1, got 10; scores begin at 0, so everybody without a history would be turned away",
      '  mfa.setUp must be left out with notConfigured "skip", got one; nobody is made to set a factor up',
      '  mfa.askAgainAfter must be a length of time, got "12h"; write it like weeks=4 or hours=1;minutes=30',
      '  sessionDuration must be longer than nothing, got "seconds=0"; such a session lives no longer than an anonymous one, two hours or so: say how long, such as weeks=4',
    ].join("\n"),
  );
});

test.each<[string, LoginMfaProps, string]>([
  [
    "people could not set up",
    { notConfigured: "configure", setUp: ["webauthn"] },
    'mfa.setUp must name totp or static, got ["webauthn"]; a person without hardware could not go on: add one of them',
  ],
  [
    "nobody has on a fresh instance",
    { notConfigured: "deny", deviceClasses: ["email", "sms", "duo"] },
    'mfa.deviceClasses must name webauthn, totp or static with notConfigured "deny", got ["email","sms","duo"]; this project sets up no other, and on a fresh instance nobody could sign in: add one of them',
  ],
])("refuses a factor that %s, unless waived", (_, mfa, text) => {
  expect(() => login({ mfa })).toThrow(`SingleScreenLogin "test/login": AK054 ${text}`);
  expect(() => login({ mfa, waive: { AK042: "that is another one" } })).toThrow("AK054");
  expect(() => login({ mfa, waive: { AK054: "everybody has one already" } })).not.toThrow();
});

test.each<[string, LooseLogin["mfa"]]>([
  ["all that can be set up", { notConfigured: "configure" }],
  ["codes from an app", { notConfigured: "configure", setUp: ["webauthn", "totp"] }],
  ["codes on paper", { notConfigured: "configure", setUp: ["webauthn", "static"] }],
  ["what config could not read, to set up", { notConfigured: "configure", setUp: ["webauthn", undefined] }],
  ["the factors that count by default", { notConfigured: "deny" }],
  ["a security key", { notConfigured: "deny", deviceClasses: ["email", "webauthn"] }],
  ["codes on paper, among others", { notConfigured: "deny", deviceClasses: ["static", "sms"] }],
  ["what config could not read", { notConfigured: "deny", deviceClasses: ["sms", undefined] }],
  ["none, and is not needed", { notConfigured: "skip", deviceClasses: ["email"] }],
])("locks nobody out who has %s", (_, mfa) => {
  expect(checkLogin({ mfa })).toEqual([]);
});

test.each<[string, LooseLogin, string[]]>([
  ["nothing", {}, []],
  ["what config could not read", { userFields: [undefined, undefined], mfa: { setUp: undefined } }, []],
  [
    "a field twice",
    { userFields: ["email", "email"] },
    ['AK012 userFields must name each once, got "email" again; remove it'],
  ],
  [
    "no factor",
    { mfa: { deviceClasses: [], notConfigured: "deny" } },
    ["mfa.deviceClasses must name at least one, got []; name one, or leave the list out"],
  ],
  [
    "nothing to set up",
    { mfa: { notConfigured: "configure", setUp: [] } },
    ["mfa.setUp must name at least one, got []; name one, or leave the list out"],
  ],
  [
    "a factor that would not count",
    { mfa: { notConfigured: "configure", deviceClasses: ["totp", "static"] } },
    [
      'mfa.setUp must be among mfa.deviceClasses, got "webauthn"; who sets it up would have to set up another at the next sign-in: add it there, or leave it out here',
    ],
  ],
  [
    "factors that count",
    { mfa: { notConfigured: "configure", deviceClasses: ["totp"], setUp: ["totp", undefined] } },
    [],
  ],
  [
    "no length of time",
    { sessionDuration: "4 weeks", rememberMeOffset: "weeks=-1" },
    [
      'sessionDuration must be a length of time, got "4 weeks"; write it like weeks=4 or hours=1;minutes=30',
      'rememberMeOffset must be a length of time, got "weeks=-1"; write it like weeks=4 or hours=1;minutes=30',
    ],
  ],
  ["lengths of time", { sessionDuration: "hours=1;minutes=30", rememberMeOffset: "seconds=0" }, []],
])("judges %s", (_, loose, lines) => {
  expect(checkLogin(loose).map(({ code, field, text }) => [code, field, text].filter(Boolean).join(" "))).toEqual(
    lines,
  );
});
