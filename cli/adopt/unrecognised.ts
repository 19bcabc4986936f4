import { hostOf } from "./brand";
import { BUILT_IN, BUILT_IN_SOURCE } from "./built-in";
import { DEFAULT_BRAND, FACTORS, FLOWS, setUpName } from "./flows";
import type { Instance, Live } from "./instance";
import type { Listed } from "./listed";
import { PASSWORD_POLICY } from "./password-policy";
import { textOf } from "./reading";

const SET_UPS = FACTORS.map(setUpName);
/** The flow that LDAP apps sign in with, which is theirs. */
const LDAP_FLOW = "iac-ldap-bind";

const below = (flow: string, names: readonly string[]): string[] => names.map((name) => `${flow}-${name}`);

/** Names of what a site makes; flows by slug. */
const OURS = {
  flows: new Set<string>([...Object.values(FLOWS), ...SET_UPS, LDAP_FLOW]),
  stages: new Set<string>([
    ...below(FLOWS.login, ["identification", "password", "passkey", "guard", "mfa", "session"]),
    FLOWS.passkey,
    `${FLOWS.passkey}-session`,
    ...below(FLOWS.recovery, ["identification", "email", "password", "write", "session"]),
    ...below(FLOWS.enrollment, ["invitation", "details", "choice", "sources", "code", "email", "session"]),
    ...below(FLOWS.enrollment, ["write", "write-inactive"]),
    ...below(FLOWS.userSettings, ["form", "write"]),
    `${FLOWS.sourceLogin}-session`,
    ...SET_UPS,
    ...below("iac-ldap", ["identification", "password", "login"]),
  ]),
  prompts: new Set<string>([
    ...below(`${FLOWS.recovery}-password`, ["password", "password_repeat"]),
    ...below(`${FLOWS.enrollment}-details`, ["username", "name", "email", "password", "password_repeat"]),
    ...below(FLOWS.enrollment, ["choice-enroll_with", "code-token"]),
    ...below(`${FLOWS.userSettings}-form`, ["username", "name", "email", "attributes.settings.locale"]),
    ...below(`${FLOWS.userSettings}-form`, ["avatar_upload", "avatar_reset"]),
  ]),
  policies: new Set<string>([
    ...below(FLOWS.login, ["not-passkey", "guard-reputation", "guard-never"]),
    `${FLOWS.recovery}-not-restored`,
    `${FLOWS.sourceLogin}-only-sso`,
    ...below(FLOWS.enrollment, ["names", "fields", "groups", "from-source", "asks-code", "by-passkey"]),
    ...below(FLOWS.userSettings, ["authorization", "avatar"]),
  ]),
} as const;

/** What of sign-in an instance has that is neither authentik's own nor made by a site, by its name. */
export function unrecognised(instance: Instance): Listed[] {
  const flows = others(instance.all("flows/instances"), "slug", OURS.flows, BUILT_IN.flows);
  const stages = others(instance.all("stages/all"), "name", OURS.stages, BUILT_IN.stages);
  const prompts = others(instance.all("stages/prompt/prompts"), "name", OURS.prompts, BUILT_IN.prompts);
  return [
    ...flows.map((flow) =>
      listed(
        "flow",
        flow.slug,
        `must be one that a site makes, got one for ${textOf(flow.designation, "something else")}`,
      ),
    ),
    ...stages.map((stage) => listed("stage", stage.name, `must be one that a site makes, got ${kindOf(stage)}`)),
    ...prompts.map((prompt) => listed("prompt field", prompt.name, "must be one that a site makes, got another")),
    ...policies(instance).map((policy) =>
      listed("policy", policy.name, `must be one that a site makes, or be bound to an app, got ${kindOf(policy)}`),
    ),
    ...sources(instance),
    ...brands(instance),
    ...entitlements(instance),
  ];
}

function listed(noun: string, name: unknown, why: string): Listed {
  return { what: `${noun} ${String(name)}`, why };
}

function others(
  all: readonly Live[],
  field: string,
  ours: ReadonlySet<string>,
  builtIn: ReadonlySet<string>,
): readonly Live[] {
  return all.filter((live) => !ours.has(String(live[field])) && !builtIn.has(String(live[field])));
}

/** What authentik calls the kind of an object. */
function kindOf(live: Live): string {
  return textOf(live.verbose_name, "another");
}

/** Policies that no app is bound to; those of apps are read with them. */
function policies(instance: Instance): readonly Live[] {
  const isOfApp = ({ pk }: Live): boolean =>
    instance.having("policies/bindings", "policy", pk).some(({ target }) => isApp(instance, target));
  return others(instance.all("policies/all"), "name", OURS.policies, BUILT_IN.policies).filter(
    (policy) => !PASSWORD_POLICY.test(String(policy.name)) && !isOfApp(policy),
  );
}

function isApp(instance: Instance, target: unknown): boolean {
  return ["pk", "pbm_uuid"].some((field) => instance.having("core/applications", field, target).length > 0);
}

/** Sources of other kinds than social logins, which are read with them. */
function sources(instance: Instance): Listed[] {
  return instance
    .all("sources/all")
    .filter(({ pk, slug }) => slug !== BUILT_IN_SOURCE && instance.get("sources/oauth", pk) === undefined)
    .map((source) => listed("source", source.slug, `must be a social login, got ${kindOf(source)}`));
}

/** Entitlements, which go on to count in their apps. */
function entitlements(instance: Instance): Listed[] {
  return instance.all("core/application_entitlements").map(({ app, name }) => {
    const slug = textOf(instance.get("core/applications", app)?.slug, "an app that cannot be read");
    return listed("entitlement", name, `must be none, since a site has no entitlements, got one of ${slug}`);
  });
}

function brands(instance: Instance): Listed[] {
  const known = [DEFAULT_BRAND, hostOf(instance)];
  return instance
    .all("core/brands")
    .filter(({ domain }) => !known.includes(String(domain)))
    .map(({ domain }) => listed("brand", domain, "must be that of the public host, got another"));
}
