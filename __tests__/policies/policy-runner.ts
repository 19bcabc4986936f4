import { join } from "node:path";
import { readExpression } from "../../constructs/expression";
import type { Constants } from "../../constructs/expression";
import { ROOT } from "../synth";
import { PythonRunner } from "./harness";
import type { PolicyOutcome, PolicyRun } from "./harness";

/** What a policy can see, but for its source. */
export type Run = Omit<PolicyRun, "source">;

/** Python for the tests of one file; throws when the server would not take a source. */
export interface PolicyRunner {
  /** Runs a policy of the project by its file. */
  readonly run: (file: string, options?: Run, constants?: Constants) => Promise<PolicyOutcome>;
  /** Runs a source of the test's own. */
  readonly runSource: (source: string, options?: Run) => Promise<PolicyOutcome>;
}

/** Starts Python before the tests of a file, and stops it after them. */
export function policyRunner(): PolicyRunner {
  let python: PythonRunner;
  beforeAll(async () => {
    python = await PythonRunner.start();
  }, 60_000);
  afterAll(async () => {
    await python.stop();
  });
  const runSource = async (source: string, options: Run = {}): Promise<PolicyOutcome> => {
    const answer = await python.run({ source, ...options });
    if ("refused" in answer) throw new Error(answer.refused);
    return answer;
  };
  return {
    runSource,
    run: (file, options, constants = {}) => runSource(readExpression(join(ROOT, "policies", file), constants), options),
  };
}
