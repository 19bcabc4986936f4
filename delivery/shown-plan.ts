import { Failure } from "./failure";
import { isRecord } from "./objects";
import type { Action, Values } from "./plan";

export interface ShownChange {
  readonly actions: readonly string[];
  readonly before?: unknown;
  readonly after?: unknown;
  readonly after_unknown?: unknown;
  readonly before_sensitive?: unknown;
  readonly after_sensitive?: unknown;
  readonly importing?: unknown;
}

export interface ShownResource {
  readonly address: string;
  readonly mode: string;
  readonly type: string;
  readonly deposed?: string;
  readonly deposed_key?: string;
  readonly previous_address?: string;
  readonly action_reason?: string;
  readonly values?: Values;
  readonly sensitive_values?: unknown;
  readonly expressions?: Values;
  readonly change: ShownChange;
}

interface ShownModule {
  readonly resources?: readonly ShownResource[];
  readonly child_modules?: readonly ShownModule[];
}

/** A plan as `show -json` prints it; what is not read here is left out. */
export interface Shown {
  readonly format_version: string;
  readonly errored?: boolean;
  readonly complete?: boolean;
  readonly deferred_changes?: readonly unknown[];
  readonly resource_changes?: readonly ShownResource[];
  readonly prior_state?: { readonly values?: { readonly root_module?: ShownModule } };
  readonly configuration?: { readonly root_module?: ShownModule };
}

/**
 * Tells a plan from anything else.
 * @throws Failure on anything else, and on a plan that is not whole
 */
export function checkShown(shown: unknown): Shown {
  const what = 'what "show -json" prints of a plan file';
  if (!isRecord(shown) || typeof shown.format_version !== "string") {
    throw new Failure(`plan: must be ${what}, got something else; plan again and show that plan`);
  }
  if (!/^1\./.test(shown.format_version)) {
    const version = JSON.stringify(shown.format_version);
    throw new Failure(`plan: format_version must be 1.x, got ${version}; use Terraform or OpenTofu 1.x`);
  }
  if (shown.planned_values === undefined && shown.resource_changes === undefined) {
    const got = shown.values === undefined ? "something else" : "a state";
    throw new Failure(`plan: must be ${what}, got ${got}; plan again and show that plan`);
  }
  if (!isListOfChanges(shown.resource_changes ?? [])) {
    throw new Failure(`plan: must be ${what}, got something else; plan again and show that plan`);
  }
  const plan = shown as unknown as Shown;
  if (plan.errored === true) {
    throw new Failure("plan: must be whole, got one that ended in an error; mend what the engine says and plan again");
  }
  if (plan.complete === false && (plan.deferred_changes ?? []).length > 0) {
    throw new Failure("plan: must be whole, got one that puts changes off; plan again without -allow-deferral");
  }
  return plan;
}

function isListOfChanges(changes: unknown): boolean {
  if (!Array.isArray(changes)) return false;
  return changes.every(
    (one) =>
      isRecord(one) &&
      typeof one.address === "string" &&
      typeof one.type === "string" &&
      isRecord(one.change) &&
      Array.isArray(one.change.actions),
  );
}

/** What a module and those below it hold. */
export function resources(root: ShownModule | undefined): ShownResource[] {
  if (root === undefined) return [];
  return [...(root.resources ?? []), ...(root.child_modules ?? []).flatMap(resources)];
}

/** OpenTofu has two more ways to replace, which leave what was there alone, and named them differently over time. */
const ACTIONS: Readonly<Record<string, Action | "none">> = {
  "no-op": "none",
  read: "none",
  open: "none",
  create: "create",
  update: "update",
  delete: "delete",
  forget: "forget",
  "delete,create": "replace",
  "create,delete": "replace",
  "forget,create": "replace",
  "create,forget": "replace",
  ForgetThenCreate: "replace",
  CreateThenForget: "replace",
};

/**
 * What happens to an object; nothing when it stays as it is, or is only read.
 * @throws Failure on actions nobody knows
 */
export function actionOf({ address, change }: ShownResource): Action | undefined {
  const action = ACTIONS[change.actions.join(",")];
  if (action === undefined) {
    const got = JSON.stringify(change.actions);
    throw new Failure(`plan: ${address}: actions must be ones known here, got ${got}; use an older engine`);
  }
  return action === "none" ? undefined : action;
}
