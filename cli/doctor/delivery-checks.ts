import { lookupsOf, nameOf } from "../../delivery/lookups";
import { missingNow } from "../../delivery/wait";
import { visible } from "../../delivery/visible";
import { counted, fine, judged, Skip, wrong } from "./check";
import type { Verdict } from "./check";
import type { Patient } from "./patient";
import type { PlanDocument } from "./plan";

/** Whether everything the stacks look up is there. */
export async function lookups(patient: Patient): Promise<Verdict> {
  const instance = await patient.instance();
  const { lookups: wanted, unknown } = lookupsOf(await patient.stacks());
  const remedy =
    "what authentik brings along comes back by its blueprints (Customization, Blueprints); what you made has to be called as the site says";
  if (wanted.length === 0) throw new Skip("the stacks look nothing up");
  const missing = await missingNow(instance, wanted);
  if (missing?.what === "token") throw new Skip(`the token may not look at everything: ${missing.got}`);
  if (missing !== undefined)
    return judged([wrong(`authentik must have what the stacks look up, got ${missing.got}`)], remedy);
  const kinds = new Set(wanted.map((lookup) => nameOf(lookup).split(" ")[0]));
  const left = unknown.length === 0 ? [] : [`${counted(unknown.length, "lookup")} only Terraform understands`];
  return judged(
    [fine(`${counted(wanted.length, "object")} of ${counted(kinds.size, "kind")} are there`, ...left)],
    remedy,
  );
}

const ERROR_LENGTH = 300;

/** Whether a plan of every stack changes nothing. */
export async function plan(patient: Patient): Promise<Verdict> {
  const { error, exitCode, stacks } = await patient.plan();
  const [line = "no reason"] = (error ?? "no reason").split("\n");
  if (exitCode === 3) {
    // Whether it is authentik that is out of reach is for the exit code to say.
    await patient.reach();
    throw new Skip(visible(line, ERROR_LENGTH));
  }
  const seen = stacks.map((stack) => fine(inWords(stack)));
  if (error !== null || ![0, 2].includes(exitCode)) {
    return judged([...seen, wrong(visible(line, ERROR_LENGTH))], "npm run diff says more");
  }
  if (exitCode === 0) return judged(seen, "");
  const changed = stacks.filter(({ state }) => state !== "unchanged").map(({ stack }) => stack);
  return judged(
    [...seen, wrong(`a plan must change nothing, got changes in ${changed.join(", ")}`)],
    "npm run diff shows them, npm run deploy applies them",
  );
}

const WORDS: Readonly<Record<string, string>> = {
  create: "to create",
  update: "to change",
  replace: "to replace",
  delete: "to delete",
  forget: "to forget",
  import: "to import",
  move: "to move",
};

function inWords({ counts, stack, state, waitsFor }: PlanDocument["stacks"][number]): string {
  if (state === "unchanged") return `${stack}: no changes`;
  if (state === "waiting") return `${stack}: waits for ${counted(waitsFor.length, "new group")}`;
  const parts = Object.entries(counts).map(([what, count]) => `${count} ${WORDS[what] ?? what}`);
  return `${stack}: ${parts.length === 0 ? "nothing but outputs" : parts.join(", ")}`;
}
