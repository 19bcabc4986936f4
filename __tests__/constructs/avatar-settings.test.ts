import { AvatarSettings, checkAvatarSettings } from "../../constructs/avatar-settings";
import type { AvatarSettingsProps, AvatarType } from "../../constructs/avatar-settings";
import { Brand } from "../../constructs/brand";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, all, only, synth } from "../synth";
import type { Synthesized } from "../synth";
import { stepsOf } from "./flow-steps";

function settings(props?: AvatarSettingsProps): Synthesized {
  return synth(({ stack }) => {
    new AvatarSettings(stack, "settings", props);
  });
}

const texts = (props: Parameters<typeof checkAvatarSettings>[0]): string[] =>
  checkAvatarSettings(props).map(({ code, field, text }) => `${code === undefined ? "" : `${code} `}${field} ${text}`);
const expression = (json: Synthesized, name: string): string =>
  String(all(json, "authentik_policy_expression")[name]?.expression);

test("is for people who are signed in, and its default child is the flow", () => {
  const json = synth(({ stack }) => {
    const made = new AvatarSettings(stack, "settings");
    expect(made.node.defaultChild).toBe(made.resource);
  });
  expect(only(json, "authentik_flow")).toMatchObject({
    name: "iac-user-settings",
    slug: "iac-user-settings",
    title: "Your settings",
    designation: "stage_configuration",
    authentication: "require_authenticated",
  });
  expect(inspect(json as unknown as TerraformJson)).toEqual([]);
});

test("asks and writes, in the places authentik's own form has", () => {
  expect(stepsOf(settings(), "settings_flow")).toEqual([
    [20, "authentik_stage_prompt", []],
    [100, "authentik_stage_user_write", []],
  ]);
  expect(only(settings(), "authentik_stage_user_write")).toMatchObject({ user_creation_mode: "never_create" });
});

test("the fields, of which none writes a picture by itself", () => {
  const fields = Object.values(all(settings(), "authentik_stage_prompt_field"));
  expect(
    fields.map((field) => [field.order, field.field_key, field.type, field.required, field.initial_value]),
  ).toEqual([
    [10, "username", "username", true, "return user.username"],
    [20, "name", "text", true, "return user.name"],
    [30, "email", "email", true, "return user.email"],
    [
      40,
      "attributes.settings.locale",
      "ak-locale",
      true,
      'return (user.attributes.get("settings") or {}).get("locale") or ""',
    ],
    [50, "avatar_upload", "file", false, undefined],
    [60, "avatar_reset", "checkbox", false, undefined],
  ]);
  const written = fields.map(({ field_key: key }) => String(key)).filter((key) => /^attributes[._]/.test(key));
  expect(written).toEqual(["attributes.settings.locale"]);
});

test("the form asks both policies, which know of each other", () => {
  const json = settings();
  expect(only(json, "authentik_stage_prompt")).toMatchObject({
    validation_policies: [
      "${authentik_policy_expression.settings_authorization.id}",
      "${authentik_policy_expression.settings_avatar.id}",
    ],
  });
  expect(all(json, "authentik_policy_expression")).toMatchObject({
    settings_authorization: { name: "iac-user-settings-authorization" },
    settings_avatar: { name: "iac-user-settings-avatar" },
  });
  expect(expression(json, "settings_avatar")).toMatch(
    /\nAUTHORIZATION = "iac-user-settings-authorization"\nMAX_BYTES = 524288\nTYPES = \["image\/png","image\/jpeg","image\/gif","image\/webp"\]\nreturn evaluate\(request\)$/,
  );
});

test("without pictures there are neither their fields nor their policy", () => {
  const json = settings({ avatars: false });
  const gone = ["policy_expression.settings_avatar", "field.settings_form_avatar"];
  expect(addresses(json)).toEqual(addresses(settings()).filter((one) => !gone.some((part) => one.includes(part))));
  expect(only(json, "authentik_stage_prompt")).toMatchObject({
    fields: ["username", "name", "email", "attributes-settings-locale"].map(
      (key) => `\${authentik_stage_prompt_field.settings_form_${key}.id}`,
    ),
    validation_policies: ["${authentik_policy_expression.settings_authorization.id}"],
  });
  expect(inspect(json as unknown as TerraformJson)).toEqual([]);
});

test("passes on every option", () => {
  const json = settings({
    title: "Einstellungen",
    avatars: { maxKiB: 64, types: ["webp", "png"] },
    background: "/media/b.png",
  });
  expect(only(json, "authentik_flow")).toMatchObject({ title: "Einstellungen", background: "/media/b.png" });
  expect(expression(json, "settings_avatar")).toContain('\nMAX_BYTES = 65536\nTYPES = ["image/webp","image/png"]\n');
  expect(all(json, "authentik_stage_prompt_field")["settings_form_avatar-upload"]).toMatchObject({
    sub_text: "WEBP or PNG, at most 64 KiB. Leave it empty to keep the one you have.",
  });
});

test("a brand carries it, once it is complete", () => {
  const json = synth(({ stack, lookups }) => {
    const userSettingsFlow = new AvatarSettings(stack, "settings", { avatars: { types: ["png"] } });
    new Brand(stack, "brand", { authentikUrl: "https://auth.example.org", lookups, userSettingsFlow });
  });
  expect(only(json, "authentik_brand")).toMatchObject({
    flow_user_settings: "${authentik_flow.settings_flow.uuid}",
    depends_on: ["authentik_flow_stage_binding.settings_flow_write"],
  });
  expect(inspect(json as unknown as TerraformJson)).toEqual([]);
});

test("its addresses are public", () => {
  expect(addresses(settings())).toEqual([
    "authentik_flow.settings_flow",
    "authentik_flow_stage_binding.settings_flow_form",
    "authentik_flow_stage_binding.settings_flow_write",
    "authentik_policy_expression.settings_authorization",
    "authentik_policy_expression.settings_avatar",
    "authentik_stage_prompt.settings_form",
    "authentik_stage_prompt_field.settings_form_attributes-settings-locale",
    "authentik_stage_prompt_field.settings_form_avatar-reset",
    "authentik_stage_prompt_field.settings_form_avatar-upload",
    "authentik_stage_prompt_field.settings_form_email",
    "authentik_stage_prompt_field.settings_form_name",
    "authentik_stage_prompt_field.settings_form_username",
    "authentik_stage_user_write.settings_write",
  ]);
});

test.each<[AvatarSettingsProps["avatars"], string]>([
  [{ maxKiB: 15 }, "avatars.maxKiB must be 16 to 1024, got 15"],
  [{ maxKiB: 1025 }, "avatars.maxKiB must be 16 to 1024, got 1025"],
  [{ maxKiB: 64.5 }, "avatars.maxKiB must be a whole number, got 64.5"],
  [{ types: [] }, "avatars.types must name at least one, got []; say avatars: false for no pictures"],
  [{ types: ["png", "png"] }, 'AK012 avatars.types must name each once, got "png" again; remove it'],
  [
    { types: ["svg+xml" as AvatarType] },
    'avatars.types must be png, jpeg, gif, webp, got "svg+xml"; others may hold scripts, or are not told apart',
  ],
])("refuses %j", (avatars, text) => {
  expect(texts({ avatars })).toEqual([text]);
  expect(() => settings({ avatars })).toThrow(`AvatarSettings "test/settings": ${text}`);
});

test("what config could not read is not refused again", () => {
  expect(texts({ avatars: { types: [undefined, "png"] } })).toEqual([]);
  expect(texts({ avatars: false })).toEqual([]);
  expect(texts({})).toEqual([]);
});
