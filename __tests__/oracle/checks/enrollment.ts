import type { Check } from "../finding";
import { problem } from "../finding";
import { asList, textAt } from "../json";
import { ignores } from "../stack";

const CREATION: Readonly<Record<string, string>> = { enrollment: "always_create", recovery: "never_create" };

/** authentik writes to whoever is signed in, and to who is known already unless it always makes somebody new. */
export const writesNobodyElse: Check = function* (block, stack) {
  const flow = stack.referenced(block, "target");
  const stage = stack.referenced(block, "stage");
  const designation = flow === undefined ? undefined : textAt(flow.body, "designation");
  const creation = CREATION[designation ?? ""];
  if (flow === undefined || stage?.type !== "authentik_stage_user_write" || creation === undefined) return;
  if (flow.body["authentication"] !== "require_unauthenticated") {
    const text = `${flow.address} must require that nobody is signed in; ${stage.address} would write to that person`;
    yield problem("writes-others", text);
  }
  // That it is stated at all is a check of its own.
  const { user_creation_mode = creation } = stage.body;
  if (user_creation_mode !== creation) {
    yield problem("writes-others", `${stage.address} must be ${creation} in a flow for ${String(designation)}`);
  }
};

/** Without fields a screen has buttons only, and a name that is sent all the same is taken for somebody's. */
export const nobodyPretended: Check = function* (block, stack) {
  const { address, body } = block;
  // An adopted one keeps the fields it has.
  if (stack.imported.has(address) && ignores(block, "user_fields")) return;
  if (asList(body["user_fields"]).length > 0 || asList(body["sources"]).length === 0) return;
  if (body["pretend_user_exists"] === false) return;
  yield problem(
    "buttons-only",
    "pretend_user_exists must be false without user_fields; any name would lead past the sources",
  );
};
