import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runLock } from "../../delivery/lock";
import { ROOT } from "../synth";

const { AUTHENTIK_SITE: site, TERRAFORM_BINARY_NAME: binary } = process.env;
const folder = realpathSync(mkdtempSync(join(tmpdir(), "lock-test-")));
const stack = "deploy/rendered/lab/authentik-users";
const file = `${stack}/.terraform.lock.hcl`;

/** An engine that knows its version and locks what it is asked to, or fails as one without a network does. */
const ENGINE = `#!${process.execPath}
const fs = require("node:fs");
const [command, ...args] = process.argv.slice(2);
if (command === "version") {
  console.log(JSON.stringify({ terraform_version: "1.12.0" }));
} else if (process.env.LOCK_FAILS) {
  console.error("Error: could not connect to registry.terraform.io");
  process.exitCode = 1;
} else {
  const { terraform } = JSON.parse(fs.readFileSync("main.tf.json", "utf8"));
  fs.writeFileSync(process.env.LOCK_LOG, JSON.stringify({ args, providers: Object.keys(terraform.required_providers) }));
  fs.writeFileSync(".terraform.lock.hcl", ["goauthentik/authentik", "hashicorp/vault"]
    .map((source) => 'provider "registry.terraform.io/' + source + '" {\\n  version = "1.0.0"\\n}\\n').join("\\n"));
}
`;

beforeAll(() => {
  process.chdir(folder);
  writeFileSync("engine", ENGINE);
  chmodSync("engine", 0o700);
  writeFileSync(
    "site.ts",
    `export default {
      name: "lab", version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
      authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
    };`,
  );
  process.env.AUTHENTIK_SITE = join(folder, "site.ts");
  process.env.TERRAFORM_BINARY_NAME = join(folder, "engine");
  process.env.LOCK_LOG = join(folder, "log.json");
  jest.spyOn(console, "log").mockImplementation(() => undefined);
});
afterAll(() => {
  process.chdir(ROOT);
  for (const [name, before] of Object.entries({ AUTHENTIK_SITE: site, TERRAFORM_BINARY_NAME: binary })) {
    if (before === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before;
  }
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test("wants something rendered", async () => {
  await expect(runLock({ platforms: [] })).rejects.toThrow(
    "lock: deploy/rendered/lab/authentik must be rendered, got nothing; run npm run render",
  );
});

test("locks the providers of every stack, and keeps checksums of an engine that is not here", async () => {
  mkdirSync(stack, { recursive: true });
  const required = { authentik: { source: "goauthentik/authentik", version: "1.0.0" } };
  writeFileSync(`${stack}/cdk.tf.json`, JSON.stringify({ terraform: { required_providers: required } }));
  writeFileSync(file, 'provider "registry.opentofu.org/goauthentik/authentik" {\n  version = "1.0.0"\n}\n');
  expect(await runLock({ platforms: ["linux_amd64"] })).toBe(0);
  expect(JSON.parse(readFileSync("log.json", "utf8"))).toEqual({
    args: ["lock", "-no-color", "-platform=linux_amd64"],
    providers: ["authentik"],
  });
  expect(readFileSync(file, "utf8").match(/^provider "[^"]+"/gm)).toEqual([
    'provider "registry.opentofu.org/goauthentik/authentik"',
    'provider "registry.terraform.io/goauthentik/authentik"',
  ]);
});

test("says what to do when the registry is out of reach, and writes nothing", async () => {
  process.env.LOCK_FAILS = "1";
  rmSync(file);
  try {
    await expect(runLock({ platforms: [] })).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(
        /could not connect to registry\.terraform\.io\nlock: the registry must be in reach, or a mirror of it/,
      ) as string,
    });
    expect(existsSync(file)).toBe(false);
  } finally {
    delete process.env.LOCK_FAILS;
  }
});
