import type { Check } from "../finding";
import { problem } from "../finding";
import { parseObject } from "../json";
import { ignores } from "../stack";

/** What is not stated is wiped, unless it is ignored: avatars and locales live there. */
export const attributesOwned: Check = function* (block) {
  if ("attributes" in block.body || ignores(block, "attributes")) return;
  yield problem("user-attributes", "attributes must be stated or under ignore_changes; else what people set is wiped");
};

/** With an expiry, the server cuts or refuses lifetimes over its maximum, and the provider never reads it back. */
export const lastingToken: Check = function* ({ body }) {
  const { intent = "api", expiring } = body;
  if (expiring === undefined) {
    yield problem(
      "unstated-default",
      "expiring must be stated; the provider's default ends the token after the server's maximum",
    );
  } else if (expiring !== false && (intent === "api" || intent === "app_password")) {
    yield problem(
      "token-expiry",
      `expiring must be false for intent ${intent}; the server ends the token and no plan shows it`,
    );
  }
};

const FLAGS = [
  "core_default_app_access",
  "enterprise_audit_include_expanded_diff",
  "flows_continuous_login",
  "flows_refresh_others",
];

/** Every write is of all settings: a flag that is left out becomes false, an unknown one never matches. */
export const allFlags: Check = function* ({ body }) {
  const { flags } = body;
  if (typeof flags !== "string" || flags.includes("${")) return;
  const parsed = parseObject(flags);
  if (!parsed) return;
  const stated = Object.keys(parsed);
  const missing = FLAGS.filter((flag) => !stated.includes(flag));
  const unknown = stated.filter((flag) => !FLAGS.includes(flag));
  if (missing.length > 0) yield problem("system-flags", `flags lacks ${missing.join(", ")}; state all four`);
  if (unknown.length > 0)
    yield problem("system-flags", `flags has ${unknown.join(", ")}, which the provider drops; remove it`);
};

/** The provider reads a certificate back with exactly one newline at its end. */
export const pemEnds: Check = function* ({ body }) {
  for (const name of ["certificate_data", "key_data"]) {
    const value = body[name];
    if (typeof value !== "string" || value.includes("${") || /[^\s]\n$/.test(value)) continue;
    yield problem("certificate-pem", `${name} must end in exactly one newline; it is read back so`);
  }
};
