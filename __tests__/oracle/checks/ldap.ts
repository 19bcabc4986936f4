import type { Check, Problem } from "../finding";
import { problem } from "../finding";
import { isList, textAt } from "../json";
import type { Block, Stack } from "../stack";
import { referencesOf } from "../stack";

/** An outpost binds at the first base DN that a name ends in, and searches at the longest. */
export const baseDns: Check = function* (block, stack) {
  const all = stack.resources("authentik_provider_ldap");
  for (const earlier of all.slice(0, all.indexOf(block))) {
    const relation = relate(textAt(block.body, "base_dn"), textAt(earlier.body, "base_dn"));
    if (relation === undefined) continue;
    const text = `base_dn ${relation} that of ${earlier.address}; people would bind to one and search in the other`;
    yield problem("base-dn", text);
  }
};

function relate(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return undefined;
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  if (a === b) return "equals";
  if (a.endsWith(b)) return "lies inside";
  return b.endsWith(a) ? "lies around" : undefined;
}

/** What an outpost has an answer to; a stage that only asks a browser ends the bind. */
const ANSWERED = /_stage_(?:identification|password|authenticator_validate|deny|user_login|user_logout)$/;

function ownBindFlow(block: Block, stack: Stack): Block | undefined {
  const flow = stack.referenced(block, "bind_flow");
  return flow?.mode === "resource" && flow.type === "authentik_flow" ? flow : undefined;
}

/** A flow of ours that outposts run for each bind. */
export const bindFlow: Check = function* (block, stack) {
  const flow = ownBindFlow(block, stack);
  if (!flow) return;
  const stages = stagesOf(flow, stack);
  for (const stage of stages) {
    if (ANSWERED.test(stage.type)) continue;
    yield problem("bind-flow", `${flow.address} has ${stage.address}, which an outpost cannot answer; remove it`);
  }
  yield* proves(flow, stages);
  if (stages.some(({ type }) => type === "authentik_stage_authenticator_validate")) return;
  if (flow.body["authentication"] !== "require_outpost") {
    const text = `${flow.address} asks for no second factor, so authentication must be require_outpost; anybody can open it`;
    yield problem("bind-flow", text);
  }
  if (block.body["mfa_support"] !== false) {
    yield problem("bind-flow", "mfa_support must be false; it cuts passwords that end in a semicolon and a code");
  }
};

function* proves(flow: Block, stages: readonly Block[]): Generator<Problem> {
  const asks = stages.some(({ body, type }) => type === "authentik_stage_password" || body["password_stage"]);
  if (!asks) yield problem("bind-flow", `${flow.address} asks for no password; anybody could bind as anybody`);
  if (stages.some(({ type }) => type === "authentik_stage_user_login")) return;
  yield problem("bind-flow", `${flow.address} signs nobody in, and a bind without a session fails; add a login stage`);
}

function stagesOf(flow: Block, stack: Stack): Block[] {
  const steps = stack.resources("authentik_flow_stage_binding");
  return steps.flatMap((step) => {
    const stage = stack.referenced(step, "target") === flow ? stack.referenced(step, "stage") : undefined;
    return stage === undefined ? [] : [stage];
  });
}

/** The invalidation flow that providers share has no stages. */
export const unbindFlow: Check = function* (block, stack) {
  const flow = stack.referenced(block, "unbind_flow");
  if (flow?.mode !== "data" || flow.body["slug"] !== "default-provider-invalidation-flow") return;
  yield problem("unbind-flow", `${flow.address} has no stages, so that sessions of binds stay; end them in another`);
};

/** Who may search has to be let in by the application, and by nothing but its own binding. */
export const searchAccounts: Check = function* (block, stack) {
  const application = stack
    .resources("authentik_application")
    .find((candidate) => stack.referenced(candidate, "protocol_provider") === block);
  if (!application) return;
  const bindings = stack
    .resources("authentik_policy_binding")
    .filter((binding) => stack.referenced(binding, "target") === application);
  for (const account of searching(block, stack)) {
    if (!bindings.some((binding) => stack.referenced(binding, "user") === account)) {
      const text = `${account.address} may search it and is not bound to ${application.address}, so its bind is refused`;
      yield problem("search-account", text);
    } else if (application.body["policy_engine_mode"] === "all" && bindings.length > 1) {
      const text = `${application.address} wants all of its bindings to match, and ${account.address} matches its own`;
      yield problem("search-account", text);
    }
  }
};

function searching(provider: Block, stack: Stack): Block[] {
  const roles = stack
    .resources("authentik_rbac_permission_role")
    .filter((granted) => stack.referenced(granted, "object_id") === provider)
    .map((granted) => stack.referenced(granted, "role"));
  return stack.resources("authentik_user").filter((user) => {
    return referencesOf(user, "roles").some(({ address }) => roles.includes(stack.find(address)));
  });
}

/** With several providers an outpost takes a certificate only when all name the same. */
export const sharedCertificate: Check = function* (block, stack) {
  if (block.body["type"] !== "ldap") return;
  const providers = referencesOf(block, "protocol_providers").flatMap(({ address }) => stack.find(address) ?? []);
  const certificates = new Set(providers.map(({ body }) => textAt(body, "certificate")));
  if (certificates.size <= 1) return;
  yield problem("ldap-certificate", "its providers name different certificates, so it serves none of them; name one");
};

/** A key is there only when it is retrieved, and is then in the state. */
export const tokenKey: Check = function* (block, stack) {
  const readers = stack.blocks.filter(({ leaves }) => {
    return leaves.some(({ references }) => {
      return references.some(({ address, attribute }) => address === block.address && attribute === "key");
    });
  });
  const retrieved = block.body["retrieve_key"] === true;
  const [reader] = readers;
  if (reader && !retrieved) {
    yield problem("token-key", `${reader.address} reads its key, which is empty; state retrieve_key`);
  } else if (!reader && retrieved) {
    yield problem("token-key", "retrieve_key puts the key into the state, and nothing reads it; leave it out");
  }
};

/** An app password is one only to a stage that asks for it. */
export const appPasswords: Check = function* (block, stack) {
  const flow = ownBindFlow(block, stack);
  if (!flow) return;
  const accounts = searching(block, stack);
  const tokens = stack.resources("authentik_token").filter(({ body }) => body["intent"] === "app_password");
  const needed = tokens.some((token) => accounts.some((account) => stack.referenced(token, "user") === account));
  if (!needed) return;
  const passwords = stagesOf(flow, stack).flatMap((stage) =>
    stage.type === "authentik_stage_password" ? [stage] : (stack.referenced(stage, "password_stage") ?? []),
  );
  for (const { address, body } of passwords.filter(({ type }) => type === "authentik_stage_password")) {
    const { backends } = body;
    if (!isList(backends) || backends.includes("authentik.core.auth.TokenBackend")) continue;
    yield problem("bind-flow", `${address} takes no app passwords, and its search account has one; add TokenBackend`);
  }
};
