import { Construct } from "constructs";
import { PropertyMappingProviderScope } from "../.gen/providers/authentik/property-mapping-provider-scope";
import { checkExpression, readExpression } from "./expression";
import type { ExpressionForm } from "./expression";
import { leaveUnset } from "./lifecycle";
import { refuse } from "./refusal";
import { escapeTemplate } from "./template";

export interface ScopeMappingProps {
  /** Name in authentik, unique among property mappings. */
  readonly name: string;
  /** The scope a client asks for, such as `groups`. */
  readonly scopeName: string;
  /** Absolute path of a Python file whose `evaluate(request)` returns the claims as a dict. */
  readonly file: string;
  /** Whether the file is a module, or the text as authentik runs it.  @default "module" */
  readonly form?: ExpressionForm;
  /** What a consent screen says the scope is for.  @default - the consent screen does not mention the scope */
  readonly description?: string;
}

/**
 * A scope of our own, with the claims it adds.
 * @throws RefusedError when the file does not define `evaluate(request)`, or would mean something else inside authentik
 * @see https://docs.goauthentik.io/add-secure-apps/providers/property-mappings
 */
export class ScopeMapping extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: PropertyMappingProviderScope;
  /** Uuid of the mapping; known after apply. */
  readonly mappingId: string;

  constructor(scope: Construct, id: string, props: ScopeMappingProps) {
    super(scope, id);
    refuse(this, checkExpression(props.file, {}, props.form));
    this.resource = new PropertyMappingProviderScope(this, "Resource", {
      name: props.name,
      scopeName: props.scopeName,
      description: props.description,
      expression: escapeTemplate(readExpression(props.file, {}, props.form)),
      lifecycle: leaveUnset({ description: props.description }, { createBeforeDestroy: true }),
    });
    this.node.defaultChild = this.resource;
    this.mappingId = this.resource.id;
  }
}
