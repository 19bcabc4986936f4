import type { TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { Flow as FlowResource } from "../.gen/providers/authentik/flow";
import { FlowStageBinding } from "../.gen/providers/authentik/flow-stage-binding";
import { PolicyBinding } from "../.gen/providers/authentik/policy-binding";
import { refuse } from "./refusal";
import type { Refusal, Waive } from "./refusal";

/** What a flow is for. */
export type FlowDesignation =
  | "authentication"
  | "authorization"
  | "enrollment"
  | "invalidation"
  | "recovery"
  | "stage_configuration"
  | "unenrollment";

/** Who may open a flow. */
export type FlowAuthentication =
  | "none"
  | "require_authenticated"
  | "require_outpost"
  | "require_redirect"
  | "require_superuser"
  | "require_token"
  | "require_unauthenticated";

/** Where a flow's box stands on its page. */
export type FlowLayout =
  | "content_left"
  | "content_right"
  | "sidebar_left"
  | "sidebar_left_frame_background"
  | "sidebar_right"
  | "sidebar_right_frame_background"
  | "stacked";

/** One policy that decides whether a step is taken. */
export interface StepPolicy {
  /** Uuid of the policy. */
  readonly policy: string;
  /** The answer when the policy cannot be evaluated, as when its Python raises.  @default false */
  readonly failureResult?: boolean;
  /** Whether the answer is turned round, also that for a policy which cannot be evaluated.  @default false */
  readonly negate?: boolean;
  /** What it reads of the flow's context that is not there when the flow starts.  @default - nobody knows */
  readonly readsContext?: readonly string[];
}

/** A stage in its place in a flow. */
export interface FlowStep {
  /** Construct id of the step; a changed one is another step, which is made before the old one goes. */
  readonly id: string;
  /** Its place, a whole number; leave gaps of 10, so that nothing has to be renumbered. */
  readonly order: number;
  /** Uuid of the stage. */
  readonly stage: string;
  /**
   * The step is left out unless they pass. They are bound after the step and taken away before it, and everybody meets it
   * in between: a step that comes and goes in a flow in use is rather kept, bound to a policy that never passes.
   * @default - the step is always taken
   */
  readonly policies?: readonly StepPolicy[];
  /** Whether one of the policies is enough or all are needed.  @default "any" */
  readonly match?: "all" | "any";
  /**
   * Whether the policies are asked when the flow starts, when nobody is known yet. Only for policies that are known to
   * read nothing that comes later.  @default false
   */
  readonly evaluateOnPlan?: boolean;
  /** Whether the policies are asked when the step is reached.  @default true */
  readonly reEvaluatePolicies?: boolean;
}

export interface FlowProps {
  /** Name in the admin interface. */
  readonly name: string;
  /** Heading people read. */
  readonly title: string;
  /** Part of the flow's URL, unique. */
  readonly slug: string;
  /** What it is for. */
  readonly designation: FlowDesignation;
  /** The stages, in any order; at least one. */
  readonly steps: readonly FlowStep[];
  /** Who may open it.  @default "none" */
  readonly authentication?: FlowAuthentication;
  /** Where the box stands on the page.  @default "stacked" */
  readonly layout?: FlowLayout;
  /** URL or path of the picture behind the box, also where a brand has another.  @default - authentik's */
  readonly background?: string;
  /** What people see who are denied.  @default "message_continue" */
  readonly deniedAction?: "continue" | "message" | "message_continue";
  /** Whether the pages help password managers that cannot look into web components.  @default false */
  readonly compatibilityMode?: boolean;
  /** Reasons by code for refusals that do not apply to this flow.  @default - none */
  readonly waive?: Waive;
}

/** A flow to point at: its uuid, or a flow of this stack, which is then waited for. */
export type FlowReference = string | Pick<Flow, "complete" | "flowId">;

/** The uuid of a flow to point at. */
export function flowUuid(flow: FlowReference): string;
export function flowUuid(flow: FlowReference | undefined): string | undefined;
export function flowUuid(flow: FlowReference | undefined): string | undefined {
  return typeof flow === "object" ? flow.flowId : flow;
}

/** What to wait for before anybody is sent to one of these flows, if anything. */
export function flowsComplete(flows: readonly (FlowReference | undefined)[]): TerraformResource[] | undefined {
  const resources = new Set(flows.flatMap((flow) => (typeof flow === "object" ? flow.complete : [])));
  return resources.size === 0 ? undefined : [...resources];
}

/**
 * A flow with its steps.
 *
 * Each step waits for the one before it and its policies, and steps are taken away last one first. The last step is what
 * signs people in, so that a flow which is half made lets nobody in. Everything is made before what it replaces goes: a
 * stage or policy that is deleted takes its bindings along, and the flow would go on without the step.
 *
 * @throws RefusedError when two steps share a place, or a step's policies are never asked or too early
 * @see https://docs.goauthentik.io/add-secure-apps/flows-stages/flow/
 */
export class Flow extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: FlowResource;
  /** Uuid of the flow, which everything that names a flow wants; known after apply. */
  readonly flowId: string;
  /** Slug of the flow. */
  readonly slug: string;
  /** What to wait for before anybody is sent to the flow: its last step and its policies. */
  readonly complete: readonly TerraformResource[];

  constructor(scope: Construct, id: string, props: FlowProps) {
    super(scope, id);
    refuse(this, checkFlow(props), props.waive);
    this.resource = new FlowResource(this, "Resource", {
      name: props.name,
      title: props.title,
      slug: props.slug,
      designation: props.designation,
      authentication: props.authentication ?? "none",
      layout: props.layout ?? "stacked",
      // The provider sends this when it is left out: a brand's picture never shows behind a flow that Terraform made.
      background: props.background ?? "/static/dist/assets/images/flow_background.jpg",
      deniedAction: props.deniedAction ?? "message_continue",
      compatibilityMode: props.compatibilityMode ?? false,
      policyEngineMode: "any",
      // A provider that points at a flow is deleted with it, a brand loses it.
      lifecycle: { createBeforeDestroy: true },
    });
    this.node.defaultChild = this.resource;
    this.flowId = this.resource.uuid;
    this.slug = props.slug;
    let before: readonly TerraformResource[] = [];
    for (const step of props.steps.toSorted((a, b) => a.order - b.order)) before = this.addStep(step, before);
    this.complete = before;
  }

  private addStep(step: FlowStep, before: readonly TerraformResource[]): TerraformResource[] {
    const scope = new Construct(this, step.id);
    const lifecycle = { createBeforeDestroy: true };
    const binding = new FlowStageBinding(scope, "Resource", {
      target: this.flowId,
      stage: step.stage,
      order: step.order,
      // The provider's own defaults are the other way round.
      evaluateOnPlan: step.evaluateOnPlan ?? false,
      reEvaluatePolicies: step.reEvaluatePolicies ?? true,
      policyEngineMode: step.match ?? "any",
      invalidResponseAction: "retry",
      dependsOn: before.length === 0 ? undefined : [...before],
      lifecycle,
    });
    scope.node.defaultChild = binding;
    const policies = (step.policies ?? []).map(
      ({ policy, failureResult = false, negate = false }, place) =>
        new PolicyBinding(scope, `policy-${place}`, {
          target: binding.id,
          policy,
          order: place * 10,
          negate,
          failureResult,
          lifecycle,
        }),
    );
    return [binding, ...policies];
  }
}

/** Refuses a flow without steps, two steps in one place, and policies that are never asked, or before anybody is known. */
export function checkFlow({ steps }: Pick<FlowProps, "steps">): Refusal[] {
  if (steps.length === 0)
    return [{ field: "steps", text: "must hold at least one step, got []; a flow without any does nothing" }];
  return steps.flatMap((step, index) => {
    const refusals: Refusal[] = [];
    const first = steps.findIndex(({ order }) => order === step.order);
    if (first < index) {
      const text = `must be a place of its own, got ${step.order}, as steps[${first}] has; leave gaps of 10`;
      refusals.push({ field: `steps[${index}].order`, text });
    }
    if ((step.policies ?? []).length > 0 && step.evaluateOnPlan !== true && step.reEvaluatePolicies === false) {
      const text = "must be true with evaluateOnPlan false, got false; the step's policies would never be asked";
      refusals.push({ field: `steps[${index}].reEvaluatePolicies`, text });
    }
    const early = step.evaluateOnPlan === true ? tooEarly(step.policies ?? []) : undefined;
    if (early !== undefined) {
      const text = `must be false beside ${early}, got true; they are asked when the flow starts, when nobody is known and nothing was entered, and a step that fails then is left out for good: ask them when the step is reached`;
      refusals.push({ code: "AK055", field: `steps[${index}].evaluateOnPlan`, text, waivable: true });
    }
    return refusals;
  });
}

/** The policies that may read what is not there when a flow starts, in words. */
function tooEarly(policies: readonly StepPolicy[]): string | undefined {
  const late = policies.filter(({ readsContext }) => readsContext?.length !== 0);
  if (late.length === 0) return undefined;
  const keys = [...new Set(late.flatMap(({ readsContext = [] }) => readsContext))].sort();
  return keys.length === 0 ? "policies" : `policies that read ${keys.join(", ")}`;
}
