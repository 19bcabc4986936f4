import { Token } from "cdktf";
import type { Construct } from "constructs";

/** Something a construct will not do, because authentik, its provider or its chart would not do what was asked. */
export interface Refusal {
  /** Stable code, explained in docs/refusals.md; a value out of range has none. */
  readonly code?: string;
  /** The prop, such as `redirectUris[0].url`. */
  readonly field: string;
  /** `must <rule>, got <value>; <what to do>`. */
  readonly text: string;
  /** Whether a reason lets it pass.  @default false */
  readonly waivable?: boolean;
}

/** Reasons by refusal code, for refusals that do not apply to one object. */
export type Waive = Readonly<Record<string, string>>;

/**
 * Stops when anything is refused that is not waived.
 * @throws RefusedError naming the construct and listing every refusal at once.
 */
export function refuse(construct: Construct, refusals: readonly Refusal[], waive: Waive = {}): void {
  const standing = refusals.filter(
    ({ code, waivable }) => !(waivable === true && code !== undefined && waive[code] !== undefined),
  );
  if (standing.length === 0) return;
  const lines = standing.map(({ code, field, text }) => `${code === undefined ? "" : `${code} `}${field} ${text}`);
  throw new RefusedError(`${construct.constructor.name} "${construct.node.path}": ${lines.join("\n  ")}`);
}

/** What a construct will not do; the message names the construct and lists everything at once. */
export class RefusedError extends Error {
  override name = "RefusedError";
}

/** Refuses a number outside its range; a value Terraform knows only later is let through. */
export function outOfRange(field: string, value: number | undefined, minimum: number, maximum: number): Refusal[] {
  if (value === undefined || Token.isUnresolved(value) || (value >= minimum && value <= maximum)) return [];
  return [{ field, text: `must be ${minimum} to ${maximum}, got ${value}` }];
}
