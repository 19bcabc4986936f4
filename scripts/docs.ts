/** Writes what is made from config: `config/users.schema.json`, `docs/config.md`, `docs/connect.md` and `docs/flows.md`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { z } from "zod";
import type { FlowStack } from "../access/flows";
import { connections } from "../config/connection";
import type { Connection } from "../config/connection";
import { loadSite } from "../config/load";
import { siteShape, usersShape } from "../config/schema";
import { AuthentikStack } from "../stacks/authentik-stack";
import { checkConstructs } from "../stacks/checks";
import { addStacks } from "../stacks/site-stacks";
import { flowSections } from "./flow-drawings";

type Schema = z.core.JSONSchema.JSONSchema;

const root = join(__dirname, "..");

export function usersSchema(): string {
  const schema = z.toJSONSchema(usersShape, { io: "input", target: "draft-7" });
  return `${JSON.stringify({ ...schema, title: "People of an authentik site" }, null, 2)}\n`;
}

export function configReference(): string {
  const site = z.toJSONSchema(siteShape, { io: "input" });
  const users = z.toJSONSchema(usersShape, { io: "input" });
  return [
    "# Config reference",
    "",
    "Made from `config/schema.ts` by `npm run docs`. What has no default and no *optional* has to be given.",
    "",
    "## The site: `defineSite({ … })`",
    "",
    ...table(site),
    "",
    "## The people: `users.json`",
    "",
    ...table(users),
    "",
  ].join("\n");
}

/** How each app of the default site is connected to authentik. */
export function connectPage(): string {
  const all = connections(loadSite({ file: join(root, "config", "site.ts"), checks: checkConstructs }));
  return [
    "# Connect an app",
    "",
    "What each app of `config/site.ts` has to be told, made from it by `npm run docs`. Values in Vault are named, never shown.",
    "",
    "`npm run authentik-iac -- app <app>` says the same of any site's app, and prints what to paste into Grafana, Forgejo, Immich,",
    "Headscale, kubectl, Jellyfin, nginx and Traefik: see [day-two.md](day-two.md#app).",
    "",
    ...KINDS.flatMap(([kind, title, how]) => [
      `## ${title}`,
      "",
      how,
      "",
      ...all.filter((one) => one.kind === kind).flatMap(connection),
    ]),
  ].join("\n");
}

/** Every flow of the default site, drawn from its synthesized JSON. */
export function flowsPage(): string {
  const app = new App();
  addStacks(app, loadSite({ file: join(root, "config", "site.ts"), layout: "single", checks: checkConstructs }));
  const [stack] = app.node.children.filter((child) => child instanceof AuthentikStack);
  if (stack === undefined) throw new Error("the default site has no stack");
  stack.prepareStack();
  return [
    "# Flows",
    "",
    "Every flow of `config/site.ts`, drawn from its synthesized JSON by `npm run docs`. A question is a policy that decides whether a step",
    "is taken; where the answer is no, the flow goes on behind it. What authentik brings along is not here: it stays as it is.",
    "",
    ...flowSections(JSON.parse(JSON.stringify(stack.toTerraform())) as FlowStack),
  ].join("\n");
}

const KINDS: readonly (readonly [Connection["kind"], string, string])[] = [
  [
    "oidc",
    "OpenID Connect",
    "Give the app the issuer, the client id and the client secret; most find the rest by discovery. More: [apps.md](apps.md#openid-connect).",
  ],
  [
    "forward-auth",
    "Forward auth",
    "Put the annotation on the app's Ingress; the app itself is told nothing, and finds the person in the headers. More: [apps.md](apps.md#forward-auth), [outposts.md](outposts.md).",
  ],
  [
    "ldap",
    "LDAP",
    "Give the app the host, the base DN, the bind DN and its password. More, and settings of Jellyfin and Emby: [ldap.md](ldap.md).",
  ],
];

function connection({ title, facts }: Connection): string[] {
  const lines = facts.map(([what, value]) => `| ${what} | ${code(value)} |`);
  return [`### ${title}`, "", "| what | value |", "| --- | --- |", ...lines, ""];
}

function table(schema: Schema): string[] {
  return ["| field | type | default | what it is |", "| --- | --- | --- | --- |", ...rows(schema, "")];
}

/** One row a field, fields of a record below its key, fields of a union's members after one another. */
function rows(schema: Schema, path: string): string[] {
  return properties(schema).flatMap(([name, field, required]) => {
    const place = path === "" ? name : `${path}.${name}`;
    const fallback = field.default === undefined ? (required ? "" : "*optional*") : code(JSON.stringify(field.default));
    return [
      `| ${code(place)} | ${type(field)} | ${fallback} | ${field.description ?? ""} |`,
      ...children(field, place),
    ];
  });
}

function children(field: Schema, place: string): string[] {
  if (field.title !== undefined) return [];
  const members = field.anyOf ?? field.oneOf;
  if (members !== undefined) return unique(members.flatMap((member) => children(member, place)));
  if (field.type === "array") return children(field.items as Schema, `${place}[]`);
  const record = field.additionalProperties;
  if (typeof record === "object" && hasFields(record)) return rowsOrChildren(record, `${place}.<key>`);
  return field.type === "object" ? rows(field, place) : [];
}

function rowsOrChildren(schema: Schema, place: string): string[] {
  return schema.type === "object" ? rows(schema, place) : children(schema, place);
}

function hasFields(schema: Schema): boolean {
  return schema.properties !== undefined || schema.anyOf !== undefined || schema.oneOf !== undefined;
}

function properties(schema: Schema): [string, Schema, boolean][] {
  return Object.entries(schema.properties ?? {})
    .filter(([name, field]) => name !== "$schema" && (field as Schema).not === undefined)
    .map(([name, field]) => [name, field as Schema, schema.required?.includes(name) ?? false]);
}

function unique(lines: string[]): string[] {
  return [...new Set(lines)];
}

function type(field: Schema): string {
  if (field.title !== undefined) return field.title;
  if (field.const !== undefined) return code(JSON.stringify(field.const));
  if (field.enum !== undefined) return field.enum.map((value) => code(JSON.stringify(value))).join(", ");
  const members = field.anyOf ?? field.oneOf;
  if (members !== undefined) return unique(members.map((member) => type(member))).join(" or ");
  if (field.type === "array") return `list of ${type(field.items as Schema)}`;
  if (field.type === "integer" || field.type === "number") return range(field);
  return typeof field.type === "string" ? field.type : "any JSON";
}

function range({ minimum, maximum }: Schema): string {
  const safe = Number.MAX_SAFE_INTEGER;
  if (minimum === undefined || maximum === undefined || maximum === safe) return "number";
  return `${minimum} to ${maximum}`;
}

function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

if (require.main === module) {
  writeFileSync(join(root, "config", "users.schema.json"), usersSchema());
  writeFileSync(join(root, "docs", "config.md"), configReference());
  writeFileSync(join(root, "docs", "connect.md"), connectPage());
  writeFileSync(join(root, "docs", "flows.md"), flowsPage());
}
