import { lineOfKey } from "../../config/json";

const TEXT = `{
  "$schema": "./users.schema.json",
  "users": {
    "ann": { "name": "bob", "tags": [{ "users": {} }, "zoe"] },
    "bob":
      { "name": "users", "users": { "cem": 1 } },
    "d\\u00e9a \\"x\\"": {}
  }
}`;

test.each([
  [["users"], 3],
  [["users", "ann"], 4],
  [["users", "bob"], 5],
  [["users", "bob", "users", "cem"], 6],
  [["users", 'déa "x"'], 7],
  [["users", "zoe"], undefined],
  [["users", "cem"], undefined],
  [["ann"], undefined],
])("%j is on line %p", (path, line) => {
  expect(lineOfKey(TEXT, path)).toBe(line);
});
