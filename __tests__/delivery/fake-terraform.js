// Stands in for Terraform and OpenTofu: answers from answers.json beside it, and writes down what it was asked.
const { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } = require("node:fs");
const { basename, dirname, join } = require("node:path");

const home = dirname(__filename);
const [command, ...args] = process.argv.slice(2);
const stack = basename(process.cwd());
const answersFile = join(home, "answers.json");
const answers = JSON.parse(readFileSync(answersFile, "utf8"));
const answer = answers.stacks[stack] ?? {};
const planFile = command === "plan" ? args.find((arg) => arg.startsWith("-out="))?.slice("-out=".length) : args.at(-1);
const hasPlanFile = planFile !== undefined && existsSync(planFile);

function record(more = {}) {
  const mode = hasPlanFile ? (statSync(planFile).mode & 0o777).toString(8) : undefined;
  appendFileSync(join(home, "calls.jsonl"), `${JSON.stringify({ stack, command, args, mode, ...more })}\n`);
}

function fail(words) {
  process.stderr.write(`\nError: ${words}\n`);
  process.exit(1);
}

function plan() {
  const targets = args.filter((arg) => arg.startsWith("-target="));
  const kind = targets.length > 0 ? "targeted" : "plan";
  const shown = answer[kind] ?? null;
  const id = `${stack} ${process.pid} ${process.hrtime.bigint()}`;
  record({ id });
  if (planFile !== undefined) writeFileSync(planFile, JSON.stringify({ id, kind, shown }));
  if (answer.planError !== undefined) fail(answer.planError);
  if (answer.planSeconds !== undefined) {
    process.on("SIGINT", () => {
      record({ signal: "SIGINT" });
      process.exit(1);
    });
    setTimeout(() => process.exit(2), answer.planSeconds * 1000);
    return;
  }
  process.exit(shown === null ? 0 : 2);
}

function apply() {
  const { id, kind } = JSON.parse(readFileSync(planFile, "utf8"));
  record({ id });
  if (answer.applyError !== undefined) fail(answer.applyError);
  delete answers.stacks[stack][kind];
  writeFileSync(answersFile, JSON.stringify(answers));
  process.stdout.write("Apply complete!\n");
}

function show() {
  const { id, shown } = JSON.parse(readFileSync(planFile, "utf8"));
  record({ id });
  process.stdout.write(args.includes("-json") ? JSON.stringify(shown) : `the engine's plan of ${stack}\n`);
}

switch (command) {
  case "version":
    process.stdout.write(
      args.includes("-json")
        ? JSON.stringify({ terraform_version: answers.version, platform: "linux_amd64", provider_selections: {} })
        : `${answers.product} v${answers.version}\non linux_amd64\n`,
    );
    break;
  case "init":
    record();
    if (answer.initError !== undefined) fail(answer.initError);
    break;
  case "plan":
    plan();
    break;
  case "show":
    show();
    break;
  case "apply":
    apply();
    break;
  default:
    record();
    fail(`no command "${command}"`);
}
