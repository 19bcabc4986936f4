import type { Finding, Problem, Rule } from "../finding";
import { at, eachBlock, problem } from "../finding";
import type { Json } from "../json";
import { asList, isList, isObject, objectAt } from "../json";
import type { Block } from "../stack";

/** Sections of a document and how each is written: by type and name, by name, as a list, or as one block. */
const SECTIONS: Readonly<Record<string, "blocks" | "names" | "list" | "any">> = {
  "//": "any",
  check: "any",
  data: "blocks",
  ephemeral: "blocks",
  import: "list",
  locals: "any",
  module: "names",
  moved: "list",
  output: "names",
  provider: "any",
  removed: "list",
  resource: "blocks",
  terraform: "any",
  variable: "names",
};
const IDENTIFIER = /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u;

/** Terraform refuses a section it does not know, and a name it cannot write in an expression. */
export const sectionsAreKnown: Rule = function* ({ document }) {
  for (const [name, value] of Object.entries(document)) {
    const shape = Object.hasOwn(SECTIONS, name) ? SECTIONS[name] : undefined;
    if (shape === undefined) {
      yield at(name, problem("unknown-section", "is no section of a Terraform document; remove it"));
    } else if (shape === "list" && !isList(value)) {
      yield at(name, problem("section-shape", "must be a list of blocks"));
    } else if (shape === "names" || shape === "blocks") {
      yield* entries(name, value, shape === "blocks");
    }
  }
};

function* entries(path: string, value: Json, isNested: boolean): Generator<Finding> {
  if (!isObject(value)) {
    yield at(path, problem("section-shape", "must be an object; written otherwise, its blocks are not seen here"));
    return;
  }
  for (const [name, entry] of Object.entries(value)) {
    const address = `${path}.${name}`;
    if (!IDENTIFIER.test(name)) {
      const text = `"${name}" is no Terraform identifier; begin with a letter, go on with letters, digits, - and _`;
      yield at(address, problem("identifier", text));
    }
    if (isNested) yield* entries(address, entry, false);
    else if (!isObject(entry)) yield at(address, problem("section-shape", "must be one block"));
  }
}

/** A provider configured twice under one name is refused. */
export const providersConfiguredOnce: Rule = function* (stack) {
  const seen = new Set<string>();
  for (const { address, mode } of stack.blocks) {
    if (mode !== "provider") continue;
    if (seen.has(address)) {
      yield at(address, problem("provider-twice", "is configured twice under one name; give one of them an alias"));
    }
    seen.add(address);
  }
};

/** What a block needs is configured here, not left to what the machine has set. */
export const providersConfigured: Rule = function* (stack) {
  const missing = new Map<string, string>();
  for (const { address, body, mode, type } of stack.blocks) {
    const name = type.split("_")[0] ?? type;
    if (mode === "provider" || name === "terraform" || "provider" in body || missing.has(name)) continue;
    if (!stack.find(`provider.${name}`)) missing.set(name, address);
  }
  for (const [name, address] of missing) {
    yield at(
      address,
      problem("no-provider-block", `uses provider ${name}, which no provider block configures; add one`),
    );
  }
};

const OBJECT = /^(?:(?:data|ephemeral)\.)?[\w-]+\.[\w-]+$/;
const RESOURCE = /^(?!data\.|ephemeral\.)[\w-]+\.[\w-]+(?:\.[\w-]+)*$/;

/** `depends_on` and `replace_triggered_by` hold addresses as Terraform takes them there. */
export const dependenciesAreAddresses = eachBlock(function* (block) {
  const triggers = objectAt(block.body, "lifecycle")["replace_triggered_by"];
  yield* written(block, "depends_on", block.body["depends_on"], OBJECT, "the address of a whole block, type.name");
  yield* written(
    block,
    "lifecycle.replace_triggered_by",
    triggers,
    RESOURCE,
    "the address of a resource, not a lookup",
  );
});

function* written(
  { mode }: Block,
  path: string,
  value: Json | undefined,
  form: RegExp,
  wanted: string,
): Generator<Problem> {
  if (mode === "provider") return;
  for (const [index, entry] of asList(value).entries()) {
    if (typeof entry === "string" && form.test(entry)) continue;
    yield problem("stated-dependency", `${path}[${index}] must be ${wanted}, got ${JSON.stringify(entry)}`);
  }
}
