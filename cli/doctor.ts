import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { suggest } from "../config/names";
import { run } from "./command";
import type { Context, Outcome } from "./command";
import { CATALOGUE, CHECK_IDS } from "./doctor/catalogue";
import type { CheckId } from "./doctor/catalogue";

interface DoctorOptions {
  readonly only?: readonly CheckId[];
  readonly skip?: readonly CheckId[];
  readonly cluster: boolean;
  readonly plan: boolean;
  readonly json?: boolean;
}

/** Adds `doctor`. */
export function addDoctor(program: Command): void {
  const width = Math.max(...CHECK_IDS.map((id) => id.length));
  const checks = CHECK_IDS.map((id) => `  ${id.padEnd(width)}  ${CATALOGUE[id].title}`);
  program
    .command("doctor")
    .description("look whether a site works: authentik, its outposts, and what was delivered; changes nothing")
    .option("--only <check...>", "these checks, and no others", collect)
    .option("--skip <check...>", "not these checks", collect)
    .option("--no-cluster", "ask no cluster")
    .option("--no-plan", "make no plan")
    .option("--json", "print one JSON document")
    .addHelpText("after", `\nChecks:\n${checks.join("\n")}\n\nExit code 3 when authentik is out of reach.`)
    .action(async (options: DoctorOptions) => {
      await run(options, (context) => doctor(context, options));
    });
}

function collect(value: string, before: readonly CheckId[] = []): CheckId[] {
  const id = CHECK_IDS.find((known) => known === value);
  if (id !== undefined) return [...before, id];
  throw new InvalidArgumentError(`must name a check, got "${value}"; ${suggest(value, CHECK_IDS)}.`);
}

async function doctor(context: Context, { cluster, only = [], plan, skip = [] }: DoctorOptions): Promise<Outcome> {
  const [{ Patient }, { examine }, { documentOf, textOf }] = await Promise.all([
    import("./doctor/patient.js"),
    import("./doctor/examine.js"),
    import("./doctor/report.js"),
  ]);
  const patient = new Patient({ context, withoutCluster: cluster ? undefined : "left out by --no-cluster" });
  const leftOut = new Map<CheckId, string>([
    ...(plan ? [] : [["plan", "left out by --no-plan"] as const]),
    ...skip.map((id) => [id, "left out by --skip"] as const),
  ]);
  const ids = CHECK_IDS.filter((id) => only.length === 0 || only.includes(id));
  const checks = await examine(patient, ids, { leftOut, progress: context.progress });
  const { name } = patient.site;
  return {
    document: documentOf(name, checks),
    text: textOf(name, patient.url, checks),
    problems: checks.some(({ status }) => status === "fail"),
    isAway: patient.isAway,
  };
}
