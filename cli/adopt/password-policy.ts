import { list } from "../../access/stack";
import { passwordPolicy as shape } from "../../config/recovery-shape";
import type { SiteInput } from "../../config/schema";
import { FLOWS, stageAt } from "./flows";
import type { Instance, Live } from "./instance";
import { NOTHING, read, unsaid } from "./reading";
import type { Reading } from "./reading";

type PasswordPolicy = NonNullable<SiteInput["passwordPolicy"]>;

/** What the names of a site's password policies begin with; what they ask for is the rest. */
export const PASSWORD_POLICY = /^iac-password(-(digits|lowercase|uppercase|symbols|strength|breaches))*$/;

/** Forms that ask for a new password. */
const FORMS = [`${FLOWS.recovery}-password`, `${FLOWS.enrollment}-details`];

/** Kinds of characters that have to be there, as the API, a site and people call them. */
const AMOUNTS = [
  ["amount_digits", "digits", "digits"],
  ["amount_lowercase", "lowercase", "lower-case letters"],
  ["amount_uppercase", "uppercase", "upper-case letters"],
  ["amount_symbols", "symbols", "symbols"],
] as const;

/** What a new password has to be, on an instance with a recovery or an enrollment of ours. */
export function passwordPolicyOf(instance: Instance): Reading<PasswordPolicy> {
  const forms = FORMS.map((name) => stageAt(instance, "prompt/stages", name)).filter((form) => form !== undefined);
  const asked = new Set(forms.flatMap((form) => list(form.validation_policies)));
  const policies = instance.all("policies/password").filter(({ pk }) => asked.has(pk));
  const [policy, ...others] = policies;
  if (policy === undefined) return NOTHING;
  const what = `policy ${String(policy.name)}`;
  if (others.length > 0) {
    const why = `must be the only one that new passwords pass, got ${policies.length}`;
    return unsaid(what, why);
  }
  if (!PASSWORD_POLICY.test(String(policy.name))) {
    return unsaid(what, "must be called iac-password and what it asks for, got another name");
  }
  const { error_message, length_min, check_zxcvbn, zxcvbn_score_threshold } = policy;
  const found = read(what, shape, {
    minLength: length_min,
    ...Object.fromEntries(AMOUNTS.map(([field, name]) => [name, policy[field] === 0 ? undefined : policy[field]])),
    // authentik refuses what scores the threshold or less.
    strength: check_zxcvbn === true ? Number(zxcvbn_score_threshold) + 1 : undefined,
    breachCheck: policy.check_have_i_been_pwned,
    message: error_message === usualMessage(policy) ? undefined : error_message,
  });
  return found.value === undefined || Object.keys(found.value).length > 0 ? found : NOTHING;
}

/** What people read whose password is refused, where nobody chose a text. */
function usualMessage(policy: Live): string {
  const amounts = AMOUNTS.flatMap(([field, , words]) => {
    const count = Number(policy[field] ?? 0);
    return count === 0 ? [] : [`${count} ${count === 1 ? words.replace(/s$/, "") : words}`];
  });
  const all = [`${String(policy.length_min)} characters`, ...amounts];
  const last = all.pop() ?? "";
  return `Choose a password of at least ${all.length === 0 ? last : `${all.join(", ")} and ${last}`}.`;
}
