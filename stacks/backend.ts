import { TerraformBackend } from "cdktf";
import type { TerraformStack } from "cdktf";

/** A state backend as backend.tf.json gives it. */
export interface BackendProps {
  /** Terraform's name of the backend, such as `kubernetes` or `s3`. */
  readonly type: string;
  /** Its arguments, passed through. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Name of this stack's state, different for every site and stack. */
  readonly state: string;
}

type Arguments = Readonly<Record<string, unknown>>;

/** The argument of each backend that tells one state from another. */
const STATE_ARGUMENT: Readonly<Record<string, (given: Arguments, state: string) => Record<string, unknown>>> = {
  azurerm: (_, state) => ({ key: `${state}.tfstate` }),
  consul: (_, state) => ({ path: `terraform/${state}` }),
  gcs: (_, state) => ({ prefix: state }),
  http: (given, state) => httpAddresses(given, state),
  kubernetes: (_, state) => ({ secret_suffix: state }),
  // Terraform runs in cdktf.out/stacks/<stack>, which is made anew; the project's root stays.
  local: (_, state) => ({ path: `../../../${state}.tfstate` }),
  pg: (_, state) => ({ schema_name: state }),
  s3: (_, state) => ({ key: `${state}.tfstate` }),
};

function httpAddresses(given: Arguments, state: string): Record<string, string> {
  const lock = { lock_address: "/lock", unlock_address: "/lock" };
  const extend = (name: string, suffix: string): [string, string][] =>
    typeof given[name] === "string" ? [[name, `${given[name].replace(/\/$/, "")}/${state}${suffix}`]] : [];
  return Object.fromEntries([
    ...extend("address", ""),
    ...Object.entries(lock).flatMap(([name, suffix]) => extend(name, suffix)),
  ]);
}

/** What in a backend's arguments would let two stacks share a state, in words. */
export function checkBackend(type: string, given: Arguments): string | undefined {
  const argument = STATE_ARGUMENT[type];
  if (argument === undefined) {
    return `must be a backend that can tell stacks apart, got "${type}"; use ${Object.keys(STATE_ARGUMENT).join(", ")}`;
  }
  const own = Object.keys(argument({}, "")).find((name) => name in given);
  return own === undefined
    ? undefined
    : `must leave ${type}.${own} to the stacks, got one; remove it, each stack adds its own`;
}

/** Any state backend, with one key that keeps the states of stacks and sites apart. */
export class StateBackend extends TerraformBackend {
  constructor(
    stack: TerraformStack,
    private readonly props: BackendProps,
  ) {
    super(stack, "backend", props.type);
    const problem = checkBackend(props.type, props.arguments);
    if (problem !== undefined) throw new Error(`backend.tf.json ${problem}`);
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    const { type, arguments: given, state } = this.props;
    return { ...given, ...STATE_ARGUMENT[type]?.(given, state) };
  }

  /** Never asked for: the stack refuses first. */
  override getRemoteStateDataSource(): never {
    throw new Error("stacks do not read each other's state");
  }
}
