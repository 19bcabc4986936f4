/** Blocks of a synthesized stack, by type and name. */
export interface FlowStack {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Block>>>>;
}

type Block = Readonly<Record<string, unknown>>;

interface Found {
  readonly type: string;
  readonly name: string;
  readonly block: Block;
}

/** A policy that decides whether a step is taken. */
export interface DrawnPolicy {
  /** Name in authentik. */
  readonly name: string;
  /** Whether its answer is turned round. */
  readonly negated: boolean;
  /** Whether it counts as passed when it breaks. */
  readonly passesBroken: boolean;
}

/** A step of a flow as it is drawn. */
export interface DrawnStep {
  readonly order: number;
  /** Name of the stage in authentik. */
  readonly stage: string;
  /** What kind of stage it is, such as `user login`. */
  readonly kind: string;
  readonly policies: readonly DrawnPolicy[];
  /** Whether one of the policies is enough, or all are needed. */
  readonly match: string;
  /** When the policies are asked. */
  readonly asked: string;
  /** Policies that have to pass when the form is sent. */
  readonly validated: readonly string[];
}

/** A flow as it is drawn. */
export interface DrawnFlow {
  readonly slug: string;
  readonly title: string;
  readonly designation: string;
  readonly authentication: string;
  /** What leads here, such as `brand auth.example.org: flow_recovery`. */
  readonly ways: readonly string[];
  readonly steps: readonly DrawnStep[];
}

const AUDIENCE: Readonly<Record<string, string>> = {
  none: "everybody",
  require_authenticated: "who is signed in",
  require_unauthenticated: "who is not signed in",
  require_outpost: "outposts",
  require_superuser: "superusers",
  require_token: "who holds a token",
  require_redirect: "who is sent there by another flow",
};

/** Whom a flow is for, in words. */
export function audienceOf({ authentication }: Pick<DrawnFlow, "authentication">): string {
  return AUDIENCE[authentication] ?? authentication;
}

/** Every flow that a stack makes, by slug. */
export function flowsOf(stack: FlowStack): DrawnFlow[] {
  return resources(stack, /^authentik_flow$/)
    .map((flow): DrawnFlow => {
      const { slug, title, designation, authentication = "none" } = flow.block;
      return {
        slug: String(slug),
        title: String(title),
        designation: String(designation),
        authentication: String(authentication),
        ways: waysTo(stack, flow),
        steps: stepsOf(stack, flow),
      };
    })
    .sort((a, b) => (a.slug < b.slug ? -1 : 1));
}

function stepsOf(stack: FlowStack, flow: Found): DrawnStep[] {
  return resources(stack, /^authentik_flow_stage_binding$/)
    .filter(({ block }) => refersTo(block.target, flow))
    .map((binding) => stepOf(stack, binding))
    .sort((a, b) => a.order - b.order);
}

function stepOf(stack: FlowStack, binding: Found): DrawnStep {
  const { order, stage, policy_engine_mode: mode = "any" } = binding.block;
  const made = find(stack, stage);
  const validated = made?.block.validation_policies;
  return {
    order: Number(order),
    stage: made === undefined ? String(stage) : String(made.block.name),
    kind: made === undefined ? "stage" : made.type.replace("authentik_stage_", "").replaceAll("_", " "),
    policies: policiesOf(stack, binding),
    match: String(mode),
    asked: whenAsked(binding.block),
    validated: Array.isArray(validated) ? validated.map((policy) => nameOf(stack, policy)) : [],
  };
}

function whenAsked({ evaluate_on_plan: onPlan, re_evaluate_policies: late }: Block): string {
  if (onPlan === true) return late === true ? "when the flow starts, and when it is reached" : "when the flow starts";
  return late === true ? "when it is reached" : "never";
}

function policiesOf(stack: FlowStack, target: Found): DrawnPolicy[] {
  return resources(stack, /^authentik_policy_binding$/)
    .filter(({ block }) => refersTo(block.target, target))
    .sort((a, b) => Number(a.block.order) - Number(b.block.order))
    .map(({ block }) => ({
      name: nameOf(stack, block.policy),
      negated: block.negate === true,
      passesBroken: block.failure_result === true,
    }));
}

/** Arguments by which something leads to a flow. */
function waysTo(stack: FlowStack, flow: Found): string[] {
  return resources(stack, /^authentik_(brand|stage_|source_|provider_)/).flatMap(({ type, block }) =>
    Object.entries(block)
      .filter(([, value]) => refersTo(value, flow))
      .map(([argument]) => `${type.replace("authentik_", "").replaceAll("_", " ")} ${label(block)}: ${argument}`),
  );
}

function label({ name, domain, slug }: Block): string {
  return String(name ?? domain ?? slug);
}

function nameOf(stack: FlowStack, reference: unknown): string {
  const found = find(stack, reference);
  return found === undefined ? String(reference) : String(found.block.name);
}

function resources({ resource = {} }: FlowStack, types: RegExp): Found[] {
  return Object.entries(resource)
    .filter(([type]) => types.test(type))
    .flatMap(([type, blocks]) => Object.entries(blocks).map(([name, block]) => ({ type, name, block })));
}

function refersTo(value: unknown, { type, name }: Found): boolean {
  return typeof value === "string" && value.startsWith(`\${${type}.${name}.`);
}

function find(stack: FlowStack, reference: unknown): Found | undefined {
  const [, type = "", name = ""] = /^\$\{([a-z_0-9]+)\.([\w-]+)\.\w+\}$/.exec(String(reference)) ?? [];
  const block = stack.resource?.[type]?.[name];
  return block === undefined ? undefined : { type, name, block };
}
