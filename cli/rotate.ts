import { relative, resolve } from "node:path";
import type { Command } from "commander";
import type { AppConfig, LdapAppConfig, OidcAppConfig, Site } from "../config/load";
import { suggest } from "../config/names";
import type { VaultRef } from "../config/schema";
import { Failure } from "../delivery/failure";
import { run } from "./command";
import type { Context, Outcome } from "./command";
import { siteFile } from "./environment";

interface RotateOptions {
  readonly directory: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export function addRotate(program: Command): void {
  program
    .command("rotate")
    .description("replace an app's client secret in Vault, or say what of the site replaces it")
    .argument("<app>", "key or slug of an app")
    .option("--directory", "the password of the account by which the app reads who is there", false)
    .option("--dry-run", "write nothing", false)
    .option("--json", "print one JSON document", false)
    .action((name: string, options: RotateOptions) => run(options, (context) => rotate(name, options, context)));
}

async function rotate(name: string, options: RotateOptions, context: Context): Promise<Outcome> {
  const site = context.site();
  const [key, app] = appNamed(name, site);
  const about = { key, app, site };
  if (options.directory) return inSite(about, directoryEdit(key, app));
  switch (app.kind) {
    case "ldap":
      return inSite(about, passwordEdit(key, app));
    case "forward-auth":
      throw new Failure(
        `rotate: apps.${key} must be an app with a secret, got kind "forward-auth"; what its outpost and authentik share, they make themselves`,
      );
    case "oidc":
      if (app.clientType === "public") throw new Failure(isPublic(key, app));
      if (app.clientSecret === undefined) return inSite(about, secretEdit(key, app));
      return inVault(about, app.clientSecret, options, context);
  }
}

function appNamed(name: string, { apps }: Site): [string, AppConfig] {
  const named = Object.entries(apps);
  const found = named.find(([key]) => key === name) ?? named.find(([, { slug }]) => slug === name);
  if (found !== undefined) return found;
  const remedy = suggest(name, Object.keys(apps));
  throw new Failure(`rotate: must be an app of the site, got ${JSON.stringify(name)}; ${remedy}`, 2);
}

function isPublic(key: string, { directoryReader }: OidcAppConfig): string {
  const reader =
    directoryReader === undefined
      ? "there is nothing to replace"
      : `authentik-iac rotate ${key} --directory is for the password of its directory account`;
  return `rotate: apps.${key} must be a client with a secret, got clientType "public"; ${reader}`;
}

interface About {
  readonly key: string;
  readonly app: AppConfig;
  readonly site: Site;
}

/** A number of the site that Terraform makes a secret anew for. */
interface Edit {
  /** What is replaced, such as `client secret`. */
  readonly what: string;
  /** The record it stands in. */
  readonly record: string;
  readonly field: string;
  readonly from: number;
  /** What an apply does beside it. */
  readonly consequence: string;
  readonly publishTo?: { readonly mount: string; readonly path: string } | undefined;
  readonly publishedAs: string;
  /** Where it is when it is not published. */
  readonly otherwise: string;
}

function secretEdit(key: string, { name, publishTo, secretRevision }: OidcAppConfig): Edit {
  return {
    what: "client secret",
    record: `apps.${key}`,
    field: "secretRevision",
    from: secretRevision,
    consequence: `the provider is made anew, and everybody signs in to ${name} again`,
    publishTo,
    publishedAs: "client_secret",
    otherwise: "on the page of the provider",
  };
}

function passwordEdit(key: string, { passwordRevision, publishTo, slug }: LdapAppConfig): Edit {
  return {
    what: "bind password",
    record: `apps.${key}`,
    field: "passwordRevision",
    from: passwordRevision,
    consequence: "the old password ends at once",
    publishTo,
    publishedAs: "bind_password",
    otherwise: `under Directory > Tokens: iac-ldap-${slug}`,
  };
}

function directoryEdit(key: string, app: AppConfig): Edit {
  const reader = app.kind === "oidc" ? app.directoryReader : undefined;
  if (reader === undefined) {
    throw new Failure(
      `rotate: --directory must stand beside an app with a directoryReader, got apps.${key}, which has none; leave it out`,
      2,
    );
  }
  return {
    what: "password of its directory account",
    record: `apps.${key}.directoryReader`,
    field: "passwordRevision",
    from: reader.passwordRevision,
    consequence: "the old password ends at once",
    publishTo: reader.publishTo,
    publishedAs: "password",
    otherwise: `under Directory > Tokens: iac-${app.slug}-directory`,
  };
}

/** What authentik makes is replaced by an apply: nothing is done here, and that is told as a problem. */
function inSite({ key, app, site }: About, edit: Edit): Outcome {
  const file = relative(process.cwd(), resolve(siteFile()));
  const to = edit.from + 1;
  const place =
    edit.publishTo === undefined
      ? `the new one is in authentik, ${edit.otherwise}`
      : `${edit.publishTo.mount}/${edit.publishTo.path} (${edit.publishedAs}) follows in the same apply`;
  const next = [
    `in ${file}, ${edit.record}: ${edit.field}: ${to} (now ${edit.from})`,
    `npm run deploy: ${edit.consequence}; ${place}`,
    giveTo(key, app),
  ];
  return {
    document: {
      format: 1,
      command: "rotate",
      site: site.name,
      app: key,
      rotated: false,
      edit: { file, path: `${edit.record}.${edit.field}`, from: edit.from, to },
      next,
    },
    text: [
      `${key}: nothing was rotated; authentik makes this ${edit.what}, and makes it anew when the site says so`,
      ...numbered(next),
    ].join("\n"),
    problems: true,
  };
}

async function inVault(
  { key, app, site }: About,
  ref: VaultRef,
  { dryRun }: RotateOptions,
  context: Context,
): Promise<Outcome> {
  const { SecretInVault, sharedWith } = await import("./secret-in-vault.js");
  const others = sharedWith(site, `apps.${key}.clientSecret`, ref);
  const secret = new SecretInVault(await context.requireVault("the client secret"), ref);
  const say = (line: string): void => {
    context.progress.say(line);
  };
  const { version } = dryRun
    ? await secret.newest()
    : await context.progress.step("writing to Vault", () => secret.replace(say));
  const place = `${ref.mount}/${ref.path} (${ref.key})`;
  const next = [
    "npm run deploy, or the controller's next run: authentik takes the new one from there",
    ...[key, ...others].map((one) => giveTo(one, site.apps[one] ?? app)),
  ];
  const head = dryRun
    ? `${key}: would replace ${place}, now version ${version}; nothing is written`
    : `${key}: ${place} has a new client secret, as version ${version}; the one before stays in version ${version - 1}`;
  const meanwhile = `until authentik and the app have the same one, nobody signs in to ${app.name} anew`;
  return {
    document: {
      format: 1,
      command: "rotate",
      site: site.name,
      app: key,
      rotated: !dryRun,
      place: ref,
      version,
      sharedWith: others,
      next,
    },
    text: [head, meanwhile, ...numbered(next)].join("\n"),
  };
}

function giveTo(key: string, { name }: AppConfig): string {
  return `give the new one to ${name}: authentik-iac app ${key} says where it is set`;
}

function numbered(lines: readonly string[]): string[] {
  return lines.map((line, index) => `${index + 1}. ${line}`);
}
