import { list } from "../../access/stack";
import { adopt as shape } from "../../config/adopt-shape";
import type { SiteInput } from "../../config/schema";
import { BUILT_IN_LOGIN, DEFAULT_BRAND, FLOWS, flowAt, leadsTo, stageAt } from "./flows";
import type { Instance, Live } from "./instance";
import type { Listed } from "./listed";
import { NOTHING, isSet, read, textOf, unsaid } from "./reading";
import type { Reading } from "./reading";
import { sessionOf } from "./session";

type Adopt = NonNullable<SiteInput["adopt"]>;

/** Texts of authentik's own login and brand where nobody chose others. */
const WELCOME = "Welcome to authentik!";
const TITLE = "authentik";

/** The flows that a brand of authentik's own shows, and those of a site that it may show as well. */
const SHOWN = [
  ["flow_authentication", "default-authentication-flow", undefined],
  ["flow_invalidation", "default-invalidation-flow", undefined],
  ["flow_user_settings", "default-user-settings-flow", FLOWS.userSettings],
  ["flow_recovery", undefined, FLOWS.recovery],
  ["flow_unenrollment", undefined, undefined],
  ["flow_device_code", undefined, undefined],
] as const;

/** authentik's own login and brand, where they lead to what a site makes: the site has to say them, or they would not. */
export function adoptedOf(instance: Instance, sources: readonly unknown[]): Reading<Adopt> {
  const login = adoptedLogin(instance, sources);
  const brand = adoptedBrand(instance);
  const notes = [...login.notes, ...brand.notes];
  const found: Adopt = {
    ...(login.value === undefined ? {} : { login: login.value }),
    ...(brand.value === undefined ? {} : { brand: brand.value }),
  };
  return Object.keys(found).length === 0 ? { notes } : { value: found, notes };
}

function adoptedLogin(instance: Instance, sources: readonly unknown[]): Reading<NonNullable<Adopt["login"]>> {
  const flow = flowAt(instance, BUILT_IN_LOGIN.flow);
  const identification = stageAt(instance, "identification", BUILT_IN_LOGIN.identification);
  if (flow === undefined || identification === undefined) return NOTHING;
  const { recovery_flow, enrollment_flow, passwordless_flow } = identification;
  const leadsToOurs =
    leadsTo(recovery_flow, flowAt(instance, FLOWS.recovery)) ||
    leadsTo(enrollment_flow, flowAt(instance, FLOWS.enrollment)) ||
    leadsTo(passwordless_flow, flowAt(instance, FLOWS.passkey)) ||
    list(identification.sources).some((source) => sources.includes(source));
  if (!leadsToOurs) return NOTHING;
  const what = `flow ${BUILT_IN_LOGIN.flow}`;
  const session = sessionOf(instance, BUILT_IN_LOGIN.session);
  if (session === undefined) {
    return unsaid(what, `must have the stage ${BUILT_IN_LOGIN.session}, got none`);
  }
  const title = flow.title === WELCOME ? undefined : flow.title;
  const { value, notes } = read(what, shape.shape.login, { title, ...session });
  return value === undefined ? { notes } : { value, notes };
}

function adoptedBrand(instance: Instance): Reading<NonNullable<Adopt["brand"]>> {
  const [live] = instance.having("core/brands", "domain", DEFAULT_BRAND);
  if (live === undefined) return NOTHING;
  const notes = otherFlows(instance, live);
  const leadsToOurs =
    leadsTo(live.flow_recovery, flowAt(instance, FLOWS.recovery)) ||
    leadsTo(live.flow_user_settings, flowAt(instance, FLOWS.userSettings));
  if (!leadsToOurs) return { notes };
  const title = live.branding_title === TITLE ? undefined : live.branding_title;
  const found = read(`brand ${DEFAULT_BRAND}`, shape.shape.brand, { title });
  const all = [...notes, ...found.notes];
  return found.value === undefined ? { notes: all } : { value: found.value, notes: all };
}

/** Flows that the brand shows and that a site has no word for. */
function otherFlows(instance: Instance, live: Live): Listed[] {
  return SHOWN.flatMap(([field, usual, ours]) => {
    const shown = isSet(live[field]) ? instance.get("flows/instances", live[field])?.slug : undefined;
    if (shown === usual || (ours !== undefined && shown === ours)) return [];
    const rule = [usual ?? "none", ...(ours === undefined ? [] : [ours])].join(" or ");
    const why = `${field} must be ${rule}, got ${textOf(shown, "none")}`;
    return [{ what: `brand ${DEFAULT_BRAND}`, why }];
  });
}
