import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine, EngineFailure } from "../../delivery/engine";
import { remedies } from "../../delivery/engine-errors";
import { Failure } from "../../delivery/failure";
import type { StackFolder } from "../../delivery/workspace";
import { FakeEngine } from "./fake-engine";

const home = mkdtempSync(join(tmpdir(), "engine-"));
const before = { ...process.env };
const fake = new FakeEngine(join(home, "fake"));
const file = "cdktf.out/stacks/authentik/cdk.tf.json";
const stack: StackFolder = { name: "authentik", folder: join(home, "stacks", "authentik"), file, json: {} };
mkdirSync(stack.folder, { recursive: true });

beforeEach(() => {
  process.env = { ...before, TERRAFORM_BINARY_NAME: fake.binary, AUTHENTIK_TOKEN: "secret-token" };
  fake.answer({});
});
afterAll(() => {
  process.env = before;
  rmSync(home, { recursive: true });
});

async function failure(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("nothing failed");
}

describe("finding an engine", () => {
  test.each([
    ["Terraform", "1.11.4"],
    ["OpenTofu", "1.12.0"],
    ["Terraform", "2.0.0"],
  ])("takes %s %s", async (product, version) => {
    const { binary } = new FakeEngine(join(home, product + version), { product, version });
    process.env.TERRAFORM_BINARY_NAME = binary;
    expect(await Engine.find()).toMatchObject({ binary, product, version });
  });

  test("refuses one that cannot read ephemeral blocks", async () => {
    const { binary } = new FakeEngine(join(home, "old"), { version: "1.10.5" });
    process.env.TERRAFORM_BINARY_NAME = binary;
    expect(await failure(Engine.find())).toMatchObject({
      exitCode: 3,
      message: `engine: ${binary} must be 1.11 or newer, got Terraform 1.10.5; install Terraform or OpenTofu, 1.11 or newer, or name one in TERRAFORM_BINARY_NAME; npm run diff -- --offline needs none`,
    });
  });

  test("says what is missing where there is none", async () => {
    delete process.env.TERRAFORM_BINARY_NAME;
    process.env.PATH = "/nonexistent";
    expect(await failure(Engine.find())).toMatchObject({
      exitCode: 3,
      message:
        "engine: terraform is not there; tofu is not there; install Terraform or OpenTofu, 1.11 or newer, or name one in TERRAFORM_BINARY_NAME; npm run diff -- --offline needs none",
    });
  });

  test("looks no further than the one that is named", async () => {
    process.env.TERRAFORM_BINARY_NAME = join(home, "nothing");
    expect((await failure(Engine.find())).message).toMatch(/^engine: \S+\/nothing is not there; install/);
  });
});

describe("a plan", () => {
  test("is made, shown and applied from one file, which only the owner may read and which is gone afterwards", async () => {
    fake.answer({ authentik: { plan: { format_version: "1.2" } } });
    const shown: Buffer[] = [];
    const plans = { write: (chunk: Buffer) => shown.push(chunk) } as unknown as NodeJS.WriteStream;
    const engine = await Engine.find({ plans, applies: plans });
    await engine.init(stack);
    const answer = await engine.withPlan(stack, {}, async (planned) => {
      expect(existsSync(join(stack.folder, "delivery.tfplan"))).toBe(true);
      await planned.show();
      await planned.apply();
      return planned.shown;
    });
    expect(answer).toEqual({ format_version: "1.2" });
    expect(Buffer.concat(shown).toString()).toBe("the engine's plan of authentik\nApply complete!\n");
    const [init, plan, json, show, apply] = fake.calls();
    expect([init, plan, json, show, apply].map((call) => [call?.command, ...(call?.args ?? [])])).toEqual([
      ["init", "-input=false", "-reconfigure", "-no-color"],
      ["plan", "-input=false", "-no-color", "-detailed-exitcode", "-out=delivery.tfplan"],
      ["show", "-json", "delivery.tfplan"],
      ["show", "-no-color", "delivery.tfplan"],
      ["apply", "-input=false", "-no-color", "delivery.tfplan"],
    ]);
    expect([plan, json, show, apply].map((call) => call?.mode)).toEqual(["600", "600", "600", "600"]);
    expect(new Set([plan, json, show, apply].map((call) => call?.id)).size).toBe(1);
    expect(readdirSync(stack.folder)).toEqual([]);
  });

  test("without changes is not read any further", async () => {
    const engine = await Engine.find();
    const found = await engine.withPlan(stack, {}, (planned) => Promise.resolve([planned.hasChanges, planned.shown]));
    expect(found).toEqual([false, undefined]);
    expect(fake.calls().map(({ command }) => command)).toEqual(["plan"]);
  });

  test("takes targets, and no lock where it may not write", async () => {
    const engine = await Engine.find();
    const targets = ["helm_release.platform_release", "kubernetes_namespace_v1.platform_namespace"];
    await engine.withPlan(stack, { lock: false, targets }, () => Promise.resolve());
    expect(fake.calls()[0]?.args.slice(4)).toEqual(["-lock=false", ...targets.map((target) => `-target=${target}`)]);
  });

  test("leaves no file when it fails, and none when its use does", async () => {
    const engine = await Engine.find();
    fake.answer({ authentik: { planError: "Saved plan is stale" } });
    expect(await failure(engine.withPlan(stack, {}, () => Promise.resolve()))).toMatchObject({
      exitCode: 1,
      message: `authentik: ${fake.binary} plan failed\nError: Saved plan is stale\nauthentik: somebody else applied in between: run it again, which plans anew`,
    });
    expect(readdirSync(stack.folder)).toEqual([]);
    fake.answer({});
    await expect(engine.withPlan(stack, {}, () => Promise.reject(new Error("use")))).rejects.toThrow("use");
    expect(readdirSync(stack.folder)).toEqual([]);
  });

  test("that cannot be applied says so, and a backend that is out of reach ends with 3", async () => {
    const engine = await Engine.find();
    fake.answer({ authentik: { plan: {}, applyError: "cannot re-use a name that is still in use" } });
    const applied = await failure(engine.withPlan(stack, {}, (planned) => planned.apply()));
    expect(applied).toBeInstanceOf(EngineFailure);
    expect(applied.message).toMatch(/^authentik: \S+ apply failed\nError: cannot re-use/);
    fake.answer({ authentik: { initError: 'namespaces "flux-system" not found' } });
    expect(await failure(engine.init(stack))).toMatchObject({ exitCode: 3 });
  });

  test("never has a token among its arguments", async () => {
    fake.answer({ authentik: { plan: {} } });
    const engine = await Engine.find({ applies: { write: () => true } as unknown as NodeJS.WriteStream });
    await engine.init(stack);
    await engine.withPlan(stack, {}, (planned) => planned.apply());
    expect(fake.calls()).toHaveLength(4);
    expect(JSON.stringify(fake.calls())).not.toContain("secret-token");
  });
});

describe("what to do about an engine's words", () => {
  test.each([
    [
      "Error: Error acquiring the state lock\n\nError message: resource temporarily unavailable\nLock Info:\n  ID:        9eb53a0e-1aef\n  Path:      x",
      "another run holds the lock: wait until it has ended; if that run is dead: tofu -chdir=cdktf.out/stacks/authentik force-unlock 9eb53a0e-1aef",
    ],
    [
      "Error: Error acquiring the state lock\n\nError message: HTTP remote state already locked:\nID=9eb53a0e-1aef\nLock Info:\n  ID:        f00d",
      "another run holds the lock: wait until it has ended; if that run is dead: tofu -chdir=cdktf.out/stacks/authentik force-unlock 9eb53a0e-1aef",
    ],
    [
      'Error: Error acquiring the state lock\n\nError message: leases "lock-tfstate" could not be made',
      "the lock cannot be taken: look whether the account may write where the state is",
    ],
    [
      "│ Error: Failed to initialize kubernetes configuration: invalid configuration: no\n│ configuration has been provided, try setting KUBERNETES_MASTER",
      "the cluster is out of reach: set KUBE_CONFIG_PATH (export KUBE_CONFIG_PATH=~/.kube/config)",
    ],
    ['namespaces "flux-system" not found', "the namespace is missing: kubectl create namespace flux-system"],
    [
      'secrets "tfstate-default-x" is forbidden: User "jane" cannot get resource',
      "jane may not use the state: it needs its Secret and its Lease (docs/state.md)",
    ],
    [
      "Error: Failed to query available provider packages\n\nCould not retrieve the list of available versions for provider\ngoauthentik/authentik: could not connect to registry.terraform.io: failed to\nrequest discovery document",
      "the provider's registry is out of reach: name a mirror in the engine's own configuration (provider_installation)",
    ],
    [
      "Error: Failed to resolve provider packages\n\nCould not resolve provider hashicorp/helm: could not connect to\nregistry.opentofu.org: failed to request discovery document",
      "the provider's registry is out of reach: name a mirror in the engine's own configuration (provider_installation)",
    ],
    [
      "the current package for registry.terraform.io/hashicorp/helm 3.1.1\ndoesn't match any of the checksums previously recorded",
      "the lock file is of other providers: npm run lock, and commit what it writes",
    ],
    [
      "Error: cannot re-use a name that is still in use",
      "the release is there and the plan would install it again: if its first installation timed out, tofu -chdir=cdktf.out/stacks/authentik untaint helm_release.platform_release, then run this again",
    ],
    [
      "UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress",
      "an upgrade was cut off: look at `helm history` in the release's namespace, `helm rollback` to the last revision that was deployed, then run this again",
    ],
    [
      "Error: No matching flows found",
      "authentik has no such flows: right after its first start it still makes them, npm run bootstrap waits for that",
    ],
    [
      'no secret found at "secret/data/authentik/smtp"',
      "secret/data/authentik/smtp is missing in Vault: npm run secrets:init -- --dry-run tells who has to put it there",
    ],
    [
      "state snapshot was created by Terraform v1.13.0, which is newer than current v1.11.4",
      "the state was written by 1.13.0: use that version or a newer one",
    ],
  ])("%j", (words, line) => {
    expect(remedies(words, stack, "tofu")).toEqual([line]);
  });

  test("says nothing about what it does not know", () => {
    expect(remedies('Error: Reference to undeclared resource "x"', stack, "tofu")).toEqual([]);
  });
});
