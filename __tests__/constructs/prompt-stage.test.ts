import { PromptStage, checkPromptStage } from "../../constructs/prompt-stage";
import type { PromptField, PromptStageProps } from "../../constructs/prompt-stage";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, all, only, synth } from "../synth";
import type { Block, Synthesized } from "../synth";

const email: PromptField = { key: "email", label: "E-mail address", type: "email" };

function form(change: Partial<PromptStageProps> = {}): Synthesized {
  return synth(({ stack }) => new PromptStage(stack, "form", { name: "iac-form", fields: [email], ...change }));
}

const field = (change: Partial<PromptField>): Block =>
  only(form({ fields: [{ ...email, ...change }] }), "authentik_stage_prompt_field");
const refused = (...fields: PromptField[]): string[] =>
  checkPromptStage({ fields }).map(({ field: name, text }) => `${name} ${text}`);

test("the default child is the stage", () => {
  synth(({ stack }) => {
    const made = new PromptStage(stack, "form", { name: "iac-form", fields: [email] });
    expect(made.node.defaultChild).toBe(made.resource);
  });
});

test("a stage of one field says everything the provider would leave to itself", () => {
  const json = form();
  expect(only(json, "authentik_stage_prompt")).toEqual({
    name: "iac-form",
    fields: ["${authentik_stage_prompt_field.form_email.id}"],
    validation_policies: [],
    lifecycle: { create_before_destroy: true },
  });
  expect(only(json, "authentik_stage_prompt_field")).toEqual({
    name: "iac-form-email",
    field_key: "email",
    label: "E-mail address",
    type: "email",
    order: 10,
    required: true,
    placeholder_expression: false,
    initial_value_expression: false,
    sub_text: "",
    lifecycle: { create_before_destroy: true, ignore_changes: ["placeholder", "initial_value"] },
  });
  expect(inspect(json as unknown as TerraformJson)).toEqual([]);
});

test("fields keep their order, and their addresses when others come and go", () => {
  const locale: PromptField = { key: "attributes.settings.locale", label: "Language", type: "ak-locale" };
  const repeat: PromptField = { key: "password_repeat", label: "Again", type: "password" };
  const json = form({ fields: [repeat, locale, email], validationPolicies: ["${authentik_policy_password.p.id}"] });
  const orders = Object.entries(all(json, "authentik_stage_prompt_field")).map(([name, { order }]) => [name, order]);
  expect(orders).toEqual([
    ["form_password-repeat", 10],
    ["form_attributes-settings-locale", 20],
    ["form_email", 30],
  ]);
  expect(only(json, "authentik_stage_prompt")).toMatchObject({
    fields: orders.map(([name]) => `\${authentik_stage_prompt_field.${String(name)}.id}`),
    validation_policies: ["${authentik_policy_password.p.id}"],
  });
  expect(addresses(json)).toEqual(expect.arrayContaining(addresses(form())));
});

test("passes on every option of a field", () => {
  const options = { required: false, placeholder: "jane@example.org", help: "At work", initialValue: "@example.org" };
  expect(field(options)).toMatchObject({
    required: false,
    placeholder: "jane@example.org",
    placeholder_expression: false,
    sub_text: "At work",
    initial_value: "@example.org",
    initial_value_expression: false,
    lifecycle: { create_before_destroy: true },
  });
});

test("an initial value in Python is trimmed, and no template", () => {
  expect(field({ initialExpression: '\nreturn f"${user.email}"\n' })).toMatchObject({
    initial_value: 'return f"$${user.email}"',
    initial_value_expression: true,
  });
});

test("choices are a list in Python", () => {
  const choice = field({ type: "radio-button-group", choices: ["Here", 'There, "abroad"'] });
  expect(choice).toMatchObject({ placeholder: 'return ["Here","There, \\"abroad\\""]', placeholder_expression: true });
  expect(choice.lifecycle).toMatchObject({ ignore_changes: ["initial_value"] });
});

test("refuses a form without fields", () => {
  expect(() => form({ fields: [] })).toThrow(
    'PromptStage "test/form": fields must hold at least one field, got []; a form without any asks for nothing',
  );
});

test.each<[string, PromptField[], string[]]>([
  [
    "two fields that would be one",
    [email, { ...email, key: "EMAIL" }],
    ['fields[1].key must be a name of its own, got "EMAIL", as fields[0] has; rename it'],
  ],
  [
    "a key that is none",
    [{ ...email, key: "attributes." }],
    ['fields[0].key must be words of letters, digits and underscores with dots between, got "attributes."; rename it'],
  ],
  [
    "nothing to choose from",
    [{ ...email, type: "dropdown", choices: [] }],
    ['fields[0].choices must name at least one beside type "dropdown", got none; say what to choose from'],
  ],
  [
    "choices nobody sees",
    [{ ...email, choices: ["a"] }],
    ['fields[0].choices must be left out beside type "email", got some; nothing would show them'],
  ],
  [
    "choices and a placeholder",
    [{ ...email, type: "dropdown", choices: ["a"], placeholder: "b" }],
    ["fields[0].placeholder must be left out beside choices, got one; authentik keeps both in one place"],
  ],
  [
    "two initial values",
    [{ ...email, initialValue: "a", initialExpression: "return 1" }],
    ["fields[0].initialValue must be left out beside initialExpression, got both; leave one out"],
  ],
])("refuses %s", (_, fields, texts) => {
  expect(refused(...fields)).toEqual(texts);
});
