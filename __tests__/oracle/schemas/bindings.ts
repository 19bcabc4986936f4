import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type * as Ts from "typescript";
import type { Argument, Arguments, BlockSchema, Type } from "./schema";
import { argument } from "./schema";

/** Providers whose schema is read from their prebuilt bindings. */
export const BOUND_PROVIDERS = ["helm", "kubernetes", "vault"] as const;

export function bindingSchema(mode: string, type: string): BlockSchema | undefined {
  const provider = BOUND_PROVIDERS.find((name) => type === name || type.startsWith(`${name}_`));
  if (provider === undefined || mode === "ephemeral") return undefined;
  const folder = join(libraryOf(provider), folderOf(provider, mode, type));
  const declarations = join(folder, "index.d.ts");
  if (!existsSync(declarations)) return undefined;
  if (!readFileSync(declarations, "utf8").includes(`tfResourceType = "${type}"`)) return undefined;
  const inputs = new Declarations(folder).config();
  let outputs: ReadonlySet<string> | undefined;
  return {
    arguments: inputs,
    exports: (name) => inputs.has(name) || (outputs ??= outputsOf(folder)).has(name),
  };
}

/** The provider version that the bindings were made for. */
export function bindingVersion(provider: string): string | undefined {
  const source = readFileSync(join(libraryOf(provider), "provider", "index.js"), "utf8");
  return /providerVersion: '([^']+)'/.exec(source)?.[1];
}

function libraryOf(provider: string): string {
  return join(dirname(require.resolve(`@cdktf/provider-${provider}/package.json`)), "lib");
}

function folderOf(provider: string, mode: string, type: string): string {
  if (mode === "provider") return "provider";
  const name = type.slice(provider.length + 1).replaceAll("_", "-");
  return mode === "data" ? `data-${provider}-${name}` : name;
}

/** Names that the class reads back from Terraform, its own arguments among them. */
function outputsOf(folder: string): ReadonlySet<string> {
  const source = readFileSync(join(folder, "index.js"), "utf8");
  const main = source.slice(source.search(/extends cdktf\.Terraform(?:Resource|DataSource)/));
  const names = main.matchAll(/this\.get\w+Attribute\('([a-z0-9_]+)'\)|new [\w.]+\(this, "([a-z0-9_]+)"/g);
  return new Set([...names].flatMap(([, simple, complex]) => simple ?? complex ?? []));
}

/** The interfaces of one entity's declaration files, read on demand. */
class Declarations {
  private readonly ts: typeof Ts;
  private readonly interfaces = new Map<string, { node: Ts.InterfaceDeclaration; file: Ts.SourceFile }>();
  private readonly structs = new Map<string, Arguments>();

  constructor(folder: string) {
    // Loaded late: a document with authentik blocks alone never needs the compiler.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    this.ts = require("typescript") as typeof Ts;
    const shards = join(folder, "index-structs");
    const files = existsSync(shards) ? readdirSync(shards).map((name) => join(shards, name)) : [];
    for (const path of [join(folder, "index.d.ts"), ...files.filter((name) => name.endsWith(".d.ts"))]) {
      const file = this.ts.createSourceFile(path, readFileSync(path, "utf8"), this.ts.ScriptTarget.ES2022);
      for (const node of file.statements) {
        if (this.ts.isInterfaceDeclaration(node)) this.interfaces.set(node.name.text, { node, file });
      }
    }
  }

  config(): Arguments {
    const name = [...this.interfaces.keys()].find((key) => key.endsWith("Config"));
    return name === undefined ? new Map() : this.struct(name);
  }

  private struct(name: string): Arguments {
    const known = this.structs.get(name);
    if (known) return known;
    const all = new Map<string, Argument>();
    this.structs.set(name, all);
    const found = this.interfaces.get(name);
    for (const member of found?.node.members ?? []) {
      if (!found || !this.ts.isPropertySignature(member) || !member.type) continue;
      // The link to the registry's page in a member's comment ends in the name that the class synthesizes.
      const text = member.getFullText(found.file);
      const attribute = /\{@link \S+#([a-z0-9_]+) /.exec(text)?.[1];
      if (attribute === undefined || text.includes("field is automatically added to all resources")) continue;
      all.set(attribute, argument(this.type(member.type), { required: !member.questionToken }));
    }
    return all;
  }

  private type(node: Ts.TypeNode): Type {
    const { ts } = this;
    if (ts.isUnionTypeNode(node)) {
      const kept = node.types.filter((type) => !(ts.isTypeReferenceNode(type) && ts.isQualifiedName(type.typeName)));
      return kept.length === 1 && kept[0] ? this.type(kept[0]) : "any";
    }
    if (ts.isArrayTypeNode(node)) return { list: this.type(node.elementType) };
    if (ts.isTypeLiteralNode(node)) {
      const [member] = node.members;
      return member && ts.isIndexSignatureDeclaration(member) ? { map: this.type(member.type) } : "any";
    }
    if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) {
      const name = node.typeName.text;
      const struct = (): Arguments => this.struct(name);
      return {
        get object() {
          return struct();
        },
      };
    }
    if (node.kind === ts.SyntaxKind.StringKeyword) return "string";
    if (node.kind === ts.SyntaxKind.NumberKeyword) return "number";
    return node.kind === ts.SyntaxKind.BooleanKeyword ? "bool" : "any";
  }
}
