import { Construct } from "constructs";
import { PolicyExpression } from "../.gen/providers/authentik/policy-expression";
import { checkExpression, contextRead, readExpression } from "./expression";
import type { Constants, ExpressionForm } from "./expression";
import type { StepPolicy } from "./flow";
import { refuse } from "./refusal";
import { escapeTemplate } from "./template";

export interface ExpressionPolicyProps {
  /** Name in authentik, unique among policies. */
  readonly name: string;
  /** Absolute path of a Python file that defines `evaluate(request)`. */
  readonly file: string;
  /** Whether the file is a module, or the text as authentik runs it.  @default "module" */
  readonly form?: ExpressionForm;
  /**
   * Values of constants that the file declares at its top level, by their upper-case names. The functions of the file see
   * them; what the file works out from a constant at its top level is worked out before.
   * @default - what the file declares
   */
  readonly constants?: Constants;
}

/**
 * A policy written in Python.
 * @throws RefusedError when the file does not define `evaluate(request)`, would mean something else inside authentik, or
 * declares no constant of a given name
 * @see https://docs.goauthentik.io/customize/policies/expression
 */
export class ExpressionPolicy extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: PolicyExpression;
  /** Uuid of the policy; known after apply. */
  readonly policyId: string;
  /** What it reads of a flow's context that is not there when the flow starts. */
  readonly readsContext: readonly string[];

  constructor(scope: Construct, id: string, props: ExpressionPolicyProps) {
    super(scope, id);
    refuse(this, checkExpression(props.file, props.constants, props.form));
    this.resource = new PolicyExpression(this, "Resource", {
      name: props.name,
      expression: escapeTemplate(readExpression(props.file, props.constants, props.form)),
      executionLogging: false,
      // Deleting a policy deletes its bindings: they have to point elsewhere first.
      lifecycle: { createBeforeDestroy: true },
    });
    this.node.defaultChild = this.resource;
    this.policyId = this.resource.id;
    this.readsContext = contextRead(props.file);
  }

  /** The policy as a step of a flow asks it. */
  forStep(options: Pick<StepPolicy, "failureResult" | "negate"> = {}): StepPolicy {
    return { policy: this.policyId, readsContext: this.readsContext, ...options };
  }
}
