// Tests in a real browser: `npm run test:browser`.

/** @type {import("jest").Config} */
module.exports = {
  ...require("./jest.config"),
  roots: ["<rootDir>/__tests__/browser"],
  testPathIgnorePatterns: ["/node_modules/"],
  testTimeout: 60_000,
};
