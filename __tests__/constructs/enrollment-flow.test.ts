import { checkEnrollment } from "../../constructs/enrollment-checks";
import type { GrantedGroup, LooseEnrollment } from "../../constructs/enrollment-checks";
import { EnrollmentFlow } from "../../constructs/enrollment-flow";
import type { EnrollmentFlowProps } from "../../constructs/enrollment-flow";
import { FactorSetUp } from "../../constructs/factor-set-up";
import { PasswordPolicy } from "../../constructs/password-policy";
import { SocialSource } from "../../constructs/social-source";
import { SourceLogin } from "../../constructs/source-login";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, all, only, synth } from "../synth";
import type { Block, Scope, Synthesized } from "../synth";
import { stepsOf } from "./flow-steps";

type Change = Partial<EnrollmentFlowProps> | ((scope: Scope) => Partial<EnrollmentFlowProps>);

function enrollment(change: Change = {}): Synthesized {
  return synth((scope) => {
    const made = typeof change === "function" ? change(scope) : change;
    new EnrollmentFlow(scope.stack, "enrollment", { by: "invitation", ...made });
  });
}

const factors = ({ stack }: Scope): Pick<EnrollmentFlowProps, "passkeySetUp" | "totpSetUp"> => ({
  passkeySetUp: new FactorSetUp(stack, "passkey", { factor: "webauthn" }).stageId,
  totpSetUp: new FactorSetUp(stack, "totp", { factor: "totp" }).stageId,
});

function social(scope: Scope): EnrollmentFlowProps {
  const { stack, vault } = scope;
  const authenticationFlow = new SourceLogin(stack, "source-login").flowId;
  return {
    by: "social",
    passkeySetUp: factors(scope).passkeySetUp,
    sources: (enrollmentFlow) =>
      (["google", "github"] as const).map((kind) => {
        const clientSecret = vault.stored({ mount: "kv", path: `sources/${kind}`, key: "secret" });
        const options = { kind, title: kind, slug: kind, clientId: "iac", clientSecret };
        return new SocialSource(stack, kind, { ...options, authenticationFlow, enrollmentFlow }).sourceId;
      }),
  };
}

const findings = (json: Synthesized): unknown[] => inspect(json as unknown as TerraformJson);
const keys = (json: Synthesized, stage: string): unknown[] =>
  Object.entries(all(json, "authentik_stage_prompt_field"))
    .filter(([name]) => name.startsWith(`enrollment_${stage}_`))
    .map(([, { field_key, type, required, order }]) => [field_key, type, required, order]);
const policy = (json: Synthesized, id: string): string =>
  String(all(json, "authentik_policy_expression")[`enrollment_${id}`]?.expression);
const write = (change?: Change): Block => only(enrollment(change), "authentik_stage_user_write");

const FIELDS = "iac-enrollment-fields";
const GROUPS = "iac-enrollment-groups, passes when it breaks";
const NOT_FROM_SOURCE = "iac-enrollment-from-source, turned round";

test("the default child is the flow; who points at it waits for its last step", () => {
  synth(({ stack }) => {
    const made = new EnrollmentFlow(stack, "enrollment", { by: "invitation" });
    expect(made.node.defaultChild).toBe(made.resource);
    expect(made.resource).toBe(made.flow.resource);
    expect(made.flowId).toBe(made.flow.flowId);
    expect(made.complete.map((resource) => resource.friendlyUniqueId)).toEqual([
      "enrollment_flow_session",
      "enrollment_flow_session_policy-0",
    ]);
  });
});

test.each(["invitation", "open"] as const)("by %s, nobody may be signed in", (by) => {
  expect(only(enrollment({ by }), "authentik_flow")).toMatchObject({
    name: "iac-enrollment",
    slug: "iac-enrollment",
    title: "Create your account",
    designation: "enrollment",
    authentication: "require_unauthenticated",
  });
});

describe("by invitation", () => {
  test("is seed 001's table: the invitation, the form, the person, the session with its groups", () => {
    expect(stepsOf(enrollment(), "enrollment_flow")).toEqual([
      [10, "authentik_stage_invitation", []],
      [20, "authentik_stage_prompt", []],
      [30, "authentik_stage_user_write", [FIELDS]],
      [100, "authentik_stage_user_login", [GROUPS]],
    ]);
  });

  test("sets factors up between the person and the session", () => {
    expect(stepsOf(enrollment(factors), "enrollment_flow")).toEqual([
      [10, "authentik_stage_invitation", []],
      [20, "authentik_stage_prompt", []],
      [30, "authentik_stage_user_write", [FIELDS]],
      [40, "authentik_stage_authenticator_webauthn", []],
      [50, "authentik_stage_authenticator_totp", []],
      [100, "authentik_stage_user_login", [GROUPS]],
    ]);
  });

  test("nobody gets on without an invitation", () => {
    expect(only(enrollment(), "authentik_stage_invitation")).toEqual({
      name: "iac-enrollment-invitation",
      continue_flow_without_invitation: false,
      lifecycle: { create_before_destroy: true },
    });
  });

  test("asks for a name and twice for a password, which its policy and that of names judge", () => {
    const json = enrollment(({ stack }) => ({ passwordPolicy: new PasswordPolicy(stack, "password").policyId }));
    expect(keys(json, "details")).toEqual([
      ["username", "username", true, 10],
      ["name", "text", true, 20],
      ["email", "email", true, 30],
      ["password", "password", true, 40],
      ["password_repeat", "password", true, 50],
    ]);
    const [password] = Object.keys(all(json, "authentik_policy_password"));
    expect(only(json, "authentik_stage_prompt").validation_policies).toEqual([
      "${authentik_policy_expression.enrollment_names.id}",
      `\${authentik_policy_password.${String(password)}.id}`,
    ]);
    expect(only(enrollment(), "authentik_stage_prompt").validation_policies).toHaveLength(1);
  });

  test("makes a new person, internal and active, whoever else is known", () => {
    expect(write()).toEqual({
      name: "iac-enrollment-write",
      create_users_as_inactive: false,
      user_creation_mode: "always_create",
      user_type: "internal",
      lifecycle: { create_before_destroy: true },
    });
    const usersGroup = { id: "${authentik_group.people.id}", name: "People", superuser: false };
    expect(write({ usersGroup, userType: "external" })).toMatchObject({
      create_users_group: "${authentik_group.people.id}",
      user_type: "external",
    });
  });

  test("assigns the groups it is told, none unless it is told", () => {
    expect(policy(enrollment(), "groups")).toMatch(/\n\nALLOWED_GROUPS = \[\]\nreturn evaluate\(request\)$/);
    const assignableGroups = [
      { name: "Headscale Users", superuser: false },
      { name: "${wrong}", superuser: false, roles: false },
    ];
    expect(policy(enrollment({ assignableGroups }), "groups")).toContain(
      'ALLOWED_GROUPS = ["Headscale Users","$${wrong}"]\n',
    );
  });

  test("passes on every option", () => {
    const session = { sessionDuration: "days=1", networkBinding: "bind_asn" } as const;
    const json = enrollment({ title: "Join", layout: "sidebar_left", background: "/media/hills.jpg", session });
    expect(only(json, "authentik_flow")).toMatchObject({
      title: "Join",
      layout: "sidebar_left",
      background: "/media/hills.jpg",
    });
    expect(only(json, "authentik_stage_user_login")).toMatchObject({
      name: "iac-enrollment-session",
      session_duration: "days=1",
      network_binding: "bind_asn",
    });
  });

  test("conforms", () => {
    expect(findings(enrollment(factors))).toEqual([]);
  });
});

describe("by a social login or a passkey", () => {
  test("is seed 002's table, the way to the source first and the code before the invitation", () => {
    expect(stepsOf(enrollment(social), "enrollment_flow")).toEqual([
      [10, "authentik_stage_prompt", [NOT_FROM_SOURCE]],
      [20, "authentik_stage_identification", [NOT_FROM_SOURCE, "iac-enrollment-by-passkey, turned round"]],
      [30, "authentik_stage_prompt", ["iac-enrollment-asks-code, passes when it breaks"]],
      [40, "authentik_stage_invitation", []],
      [50, "authentik_stage_prompt", []],
      [60, "authentik_stage_user_write", [FIELDS]],
      [70, "authentik_stage_authenticator_webauthn", [NOT_FROM_SOURCE]],
      [100, "authentik_stage_user_login", [GROUPS]],
    ]);
    const steps = all(enrollment(social), "authentik_flow_stage_binding");
    expect(steps["enrollment_flow_sources"]).toMatchObject({ policy_engine_mode: "all" });
  });

  test("has no password anywhere", () => {
    const json = enrollment(social);
    expect(keys(json, "details").flat()).not.toContain("password");
    expect(keys(json, "choice")).toEqual([["enroll_with", "radio-button-group", true, 10]]);
    expect(keys(json, "code")).toEqual([["token", "text", true, 10]]);
    expect(all(json, "authentik_stage_password")).toEqual({});
  });

  test("shows the buttons alone, and nobody gets past them by sending a name", () => {
    expect(only(enrollment(social), "authentik_stage_identification")).toEqual({
      name: "iac-enrollment-sources",
      user_fields: [],
      sources: ["${authentik_source_oauth.google.uuid}", "${authentik_source_oauth.github.uuid}"],
      show_source_labels: true,
      pretend_user_exists: false,
      show_matched_user: false,
      enable_remember_me: false,
      case_insensitive_matching: true,
      lifecycle: { create_before_destroy: true },
    });
  });

  test("sources enroll by this flow; neither waits for the other in a circle", () => {
    const json = enrollment(social);
    expect(all(json, "authentik_source_oauth")["google"]).toMatchObject({
      enrollment_flow: "${authentik_flow.enrollment_flow.uuid}",
    });
    expect(findings(json)).toEqual([]);
  });

  test("what people choose is what the policy looks for", () => {
    const json = enrollment(social);
    const passkey = "A passkey on this device or a security key";
    expect(all(json, "authentik_stage_prompt_field")["enrollment_choice_enroll-with"]).toMatchObject({
      placeholder: `return ["An account I have elsewhere","${passkey}"]`,
    });
    expect(policy(json, "by-passkey")).toContain(`\nPASSKEY = "${passkey}"\n`);
  });

  test("with passkeys alone or sources alone, nobody has to choose", () => {
    const passkeys = enrollment((scope) => ({ ...social(scope), sources: undefined }));
    expect(stepsOf(passkeys, "enrollment_flow").map(([order]) => order)).toEqual([30, 40, 50, 60, 70, 100]);
    const sources = enrollment((scope) => ({ ...social(scope), passkeySetUp: undefined }));
    expect(stepsOf(sources, "enrollment_flow").map(([order]) => order)).toEqual([20, 30, 40, 50, 60, 100]);
    expect([...findings(passkeys), ...findings(sources)]).toEqual([]);
  });
});

describe("open", () => {
  test("makes an inactive person, who becomes active by e-mail before the session", () => {
    const json = enrollment((scope) => ({ by: "open", ...factors(scope) }));
    expect(stepsOf(json, "enrollment_flow")).toEqual([
      [10, "authentik_stage_prompt", []],
      [20, "authentik_stage_user_write", [FIELDS]],
      [30, "authentik_stage_email", []],
      [40, "authentik_stage_authenticator_webauthn", []],
      [50, "authentik_stage_authenticator_totp", []],
      [100, "authentik_stage_user_login", []],
    ]);
    expect(only(json, "authentik_stage_user_write")).toMatchObject({ create_users_as_inactive: true });
    expect(findings(json)).toEqual([]);
  });

  test("confirms the address", () => {
    const email = (change: Change): Block => only(enrollment(change), "authentik_stage_email");
    expect(email({ by: "open" })).toEqual({
      name: "iac-enrollment-email",
      use_global_settings: true,
      subject: "Confirm your account",
      template: "email/account_confirmation.html",
      activate_user_on_success: true,
      token_expiry: "minutes=30",
      recovery_max_attempts: 5,
      recovery_cache_timeout: "minutes=5",
      lifecycle: { create_before_destroy: true },
    });
    expect(email({ by: "open", subject: "Hello", tokenMinutes: 60 })).toMatchObject({
      subject: "Hello",
      token_expiry: "minutes=60",
    });
  });
});

test("steps keep their addresses when factors come and go", () => {
  const without = addresses(enrollment()).filter((address) => address.includes("enrollment"));
  expect(addresses(enrollment(factors))).toEqual(expect.arrayContaining(without));
});

test("what another kind asks, reads and writes are other steps, in other places, made before these go", () => {
  const own = (change: Change): string[] =>
    addresses(enrollment(change)).filter((address) =>
      /flow_stage_binding\.enrollment_flow_\S*(details|invitation|write)$|user_write/.test(address),
    );
  const [invitation, open, source] = [own({}), own({ by: "open" }), own(social)];
  expect(open.filter((address) => [...invitation, ...source].includes(address))).toEqual([]);
  expect(source.filter((address) => invitation.includes(address))).toEqual([
    "authentik_stage_user_write.enrollment_write",
  ]);
  const places = (change: Change): string[] =>
    Object.values(all(enrollment(change), "authentik_flow_stage_binding")).map(
      ({ order, stage }) => `${String(order)} ${String(stage)}`,
    );
  const again = places(social).filter((place) => places({}).includes(place));
  expect(again).toEqual(["100 ${authentik_stage_user_login.enrollment_session.id}"]);
});

const ADMINS: GrantedGroup = { name: "Admins", superuser: true };
const HELPDESK: GrantedGroup = { name: "Helpdesk", superuser: false, roles: true };
const STAFF: GrantedGroup = { name: "Staff", superuser: false };

test.each<[string, LooseEnrollment, string[]]>([
  ["groups that give nothing but access", { by: "invitation", assignableGroups: [STAFF], usersGroup: STAFF }, []],
  ["what config could not read", { assignableGroups: [undefined], sources: [] }, []],
  [
    "groups that give power",
    { by: "invitation", assignableGroups: [STAFF, ADMINS, HELPDESK], usersGroup: ADMINS },
    [
      'AK056 assignableGroups[1] must be no group that makes superusers, by itself or by a group above it, got "Admins"; whoever may make invitations could hand it out: add people to it in users.json',
      'AK056 assignableGroups[2] must be no group that holds roles, by itself or by a group above it, got "Helpdesk"; whoever may make invitations could hand it out: add people to it in users.json',
      'AK056 usersGroup must be no group that makes superusers, by itself or by a group above it, got "Admins"; everybody who enrolls would have it: add people to it in users.json',
    ],
  ],
  [
    "a group twice",
    { by: "invitation", assignableGroups: [STAFF, STAFF] },
    ['AK012 assignableGroups must name each once, got "Staff" again; remove it'],
  ],
  [
    "a password and codes with social",
    { by: "social", passwordPolicy: "p", totpSetUp: "t", sources: [] },
    [
      'passwordPolicy must be left out with by "social", got one; nobody sets a password there: leave it out',
      'totpSetUp must be left out with by "social", got one; nobody sets a password there: leave it out',
    ],
  ],
  [
    "no way in again",
    { by: "social" },
    ['sources must be given with by "social", or else passkeySetUp, got neither; nobody could sign in again'],
  ],
  [
    "sources elsewhere",
    { by: "invitation", sources: [] },
    ['sources must be left out with by "invitation", got some; people who come from a source need by "social"'],
  ],
  [
    "groups nobody says",
    { by: "open", assignableGroups: [STAFF] },
    ['assignableGroups must be left out with by "open", got some; only an invitation says groups: use usersGroup'],
  ],
])("checks %s", (_, loose, texts) => {
  expect(
    checkEnrollment(loose).map(({ code, field, text }) => `${code === undefined ? "" : `${code} `}${field} ${text}`),
  ).toEqual(texts);
});

test("refuses all at once, and a list of sources without one", () => {
  expect(() => enrollment({ by: "open", assignableGroups: [ADMINS], tokenMinutes: 1 })).toThrow(
    [
      'EnrollmentFlow "test/enrollment": AK056 assignableGroups[0] must be no group that makes superusers, by itself or by a group above it, got "Admins"; whoever may make invitations could hand it out: add people to it in users.json',
      '  assignableGroups must be left out with by "open", got some; only an invitation says groups: use usersGroup',
      "  tokenMinutes must be 5 to 1440, got 1",
    ].join("\n"),
  );
  expect(() => enrollment({ by: "social", sources: () => [] })).toThrow(
    'EnrollmentFlow "test/enrollment": sources must name at least one, got []; name one, or leave the prop out',
  );
});
