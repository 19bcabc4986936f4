import { SystemSettings } from "../../constructs/system-settings";
import type { SystemSettingsProps } from "../../constructs/system-settings";
import { only, synth } from "../synth";

const block = (props?: SystemSettingsProps): Record<string, unknown> =>
  only(
    synth(({ stack }) => new SystemSettings(stack, "settings", props)),
    "authentik_system_settings",
  );

const flags = (access: boolean): string =>
  `{"core_default_app_access":${access},"enterprise_audit_include_expanded_diff":false,"flows_continuous_login":false,"flows_refresh_others":false}`;

/** What no option changes. */
const rest = {
  default_user_change_name: true,
  default_user_change_email: false,
  default_user_change_username: false,
  gdpr_compliance: true,
  impersonation: true,
  pagination_default_page_size: 20,
  pagination_max_page_size: 100,
  reputation_lower_limit: -5,
  reputation_upper_limit: 5,
};

test("the default child is the settings", () => {
  synth(({ stack }) => {
    const settings = new SystemSettings(stack, "settings");
    expect(settings.node.defaultChild).toBe(settings.resource);
  });
});

test("states what would else go to the provider's default, all four flags among it", () => {
  expect(block()).toEqual({
    ...rest,
    avatars: "gravatar,initials",
    event_retention: "days=365",
    default_token_duration: "minutes=30",
    default_token_length: 60,
    flags: flags(false),
  });
});

test("passes on every option", () => {
  const props = {
    defaultAppAccess: true,
    avatars: ["initials"],
    eventRetentionDays: 30,
    defaultTokenMinutes: 5,
    defaultTokenLength: 40,
  };
  expect(block(props)).toEqual({
    ...rest,
    avatars: "initials",
    event_retention: "days=30",
    default_token_duration: "minutes=5",
    default_token_length: 40,
    flags: flags(true),
  });
});

test("fails on values out of range, all at once", () => {
  expect(() => block({ eventRetentionDays: 0, defaultTokenMinutes: 600_000, defaultTokenLength: 8 })).toThrow(
    'SystemSettings "test/settings": eventRetentionDays must be 1 to 3650, got 0\n  defaultTokenMinutes must be 1 to 525600, got 600000\n  defaultTokenLength must be 20 to 255, got 8',
  );
});
