import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkExpression, contextRead, readExpression } from "../../constructs/expression";
import type { Constants } from "../../constructs/expression";
import { ExpressionPolicy } from "../../constructs/expression-policy";
import { ScopeMapping } from "../../constructs/scope-mapping";
import { only, synth } from "../synth";

const folder = mkdtempSync(join(tmpdir(), "expression-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function python(source: string): string {
  const file = join(folder, "policy.py");
  writeFileSync(file, source);
  return file;
}

const valid = "def evaluate(request):\n    return True\n";
const texts = (source: string): string[] => checkExpression(python(source)).map(({ text }) => text);

test("appends the call, and leaves nothing the server would strip", () => {
  expect(readExpression(python(`\n\n${valid}\n\n`))).toBe(
    "def evaluate(request):\n    return True\n\nreturn evaluate(request)",
  );
});

test("reads Windows line ends as line ends", () => {
  expect(readExpression(python(valid.replaceAll("\n", "\r\n")))).not.toContain("\r");
});

test.each<[string, string]>([
  ["a docstring", `"""One line\nand another."""\n\n\n${valid}`],
  ["a docstring in a function", 'def evaluate(request):\n    """One line\n    and another."""\n    return True\n'],
  ["a one-line triple-quoted string", 'TEXT = """text"""\n\n\n' + valid],
  ["quotes in comments", `# it's """fine"""\n${valid}`],
  ["annotations", "def evaluate(request: object) -> bool:\n    return True\n"],
  ["a continued line of code", `x = 1 + \\\n    2\n${valid}`],
  ["a raw docstring", `r"""One\ntwo."""\n${valid}`],
  ["a hash in a string", `TEXT = "#'"\n${valid}`],
])("accepts %s", (_, source) => {
  expect(texts(source)).toEqual([]);
});

test.each<[string, string, string]>([
  [
    "no evaluate",
    "return True\n",
    "must define evaluate(request) at the top level, got a file without it; authentik's answer is what that function returns",
  ],
  [
    "an evaluate of a class",
    "class A:\n    def evaluate(request):\n        return True\n",
    "must define evaluate(request) at the top level, got a file without it; authentik's answer is what that function returns",
  ],
  [
    "a text over lines",
    `TEXT = """a\nb"""\n${valid}`,
    "must hold no string that goes on over line 1, got one; authentik indents each line, so it would gain four spaces: join shorter strings instead",
  ],
  [
    "a text over lines that is an argument",
    `print(\n    """a\nb"""\n)\n${valid}`,
    "must hold no string that goes on over line 2, got one; authentik indents each line, so it would gain four spaces: join shorter strings instead",
  ],
  [
    "an evaluate in a docstring",
    `"""\ndef evaluate(request):\n"""\n`,
    "must define evaluate(request) at the top level, got a file without it; authentik's answer is what that function returns",
  ],
  [
    "a future import",
    `from __future__ import annotations\n${valid}`,
    "must import names only, got a future or star import, which Python refuses inside a function; name what you import",
  ],
  [
    "a global",
    `${valid}    global x\n`,
    "must use no global statement, got one; the file runs as the body of a function, so say nonlocal",
  ],
  [
    "a continued string",
    `TEXT = "a\\\nb"\n${valid}`,
    "must hold no string that goes on over line 1, got one; authentik indents each line, so it would gain four spaces: join shorter strings instead",
  ],
])("refuses %s", (_, source, text) => {
  expect(texts(source)).toEqual([text]);
});

test("a policy: named, not logged, its template signs escaped", () => {
  const file = python('def evaluate(request):\n    return f"${request.user}%{1}" != ""\n');
  const block = only(
    synth(({ stack }) => {
      const policy = new ExpressionPolicy(stack, "hours", { name: "hours", file });
      expect(policy.node.defaultChild).toBe(policy.resource);
    }),
    "authentik_policy_expression",
  );
  expect(block).toEqual({
    name: "hours",
    execution_logging: false,
    lifecycle: { create_before_destroy: true },
    expression: 'def evaluate(request):\n    return f"$${request.user}%%{1}" != ""\n\nreturn evaluate(request)',
  });
});

test("a policy fails on a file authentik would run differently", () => {
  const file = python("return True");
  expect(() => synth(({ stack }) => new ExpressionPolicy(stack, "hours", { name: "hours", file }))).toThrow(
    'ExpressionPolicy "test/hours": AK040 file must define evaluate(request)',
  );
});

const TAKES = `GROUPS: list[str] = []\nLIMIT = 0\nON = False\nTEXT = ""\n\n\n${valid}`;

test("constants are assigned again where the functions of the file see them, in a stable order", () => {
  const constants = { TEXT: 'a "b"\n\\ \u0085\u2028é', ON: true, LIMIT: 524288, GROUPS: ["On call", "Staff"] };
  expect(readExpression(python(TAKES), constants)).toBe(
    [
      TAKES.trim(),
      "",
      'GROUPS = ["On call","Staff"]',
      "LIMIT = 524288",
      "ON = True",
      String.raw`TEXT = "a \"b\"\n\\ \u0085\u2028é"`,
      "return evaluate(request)",
    ].join("\n"),
  );
  expect(checkExpression(python(TAKES), constants)).toEqual([]);
});

test.each<[string, Constants, string]>([
  [
    "in lower case",
    { limit: 1 },
    'constants.limit must be named in upper case, got "limit"; it would take the place of a name of the file or of authentik',
  ],
  [
    "that is no name",
    { "A = 1\nB": 1 },
    'constants.A = 1\nB must be named in upper case, got "A = 1\nB"; it would take the place of a name of the file or of authentik',
  ],
  [
    "that the file does not declare",
    { OTHER: 1 },
    "constants.OTHER must be declared at the top level of the file, got a file without it; write OTHER = … there, with what does no harm",
  ],
  [
    "that the file only compares",
    { SEEN: 1 },
    "constants.SEEN must be declared at the top level of the file, got a file without it; write SEEN = … there, with what does no harm",
  ],
  [
    "that a function has for itself",
    { INNER: 1 },
    "constants.INNER must be declared at the top level of the file, got a file without it; write INNER = … there, with what does no harm",
  ],
  [
    "that is no number",
    { LIMIT: NaN },
    "constants.LIMIT must be a finite number, got NaN; Python has no literal for it",
  ],
])("refuses a constant %s", (_, constants, text) => {
  const file = python(`${TAKES}    INNER = 1\n\n\nSEEN == 1\n`);
  expect(checkExpression(file, constants)).toEqual([
    { code: "AK040", field: text.slice(0, text.indexOf(" must ")), text: text.slice(text.indexOf("must ")) },
  ]);
});

test("a policy is given constants, in which Terraform sees no template", () => {
  const made = (constants: Constants): unknown =>
    only(
      synth(({ stack }) => new ExpressionPolicy(stack, "hours", { name: "hours", file: python(TAKES), constants })),
      "authentik_policy_expression",
    ).expression;
  expect(made({ TEXT: "${a}%{b}" })).toContain('\nTEXT = "$${a}%%{b}"\nreturn evaluate(request)');
  expect(() => made({ text: "a" })).toThrow('ExpressionPolicy "test/hours": AK040 constants.text must be named');
});

test.each<[string, string, string[]]>([
  ["nothing", "return request.user.is_active", []],
  ["what is there from the start", 'return ak_is_sso_flow or request.context.get("is_sso", False)', []],
  [
    "keys",
    "return context['pending_user'] or request.context.get( \"prompt_data\", {})",
    ["pending_user", "prompt_data"],
  ],
  ["the whole of it", "return len(request.context)", ["context"]],
  ["the plan", "return context.get('flow_plan').context", ["context", "flow_plan"]],
  ["the plan by its own name", "return flow_plan", ["context"]],
  ["a key somebody works out", "return context[key]", ["context"]],
  ["nothing, and talks of it", "return True  # context['prompt_data']", []],
  ["nothing, and says so", "return 'context[\"prompt_data\"]'", []],
])("a policy reads of the flow's context: %s", (_, line, keys) => {
  expect(contextRead(python(`def evaluate(request):\n    ${line}\n`))).toEqual(keys);
});

test("a step is told what its policy reads", () => {
  synth(({ stack }) => {
    const file = python('def evaluate(request):\n    return request.context["prompt_data"]\n');
    const policy = new ExpressionPolicy(stack, "hours", { name: "hours", file });
    expect(policy.forStep({ negate: true })).toEqual({
      policy: policy.policyId,
      readsContext: ["prompt_data"],
      negate: true,
    });
  });
});

test("a scope: its description is managed only when there is one", () => {
  const mapping = (description?: string): Record<string, unknown> =>
    only(
      synth(
        ({ stack }) =>
          new ScopeMapping(stack, "groups", { name: "groups", scopeName: "groups", file: python(valid), description }),
      ),
      "authentik_property_mapping_provider_scope",
    );
  expect(mapping()).toEqual({
    name: "groups",
    scope_name: "groups",
    expression: "def evaluate(request):\n    return True\n\nreturn evaluate(request)",
    lifecycle: { create_before_destroy: true, ignore_changes: ["description"] },
  });
  expect(mapping("Your groups")).toMatchObject({ description: "Your groups" });
  expect(mapping("Your groups").lifecycle).toEqual({ create_before_destroy: true });
});
