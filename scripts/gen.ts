/**
 * Writes the authentik provider's bindings to `.gen/` from the vendored schema, when schema or generator changed.
 * Needs neither network nor Terraform.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProviderSchema } from "@cdktf/commons";

const root = join(__dirname, "..");
const output = join(root, ".gen");
const stamp = join(output, "hash");
const provider = "registry.terraform.io/goauthentik/authentik";
const version = "2026.5.0";
const schemaFile = join(root, "schema", `authentik-${version}.schema.json`);

/** What the bindings are made of: the schema, this script and the generator's version. */
export function bindingsHash(): string {
  const hash = createHash("sha256");
  for (const file of [schemaFile, __filename, join(root, "package.json")]) {
    hash.update(file === join(root, "package.json") ? generatorVersion(file) : readFileSync(file));
  }
  return hash.digest("hex");
}

function generatorVersion(packageFile: string): string {
  const { devDependencies } = JSON.parse(readFileSync(packageFile, "utf8")) as {
    devDependencies: Record<string, string>;
  };
  return devDependencies["@cdktf/provider-generator"] ?? "";
}

/** The schema as the bindings need it: the provider reads an absent `token` from AUTHENTIK_TOKEN, so it is no required property. */
function readSchema(): ProviderSchema {
  const schema = JSON.parse(readFileSync(schemaFile, "utf8")) as ProviderSchema;
  const token = schema.provider_schemas?.[provider]?.provider.block.attributes.token;
  if (!token || !("required" in token)) throw new Error(`${schemaFile} has no provider argument "token"`);
  token.required = false;
  token.optional = true;
  return { ...schema, provider_versions: { [provider]: version } };
}

async function generate(): Promise<void> {
  // The generator looks for Terraform and a newer version of itself as it loads; neither is needed here.
  process.env.CHECKPOINT_DISABLE = "1";
  process.env.CDKTF_LOG_LEVEL = "off";
  // Loaded late: it takes a second, which an unchanged schema need not cost.
  const { CodeMaker } = await import("codemaker");
  const { ConstructsMakerProviderTarget, Language, TerraformProviderConstraint } = await import("@cdktf/commons");
  const { TerraformProviderGenerator } =
    await import("@cdktf/provider-generator/lib/get/generator/provider-generator.js");
  const code = new CodeMaker();
  code.indentation = 2;
  const constraint = new TerraformProviderConstraint(`goauthentik/authentik@${version}`);
  new TerraformProviderGenerator(code, readSchema()).generate(
    new ConstructsMakerProviderTarget(constraint, Language.TYPESCRIPT),
  );
  rmSync(output, { recursive: true, force: true });
  await code.save(output);
  writeFileSync(stamp, bindingsHash());
}

if (require.main === module && (!existsSync(stamp) || readFileSync(stamp, "utf8") !== bindingsHash())) {
  void generate();
}
