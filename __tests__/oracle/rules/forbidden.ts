import type { Rule } from "../finding";
import { at, eachBlock, problem } from "../finding";

const MACHINE_PATH = /(?<![\w.-])\/(?:home|root|Users|tmp|work)\/|\b[A-Z]:\\/;

/** The JSON is the same on every machine, so no path of one is in it. */
export const noMachinePaths: Rule = function* (stack) {
  const here = process.cwd();
  for (const block of stack.everything) {
    for (const { path, value } of block.leaves) {
      if (typeof value !== "string") continue;
      if (!MACHINE_PATH.test(value) && (here.length < 2 || !value.includes(here))) continue;
      yield at(block.address, problem("machine-path", `${path} holds a path of this machine; make it relative`));
    }
  }
};

/** Kinds of block that work in Terraform and not for us. */
export const noForbiddenTypes = eachBlock(function* ({ mode, type }) {
  if (mode === "data" && type === "terraform_remote_state") {
    yield problem("remote-state", "stacks share config values, never state; look the object up or pass the value");
  }
  if (mode === "resource" && type === "kubernetes_manifest") {
    const text =
      "kubernetes_manifest needs the cluster and its CRDs at plan; use the chart's additionalObjects or deploy/";
    yield problem("kubernetes-manifest", text);
  }
});
