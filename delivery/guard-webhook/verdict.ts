import type { GuardName } from "../../config/delivery-shape";
import { guard } from "../guards";
import { readPlan } from "../plan";

/** What the site tells the guard. */
export interface GuardSettings {
  readonly maxRemovals: number;
  /** Guards that let pass, and why. */
  readonly pass: Readonly<Partial<Record<GuardName, string>>>;
  /** Addresses that must not be destroyed, which a plan does not tell. */
  readonly kept: readonly string[];
}

/** What the controller is told, and what may be logged: names of guards, nothing of the plan. */
export interface Verdict {
  readonly passed: boolean;
  readonly message: string;
  /** The stack the plan is of, as far as it is known. */
  readonly stack: string;
  readonly guards: readonly GuardName[];
}

/** Judges a plan as tofu-controller sends it: the Terraform object with the plan's JSON in `status.tfplan`. */
export function judge(payload: unknown, { maxRemovals, pass, kept }: GuardSettings): Verdict {
  const stack = text(member(member(payload, "metadata"), "name")) ?? "unknown stack";
  const shown = member(member(payload, "status"), "tfplan");
  if (shown === undefined) {
    const message = `${stack}: status.tfplan must hold the plan, got nothing; set the webhook's payloadType to SpecAndPlan`;
    return { passed: false, message, stack, guards: [] };
  }
  const said = guard(readPlan(shown), { maxRemovals, kept: new Set(kept) });
  const standing = said.filter((one) => pass[one.guard] === undefined);
  const message = standing.map((one) => `${stack}: ${one.guard}: ${one.text}`).join("\n");
  return { passed: standing.length === 0, message, stack, guards: [...new Set(standing.map((one) => one.guard))] };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
