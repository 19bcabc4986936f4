import type { Check } from "../finding";
import { problem } from "../finding";
import { asList, textAt } from "../json";
import { ignores } from "../stack";

/** The server refuses a stage that nobody can identify with; an adopted one keeps what it has. */
export const identifiable: Check = function* (block, stack) {
  const { address, body } = block;
  if (asList(body["user_fields"]).length > 0 || asList(body["sources"]).length > 0) return;
  if (stack.imported.has(address) && ignores(block, "user_fields")) return;
  yield problem("stage-values", "user_fields or sources must have an entry; the server refuses a stage with neither");
};

/** Offering to set a factor up takes a stage that does it. */
export const configurable: Check = function* ({ body }) {
  if (body["not_configured_action"] !== "configure" || asList(body["configuration_stages"]).length > 0) return;
  yield problem("stage-values", "configuration_stages must have an entry with not_configured_action configure");
};

const RESET = "email/password_reset.html";

/** The provider's default template tells people to reset their password. */
export const otpTemplate: Check = function* ({ body }) {
  const { template = RESET } = body;
  if (template !== RESET) return;
  yield problem(
    "email-template",
    `template must be stated and not be ${RESET}; the one for codes is email/email_otp.html`,
  );
};

/** A redirect needs the target of its mode. */
export const redirectTarget: Check = function* ({ body }) {
  const mode = textAt(body, "mode") ?? "flow";
  const name = mode === "static" ? "target_static" : "target_flow";
  if (body[name] === undefined) yield problem("stage-values", `${name} must be stated in mode ${mode}`);
};
