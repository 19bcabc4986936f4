import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import type { Site } from "../config/load";
import type { Lookup } from "../delivery/lookups";
import { run } from "./command";
import type { Context, Outcome } from "./command";

interface WaitCommandOptions {
  readonly timeout: number;
  readonly lookups: boolean;
  readonly json: boolean;
}

export function addWait(program: Command): void {
  program
    .command("wait")
    .description("wait until authentik answers, takes the token and has what the stacks look up in it")
    .option("--timeout <minutes>", "how long at most", minutes, 15)
    .option("--no-lookups", "wait for an answer and the token alone")
    .option("--json", "print one JSON document", false)
    .addHelpText("after", "\nIt asks at the site's own URL, as Terraform does, whatever AUTHENTIK_URL says.")
    .action((options: WaitCommandOptions) => run(options, (context) => wait(options, context)));
}

function minutes(value: string): number {
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError("must be a number of minutes.");
}

async function wait(options: WaitCommandOptions, context: Context): Promise<Outcome> {
  const site = context.site();
  const { progress, signal } = context;
  const lookups = options.lookups ? await lookupsOfSite(context) : [];
  const token = await tokenOf(site, context);
  const [{ CLOCK, TOKEN_GRACE_MINUTES, waitForInstance }, { PublicInstance }, { whereToLook }, { inWords }] =
    await Promise.all([
      import("../delivery/wait.js"),
      import("../delivery/instance.js"),
      import("../delivery/where-to-look.js"),
      import("../delivery/progress.js"),
    ]);
  const instance = new PublicInstance(site.authentik.url, token, signal);
  const begun = CLOCK.now();
  await waitForInstance({
    instance,
    lookups,
    timeoutMinutes: options.timeout,
    tokenGraceMinutes: site.platform === undefined ? 0 : TOKEN_GRACE_MINUTES,
    look: whereToLook(site),
    say: (line) => {
      progress.say(line);
    },
    clock: CLOCK,
  });
  const milliseconds = CLOCK.now() - begun;
  const has = options.lookups ? ` and has the ${lookups.length} objects that are looked up in it` : "";
  return {
    document: {
      format: 1,
      command: "wait",
      site: site.name,
      url: instance.url,
      ready: true,
      lookups: options.lookups ? lookups.length : null,
      seconds: Math.round(milliseconds / 1000),
    },
    text: `${instance.url} answers, takes the token${has} (${inWords(milliseconds)})`,
  };
}

async function lookupsOfSite({ progress, signal }: Context): Promise<readonly Lookup[]> {
  const [{ synthesized }, { lookupsOf }] = await Promise.all([
    import("./synthesized.js"),
    import("../delivery/lookups.js"),
  ]);
  const { lookups, unknown } = lookupsOf(await progress.step("synthesis", () => synthesized(signal)));
  for (const address of unknown) progress.say(`nobody can wait for ${address}: what it looks for is an expression`);
  return lookups;
}

/** The token as every command finds it; a wait needs it as it is, to try it again and again. */
async function tokenOf(site: Site, context: Context): Promise<string> {
  const given = process.env.AUTHENTIK_TOKEN;
  if (given) return given;
  const { requireToken } = await import("../delivery/api-token.js");
  return requireToken(site, site.authentik.apiToken.from === "vault" ? await context.vault() : undefined);
}
