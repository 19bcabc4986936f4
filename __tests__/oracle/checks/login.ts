import type { Check } from "../finding";
import { problem } from "../finding";
import { asList, textAt } from "../json";
import { targets } from "../rules/references";
import type { Block, Stack } from "../stack";
import { referencesOf } from "../stack";

/** The bindings of a flow's stages. */
function stepsOf(flow: Block, stack: Stack): Block[] {
  return stack
    .resources("authentik_flow_stage_binding")
    .filter((binding) => stack.referenced(binding, "target") === flow);
}

function policiesOf(step: Block, stack: Stack): Block[] {
  return stack.resources("authentik_policy_binding").filter((binding) => stack.referenced(binding, "target") === step);
}

function withPolicies(steps: readonly Block[], stack: Stack): Block[] {
  return steps.flatMap((step) => [step, ...policiesOf(step, stack)]);
}

/** Addresses that a block needs, and what those need. */
function closure(block: Block, stack: Stack): Set<string> {
  const seen = new Set<string>();
  const open = [block];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const address of targets(next, stack)) {
      const target = stack.find(address);
      if (target === undefined || seen.has(address)) continue;
      seen.add(address);
      open.push(target);
    }
  }
  return seen;
}

function notAwaited(block: Block, wanted: readonly Block[], stack: Stack): string | undefined {
  const awaited = closure(block, stack);
  const missing = wanted.filter(({ address }) => !awaited.has(address)).map(({ address }) => address);
  return missing.length === 0 ? undefined : missing.sort().join(", ");
}

/** Whoever opens a flow that is half made meets the steps there are: nobody is sent there, and the last step comes last. */
export const brandWaits: Check = function* (block, stack) {
  const names = Object.keys(block.body).filter((name) => name.startsWith("flow_"));
  for (const name of names) {
    const flow = stack.referenced(block, name);
    if (flow?.type !== "authentik_flow" || flow.mode !== "resource") continue;
    const missing = notAwaited(block, withPolicies(stepsOf(flow, stack), stack), stack);
    if (missing === undefined) continue;
    yield problem("half-built-flow", `${name} is shown before ${missing} is made; depend on it`);
  }
};

/** A step that signs people in comes after all that may keep them out. */
export const signsInLast: Check = function* (block, stack) {
  const flow = stack.referenced(block, "target");
  if (flow === undefined || stack.referenced(block, "stage")?.type !== "authentik_stage_user_login") return;
  const before = stepsOf(flow, stack).filter((step) => Number(step.body["order"]) < Number(block.body["order"]));
  const missing = notAwaited(block, withPolicies(before, stack), stack);
  if (missing === undefined) return;
  yield problem("half-built-flow", `signs people in before ${missing} is made; depend on it`);
};

/** With the password on the first screen, a step of its own asks for it again. */
export const passwordOnce: Check = function* (block, stack) {
  const flow = stack.referenced(block, "target");
  if (flow === undefined || stack.referenced(block, "stage")?.type !== "authentik_stage_password") return;
  if (policiesOf(block, stack).length > 0) return;
  const first = stepsOf(flow, stack)
    .map((step) => stack.referenced(step, "stage"))
    .find((stage) => stage?.type === "authentik_stage_identification" && "password_stage" in stage.body);
  if (first === undefined) return;
  yield problem("password-twice", `asks for the password that ${first.address} has asked for; remove the binding`);
};

/** A stage that denies, bound to nothing, denies everybody. */
export const deniesSome: Check = function* (block, stack) {
  const flow = stack.referenced(block, "target");
  if (flow === undefined || stack.referenced(block, "stage")?.type !== "authentik_stage_deny") return;
  const signsIn = stepsOf(flow, stack).some(
    (step) => stack.referenced(step, "stage")?.type === "authentik_stage_user_login",
  );
  if (!signsIn || policiesOf(block, stack).length > 0) return;
  yield problem("denies-all", "denies everybody, since no policy binding has it as its target; bind one");
};

const PROVES = /^authentik_stage_(?:authenticator_validate|mutual_tls|password)$/;

/** Where people prove who they are, a policy that breaks must not let them past. */
export const failsClosed: Check = function* (block, stack) {
  const step = stack.referenced(block, "target");
  const stage = step?.type === "authentik_flow_stage_binding" ? stack.referenced(step, "stage") : undefined;
  if (stage === undefined || !PROVES.test(stage.type) || block.body["failure_result"] === true) return;
  yield problem("fails-open", `failure_result must be true; a policy that breaks would skip ${stage.address}`);
};

const FLOW_CONTEXT = /\b(?:auth_method|flow_plan|invitation|is_restored|pending_user|prompt_data)\b/;

/** When a flow is planned nobody has answered anything, so what a policy reads of the answers is not there. */
export const contextIsThere: Check = function* (block, stack) {
  const step = stack.referenced(block, "target");
  const policy = stack.referenced(block, "policy");
  if (step?.type !== "authentik_flow_stage_binding" || policy?.type !== "authentik_policy_expression") return;
  const read = FLOW_CONTEXT.exec(textAt(policy.body, "expression") ?? "")?.[0];
  if (read === undefined) return;
  if (step.body["evaluate_on_plan"] === false && step.body["re_evaluate_policies"] === true) return;
  yield problem(
    "flow-context",
    `${policy.address} reads ${read}, which is there late; ${step.address} must ask it late`,
  );
};

/** A passkey that is taken for password and second factor has to verify the person. */
export const passkeyVerifies: Check = function* (block, stack) {
  const stage = stack.referenced(block, "webauthn_stage");
  if (stage?.type !== "authentik_stage_authenticator_validate") return;
  if (stage.body["webauthn_user_verification"] !== "required") {
    yield problem("passkey", `webauthn_stage ${stage.address} must require user verification; it is the only factor`);
  }
  if (!asList(stage.body["device_classes"]).includes("webauthn")) {
    yield problem("passkey", `webauthn_stage ${stage.address} must have the device class webauthn`);
  }
};

/** Nothing is the server's word for as long as an anonymous session. */
export const lastingSession: Check = function* ({ body }) {
  const duration = textAt(body, "session_duration");
  if (duration !== undefined && (duration.includes("${") || /[1-9]/.test(duration))) return;
  yield problem("session-duration", "session_duration must be stated and last; nothing lasts as an anonymous session");
};

/** The server compares the whole host, and keeps one name for its own. */
export const brandDomain: Check = function* (block, stack) {
  const domain = textAt(block.body, "domain") ?? "";
  if (referencesOf(block, "domain").length > 0) return;
  if (domain === "authentik-default") {
    if (stack.imported.has(block.address)) return;
    yield problem("brand-domain", "domain is that of the default brand; adopt it, or name a host");
  } else if (/:\d+$/.test(domain) || domain.includes("/")) {
    yield problem("brand-domain", `domain must be a host, got "${domain}"`);
  }
};
