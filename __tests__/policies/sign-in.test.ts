import { join } from "node:path";
import { readExpression } from "../../constructs/expression";
import { ROOT } from "../synth";
import { PythonRunner, pythonObject } from "./harness";
import type { PolicyOutcome, PolicyRun } from "./harness";

let python: PythonRunner;
beforeAll(async () => {
  python = await PythonRunner.start();
}, 60_000);
afterAll(async () => {
  await python.stop();
});

async function run(file: string, options: Omit<PolicyRun, "source">): Promise<PolicyOutcome> {
  const answer = await python.run({ source: readExpression(join(ROOT, "policies", file)), flow: true, ...options });
  if ("refused" in answer) throw new Error(answer.refused);
  return answer;
}

test.each<[string, Record<string, unknown>, boolean]>([
  ["somebody who has just opened the flow", {}, true],
  ["somebody who comes by a link", { is_restored: pythonObject("FlowToken", { key: "k" }) }, false],
  ["nothing where the link should be", { is_restored: null }, true],
])("not_restored.py, for %s", async (_, context, passing) => {
  expect(await run("not_restored.py", { user: null, context })).toMatchObject({ passing, messages: [] });
});

test.each<[string, Record<string, unknown>, boolean]>([
  ["a source", { is_sso: true, source: pythonObject("OAuthSource", { slug: "google" }) }, true],
  ["nowhere", {}, false],
  ["a source, as somebody claims in a form", { prompt_data: { is_sso: true } }, false],
])("only_sso.py, for people who come from %s", async (_, context, passing) => {
  expect(await run("only_sso.py", { user: null, context })).toMatchObject({ passing, messages: [] });
});
