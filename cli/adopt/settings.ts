import { isRecord, list } from "../../access/stack";
import { systemSettings as shape } from "../../config/system-settings-shape";
import type { SiteInput } from "../../config/schema";
import type { Instance } from "./instance";
import { read, unsaid } from "./reading";
import type { Reading } from "./reading";
import { minutesOf, wholeUnits } from "./recovery";

type SystemSettings = NonNullable<SiteInput["systemSettings"]>;

const WHAT = "system settings";

/** The flags that a site states, and which of them it always leaves off. */
const FLAGS = [
  "core_default_app_access",
  "enterprise_audit_include_expanded_diff",
  "flows_continuous_login",
  "flows_refresh_others",
] as const;
const ALWAYS_OFF = "flows_refresh_others";

const USUAL_AVATARS = "gravatar,initials";

/**
 * The system settings of an instance, all of them. With other flags than a site states, none: the provider could not read
 * them, or would take away what it does not know.
 */
export function systemSettingsOf(instance: Instance, letsUpload: boolean): Reading<SystemSettings> {
  const { settings } = instance;
  const flags = isRecord(settings.flags) ? settings.flags : {};
  const reasons = checkFlags(flags);
  if (reasons.length > 0) return unsaid(WHAT, ...reasons);
  const avatars = settings.avatars === USUAL_AVATARS && !letsUpload ? undefined : sourcesOfAvatars(settings.avatars);
  return read(WHAT, shape, {
    defaultAppAccess: flags.core_default_app_access,
    avatars,
    changeName: settings.default_user_change_name,
    changeEmail: settings.default_user_change_email,
    changeUsername: settings.default_user_change_username,
    impersonation: settings.impersonation,
    eventRetentionDays: wholeUnits(settings.event_retention, "days"),
    gdprCompliance: settings.gdpr_compliance,
    footerLinks: list(settings.footer_links),
    defaultTokenMinutes: minutesOf(settings.default_token_duration),
    defaultTokenLength: settings.default_token_length,
    reputationLowerLimit: settings.reputation_lower_limit,
    reputationUpperLimit: settings.reputation_upper_limit,
    pageSize: settings.pagination_default_page_size,
    maxPageSize: settings.pagination_max_page_size,
    continuousLogin: flags.flows_continuous_login,
    expandedAuditDiffs: flags.enterprise_audit_include_expanded_diff,
  });
}

function sourcesOfAvatars(avatars: unknown): unknown {
  return typeof avatars === "string" ? avatars.split(",") : avatars;
}

function checkFlags(flags: Readonly<Record<string, unknown>>): string[] {
  const lacked = FLAGS.filter((name) => typeof flags[name] !== "boolean");
  const others = Object.keys(flags).filter((name) => !(FLAGS as readonly string[]).includes(name));
  return [
    ...(lacked.length === 0 ? [] : [`flags must hold ${lacked.join(", ")}, got none`]),
    ...(others.length === 0 ? [] : [`flags must be those that the provider knows, got ${others.join(", ")}`]),
    ...(flags[ALWAYS_OFF] === true ? [`flags.${ALWAYS_OFF} must be false, got true`] : []),
  ];
}
