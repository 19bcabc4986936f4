import { Construct } from "constructs";
import { PolicyPassword } from "../.gen/providers/authentik/policy-password";
import { outOfRange, refuse } from "./refusal";
import type { Refusal } from "./refusal";

export interface PasswordPolicyProps {
  /** Fewest characters (8 to 128).  @default 12 */
  readonly minLength?: number;
  /** Fewest digits (1 to 20).  @default - none asked for */
  readonly digits?: number;
  /** Fewest lower-case letters (1 to 20).  @default - none asked for */
  readonly lowercase?: number;
  /** Fewest upper-case letters (1 to 20).  @default - none asked for */
  readonly uppercase?: number;
  /** Fewest symbols (1 to 20).  @default - none asked for */
  readonly symbols?: number;
  /**
   * The strength that zxcvbn has to find, 2 (somewhat guessable) to 4 (very unguessable).
   * @default - strength is not judged
   */
  readonly strength?: number;
  /**
   * Whether a password that haveibeenpwned.com knows more than once is refused. When authentik cannot reach that service,
   * nobody can enroll or recover.  @default false
   */
  readonly breachCheck?: boolean;
  /** What people read whose password is refused.  @default - says what is asked for */
  readonly message?: string;
}

/**
 * What a new password has to be, for prompt stages that ask for one.
 *
 * The provider sends neither false nor 0, so what was asked for once could never be given up again: a policy that asks for
 * other things is another policy, which takes the place of the first.
 *
 * @throws RefusedError on a number out of range
 * @see https://docs.goauthentik.io/customize/policies/
 * @see https://github.com/goauthentik/terraform-provider-authentik/issues/886
 */
export class PasswordPolicy extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: PolicyPassword;
  /** Uuid of the policy; known after apply. */
  readonly policyId: string;

  constructor(scope: Construct, id: string, props: PasswordPolicyProps = {}) {
    super(scope, id);
    refuse(this, checkPasswordPolicy(props));
    const kinds = AMOUNTS.filter((kind) => props[kind] !== undefined);
    const asks = [
      ...kinds,
      ...(props.strength === undefined ? [] : ["strength"]),
      ...(props.breachCheck === true ? ["breaches"] : []),
    ];
    const minLength = props.minLength ?? MIN_LENGTH;
    this.resource = new PolicyPassword(this, ["asks", "length", ...asks].join("-"), {
      name: ["iac-password", ...asks].join("-"),
      passwordField: "password",
      checkStaticRules: true,
      lengthMin: minLength,
      amountDigits: props.digits,
      amountLowercase: props.lowercase,
      amountUppercase: props.uppercase,
      amountSymbols: props.symbols,
      checkZxcvbn: props.strength === undefined ? undefined : true,
      // authentik refuses what scores this or less.
      zxcvbnScoreThreshold: props.strength === undefined ? undefined : props.strength - 1,
      checkHaveIBeenPwned: props.breachCheck === true ? true : undefined,
      errorMessage: props.message ?? message(minLength, props),
      executionLogging: false,
      // Deleting a policy takes it from the stages that ask it: they have to ask the next one first.
      lifecycle: { createBeforeDestroy: true },
    });
    this.node.defaultChild = this.resource;
    this.policyId = this.resource.id;
  }
}

const MIN_LENGTH = 12;
const AMOUNTS = ["digits", "lowercase", "uppercase", "symbols"] as const;
const WORDS: Readonly<Record<(typeof AMOUNTS)[number], string>> = {
  digits: "digits",
  lowercase: "lower-case letters",
  uppercase: "upper-case letters",
  symbols: "symbols",
};

function message(minLength: number, props: PasswordPolicyProps): string {
  const amounts = AMOUNTS.flatMap((kind) => {
    const count = props[kind];
    return count === undefined ? [] : [`${count} ${count === 1 ? WORDS[kind].replace(/s$/, "") : WORDS[kind]}`];
  });
  const all = [`${minLength} characters`, ...amounts];
  const last = all.pop() ?? "";
  return `Choose a password of at least ${all.length === 0 ? last : `${all.join(", ")} and ${last}`}.`;
}

/** Refuses numbers that authentik would not take, or that the provider would not send. */
export function checkPasswordPolicy(props: PasswordPolicyProps): Refusal[] {
  return [
    ...outOfRange("minLength", props.minLength, 8, 128),
    ...AMOUNTS.flatMap((kind) => outOfRange(kind, props[kind], 1, 20)),
    ...outOfRange("strength", props.strength, 2, 4),
  ];
}
