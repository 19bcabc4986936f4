import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { ROOT } from "./synth";

const CODE = ["config", "constructs", "stacks"] as const;

function files(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

function allFiles(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder), { encoding: "utf8", recursive: true });
  return names.filter((name) => name.endsWith(".ts")).map((name) => join(folder, name));
}

function imports(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, file), "utf8"), true, true);
  return importedFiles.map(({ fileName }) => fileName);
}

const ALLOWED: Record<(typeof CODE)[number], RegExp> = {
  config: /^(zod|node:.+|\.\/[^/]+)$/,
  constructs:
    /^(cdktf|constructs|@cdktf\/provider-.+|node:(crypto|fs)|\.\.\/\.gen\/.+|\.\.\/schema\/.+\.json|\.\/[^/]+)$/,
  stacks:
    /^(cdktf|constructs|@cdktf\/provider-.+\/lib\/.+|node:(fs|path)|\.\.\/\.gen\/.+|\.\.\/(config|constructs)\/[^/]+|\.\/[^/]+)$/,
};

/** What brings a site to authentik stands on top: it may use everything below, and nothing below may use it. */
const DELIVERY =
  /^(cdktf|commander|yaml|zod|esbuild|node:.+|@goauthentik\/api\/dist\/.+|(\.\.\/)+(api|config|constructs|stacks)\/.+|\.{1,2}\/.+)$/;

/** The door to authentik's API knows no site; the client's own files load in a fraction of the time of its root. */
const API = /^(@goauthentik\/api\/dist\/.+|node:.+|\.\/[^/]+)$/;

test.each(allFiles("api"))("%s imports only what it may", (file) => {
  expect(imports(file).filter((name) => !API.test(name))).toEqual([]);
});

/** What tells who can open what reads stacks as they are, of any revision: it knows nothing of how they are made. */
const ACCESS =
  /^(commander|esbuild|node:.+|@goauthentik\/api\/dist\/.+|(\.\.\/)+(api\/.+|delivery\/(failure|job-summary|visible))|\.\/.+|(\.\.\/)+[\w-]+)$/;
/** But for what synthesizes the working folder, and for what signs in to authentik. */
const ACCESS_DOORS = /^access\/(main|working-folder)\.ts$/;

test.each(allFiles("access"))("%s imports only what it may", (file) => {
  const found = imports(file).filter((name) => !ACCESS.test(name));
  expect(found.filter((name) => !ACCESS_DOORS.test(file) || !name.startsWith("../delivery/"))).toEqual([]);
});

/** Day two knows the config and authentik's API; what needs the stacks runs in a process of its own. */
const CLI =
  /^(commander|yaml|zod|node:.+|@goauthentik\/api\/dist\/.+|(\.\.\/)+(api|config|access)\/.+|(\.\.\/)+delivery\/(api-token|failure|fetch-error|interrupt|progress|vault|vault-api|vault-sign-in|lookups|wait|instance|where-to-look|visible)(\.js)?|(\.\.\/)+schema\/.+\.json|\.\/.+|\.\.\/[\w-]+)$/;
const CLUSTER = "@kubernetes/client-node";

test.each(allFiles("cli"))("%s imports only what it may", (file) => {
  const found = new Set(imports(file).filter((name) => !CLI.test(name)));
  expect([...found]).toEqual(file === join("cli", "doctor", "cluster.ts") ? [CLUSTER] : []);
});

test.each(allFiles("delivery"))("%s imports only what it may", (file) => {
  expect(imports(file).filter((name) => !DELIVERY.test(name))).toEqual([]);
});

test("nothing but main.ts knows delivery, nothing but scripts knows access", () => {
  const knowing = [
    ...CODE.flatMap(files).filter((file) => imports(file).some((name) => /\/(access|delivery)\//.test(name))),
    ...["api", "delivery"].flatMap(allFiles).filter((file) => imports(file).some((name) => /\/access\//.test(name))),
    ...["access", "api", "config", "constructs", "delivery", "stacks"]
      .flatMap(allFiles)
      .filter((file) => imports(file).some((name) => /\/cli\//.test(name))),
  ];
  expect(knowing).toEqual([]);
});

describe.each(CODE)("%s", (folder) => {
  test.each(files(folder))("%s imports only what it may", (file) => {
    expect(imports(file).filter((name) => !ALLOWED[folder].test(name))).toEqual([]);
  });
});

test("stacks take types of config, and no code", () => {
  const values = files("stacks").flatMap((file) =>
    readFileSync(join(ROOT, file), "utf8")
      .split("\n")
      .filter((line) => line.includes('"../config/') && !line.startsWith("import type")),
  );
  expect(values).toEqual([]);
});

test("provider packages are imported by their deep paths, which cost a third", () => {
  const roots = CODE.flatMap(files).filter((file) =>
    imports(file).some((name) => /^@cdktf\/provider-[^/]+$/.test(name)),
  );
  expect(roots).toEqual([]);
});

test("constructs and stacks know no environment, clock or chance", () => {
  const impure = [...files("constructs"), ...files("stacks")].filter((file) =>
    /process\.env|Date\b|Math\.random|randomBytes|randomUUID/.test(readFileSync(join(ROOT, file), "utf8")),
  );
  expect(impure).toEqual([]);
});

describe("docs/refusals.md", () => {
  const docs = readFileSync(join(ROOT, "docs", "refusals.md"), "utf8");
  const documented = [...docs.matchAll(/^## (AK\d{3}) /gm)].map((match) => match[1]);
  const codes = (text: string): string[] => [...new Set(text.match(/\bAK\d{3}\b/g) ?? [])].sort();
  const sources = CODE.flatMap(files).map((file) => readFileSync(join(ROOT, file), "utf8"));
  const tests = ["config", "constructs", "stacks"]
    .flatMap((folder) => files(join("__tests__", folder)))
    .map((file) => readFileSync(join(ROOT, file), "utf8"));

  test("explains every code, in order, and none that is gone", () => {
    expect(documented).toEqual(codes(sources.join("\n")));
  });

  test("every code has a test", () => {
    expect(codes(sources.join("\n")).filter((code) => !codes(tests.join("\n")).includes(code))).toEqual([]);
  });
});
