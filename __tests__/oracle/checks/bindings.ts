import type { Check, Problem } from "../finding";
import { problem } from "../finding";
import { textAt } from "../json";
import type { Block, Stack } from "../stack";
import { referencesOf } from "../stack";

const SUBJECTS = ["policy", "group", "user"];

/** The schema allows none and all three; the server takes exactly one. */
export const oneSubject: Check = function* ({ body }) {
  const stated = SUBJECTS.filter((name) => name in body);
  if (stated.length === 1) return;
  const got = stated.length === 0 ? "none" : stated.join(" and ");
  yield problem("policy-binding", `exactly one of ${SUBJECTS.join(", ")} must be stated, got ${got}`);
};

/** Scores lie between -5 and 5 and a policy passes up to its threshold, so it guards only where passing denies. */
export const reputation: Check = function* (block, stack) {
  const { threshold } = block.body;
  if (typeof threshold !== "number" || threshold >= 0 || threshold < lowestScore(stack)) {
    const range = `from ${lowestScore(stack)} to -1`;
    yield problem("reputation-threshold", `threshold must be ${range}; scores end at 5, so a higher one always passes`);
  }
  for (const binding of stack.resources("authentik_policy_binding")) {
    if (stack.referenced(binding, "policy") !== block) continue;
    yield* misplaced(stack.referenced(binding, "target"), stack, binding);
  }
};

function* misplaced(target: Block | undefined, stack: Stack, binding: Block): Generator<Problem> {
  const stage = target?.type === "authentik_flow_stage_binding" ? stack.referenced(target, "stage") : undefined;
  const isGuard = stage !== undefined && /_stage_(?:deny|captcha)$/.test(stage.type);
  if (isGuard && target?.body["evaluate_on_plan"] === false && target.body["re_evaluate_policies"] === true) return;
  const text = `${binding.address} must bind it to a deny or captcha stage that is evaluated late`;
  yield problem("reputation-threshold", `${text}; elsewhere it skips the stage for people of good standing`);
}

function lowestScore(stack: Stack): number {
  const [settings] = stack.resources("authentik_system_settings");
  const limit = settings?.body["reputation_lower_limit"];
  return typeof limit === "number" ? limit : -5;
}

const MODEL_KINDS: Readonly<Record<string, RegExp>> = {
  "authentik_core.application": /^authentik_application$/,
  "authentik_core.group": /^authentik_group$/,
  "authentik_core.user": /^authentik_user$/,
  "authentik_flows.flow": /^authentik_flow$/,
  "authentik_outposts.outpost": /^authentik_outpost$/,
  "authentik_providers_ldap.ldapprovider": /^authentik_provider_ldap$/,
  "authentik_providers_oauth2.oauth2provider": /^authentik_provider_oauth2$/,
  "authentik_providers_proxy.proxyprovider": /^authentik_provider_proxy$/,
  "authentik_rbac.role": /^authentik_rbac_role$/,
};

/** An object id that does not exist makes the server grant the permission on all objects. */
export const permission: Check = function* (block, stack) {
  const { object_id: object } = block.body;
  const name = textAt(block.body, "permission");
  const model = textAt(block.body, "model");
  if (name !== undefined && !name.includes("${") && !/^\w+\.\w+$/.test(name)) {
    yield problem("permission", `permission must be written app.codename, got "${name}"; a bare codename is refused`);
  }
  if ((model === undefined) !== (object === undefined)) {
    yield problem("permission", "model and object_id must be stated together, or neither");
  }
  if (object === undefined) return;
  const [reference] = referencesOf(block, "object_id");
  if (!reference) {
    yield problem("permission", "object_id must be a reference; one that does not exist grants the permission on all");
    return;
  }
  const target = stack.find(reference.address);
  const wanted = model === undefined ? undefined : MODEL_KINDS[model];
  if (target && wanted && !wanted.test(target.type)) {
    yield problem("permission", `object_id refers to ${reference.address}, which is no ${model ?? ""}`);
  }
};
