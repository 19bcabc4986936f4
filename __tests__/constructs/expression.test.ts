import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkExpression, readExpression } from "../../constructs/expression";
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
