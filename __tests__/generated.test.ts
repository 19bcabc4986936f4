import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { siteShape, usersShape } from "../config/schema";
import { configReference, connectPage, flowsPage, usersSchema } from "../scripts/docs";
import { bindingsHash } from "../scripts/gen";
import { ROOT } from "./synth";

const text = (...path: string[]): string => readFileSync(join(ROOT, ...path), "utf8");

test("the bindings are made from the vendored schema", () => {
  expect(text(".gen", "hash")).toBe(bindingsHash());
});

test("the bindings are left alone while nothing they are made of changed", () => {
  const made = statSync(join(ROOT, ".gen", "hash")).mtimeMs;
  const tsx = join(ROOT, "node_modules", "tsx", "dist", "cli.mjs");
  expect(spawnSync(process.execPath, [tsx, join(ROOT, "scripts", "gen.ts")]).status).toBe(0);
  expect(statSync(join(ROOT, ".gen", "hash")).mtimeMs).toBe(made);
});

test("the JSON Schema of users.json is up to date", () => {
  expect(text("config", "users.schema.json")).toBe(usersSchema());
});

test("the config reference is up to date", () => {
  expect(text("docs", "config.md")).toBe(configReference());
});

test("the page on how apps are connected is up to date", () => {
  expect(text("docs", "connect.md")).toBe(connectPage());
});

test("the drawings of the flows are up to date", () => {
  expect(text("docs", "flows.md")).toBe(flowsPage());
});

test.each([
  ["site", siteShape],
  ["users.json", usersShape],
])("every field of %s says what it is", (_, shape) => {
  const silent: string[] = [];
  const walk = (schema: z.core.JSONSchema._JSONSchema, path: string): void => {
    if (typeof schema !== "object" || schema.title !== undefined) return;
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      if (typeof field === "object" && field.description === undefined) silent.push(`${path}${name}`);
      walk(field, `${path}${name}.`);
    }
    for (const member of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) walk(member, path);
    if (typeof schema.additionalProperties === "object") walk(schema.additionalProperties, `${path}*.`);
    if (schema.items !== undefined && !Array.isArray(schema.items)) walk(schema.items, `${path}[].`);
  };
  walk(z.toJSONSchema(shape, { io: "input" }), "");
  expect(silent).toEqual([]);
});
