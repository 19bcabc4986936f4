/** A stack's JSON, as Terraform reads it. */
export type StackJson = Readonly<Record<string, unknown>>;

/** The arguments of a block. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A resource or data source of a stack. */
export interface Block {
  readonly stack: Stack;
  readonly type: string;
  /** Name of the block; what it contains begins with it and an underscore. */
  readonly id: string;
  readonly address: string;
  readonly arguments: Arguments;
}

/** The blocks of a synthesized stack, and what they refer to. */
export class Stack {
  constructor(private readonly json: StackJson) {}

  /** Every resource of a type. */
  all(type: string): Block[] {
    return Object.keys(named(this.json.resource, type)).flatMap((id) => this.block("resource", type, id) ?? []);
  }

  /** Every resource whose type begins so. */
  allOf(prefix: string): Block[] {
    const types = isRecord(this.json.resource) ? Object.keys(this.json.resource) : [];
    return types.filter((type) => type.startsWith(prefix)).flatMap((type) => this.all(type));
  }

  /** Every data source of a type. */
  data(type: string): Block[] {
    return Object.keys(named(this.json.data, type)).flatMap((id) => this.block("data", type, id) ?? []);
  }

  /** What a value refers to, when it is one reference and the stack has it. */
  find(value: unknown): Block | undefined {
    const [, data, type = "", id = ""] = /^\$\{(data\.)?([a-z]\w*)\.([\w-]+)\b[^${}]*\}$/.exec(String(value)) ?? [];
    return type === "" ? undefined : this.block(data === undefined ? "resource" : "data", type, id);
  }

  /** Addresses that were left, to those that took their place. */
  get moved(): { readonly from: string; readonly to: string }[] {
    const blocks = Array.isArray(this.json.moved) ? this.json.moved.filter(isRecord) : [];
    return blocks.map(({ from, to }) => ({ from: String(from), to: String(to) }));
  }

  private block(mode: "data" | "resource", type: string, id: string): Block | undefined {
    const found = named(this.json[mode], type)[id];
    if (!isRecord(found)) return undefined;
    return { stack: this, type, id, address: `${mode === "data" ? "data." : ""}${type}.${id}`, arguments: found };
  }
}

function named(types: unknown, type: string): Arguments {
  const blocks = isRecord(types) ? types[type] : undefined;
  return isRecord(blocks) ? blocks : {};
}

export function isRecord(value: unknown): value is Arguments {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text as authentik gets it: Terraform's doubled signs single again; empty when it is none. */
export function text(value: unknown): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value.replaceAll(/([$%])\1\{/g, "$1{") : "";
}

/** A text, or nothing when it is none or empty. */
export function optionalText(value: unknown): string | undefined {
  return text(value) || undefined;
}

/** The elements of a list; none when it is no list. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The name of a group or policy that is referred to, in whichever stack it is made. */
export function nameOf(stack: Stack, reference: unknown): string {
  const block = stack.find(reference);
  return block === undefined ? text(reference) : text(block.arguments.name);
}
