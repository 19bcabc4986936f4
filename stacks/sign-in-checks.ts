import type { Problem } from "../config/problems";
import type { LooseSite } from "../config/rule";
import { checkAvatarSettings } from "../constructs/avatar-settings";
import { checkUploadsShown } from "../constructs/avatar-sources";
import { checkBrand, checkShown } from "../constructs/brand";
import { checkEnrollment } from "../constructs/enrollment-checks";
import type { Refusal } from "../constructs/refusal";
import { checkLogin } from "../constructs/single-screen-login";
import { checkSocialSource } from "../constructs/social-source";
import { checkLowestScore, checkSettings } from "../constructs/system-settings";
import { enrollingSources, grantedGroup, makesPasskey } from "./enrollment-options";

/** What the constructs of sign-in and settings would refuse. */
export function signInProblems(site: LooseSite): Problem[] {
  return [
    ...loginAndBrand(site),
    ...problems("enrollment", enrollmentRefusals(site)),
    ...Object.entries(site.sources ?? {}).flatMap(([key, source]) =>
      problems(`sources.${key}`, source === undefined ? [] : checkSocialSource(source)),
    ),
    ...problems("userSettings", site.userSettings === undefined ? [] : checkAvatarSettings(site.userSettings)),
    ...problems("systemSettings", settingsRefusals(site)),
  ];
}

function problems(where: string, refusals: readonly Refusal[]): Problem[] {
  return refusals.map((refusal) => ({ ...refusal, where }));
}

function loginAndBrand(site: LooseSite): Problem[] {
  const { login, brand, authentik } = site;
  return [
    ...problems("login", [...(login === undefined ? [] : checkLogin(login)), ...guardRefusals(site)]),
    ...problems("login", checkShown(login, brand)).map((shown) => ({ ...shown, field: "" })),
    ...problems("authentik", brand === undefined || authentik?.url === undefined ? [] : checkBrand(authentik.url)).map(
      (url) => ({ ...url, field: "url" }),
    ),
  ];
}

/** What props of the construct are called in config. */
const IN_CONFIG: Readonly<Record<string, string>> = { totpSetUp: "totp", passkeySetUp: "passkey" };

function enrollmentRefusals(site: LooseSite): Refusal[] {
  const { enrollment, groups } = site;
  if (enrollment === undefined) return [];
  const { by, assignableGroups, usersGroup, totp } = enrollment;
  const granted = (key: string | undefined): ReturnType<typeof grantedGroup> | undefined =>
    key === undefined || groups?.[key] === undefined ? undefined : grantedGroup(site, key);
  return checkEnrollment({
    by,
    assignableGroups: assignableGroups?.map(granted),
    usersGroup: granted(usersGroup),
    totpSetUp: totp === true ? true : undefined,
    passkeySetUp: makesPasskey(site) ? true : undefined,
    sources: enrollingSources(site),
  }).map(({ field, text, ...refusal }) => ({
    ...refusal,
    field: IN_CONFIG[field] ?? field,
    text: text.replace("passkeySetUp", "passkey"),
  }));
}

function settingsRefusals({ systemSettings, userSettings }: LooseSite): Refusal[] {
  if (systemSettings === undefined) return [];
  const uploads = userSettings !== undefined && userSettings.avatars !== false;
  return [...checkSettings(systemSettings), ...checkUploadsShown(systemSettings.avatars, uploads)];
}

/** A guard whose threshold no score comes down to. */
function guardRefusals({ login, systemSettings }: LooseSite): Refusal[] {
  if (login === undefined || login.reputation === false || systemSettings === undefined) return [];
  return checkLowestScore(login.reputation?.threshold, systemSettings.reputationLowerLimit);
}
