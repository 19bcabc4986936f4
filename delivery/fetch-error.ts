export { networkFailure as fetchError } from "../api/patient-fetch";

/** A member of what may be no object. */
export function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
