import type { Command } from "commander";
import { Option } from "commander";
import type { Connection } from "../config/connection";
import type { Site } from "../config/load";
import { run } from "./command";
import type { Context, Outcome } from "./command";
import { CLIENT_NAMES, clientsOf, guessClient } from "./snippets/clients";
import type { Client } from "./snippets/clients";
import type { Snippet } from "./snippets/snippet";
import { table } from "./wording";

interface AppOptions {
  readonly for?: Client;
  readonly list: boolean;
  readonly live: boolean;
  readonly json: boolean;
}

/** Adds `app`. */
export function addApp(program: Command): void {
  program
    .command("app")
    .description("show what to set in an app and what to paste into it; list the apps without one")
    .argument("[app]", "key or slug of an app, or a host of it")
    .addOption(new Option("--for <client>", "what to paste into a client, alone").choices(CLIENT_NAMES))
    .option("--list", "the apps", false)
    .option("--live", "ask authentik whether it has the client as the site says", false)
    .option("--json", "print one JSON document", false)
    .action((name: string | undefined, options: AppOptions) =>
      run(options, (context) =>
        name === undefined || options.list ? list(name, options, context) : show(name, options, context),
      ),
    );
}

async function list(name: string | undefined, options: AppOptions, context: Context): Promise<Outcome> {
  const { Failure } = await import("../delivery/failure.js");
  const given = [...(name === undefined ? [] : [name]), ...(options.for === undefined ? [] : [`--for ${options.for}`])];
  if (options.list && given.length > 0) {
    throw new Failure(`app: --list must stand alone, got ${given.join(" ")} beside it; leave one of the two out`, 2);
  }
  if (options.for !== undefined || options.live) {
    throw new Failure("app: --for and --live must stand beside an app, got none; app --list names them", 2);
  }
  const site = context.site();
  const rows = (await everyConnection(site)).map((one) => ({
    key: one.key,
    slug: one.slug,
    kind: one.kind,
    title: one.title,
    host: hostOf(one),
  }));
  const cells = [["app", "kind", "host"], ...rows.map(({ key, kind, host = "-" }) => [key, kind, host])];
  return { document: { format: 1, command: "app", site: site.name, apps: rows }, text: table(cells) };
}

async function show(name: string, options: AppOptions, context: Context): Promise<Outcome> {
  const site = context.site();
  const connection = await found(name, site);
  const client = options.for ?? guessClient(connection);
  const snippet = client === undefined ? undefined : await write(client, connection, site);
  const disagreements = options.live ? await askLive(connection, context) : undefined;
  for (const warning of snippet?.warnings ?? []) context.progress.say(`warning: ${warning}`);
  const { facts: _, ...told } = connection;
  const document = {
    format: 1,
    command: "app",
    site: site.name,
    app: told,
    snippet: snippet === undefined ? null : { client, ...snippet },
    ...(disagreements === undefined ? {} : { live: { agrees: disagreements.length === 0, disagreements } }),
  };
  const parts = [
    ...(options.for === undefined ? [heading(connection), table(connection.facts)] : []),
    ...(snippet === undefined ? hints(connection) : pieces(snippet)),
    ...(disagreements === undefined ? [] : [liveText(disagreements)]),
  ];
  return { document, text: parts.join("\n\n"), problems: disagreements !== undefined && disagreements.length > 0 };
}

async function everyConnection(site: Site): Promise<Connection[]> {
  const { connections, hostConnections } = await import("../config/connection.js");
  return [...connections(site).filter(({ key }) => key in site.apps), ...hostConnections(site)];
}

async function found(name: string, site: Site): Promise<Connection> {
  const all = await everyConnection(site);
  const match =
    all.find(({ key }) => key === name) ??
    all.find(({ slug }) => slug === name) ??
    all.find((one) => hostOf(one) === name) ??
    all.find((one) => hostOf(one)?.replace(/:\d+$/, "") === name);
  if (match !== undefined) return match;
  const [{ Failure }, { suggest }] = await Promise.all([
    import("../delivery/failure.js"),
    import("../config/names.js"),
  ]);
  const known = all.map(({ key }) => key);
  throw new Failure(
    `app: must be an app of the site or a restricted host, got ${JSON.stringify(name)}; ${suggest(name, known)}`,
    2,
  );
}

async function write(client: Client, connection: Connection, site: Site): Promise<Snippet> {
  const { snippetFor } = await import("./snippets/write.js");
  return snippetFor(client, connection, site);
}

async function askLive(connection: Connection, context: Context): Promise<readonly string[]> {
  const { disagreements } = await import("./live-client.js");
  const authentik = await context.authentik();
  return context.progress.step("asking authentik", () => disagreements(authentik, connection));
}

function liveText(disagreements: readonly string[]): string {
  if (disagreements.length === 0) return "authentik has the client as the site says";
  return disagreements.join("\n");
}

/** Host people open; of a domain, what stands for all its hosts. */
function hostOf(connection: Connection): string | undefined {
  if (connection.kind === "forward-auth") {
    const { domain, mode, origins } = connection;
    return mode === "forward_domain" ? `*.${domain ?? ""}` : origins.map((origin) => new URL(origin).host)[0];
  }
  const redirects = connection.kind === "oidc" ? connection.redirectUris : [];
  const urls = [
    connection.launchUrl,
    ...redirects.map(({ url, matchingMode }) => (matchingMode === "strict" ? url : undefined)),
  ];
  return urls.flatMap((url) =>
    url !== undefined && /^https?:/.test(url) && URL.canParse(url) ? [new URL(url).host] : [],
  )[0];
}

const KINDS = { oidc: "OpenID Connect", "forward-auth": "forward auth", ldap: "LDAP" } as const;

function heading({ title, key, kind }: Connection): string {
  return `${title} (${key}, ${KINDS[kind]})`;
}

function hints(connection: Connection): string[] {
  // Nothing asks an outpost that passes requests on itself.
  if (connection.kind === "forward-auth" && connection.mode === "proxy") return [];
  const { key, kind } = connection;
  const lines = clientsOf(kind).map((client) => `what to paste: authentik-iac app ${key} --for ${client}`);
  return [lines.join("\n")];
}

/** Each part below what it is for. */
function pieces({ parts }: Snippet): string[] {
  return parts.map(({ name, text }) => `--- ${name} ---\n${text}`);
}
