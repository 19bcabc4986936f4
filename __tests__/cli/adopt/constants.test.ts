import fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { constantsOf } from "../../../cli/adopt/constants";
import { readExpression } from "../../../constructs/expression";

const folder = mkdtempSync(join(tmpdir(), "constants-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("constants are read as they were given", () => {
  const file = join(folder, "policy.py");
  writeFileSync(file, 'NAME = "not this"\n\n\ndef evaluate(request):\n    return True\n');
  const text = fc.string({ unit: "binary", maxLength: 20 });
  const value = fc.oneof(fc.boolean(), fc.integer(), text, fc.array(text, { maxLength: 4 }));
  const constants = fc.dictionary(fc.stringMatching(/^[A-Z][A-Z0-9_]{0,6}$/), value, { maxKeys: 4 });
  fc.assert(
    fc.property(constants, (given) => {
      expect(constantsOf(readExpression(file, given))).toEqual({ ...given });
    }),
  );
});

test.each([
  undefined,
  7,
  "",
  "return True",
  "NAME = 1",
  "return evaluate(request)",
  "NAME = ]\nreturn evaluate(request)",
])("a policy of others has none: %s", (expression) => {
  expect(Object.values(constantsOf(expression)).filter((value) => value !== undefined)).toEqual([]);
});
