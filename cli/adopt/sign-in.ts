import type { SiteInput } from "../../config/schema";
import { adoptedOf } from "./adopted";
import { brandOf } from "./brand";
import { enrollmentOf } from "./enrollment";
import type { KeyOf } from "./enrollment";
import { BUILT_IN_LOGIN, FACTORS, FLOWS, flowAt, setUpName } from "./flows";
import type { Instance } from "./instance";
import type { Listed } from "./listed";
import { SET_UP, loginOf } from "./login";
import { passwordPolicyOf } from "./password-policy";
import { NOTHING } from "./reading";
import type { Reading } from "./reading";
import { recoveryOf } from "./recovery";
import { sessionOf, USUAL_SESSION } from "./session";
import type { Session } from "./session";
import { systemSettingsOf } from "./settings";
import { sourcesOf, uuidsOf } from "./sources";
import { userSettingsOf } from "./user-settings";

/** What a site says of sign-in and settings; sources are another matter, whose secrets are not known. */
export type SignIn = Pick<
  SiteInput,
  "adopt" | "brand" | "enrollment" | "login" | "passwordPolicy" | "recovery" | "systemSettings" | "userSettings"
>;

/** What was read, and what of it a site cannot say. */
export interface SignInRead {
  readonly site: SignIn;
  readonly notes: readonly Listed[];
}

/**
 * How people get in on an instance, and back in, in the words of a site: the reverse of `SignIn` of stacks. What is no
 * object of a site is not looked at; what is one and says something else than a site can is left out with a note. Parts
 * that are left out anyway are told apart, since others take from them what they do not say themselves.
 */
export function signInOf(
  instance: Instance,
  keyOfGroup: KeyOf,
  keyOfSource: KeyOf,
  leftOut: { readonly has: (part: string) => boolean } = new Set<string>(),
): SignInRead {
  const sources = uuidsOf(instance, sourcesOf(instance)).filter((pk) => keyOfSource(pk) !== undefined);
  const login = leftOut.has("login") ? NOTHING : loginOf(instance);
  const adopt = leftOut.has("adopt") ? NOTHING : adoptedOf(instance, sources);
  const beside = { login: sessionBeside(instance, login.value, adopt.value), keyOfGroup, keyOfSource, sources };
  const recovery = recoveryOf(instance, beside.login);
  const enrollment = enrollmentOf(instance, beside);
  const passwordPolicy = passwordPolicyOf(instance);
  const userSettings = userSettingsOf(instance);
  const letsUpload = userSettings.value !== undefined && userSettings.value.avatars !== false;
  const systemSettings = systemSettingsOf(instance, letsUpload);
  const parts = {
    systemSettings,
    brand: brandOf(instance),
    login,
    enrollment,
    recovery,
    passwordPolicy,
    userSettings,
    adopt,
  };
  const kept = Object.entries<Reading<unknown>>(parts).filter(([name]) => !leftOut.has(name));
  const found = kept.flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]]));
  const site = Object.fromEntries(found) as SignIn;
  const notes = kept.flatMap(([, part]) => part.notes);
  const told = new Set(notes.map(({ what }) => what));
  const leftOver = Object.entries(madeBy(site, sources.length > 0)).filter(
    ([slug, isMade]) => !isMade && flowAt(instance, slug) !== undefined && !told.has(`flow ${slug}`),
  );
  return { site, notes: [...notes, ...leftOver.map(([slug]) => ({ what: `flow ${slug}`, why: UNUSED }))] };
}

/** The session that others are like unless they say otherwise. */
function sessionBeside(instance: Instance, login: SignIn["login"], adopt: SignIn["adopt"]): Session {
  const stage =
    login !== undefined ? `${FLOWS.login}-session` : adopt?.login !== undefined ? BUILT_IN_LOGIN.session : undefined;
  return (stage === undefined ? undefined : sessionOf(instance, stage)) ?? USUAL_SESSION;
}

const UNUSED = "must be one that something of the site leads to, got none that does";

/** Slugs of the flows that a site could make, and whether it does. */
function madeBy(site: SignIn, hasSources: boolean): Readonly<Record<string, boolean>> {
  const { login, enrollment } = site;
  const factors = new Set<string>([
    ...(login?.mfa?.notConfigured === "configure" ? (login.mfa.setUp ?? SET_UP) : []),
    ...((enrollment?.passkey ?? enrollment?.by === "social") ? ["webauthn"] : []),
    ...(enrollment?.totp === true ? ["totp"] : []),
  ]);
  return {
    [FLOWS.login]: login !== undefined,
    [FLOWS.passkey]: login?.passwordless === true,
    [FLOWS.recovery]: site.recovery !== undefined,
    [FLOWS.enrollment]: enrollment !== undefined,
    [FLOWS.userSettings]: site.userSettings !== undefined,
    [FLOWS.sourceLogin]: hasSources,
    ...Object.fromEntries(FACTORS.map((factor) => [setUpName(factor), factors.has(factor)])),
  };
}
