// JEST_JSON names a file for the results, from which .ci/run takes its counts.
const { JEST_JSON } = process.env;

/** @type {import("jest").Config} */
module.exports = {
  ...(JEST_JSON ? { reporters: ["default", ["<rootDir>/__tests__/json-reporter.js", { file: JEST_JSON }]] } : {}),
  // Jest leaves one core to others, which is half of a small machine.
  maxWorkers: "100%",
  testEnvironment: "node",
  roots: ["<rootDir>/__tests__"],
  testMatch: ["**/*.test.ts"],
  // They have a configuration of their own: nothing else needs a browser.
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/__tests__/browser/"],
  // Jest has no import() of its own: what is loaded late is loaded as everything else is.
  transform: { "^.+\\.ts$": ["ts-jest", { diagnostics: false, tsconfig: "__tests__/tsconfig.json" }] },
  moduleNameMapper: {
    "^(\\.{1,2}/.*)\\.js$": ["$1", "$1.js"],
    "/private/stack-trace$|^\\./stack-trace$": "<rootDir>/__tests__/no-stack-trace.js",
  },
  modulePathIgnorePatterns: ["<rootDir>/cdktf.out", "<rootDir>/node_modules/.cache"],
};
