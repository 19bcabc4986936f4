import { list } from "../../access/stack";
import { login as shape } from "../../config/login-shape";
import type { SiteInput } from "../../config/schema";
import { FLOWS, factorOf, flowAt, leadsTo, stageAt, stepsOf } from "./flows";
import type { Instance, Live } from "./instance";
import { NOTHING, isSet, read, unsaid, withoutEmpty } from "./reading";
import type { Reading } from "./reading";
import { sessionOf } from "./session";

type Login = NonNullable<SiteInput["login"]>;

const WHAT = `flow ${FLOWS.login}`;

/** What people read who are turned away, where nobody chose a text. */
const GUARD_MESSAGE = "Too many failed attempts to sign in. Try again tomorrow, or ask an administrator.";
const EACH_TIME = "seconds=0";
/** What people set up unless a login says otherwise. */
export const SET_UP = ["totp", "webauthn", "static"] as const;

/** The login of our own that an instance has. */
export function loginOf(instance: Instance): Reading<Login> {
  const flow = flowAt(instance, FLOWS.login);
  if (flow === undefined) return NOTHING;
  const stages = {
    identification: stageAt(instance, "identification", `${FLOWS.login}-identification`),
    mfa: stageAt(instance, "authenticator/validate", `${FLOWS.login}-mfa`),
    guard: stageAt(instance, "deny", `${FLOWS.login}-guard`),
    session: sessionOf(instance, `${FLOWS.login}-session`),
  };
  const { identification, mfa, guard, session } = stages;
  if (identification === undefined || mfa === undefined || guard === undefined || session === undefined) {
    return unsaid(WHAT, ...missing(stages, FLOWS.login));
  }
  const factors = list(mfa.configuration_stages).map((stage) => factorOf(instance, stage));
  const reputation = reputationOf(instance, flow, guard);
  if (reputation === undefined) {
    return unsaid(WHAT, "reputation must be decided by a policy of the step that denies, got none");
  }
  if (factors.includes(undefined)) {
    return unsaid(WHAT, "mfa.setUp must name stages iac-set-up-<factor>, got one that no site makes");
  }
  const passkeyFlow = flowAt(instance, FLOWS.passkey);
  const found = read(WHAT, shape, {
    title: flow.title,
    userFields: identification.user_fields,
    passkeys: isSet(identification.webauthn_stage),
    passwordless: leadsTo(identification.passwordless_flow, passkeyFlow),
    rememberUsername: identification.enable_remember_me,
    reputation,
    mfa: secondFactor(mfa, factors),
    ...session,
    compatibilityMode: flow.compatibility_mode,
  });
  return found.value === undefined ? found : { ...found, value: withoutEmpty(found.value, ["mfa", "reputation"]) };
}

/** Stages that a flow of ours would have. */
export function missing(stages: Readonly<Record<string, unknown>>, prefix: string): string[] {
  const names = Object.keys(stages).filter((name) => stages[name] === undefined);
  return names.map((name) => `must have the stage ${prefix}-${name}, got none`);
}

function secondFactor(mfa: Live, factors: readonly unknown[]): Readonly<Record<string, unknown>> {
  const { device_classes, last_auth_threshold, not_configured_action } = mfa;
  const isUsual = factors.length === SET_UP.length && SET_UP.every((factor, place) => factors[place] === factor);
  const setUp = not_configured_action === "configure" && !isUsual ? factors : undefined;
  const askAgainAfter = last_auth_threshold === EACH_TIME ? undefined : last_auth_threshold;
  return {
    deviceClasses: device_classes,
    notConfigured: not_configured_action,
    ...(setUp === undefined ? {} : { setUp }),
    ...(askAgainAfter === undefined ? {} : { askAgainAfter }),
  };
}

/** Whom the login turns away; nothing when its step says neither whom nor nobody. */
function reputationOf(instance: Instance, flow: Live, guard: Live): unknown {
  const steps = stepsOf(instance, flow).filter(({ stage }) => stage === guard.pk);
  const asked = steps.flatMap(({ pk }) => instance.having("policies/bindings", "target", pk));
  const policy = asked.map((binding) => instance.get("policies/reputation", binding.policy)).find(Boolean);
  if (policy !== undefined) {
    return {
      threshold: policy.threshold,
      checkIp: policy.check_ip,
      checkUsername: policy.check_username,
      ...(guard.deny_message === GUARD_MESSAGE ? {} : { message: guard.deny_message }),
    };
  }
  const never = instance.having("policies/expression", "name", `${FLOWS.login}-guard-never`)[0];
  return never !== undefined && asked.some((binding) => binding.policy === never.pk) ? false : undefined;
}
