import { join } from "node:path";
import { loadSite } from "../../config/load";
import schema from "../../schema/authentik-2026.5.0.schema.json";
import { checkConstructs } from "../../stacks/checks";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { ROOT, synthSite } from "../synth";
import type { Block, Synthesized } from "../synth";

interface Adopting extends Synthesized {
  readonly import?: readonly { readonly to: string; readonly id: string }[];
  readonly removed?: readonly { readonly from: string }[];
}

const load = (file: string): Adopting =>
  synthSite(loadSite({ file: join(ROOT, file), checks: checkConstructs })).authentik as Adopting;
const adopted = load("examples/adopted.ts");
const targets = adopted.import?.map(({ to }) => to) ?? [];

const ADDRESSES = [
  "authentik_brand.identity_adopted-brand",
  "authentik_flow.identity_adopted-login_flow",
  "authentik_stage_identification.identity_adopted-login_identification",
  "authentik_stage_user_login.identity_adopted-login_session",
];

function block(address: string): Block {
  const [type = "", name = ""] = address.split(".");
  return adopted.resource?.[type]?.[name] ?? {};
}

test("what authentik brings along is imported, and nothing of it is let go of", () => {
  expect([...targets].sort()).toEqual(ADDRESSES);
  expect(adopted.removed?.map(({ from }) => from)).toEqual(["authentik_outpost.identity_outposts_embedded"]);
});

test.each(ADDRESSES)("%s is never destroyed, and no apply resets anything of it", (address) => {
  const { lifecycle, ...stated } = block(address);
  const { ignore_changes: ignored, prevent_destroy: kept } = lifecycle as Record<string, unknown>;
  expect(kept).toBe(true);
  const types: Record<string, { block: { attributes: Record<string, object> } }> =
    schema.provider_schemas["registry.terraform.io/goauthentik/authentik"].resource_schemas;
  const attributes = Object.entries(types[address.split(".")[0] ?? ""]?.block.attributes ?? {});
  expect(attributes.length).toBeGreaterThan(3);
  const open = attributes
    .filter(([name, attribute]) => !("computed" in attribute) && !(name in stated))
    .map(([name]) => name);
  expect(open.filter((name) => !(ignored as string[]).includes(name))).toEqual([]);
});

test("the oracle finds what would be reset, or destroyed with the stack", () => {
  const spoiled = (address: string, change: (lifecycle: Block) => void): string[] => {
    const copy = structuredClone(adopted) as unknown as TerraformJson;
    const [type = "", name = ""] = address.split(".");
    change((copy as unknown as Synthesized).resource?.[type]?.[name]?.lifecycle as Block);
    return inspect(copy).map(({ rule }) => rule);
  };
  for (const address of ADDRESSES) {
    expect(spoiled(address, (lifecycle) => delete lifecycle.ignore_changes)).toContain("adopted");
    expect(spoiled(address, (lifecycle) => delete lifecycle.prevent_destroy)).toContain("adopted");
  }
});

test("the login and brand of a host that is not ours lead where ours would", () => {
  const flow = (name: string): string => `\${authentik_flow.identity_${name}_flow.uuid}`;
  expect(block("authentik_stage_identification.identity_adopted-login_identification")).toMatchObject({
    enrollment_flow: flow("enrollment"),
    recovery_flow: flow("recovery"),
  });
  expect(block("authentik_brand.identity_adopted-brand")).toMatchObject({
    flow_recovery: flow("recovery"),
    flow_user_settings: flow("user-settings"),
  });
});

test.each(["config/site.ts", "examples/minimal.ts"])(
  "%s adopts none of it, and forgets it should it have been",
  (file) => {
    const { import: imported = [], removed = [] } = load(file);
    expect(imported.map(({ to }) => to).filter((to) => to.includes("adopted"))).toEqual([]);
    expect(removed.map(({ from }) => from).filter((from) => from.includes("adopted"))).toEqual(ADDRESSES);
  },
);
