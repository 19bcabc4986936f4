// Tests in a real browser: `npm run test:browser`.

/** @type {import("jest").Config} */
module.exports = {
  ...require("./jest.config"),
  roots: ["<rootDir>/__tests__/browser"],
  testPathIgnorePatterns: ["/node_modules/"],
  // What is measured in a page is measured alone.
  maxWorkers: 1,
  testTimeout: 60_000,
};
