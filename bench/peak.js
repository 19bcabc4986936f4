// Loaded by `--require` into a process and, by NODE_OPTIONS, into all it starts: each writes down what it took at its end.
const { appendFileSync } = require("node:fs");

process.on("exit", () => {
  const mebibytes = process.resourceUsage().maxRSS / 1024;
  const line = { file: process.argv[1] ?? "", milliseconds: performance.now(), mebibytes };
  appendFileSync(process.env.BENCH_PEAKS, `${JSON.stringify(line)}\n`);
});
