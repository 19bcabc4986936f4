import { Construct } from "constructs";
import { PolicyExpression } from "../.gen/providers/authentik/policy-expression";
import { checkExpression, readExpression } from "./expression";
import { refuse } from "./refusal";
import { escapeTemplate } from "./template";

export interface ExpressionPolicyProps {
  /** Name in authentik, unique among policies. */
  readonly name: string;
  /** Absolute path of a Python file that defines `evaluate(request)`. */
  readonly file: string;
}

/**
 * A policy written in Python.
 * @throws RefusedError when the file does not define `evaluate(request)`, or would mean something else inside authentik
 * @see https://docs.goauthentik.io/customize/policies/expression
 */
export class ExpressionPolicy extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: PolicyExpression;
  /** Uuid of the policy; known after apply. */
  readonly policyId: string;

  constructor(scope: Construct, id: string, props: ExpressionPolicyProps) {
    super(scope, id);
    refuse(this, checkExpression(props.file));
    this.resource = new PolicyExpression(this, "Resource", {
      name: props.name,
      expression: escapeTemplate(readExpression(props.file)),
      executionLogging: false,
      // Deleting a policy deletes its bindings: they have to point elsewhere first.
      lifecycle: { createBeforeDestroy: true },
    });
    this.node.defaultChild = this.resource;
    this.policyId = this.resource.id;
  }
}
