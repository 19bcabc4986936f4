import { SystemSettings, checkLowestScore, checkSettings } from "../../constructs/system-settings";
import type { SystemSettingsProps } from "../../constructs/system-settings";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, addresses, only, synth } from "../synth";
import type { Synthesized } from "../synth";

const made = (props?: SystemSettingsProps): Synthesized =>
  synth(({ stack }) => new SystemSettings(stack, "settings", props));
const block = (props?: SystemSettingsProps): Record<string, unknown> => only(made(props), "authentik_system_settings");

const flags = (changed: Record<string, boolean> = {}): string =>
  JSON.stringify({
    core_default_app_access: false,
    enterprise_audit_include_expanded_diff: false,
    flows_continuous_login: false,
    flows_refresh_others: false,
    ...changed,
  });

test("the default child is the settings, and their address is public", () => {
  const json = synth(({ stack }) => {
    const settings = new SystemSettings(stack, "settings");
    expect(settings.node.defaultChild).toBe(settings.resource);
  });
  expect(addresses(json)).toEqual(["authentik_system_settings.settings"]);
});

test("states what would else go to the provider's default, all four flags among it", () => {
  expect(block()).toEqual({
    avatars: "gravatar,initials",
    default_user_change_name: true,
    default_user_change_email: false,
    default_user_change_username: false,
    impersonation: true,
    event_retention: "days=365",
    gdpr_compliance: true,
    footer_links: [],
    default_token_duration: "minutes=30",
    default_token_length: 60,
    reputation_lower_limit: -5,
    reputation_upper_limit: 5,
    pagination_default_page_size: 20,
    pagination_max_page_size: 100,
    flags: flags(),
  });
  expect(inspect(made() as unknown as TerraformJson)).toEqual([]);
});

test("leaves out nothing that the provider knows", () => {
  interface Schema {
    readonly provider_schemas: Record<
      string,
      { readonly resource_schemas: Record<string, { readonly block: { readonly attributes: object } }> }
    >;
  }
  const schema = JSON.parse(readFileSync(join(ROOT, "schema/authentik-2026.5.0.schema.json"), "utf8")) as Schema;
  const [provider] = Object.values(schema.provider_schemas);
  const known = Object.keys(provider?.resource_schemas["authentik_system_settings"]?.block.attributes ?? {});
  expect(Object.keys(block()).sort()).toEqual(known.filter((name) => name !== "id").sort());
});

test("passes on every option, footer links in their order", () => {
  const props: SystemSettingsProps = {
    defaultAppAccess: true,
    avatars: ["attributes.avatar", "https://avatars.example.org/%(mail_hash)s", "initials"],
    changeName: false,
    changeEmail: true,
    changeUsername: true,
    impersonation: false,
    eventRetentionDays: 30,
    gdprCompliance: false,
    footerLinks: [
      { name: "Terms", href: "https://example.org/terms" },
      { name: "Help", href: "mailto:help@example.org" },
      { name: "About", href: "https://example.org/terms" },
    ],
    defaultTokenMinutes: 5,
    defaultTokenLength: 40,
    reputationLowerLimit: -20,
    reputationUpperLimit: 0,
    pageSize: 100,
    maxPageSize: 500,
    continuousLogin: true,
    expandedAuditDiffs: true,
  };
  expect(block(props)).toEqual({
    avatars: "attributes.avatar,https://avatars.example.org/%(mail_hash)s,initials",
    default_user_change_name: false,
    default_user_change_email: true,
    default_user_change_username: true,
    impersonation: false,
    event_retention: "days=30",
    gdpr_compliance: false,
    footer_links: props.footerLinks,
    default_token_duration: "minutes=5",
    default_token_length: 40,
    reputation_lower_limit: -20,
    reputation_upper_limit: 0,
    pagination_default_page_size: 100,
    pagination_max_page_size: 500,
    flags: flags({
      core_default_app_access: true,
      enterprise_audit_include_expanded_diff: true,
      flows_continuous_login: true,
    }),
  });
  expect(inspect(made(props) as unknown as TerraformJson)).toEqual([]);
});

test("fails on values out of range, all at once", () => {
  const props = {
    eventRetentionDays: 0,
    defaultTokenMinutes: 600_000,
    defaultTokenLength: 8,
    reputationLowerLimit: 0,
    reputationUpperLimit: -1,
    pageSize: 9,
    maxPageSize: 99,
  };
  expect(() => block(props)).toThrow(
    [
      'SystemSettings "test/settings": eventRetentionDays must be 1 to 3650, got 0',
      "  defaultTokenMinutes must be 1 to 525600, got 600000",
      "  defaultTokenLength must be 20 to 255, got 8",
      "  reputationLowerLimit must be -1000 to -1, got 0",
      "  reputationUpperLimit must be 0 to 1000, got -1",
      "  pageSize must be 10 to 1000, got 9",
      "  maxPageSize must be 100 to 10000, got 99",
    ].join("\n"),
  );
});

const refused = (settings: Parameters<typeof checkSettings>[0]): string[] =>
  checkSettings(settings).map(({ code, field, text }) => `${code === undefined ? "" : `${code} `}${field} ${text}`);

test.each(["/imprint", "javascript:alert(1)", "ftp://example.org", "https://example.org/a b", "mailto:", ""])(
  "refuses a link to %j",
  (href) => {
    const links = [
      { name: "Imprint", href: "http://example.org" },
      { name: "Bad", href },
    ];
    const text = `footerLinks[1].href must be an http or https URL or mailto: and an address, got "${href}"; authentik shows no others`;
    expect(refused({ footerLinks: links })).toEqual([text]);
    expect(() => block({ footerLinks: links })).toThrow(`SystemSettings "test/settings": ${text}`);
  },
);

test("refuses a link that is there already", () => {
  const help = { name: "Help", href: "mailto:help@example.org" };
  expect(refused({ footerLinks: [help, { ...help, name: "Write to us" }, help, {}, {}] })).toEqual([
    'footerLinks[2] must be a link of its own, got "Help" again, as footerLinks[0]; remove it',
  ]);
});

test.each([
  [101, undefined, 100],
  [201, 200, 200],
])("refuses pages of %d records with a maximum of %d", (pageSize, maxPageSize, limit) => {
  expect(refused({ pageSize, maxPageSize })).toEqual([
    `pageSize must be at most maxPageSize, ${limit}, got ${pageSize}; answers would be cut to that`,
  ]);
});

test("refuses avatars that nobody sees", () => {
  const text =
    'AK057 avatars[1] must come before "initials", got "gravatar" after it; everybody has one of those: move it before, or remove it';
  expect(() => block({ avatars: ["initials", "gravatar"] })).toThrow(`SystemSettings "test/settings": ${text}`);
});

test("what config could not read is not refused again", () => {
  expect(refused({ avatars: [undefined], footerLinks: [undefined, {}] })).toEqual([]);
});

test.each([
  [undefined, undefined],
  [-5, -9],
  [-1, -1],
])("a threshold of %p is reached with scores down to %p", (threshold, lowerLimit) => {
  expect(checkLowestScore(threshold, lowerLimit)).toEqual([]);
});

test.each([
  [-5, -3],
  [undefined, -4],
])("refuses a threshold of %p with scores down to %p", (threshold, lowerLimit) => {
  expect(checkLowestScore(threshold, lowerLimit)).toEqual([
    {
      code: "AK042",
      field: "reputation.threshold",
      text: `must be at least systemSettings.reputationLowerLimit, ${lowerLimit}, got ${threshold ?? -5}; the score of a username at an address ends there, so guessing would go on: raise it, or lower that`,
    },
  ]);
});
