import { comparable, differences, withFork } from "../../scripts/test-cdktn";

const stack = (version: string, more: object = {}): string =>
  JSON.stringify({ "//": { metadata: { backend: "local", stackName: "authentik", version } }, ...more }, null, 2);

const file = "stacks/authentik/cdk.tf.json";

test("the version that wrote a stack and white space may differ, nothing else", () => {
  const empty = stack("0.21.0", { output: {} }).replace("{}", "{\n  }");
  expect(differences(new Map([[file, empty]]), new Map([[file, stack("0.24.0", { output: {} })]]))).toEqual([]);
  const [before, after] = ["1.0", "1.1"].map((version) => stack("0.21.0", { provider: { version } }));
  expect(differences(new Map([[file, before ?? ""]]), new Map([[file, after ?? ""]]))).toEqual([
    `${file}:9:     "version": "1.0" became     "version": "1.1"`,
  ]);
});

test("files come and go as well", () => {
  expect(differences(new Map([["a", ""]]), new Map([["b", ""]]))).toEqual([
    "a: cdktn does not write it",
    "b: only cdktn writes it",
  ]);
  expect(differences(new Map([["a", "one\n"]]), new Map([["a", "one\ntwo\n"]]))).toEqual(["a:2:  became two"]);
});

test("what is no stack is compared to the byte", () => {
  expect(comparable("assets/a.json", "{ }")).toBe("{ }");
});

test("every package gets the fork under the name cdktf", () => {
  const dependencies = { cdktf: "0.21.0", constructs: "10.4.2", zod: "4.0.0" };
  const devDependencies = { "@cdktf/commons": "0.21.0", "cdktf-cli": "0.21.0", jest: "29.7.0" };
  expect(withFork({ dependencies, devDependencies })).toMatchObject({
    dependencies: { cdktf: "npm:cdktn@0.24.0", constructs: "10.6.0", zod: "4.0.0" },
    devDependencies: { "@cdktf/commons": "0.21.0" },
    overrides: { cdktf: "$cdktf", constructs: "$constructs" },
  });
});
