import type { PolicyHttpRequest, PolicyOutcome } from "./harness";
import { policyRunner } from "./policy-runner";
import type { Run } from "./policy-runner";

const policies = policyRunner();

function run(options: Run): Promise<PolicyOutcome> {
  return policies.run("user_settings_authorization.py", options);
}

const who = { username: "jane", name: "Jane", email: "jane@example.org" };
const FIELDS = ["email", "name", "username"] as const;
type Field = (typeof FIELDS)[number];
const WORD: Readonly<Record<Field, string>> = { email: "email address", name: "name", username: "username" };

type Override = "absent" | "brand" | "group" | "group above" | "person";

interface Case {
  readonly field: Field;
  /** What the system settings say; authentik's own default when it is left out. */
  readonly setting?: boolean;
  /** What an attribute says, and whose it is. */
  readonly override?: boolean;
  readonly at?: Override;
}

const right = (field: Field, value: unknown): Record<string, unknown> => ({
  [`goauthentik.io/user/can-change-${field}`]: value,
});

/** Somebody who changes one field, under these rights. */
function change({ field, setting, override, at = "absent" }: Case, to = "other@example.org"): Promise<PolicyOutcome> {
  const attributes = override === undefined ? {} : right(field, override);
  const own = (place: Override): Record<string, unknown> => (at === place ? attributes : {});
  const settings = setting === undefined ? {} : { [`default_user_change_${field}`]: setting };
  const httpRequest: PolicyHttpRequest = { settings, brandAttributes: own("brand") };
  return run({
    user: { ...who, groups: ["Crew"], attributes: own("person") },
    groups: [
      { name: "Crew", parents: ["Staff"], attributes: own("group") },
      { name: "Staff", attributes: own("group above") },
    ],
    context: { prompt_data: { ...who, [field]: to } },
    httpRequest,
  });
}

const SETTINGS = [true, false];
const PLACES: readonly Override[] = ["brand", "group above", "group", "person"];
const CASES: readonly Case[] = FIELDS.flatMap((field) =>
  SETTINGS.flatMap((setting) => [
    { field, setting },
    ...PLACES.flatMap((at) => [true, false].map((override) => ({ field, setting, override, at }))),
  ]),
);

test.each(CASES)("a change of %j", async (one) => {
  const allowed = one.override ?? one.setting;
  const messages = allowed === true ? [] : [`Not allowed to change ${WORD[one.field]}.`];
  expect(await change(one)).toMatchObject({ passing: allowed, messages, saved: [] });
});

test.each<[Field, boolean]>([
  ["name", true],
  ["email", false],
  ["username", false],
])("authentik's own setting for %s is %s", async (field, passing) => {
  expect(await change({ field })).toMatchObject({ passing });
});

test.each(CASES.filter(({ setting, override }) => setting === false && override !== true))(
  "the same as before is no change, %j",
  async (one) => {
    expect(await change(one, who[one.field])).toMatchObject({ passing: true, messages: [] });
  },
);

test.each(["JANE@example.org", " jane@example.org", "", null, ["jane@example.org"]])(
  "%j is another address",
  async (email) => {
    const outcome = await run({ user: who, context: { prompt_data: { ...who, email } } });
    expect(outcome).toMatchObject({ passing: false, messages: ["Not allowed to change email address."] });
  },
);

test("the person's own attribute counts before that of a group, and that before the brand's", async () => {
  const email = { ...who, email: "other@example.org" };
  const groups = [{ name: "Crew", attributes: right("email", false) }];
  const user = { ...who, groups: ["Crew"], attributes: right("email", true) };
  expect(await run({ user, groups, context: { prompt_data: email } })).toMatchObject({ passing: true });
  const member = { ...who, groups: ["Crew"] };
  const httpRequest = { brandAttributes: right("email", true) };
  expect(await run({ user: member, groups, context: { prompt_data: email }, httpRequest })).toMatchObject({
    passing: false,
  });
});

test.each<[unknown, boolean]>([
  [null, false],
  [0, false],
  ["", false],
  ["no", true],
  [1, true],
])("an attribute of %j counts as Python counts it, and not as missing", async (value, passing) => {
  const user = { ...who, attributes: right("email", value) };
  const context = { prompt_data: { ...who, email: "other@example.org" } };
  const httpRequest = { settings: { default_user_change_email: true } };
  expect(await run({ user, context, httpRequest })).toMatchObject({ passing });
});

test("everything that is not allowed is said at once", async () => {
  const context = { prompt_data: { username: "root", name: "Root", email: "root@example.org" } };
  const httpRequest = { settings: { default_user_change_name: false } };
  expect((await run({ user: who, context, httpRequest })).messages).toEqual(
    FIELDS.map((field) => `Not allowed to change ${WORD[field]}.`),
  );
});

test.each([{}, { prompt_data: null }, { prompt_data: {} }])(
  "an answer that is missing, in %j, is refused",
  async (context) => {
    expect(await run({ user: who, context })).toMatchObject({ passing: false });
  },
);

test("answers to other questions are nobody's business here", async () => {
  const more = { "attributes.settings.locale": "de", "attributes.goauthentik.io/user/can-change-email": true };
  expect(await run({ user: who, context: { prompt_data: { ...who, ...more } } })).toMatchObject({ passing: true });
  const forged = { prompt_data: { ...who, ...more, email: "other@example.org" } };
  expect(await run({ user: who, context: forged })).toMatchObject({ passing: false });
});

test("nobody who is not signed in passes, and an administrator is asked like everybody", async () => {
  expect(await run({ user: null, context: { prompt_data: who } })).toMatchObject({ passing: false, messages: [] });
  const context = { prompt_data: { username: "akadmin", name: "authentik Default Admin", email: "root@example.org" } };
  expect(await run({ context })).toMatchObject({
    passing: false,
    messages: ["Not allowed to change email address."],
  });
});

test("without an HTTP request, which says the system settings, nothing may be changed", async () => {
  const outcome = await run({ user: who, context: { prompt_data: who }, httpRequest: null });
  expect(outcome).toMatchObject({ passing: false });
});
