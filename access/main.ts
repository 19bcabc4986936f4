import { Command, CommanderError } from "commander";
import { Failure } from "../delivery/failure";
import { diff } from "./diff";
import { appLines, asJson, hostLines, liveLines, matrix, personLines } from "./list";
import type { LivePerson } from "./live";
import { asLog, asMarkdown, asText } from "./print";
import { addAccessTo } from "./program";
import type { AccessActions, DiffOptions, ListOptions, ReportCommandOptions } from "./program";
import { review } from "./review";
import { readRevision } from "./revision";
import type { World } from "./world";

/** Reads the world of the working folder. */
export type ReadWorkingWorld = () => Promise<World>;

/** What synthesizes takes a second to load, and a revision needs none of it. */
const synthesize: ReadWorkingWorld = async () => (await import("./working-folder.js")).workingWorld();

/** What the commands do, by the working folder as it is read. */
export function actions(workingWorld = synthesize): AccessActions {
  return {
    list: (options) => list(options, workingWorld),
    compare: (base, head, options) => compare(base, head, options, workingWorld),
    report: (options) => report(options, workingWorld),
  };
}

async function list(options: ListOptions, workingWorld: ReadWorkingWorld): Promise<number> {
  const world = options.at === undefined ? await workingWorld() : readRevision(options.at, options.site);
  const person = options.person === undefined ? undefined : found("person", options.person, world);
  const app = options.app === undefined ? undefined : found("app", options.app, world);
  const live = options.live ? await askLive(world) : undefined;
  if (options.json) {
    print(
      JSON.stringify(
        { ...asJson(world, { person, app }), ...(live === undefined ? {} : { onlyThere: live }) },
        null,
        2,
      ),
    );
    return 0;
  }
  const parts = [
    ...(person === undefined ? [] : [personLines(world, person)]),
    ...(app === undefined ? [] : [appLines(world, app)]),
    ...(options.host === undefined ? [] : [atHost(world, options.host)]),
  ];
  print((parts.length === 0 ? [matrix(world, process.stdout.columns || 100)] : parts).join("\n\n"));
  if (live !== undefined) print(`\n${liveLines(live)}`);
  return 0;
}

function found<What extends "app" | "person">(
  what: What,
  name: string,
  world: World,
): What extends "app" ? World["apps"][number] : World["people"][number];
function found(what: "app" | "person", name: string, { apps, people, machines }: World): object {
  const known =
    what === "app"
      ? apps.map((app) => [app.slug, app] as const)
      : [...people, ...machines].map((one) => [one.username, one] as const);
  const match = known.find(([key]) => key === name)?.[1];
  if (match !== undefined) return match;
  const keys = known.map(([key]) => key);
  const some = keys.length > 20 ? `${keys.slice(0, 20).join(", ")} and ${keys.length - 20} more` : keys.join(", ");
  throw new Failure(
    `access: --${what} must name one there is, got ${JSON.stringify(name)}; known are ${some || "none"}`,
    2,
  );
}

function atHost(world: World, host: string): string {
  const lines = hostLines(world, host);
  if (lines !== undefined) return lines;
  const remedy = "give it a forward-auth app, or a rule in hostAccess";
  throw new Failure(
    `access: --host must be a host that an outpost answers for, got ${JSON.stringify(host)}; ${remedy}`,
    2,
  );
}

async function askLive(world: World): Promise<LivePerson[]> {
  const [{ loadNamedSite }, { requireToken }, { Vault }, { Authentik }, { onlyThere }] = await Promise.all([
    import("../delivery/workspace.js"),
    import("../delivery/api-token.js"),
    import("../delivery/vault.js"),
    import("../api/authentik.js"),
    import("./live.js"),
  ]);
  const site = loadNamedSite("split");
  const { from } = site.authentik.apiToken;
  const vault = from === "vault" && site.vault !== undefined ? await Vault.open(site.vault) : undefined;
  const token = await requireToken(site, vault);
  return onlyThere(new Authentik({ url: site.authentik.url, token }), world);
}

async function compare(
  base: string,
  head: string | undefined,
  options: DiffOptions,
  workingWorld: ReadWorkingWorld,
): Promise<number> {
  const after = head === undefined ? await workingWorld() : readRevision(head, options.site);
  const before = readRevision(base, options.site ?? after.site);
  const difference = diff(before, after);
  const title = `Access of ${after.site}: ${base} → ${head ?? "the working folder"}`;
  const document = { format: 1, site: after.site, base, head: head ?? null, ...difference };
  const written: Readonly<Record<DiffOptions["format"], () => string>> = {
    text: () => asText(review(difference)),
    log: () => asLog(review(difference), title),
    markdown: () => asMarkdown(review(difference), title),
    json: () => `${JSON.stringify(document, null, 2)}\n`,
  };
  process.stdout.write(written[options.format]());
  return options.exitCode && difference.widened ? 1 : 0;
}

async function report(options: ReportCommandOptions, workingWorld: ReadWorkingWorld): Promise<number> {
  const { writeReport } = await import("./page/report.js");
  await writeReport(options.at === undefined ? await workingWorld() : readRevision(options.at, options.site), options);
  print(options.out);
  return 0;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The program of `npm run access`. */
export function program(): Command {
  const root = new Command("npm run access").exitOverride().usage("-- [options]");
  addAccessTo(root, () => Promise.resolve(actions()));
  for (const command of root.commands) command.usage(`-- ${command.usage()}`);
  return root;
}

/** Wrong usage is 2. */
async function main(): Promise<void> {
  // Whoever reads may stop reading, as `head` does.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    await program().parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
}

if (require.main === module) void main();
