import { readdirSync } from "node:fs";
import { join } from "node:path";
import { checkExpression, readExpression } from "../../constructs/expression";
import { ROOT } from "../synth";
import { pythonObject } from "./harness";
import { policyRunner } from "./policy-runner";

const POLICIES = join(ROOT, "policies");

const { run } = policyRunner();

const jane = { username: "jane", email: "jane@example.org", groups: ["On call"] };
const groups = [
  { name: "Staff" },
  { name: "Engineers", parents: ["Staff"] },
  { name: "On call", parents: ["Engineers"] },
];

test.each(readdirSync(POLICIES).filter((file) => file.endsWith(".py")))(
  "%s is what authentik accepts as it is",
  async (file) => {
    expect(checkExpression(join(POLICIES, file))).toEqual([]);
    const source = readExpression(join(POLICIES, file));
    expect(await run(file, { kind: "mapping" })).toMatchObject({ stored: source });
  },
);

test.each([jane, { username: "new" }, null])("everyone.py lets in %j", async (user) => {
  expect(await run("everyone.py", { user, groups })).toMatchObject({ passing: true, messages: [] });
});

test("email_verified.py gives the person's address as verified", async () => {
  const { result } = await run("email_verified.py", { kind: "mapping", user: jane, groups });
  expect(result).toEqual({ email: "jane@example.org", email_verified: true });
});

test("groups_scope.py gives all groups, those above included, in a stable order", async () => {
  const { result } = await run("groups_scope.py", { kind: "mapping", user: jane, groups });
  expect(result).toEqual({ groups: ["Engineers", "On call", "Staff"] });
});

test("groups_scope.py gives nothing to a person in no group", async () => {
  const { result } = await run("groups_scope.py", { kind: "mapping", user: { username: "new" } });
  expect(result).toEqual({ groups: [] });
});

test.each([
  ["a passkey", { auth_method: "auth_webauthn_pwl", auth_method_args: { device_type: null } }, false],
  ["a password", { auth_method: "password", auth_method_args: {} }, true],
  ["a password and a security key as second factor", { auth_method: "auth_mfa" }, true],
  ["an app password", { auth_method: "token" }, true],
  ["nothing yet", {}, true],
])("not_passkey.py, after a sign-in with %s", async (_, context, passing) => {
  expect(await run("not_passkey.py", { user: jane, groups, flow: true, context })).toMatchObject({
    passing,
    messages: [],
  });
});

test.each([jane, null])("never.py passes for nobody, not for %j", async (user) => {
  expect(await run("never.py", { user, groups })).toMatchObject({ passing: false, messages: [] });
});

test.each<[string, Record<string, unknown>, boolean]>([
  ["somebody who has just opened the flow", {}, true],
  ["somebody who comes by a link", { is_restored: pythonObject("FlowToken", { key: "k" }) }, false],
  ["nothing where the link should be", { is_restored: null }, true],
])("not_restored.py, for %s", async (_, context, passing) => {
  expect(await run("not_restored.py", { flow: true, user: null, context })).toMatchObject({ passing, messages: [] });
});

test.each<[string, Record<string, unknown>, boolean]>([
  ["a source", { is_sso: true, source: pythonObject("OAuthSource", { slug: "google" }) }, true],
  ["nowhere", {}, false],
  ["a source, as somebody claims in a form", { prompt_data: { is_sso: true } }, false],
])("only_sso.py, for people who come from %s", async (_, context, passing) => {
  expect(await run("only_sso.py", { flow: true, user: null, context })).toMatchObject({ passing, messages: [] });
});
