import type { z } from "zod";
import { suggest } from "./names";
import { looksLikeToken, show } from "./problems";

type RawIssue = z.core.$ZodRawIssue;

/** What to write instead, for the fields people get wrong most. */
const REMEDY = new Map([
  ["access", 'name groups, users or policies, or say "everyone"; an app is never open by omission'],
  ["apiToken", 'say { from: "vault", ref } or { from: "env" }'],
]);

/** The text of a mistake of shape: `must <rule>, got <value>; <what to do>`, without the place. */
export function shapeError(issue: RawIssue): string {
  if (wantsVaultRef(issue)) {
    return "AK004 must be a Vault reference { mount, path, key }, got a literal (not shown); put the value into Vault and name its place";
  }
  if (issue.code === "unrecognized_keys") return unknownField(issue);
  if (issue.code === "invalid_union" && issue.discriminator !== undefined) return unknownMember(issue);
  const field = String(issue.path?.at(-1));
  if (issue.code === "invalid_type" && /^(object|record)$/.test(issue.expected) && isScalar(issue.input)) {
    // What stands where settings belong is often the secret itself.
    return `must be an object, got a ${typeof issue.input} (not shown)${REMEDY.has(field) ? `; ${REMEDY.get(field) ?? ""}` : ""}`;
  }
  const remedy = REMEDY.get(field);
  const code = field === "access" ? "AK003 " : "";
  return `${code}must ${rule(issue)}, got ${show(issue.input)}${remedy === undefined ? "" : `; ${remedy}`}`;
}

/**
 * The mistakes behind a parse error, one entry each. Of a union's members the one that fits best speaks, at the place
 * where it stopped fitting.
 */
export function flattenIssue(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string }[] {
  if (issue.code === "invalid_union") {
    const inner = issue.errors
      .filter((errors) => errors.every((error) => error.path.length > 0 || error.code === "unrecognized_keys"))
      .sort((a, b) => a.length - b.length)[0];
    if (inner !== undefined && inner.length > 0) {
      return inner.flatMap((error) => flattenIssue({ ...error, path: [...issue.path, ...error.path] }));
    }
  }
  return [{ path: issue.path, message: issue.message }];
}

function unknownMember(issue: RawIssue & { code: "invalid_union" }): string {
  const members: readonly unknown[] = Array.isArray(issue.options) ? issue.options : [];
  const got = (issue.input as Record<string, unknown> | null)?.[issue.discriminator ?? ""];
  return `must be ${members.map((member) => JSON.stringify(member)).join(" or ")}, got ${showChoice(got)}`;
}

/** A value that should have been one of a few words; anything longer may be a secret put in its place. */
function showChoice(value: unknown): string {
  return typeof value === "string" && !/^[\w-]{0,12}$/.test(value) ? "another text (not shown)" : show(value);
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function wantsVaultRef(issue: RawIssue): boolean {
  if (issue.code !== "invalid_type" || !isScalar(issue.input)) return false;
  const fields = fieldsOf(issue);
  return ["mount", "path", "key"].every((field) => fields.includes(field));
}

function unknownField(issue: RawIssue & { code: "unrecognized_keys" }): string {
  const known = fieldsOf(issue);
  const hints = issue.keys.map((name) =>
    looksLikeToken(name) ? show(name) : `${show(name)}; ${suggest(name, known)}`,
  );
  return `must have known fields only, got ${hints.join(", ")}`;
}

function fieldsOf(issue: RawIssue): string[] {
  const shape = issue.inst?._zod.def as { shape?: Record<string, unknown> } | undefined;
  return Object.keys(shape?.shape ?? {});
}

const FORMATS: Record<string, string> = { url: "be a URL", email: "be an e-mail address" };

function rule(issue: RawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "be given" : `be ${article(issue.expected)}`;
    case "invalid_value":
      return `be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return `${bound(issue.origin)} at least ${String(issue.minimum)}${unit(issue.origin, issue.minimum)}`;
    case "too_big":
      return `${bound(issue.origin)} at most ${String(issue.maximum)}${unit(issue.origin, issue.maximum)}`;
    case "invalid_format":
      return FORMATS[issue.format] ?? `match ${issue.pattern ?? issue.format}`;
    case "invalid_key":
      return `have a key that is ${(issue.issues[0]?.message ?? "another").replace(/^must be /, "").replace(/, got .*$/s, "")}`;
    case "invalid_union":
      if (issue.input === undefined) return "be given";
      return "be one of the forms docs/config.md lists";
    default:
      return "have the shape docs/config.md describes";
  }
}

function bound(origin: string): string {
  return origin === "array" || origin === "string" ? "hold" : "be";
}

function unit(origin: string, count: number | bigint): string {
  const noun = origin === "array" ? "entry" : origin === "string" ? "character" : undefined;
  if (noun === undefined) return "";
  if (Number(count) === 1) return ` ${noun}`;
  return ` ${noun === "entry" ? "entries" : "characters"}`;
}

function article(type: string): string {
  return /^(int|object|array)/.test(type) ? `an ${type === "int" ? "integer" : type}` : `a ${type}`;
}
