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
const STATE_ARGUMENT = new Map<string, (given: Arguments, state: string) => Record<string, unknown>>(
  Object.entries({
    azurerm: (_: Arguments, state: string) => ({ key: `${state}.tfstate` }),
    consul: (_: Arguments, state: string) => ({ path: `terraform/${state}` }),
    gcs: (_: Arguments, state: string) => ({ prefix: state }),
    http: httpAddresses,
    kubernetes: (_: Arguments, state: string) => ({ secret_suffix: state }),
    // Terraform runs in cdktf.out/stacks/<stack>, which is made anew; the project's root stays.
    local: (_: Arguments, state: string) => ({ path: `../../../${state}.tfstate` }),
    pg: (_: Arguments, state: string) => ({ schema_name: state }),
    s3: (_: Arguments, state: string) => ({ key: `${state}.tfstate` }),
  }),
);

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
  const argument = STATE_ARGUMENT.get(type);
  if (argument === undefined) {
    return `must be a backend that can tell stacks apart, got "${type}"; use ${[...STATE_ARGUMENT.keys()].join(", ")}`;
  }
  if (type === "http" && (typeof given.address !== "string" || /[?#]/.test(given.address))) {
    return "must give http an address without a query, to which each stack adds its name; a partial one would be shared by all";
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
    return { ...given, ...STATE_ARGUMENT.get(type)?.(given, state) };
  }

  /** Never asked for: the stack refuses first. */
  override getRemoteStateDataSource(): never {
    throw new Error("stacks do not read each other's state");
  }
}
