import { Construct } from "constructs";
import { PolicyReputation } from "../.gen/providers/authentik/policy-reputation";
import { StageDeny } from "../.gen/providers/authentik/stage-deny";
import { ExpressionPolicy } from "./expression-policy";
import type { FlowStep, StepPolicy } from "./flow";
import { refuse } from "./refusal";
import type { Refusal } from "./refusal";

/** Whom authentik turns away after too many failed attempts. */
export interface ReputationProps {
  /**
   * The score that is turned away, -5 to -1. Each failed attempt takes one from the score of this username at this
   * address, which ends at -5; the scores of an address, and of a username, are added up.  @default -5
   */
  readonly threshold?: number;
  /** Whether the address counts; not where everybody comes from one, as behind a proxy that hides it.  @default true */
  readonly checkIp?: boolean;
  /** Whether the username counts; attempts by others then lock a person out.  @default true */
  readonly checkUsername?: boolean;
  /** What people read who are turned away.  @default - to try again tomorrow or ask an administrator */
  readonly message?: string;
}

export interface ReputationGuardProps {
  /** Name of the stage and, with an ending, of the policy; both unique. */
  readonly name: string;
  /** What is too much; false turns nobody away and keeps the step, so that it can be switched on again. */
  readonly reputation: ReputationProps | false;
  /** Policies that have to pass as well before somebody is turned away.  @default - none */
  readonly also?: readonly StepPolicy[];
}

/** The score that a username has at an address after any number of failed attempts, as authentik and SystemSettings have it. */
const LOWEST_SCORE = -5;

const MESSAGE = "Too many failed attempts to sign in. Try again tomorrow, or ask an administrator.";

/**
 * A step that turns people away after too many failed attempts.
 *
 * A reputation policy passes when the score is low. That guards a step which denies, and nothing else: bound to a flow or
 * to any other step, it would let in only those with a bad name. So the policy is made with its stage, and both come out
 * as one step.
 *
 * @throws RefusedError on a threshold that everybody or nobody meets
 * @see https://docs.goauthentik.io/customize/policies/types/reputation/
 */
export class ReputationGuard extends Construct {
  /** The stage that denies, for what this construct has no prop for. */
  readonly resource: StageDeny;
  private readonly policies: readonly StepPolicy[];

  constructor(scope: Construct, id: string, props: ReputationGuardProps) {
    super(scope, id);
    refuse(this, checkReputation(props.reputation));
    this.resource = new StageDeny(this, "Resource", {
      name: props.name,
      denyMessage: (props.reputation !== false ? props.reputation.message : undefined) ?? MESSAGE,
      // Deleting a stage deletes its bindings.
      lifecycle: { createBeforeDestroy: true },
    });
    this.node.defaultChild = this.resource;
    // Without any policy the step would deny everybody, so it is switched off by one that never passes.
    const policy =
      props.reputation === false
        ? new ExpressionPolicy(this, "never", {
            name: `${props.name}-never`,
            file: `${__dirname}/../policies/never.py`,
          }).policyId
        : this.addPolicy(props.name, props.reputation);
    this.policies = [{ policy }, ...(props.also ?? [])];
  }

  /** The step, for a flow; it comes after the one that identifies the person. */
  step(id: string, order: number): FlowStep {
    return { id, order, stage: this.resource.id, policies: this.policies, match: "all" };
  }

  private addPolicy(name: string, props: ReputationProps): string {
    return new PolicyReputation(this, "reputation", {
      name: `${name}-reputation`,
      // The provider's own default is 10, which everybody meets.
      threshold: props.threshold ?? LOWEST_SCORE,
      checkIp: props.checkIp ?? true,
      checkUsername: props.checkUsername ?? true,
      executionLogging: false,
      // Deleting a policy deletes its binding, and the step would deny everybody.
      lifecycle: { createBeforeDestroy: true },
    }).id;
  }
}

/** Refuses a threshold that everybody or nobody meets. */
export function checkReputation(reputation: ReputationProps | false | undefined): Refusal[] {
  if (reputation === undefined || reputation === false) return [];
  const { threshold = LOWEST_SCORE, checkIp = true, checkUsername = true } = reputation;
  const refusals: Refusal[] = [];
  const add = (field: string, text: string): void =>
    void refusals.push({ code: "AK042", field: `reputation.${field}`, text });
  const rule = `must be ${LOWEST_SCORE} to -1, got ${threshold}`;
  if (threshold >= 0) {
    add("threshold", `${rule}; scores begin at 0, so everybody without a history would be turned away`);
  } else if (threshold < LOWEST_SCORE) {
    add("threshold", `${rule}; the score of a username at an address ends at ${LOWEST_SCORE}, so guessing would go on`);
  } else if (!Number.isInteger(threshold)) {
    add("threshold", `${rule}; scores are whole numbers`);
  }
  if (!checkIp && !checkUsername) {
    const text =
      "must be true with checkIp false, got false; a policy that looks at neither adds up everybody's scores";
    add("checkUsername", text);
  }
  return refusals;
}
