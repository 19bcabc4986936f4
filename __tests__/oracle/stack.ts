import type { Json, JsonObject, Scalar, TerraformJson } from "./json";
import { asList, isList, isObject, objectAt, textAt } from "./json";
import type { Reference, Template } from "./template";
import { parseStatic, parseTemplate } from "./template";

export type Mode = "resource" | "data" | "ephemeral" | "provider" | "section";

/** One scalar of a block and where it stands. */
export class Leaf {
  private parsed: Template | undefined;

  constructor(
    /** e.g. `allowed_redirect_uris[0].url`. */
    readonly path: string,
    /** The block's argument it belongs to, e.g. `allowed_redirect_uris`. */
    readonly argument: string,
    /** The name it has where it stands, e.g. `url`. */
    readonly key: string,
    readonly value: Scalar,
    private readonly parse: ((text: string) => Template) | undefined,
  ) {}

  get template(): Template | undefined {
    if (typeof this.value !== "string" || this.parse === undefined) return undefined;
    return (this.parsed ??= this.parse(this.value));
  }

  get references(): readonly Reference[] {
    return this.template?.references ?? [];
  }

  /** cdktf's own notes, which Terraform does not read. */
  get isComment(): boolean {
    return this.argument === "//";
  }
}

export interface Block {
  readonly mode: Mode;
  /** e.g. `authentik_flow`; for a provider its local name, for a section its key. */
  readonly type: string;
  readonly name: string;
  readonly address: string;
  readonly body: JsonObject;
  readonly leaves: readonly Leaf[];
}

const BLOCKS: ReadonlySet<string> = new Set(["resource", "data", "ephemeral", "provider"]);

/** One synthesized stack: its blocks, and the other sections of the document as blocks of mode `section`. */
export class Stack {
  readonly blocks: readonly Block[];
  readonly sections: readonly Block[];
  /** Addresses of objects that authentik brings and an `import` block adopts; others were somebody's before. */
  readonly imported: ReadonlySet<string>;
  private readonly byAddress = new Map<string, Block>();
  private readonly byType = new Map<string, Block[]>();

  constructor(readonly document: TerraformJson) {
    this.blocks = [
      ...named(document, "resource", ""),
      ...named(document, "data", "data."),
      ...named(document, "ephemeral", "ephemeral."),
      ...providers(document),
    ];
    this.sections = [...sections(document)];
    const adopted = this.section("import").filter(({ body }) => /\$\{|^default-/.test(textAt(body, "id") ?? ""));
    this.imported = new Set(adopted.flatMap(({ body }) => (typeof body["to"] === "string" ? [body["to"]] : [])));
    for (const block of this.blocks) {
      this.byAddress.set(block.address, block);
      if (block.mode !== "resource") continue;
      const same = this.byType.get(block.type);
      if (same) same.push(block);
      else this.byType.set(block.type, [block]);
    }
  }

  get everything(): readonly Block[] {
    return [...this.blocks, ...this.sections];
  }

  find(address: string): Block | undefined {
    return this.byAddress.get(address);
  }

  resources(type: string): readonly Block[] {
    return this.byType.get(type) ?? [];
  }

  section(type: string): readonly Block[] {
    return this.sections.filter((section) => section.type === type);
  }

  /** The block an argument refers to, when it is a single reference. */
  referenced(block: Block, argument: string): Block | undefined {
    const [reference] = referencesOf(block, argument);
    return reference && this.find(reference.address);
  }
}

/** References made by one argument of a block, at any depth. */
export function referencesOf(block: Block, argument: string): readonly Reference[] {
  return block.leaves.filter((leaf) => leaf.argument === argument).flatMap((leaf) => leaf.references);
}

/** The names under `lifecycle.ignore_changes`; `all` stands for every name. */
export function ignores(block: Block, argument: string): boolean {
  const ignored = objectAt(block.body, "lifecycle")["ignore_changes"];
  return ignored === "all" || asList(ignored).some((name) => typeof name === "string" && rootOf(name) === argument);
}

/** `metadata[0].labels` begins at `metadata`. */
export function rootOf(path: string): string {
  return /^[^.[]*/.exec(path)?.[0] ?? "";
}

function* named(document: TerraformJson, mode: Mode, prefix: string): Generator<Block> {
  const types = objectAt(document, mode);
  for (const type of Object.keys(types)) {
    const blocks = objectAt(types, type);
    for (const name of Object.keys(blocks)) {
      yield block(mode, type, name, `${prefix}${type}.${name}`, objectAt(blocks, name));
    }
  }
}

function* providers(document: TerraformJson): Generator<Block> {
  const all = objectAt(document, "provider");
  for (const type of Object.keys(all)) {
    for (const body of asList(all[type])) {
      if (!isObject(body)) continue;
      const alias = typeof body["alias"] === "string" ? `.${body["alias"]}` : "";
      yield block("provider", type, type, `provider.${type}${alias}`, body);
    }
  }
}

/** Keyed sections give one block a key (`output.url`), lists one an entry (`moved[0]`), the rest one in all. */
function* sections(document: TerraformJson): Generator<Block> {
  for (const [key, value] of Object.entries(document)) {
    if (BLOCKS.has(key)) continue;
    if (isList(value)) {
      for (const [index, entry] of value.entries()) {
        const address = `${key}[${index}]`;
        yield block("section", key, String(index), address, isObject(entry) ? entry : { value: entry });
      }
    } else if ((key === "output" || key === "variable") && isObject(value)) {
      for (const name of Object.keys(value)) {
        yield block("section", key, name, `${key}.${name}`, objectAt(value, name));
      }
    } else {
      yield block("section", key, key, key, isObject(value) ? value : { value });
    }
  }
}

function block(mode: Mode, type: string, name: string, address: string, body: JsonObject): Block {
  const leaves: Leaf[] = [];
  const templates = mode !== "section" || type === "output" || type === "locals" || type === "import";
  for (const [argument, value] of Object.entries(body)) {
    const parse = argument === "//" || !templates ? undefined : parserFor(argument);
    collect(leaves, value, argument, argument, argument, parse);
  }
  return { mode, type, name, address, body, leaves };
}

/** Terraform reads some meta-arguments as bare addresses and others as plain text. */
function parserFor(argument: string): ((text: string) => Template) | undefined {
  if (argument === "depends_on") return parseStatic;
  return argument === "provider" || argument === "to" ? undefined : parseTemplate;
}

function collect(
  leaves: Leaf[],
  value: Json,
  path: string,
  argument: string,
  key: string,
  parse: ((text: string) => Template) | undefined,
): void {
  if (isList(value)) {
    value.forEach((entry, index) => {
      collect(leaves, entry, `${path}[${index}]`, argument, key, parse);
    });
  } else if (isObject(value)) {
    for (const [name, entry] of Object.entries(value)) {
      const inner = path === "lifecycle" ? lifecycleParser(name) : parse;
      collect(leaves, entry, `${path}.${name}`, argument, name, inner);
    }
  } else {
    leaves.push(new Leaf(path, argument, key, value, parse));
  }
}

function lifecycleParser(name: string): ((text: string) => Template) | undefined {
  if (name === "replace_triggered_by") return parseStatic;
  return name === "ignore_changes" ? undefined : parseTemplate;
}
