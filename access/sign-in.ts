import { list, optionalText, text } from "./stack";
import type { Block, Stack } from "./stack";

/** How long something lasts. */
export interface Lifetime {
  /** What it is, such as `access token` or `flow iac-login: session`. */
  readonly what: string;
  /** As authentik writes it, such as `weeks=4`. */
  readonly lasts: string;
  /** Nothing when it cannot be told. */
  readonly seconds: number | undefined;
}

/** A step that asks for a second factor, or a passkey. */
export interface FactorStep {
  /** Name of the stage. */
  readonly stage: string;
  /** Slugs of the flows it is a step of; none for the passkeys of a login form. */
  readonly flows: readonly string[];
  /** What happens to people who have no device: `skip` lets them in. */
  readonly withoutDevice: string;
  /** Kinds of devices that are taken. */
  readonly devices: readonly string[];
}

/** A social login, or another place that people come from. */
export interface SignInSource {
  readonly slug: string;
  readonly name: string;
  readonly kind: string;
  readonly enabled: boolean;
  /** How somebody who comes back is recognized. */
  readonly matching: string;
  /** Flow by which people who are not known yet come in; without one, they do not. */
  readonly enrollment?: string | undefined;
}

const SECONDS: Readonly<Record<string, number>> = {
  microseconds: 1e-6,
  milliseconds: 1e-3,
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: 86_400,
  weeks: 604_800,
};

/** A lifetime as authentik writes it: `weeks=1;days=2`. */
export function lifetime(what: string, value: unknown): Lifetime {
  const lasts = text(value);
  const seconds = lasts.split(";").reduce((sum, part) => {
    const [, unit = "", number = ""] = /^\s*(\w+)=(-?[\d.]+)\s*$/.exec(part) ?? [];
    return sum + Number(number) * (SECONDS[unit] ?? Number.NaN);
  }, 0);
  return { what, lasts, seconds: Number.isNaN(seconds) ? undefined : seconds };
}

/** A lifetime in words: `4 weeks`. */
export function readable({ lasts, seconds }: Lifetime): string {
  if (seconds === undefined) return lasts;
  const parts = lasts.split(";").map((part) => {
    const [unit = "", number = ""] = part.trim().split("=");
    return `${number} ${number === "1" ? unit.replace(/s$/, "") : unit}`;
  });
  return parts.join(" ");
}

/** How long sign-ins, links and answered second factors last. */
export function readSessions(stack: Stack): Lifetime[] {
  const flows = flowsByStage(stack);
  const of = (type: string, field: string, what: string, fallback: string): Lifetime[] => {
    const stages = stack.all(type).map(({ address, arguments: given }) => ({
      name: text(given.name),
      where: flows.get(address)?.join(", "),
      lasts: given[field] ?? fallback,
    }));
    return stages.map(({ name, where, lasts }) => {
      const isOnly = where !== undefined && stages.filter((one) => one.where === where).length === 1;
      return lifetime(`${isOnly ? `flow ${where}` : `stage ${name}`}: ${what}`, lasts);
    });
  };
  return [
    ...of("authentik_stage_user_login", "session_duration", "session", "seconds=0"),
    ...of("authentik_stage_user_login", "remember_me_offset", "longer with “stay signed in”", "seconds=0"),
    ...of(
      "authentik_stage_authenticator_validate",
      "last_auth_threshold",
      "second factor not asked again",
      "seconds=0",
    ),
    ...of("authentik_stage_email", "token_expiry", "link in an e-mail", "minutes=30"),
  ];
}

/** Steps that ask for a second factor. */
export function readFactors(stack: Stack): FactorStep[] {
  const flows = flowsByStage(stack);
  return stack.all("authentik_stage_authenticator_validate").map(({ address, arguments: given }) => ({
    stage: text(given.name),
    flows: flows.get(address) ?? [],
    withoutDevice: text(given.not_configured_action),
    devices: list(given.device_classes).map(text).sort(),
  }));
}

/** Slugs of the flows a stage is a step of, by the stage's address. */
function flowsByStage(stack: Stack): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { arguments: given } of stack.all("authentik_flow_stage_binding")) {
    const [stage, flow] = [stack.find(given.stage), stack.find(given.target)];
    if (stage === undefined || flow === undefined) continue;
    found.set(stage.address, [...(found.get(stage.address) ?? []), text(flow.arguments.slug)]);
  }
  return found;
}

/** Social logins and other sources. */
export function readSources(stack: Stack): SignInSource[] {
  return stack.allOf("authentik_source_").map(({ type, arguments: given }): SignInSource => ({
    slug: text(given.slug),
    name: text(given.name),
    kind: optionalText(given.provider_type) ?? type.replace("authentik_source_", ""),
    enabled: given.enabled !== false,
    matching: text(given.user_matching_mode) || "identifier",
    enrollment: flowOf(stack.find(given.enrollment_flow), given.enrollment_flow),
  }));
}

function flowOf(block: Block | undefined, reference: unknown): string | undefined {
  return block === undefined ? optionalText(reference) : text(block.arguments.slug);
}
