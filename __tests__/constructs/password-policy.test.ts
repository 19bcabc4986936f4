import { PasswordPolicy } from "../../constructs/password-policy";
import type { PasswordPolicyProps } from "../../constructs/password-policy";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, only, synth } from "../synth";
import type { Synthesized } from "../synth";

function policy(props: PasswordPolicyProps = {}): Synthesized {
  return synth(({ stack }) => {
    new PasswordPolicy(stack, "password-policy", props);
  });
}

test("asks for twelve characters, and nobody else's server", () => {
  const json = synth(({ stack }) => {
    const made = new PasswordPolicy(stack, "password-policy");
    expect(made.node.defaultChild).toBe(made.resource);
  });
  expect(only(json, "authentik_policy_password")).toEqual({
    name: "iac-password",
    password_field: "password",
    check_static_rules: true,
    length_min: 12,
    error_message: "Choose a password of at least 12 characters.",
    execution_logging: false,
    lifecycle: { create_before_destroy: true },
  });
  expect(inspect(json as unknown as TerraformJson)).toEqual([]);
});

test("every option", () => {
  const json = policy({
    minLength: 16,
    digits: 1,
    lowercase: 2,
    uppercase: 3,
    symbols: 4,
    strength: 4,
    breachCheck: true,
  });
  expect(only(json, "authentik_policy_password")).toMatchObject({
    name: "iac-password-digits-lowercase-uppercase-symbols-strength-breaches",
    length_min: 16,
    amount_digits: 1,
    amount_lowercase: 2,
    amount_uppercase: 3,
    amount_symbols: 4,
    check_zxcvbn: true,
    zxcvbn_score_threshold: 3,
    check_have_i_been_pwned: true,
    error_message:
      "Choose a password of at least 16 characters, 1 digit, 2 lower-case letters, 3 upper-case letters and 4 symbols.",
  });
  expect(inspect(json as unknown as TerraformJson)).toEqual([]);
  expect(only(policy({ message: "Longer!" }), "authentik_policy_password")).toMatchObject({ error_message: "Longer!" });
});

test("what is asked for no longer makes another policy of another name, since neither false nor 0 is ever sent", () => {
  const [before, after] = [policy({ digits: 1, breachCheck: true }), policy({ breachCheck: false })];
  expect(addresses(before)).toEqual(["authentik_policy_password.password-policy_asks-length-digits-breaches"]);
  expect(addresses(after)).toEqual(["authentik_policy_password.password-policy_asks-length"]);
  expect(only(before, "authentik_policy_password").name).not.toBe(only(after, "authentik_policy_password").name);
});

test("another amount of the same is a change in place", () => {
  expect(addresses(policy({ digits: 1 }))).toEqual(addresses(policy({ digits: 2, minLength: 20 })));
});

test("fails on numbers out of range, all at once", () => {
  expect(() => policy({ minLength: 7, digits: 0, symbols: 21, strength: 1 })).toThrow(
    [
      'PasswordPolicy "test/password-policy": minLength must be 8 to 128, got 7',
      "digits must be 1 to 20, got 0",
      "symbols must be 1 to 20, got 21",
      "strength must be 2 to 4, got 1",
    ].join("\n  "),
  );
});
