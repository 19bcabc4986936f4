const { writeFileSync } = require("node:fs");

/** Writes jest's results to a file when the run ends. */
module.exports = class {
  constructor(_, { file }) {
    this.file = file;
  }

  onRunComplete(_, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) {
    writeFileSync(this.file, JSON.stringify({ numPassedTests, numFailedTests, numRuntimeErrorTestSuites }));
  }
};
