import { systemSettingsOf } from "../../../cli/adopt/settings";
import { Instance } from "../../../cli/adopt/instance";
import type { Values } from "../../server/store";
import { SETTINGS } from "../../server/settings";

const FLAGS = {
  core_default_app_access: false,
  enterprise_audit_include_expanded_diff: false,
  flows_continuous_login: false,
  flows_refresh_others: false,
};
const USUAL = { ...SETTINGS, flags: FLAGS, default_token_duration: "minutes=30" };

const at = (settings: Values): Instance => new Instance("https://auth.example.org", settings, new Map());

test("usual settings are said in no words", () => {
  expect(systemSettingsOf(at(USUAL), false)).toEqual({ value: {}, notes: [] });
});

test("where pictures are uploaded, where avatars come from is said all the same", () => {
  expect(systemSettingsOf(at(USUAL), true).value).toEqual({ avatars: ["gravatar", "initials"] });
});

test.each<[string, Values]>([
  [
    "flags must hold core_default_app_access, enterprise_audit_include_expanded_diff, flows_continuous_login, flows_refresh_others, got none",
    { flags: {} },
  ],
  ["flags must hold flows_refresh_others, got none", { flags: { ...FLAGS, flows_refresh_others: undefined } }],
  ["flags must be those that the provider knows, got a_new_one", { flags: { ...FLAGS, a_new_one: true } }],
  ["flags.flows_refresh_others must be false, got true", { flags: { ...FLAGS, flows_refresh_others: true } }],
  ['eventRetentionDays must be a number, got "weeks=1"', { event_retention: "weeks=1" }],
  ['defaultTokenMinutes must be a number, got "days=1"', { default_token_duration: "days=1" }],
  ["defaultTokenLength must be at most 255, got 1000", { default_token_length: 1000 }],
  ["footerLinks[0].href must be a string, got null", { footer_links: [{ name: "Imprint", href: null }] }],
  [
    'avatars[1] must be a text without white space at its ends and without control characters, got ""',
    { avatars: "none," },
  ],
])("other settings are left out: %s", (why, settings) => {
  const { value, notes } = systemSettingsOf(at({ ...USUAL, ...settings }), false);
  expect(value).toBeUndefined();
  expect(notes).toEqual([{ what: "system settings", why }]);
});

test("settings that cannot be read are none", () => {
  expect(systemSettingsOf(at({}), false)).toMatchObject({ notes: [{ what: "system settings" }] });
});
