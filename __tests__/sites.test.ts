import { readdirSync } from "node:fs";
import { join } from "node:path";
import { loadSite } from "../config/load";
import type { Site } from "../config/load";
import { checkConstructs } from "../stacks/checks";
import { inspect } from "./oracle";
import type { TerraformJson } from "./oracle";
import { ROOT, synthSite } from "./synth";

const sites = [
  join(ROOT, "config", "site.ts"),
  ...readdirSync(join(ROOT, "examples"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(ROOT, "examples", name)),
];
const cases = sites.flatMap((file) =>
  (["single", "split"] as const).map((layout) => [file.slice(ROOT.length + 1), layout] as const),
);

function load(file: string, layout: string): Site {
  return loadSite({ file: join(ROOT, file), layout, checks: checkConstructs });
}

test.each(cases)("%s, %s: would apply, and the second plan would be empty", (file, layout) => {
  const stacks = Object.entries(synthSite(load(file, layout)));
  expect(stacks.length).toBeGreaterThan(0);
  for (const [name, json] of stacks) {
    expect([name, inspect(json as unknown as TerraformJson)]).toEqual([name, []]);
  }
});

test.each(cases)("%s, %s: the same JSON every time", (file, layout) => {
  const text = (): string => JSON.stringify(synthSite(load(file, layout)));
  expect(text()).toBe(text());
});

test("the smallest example needs neither Vault nor a cluster, and takes its token from the environment", () => {
  const { authentik } = synthSite(load("examples/minimal.ts", "single"));
  expect(authentik?.provider).toEqual({ authentik: [{ url: "https://auth.example.org" }] });
});

describe("the oracle finds what is broken by hand in the default site", () => {
  type Stack = Record<string, Record<string, Record<string, Record<string, unknown>>>>;
  const provider = (stack: Stack): Record<string, unknown> =>
    stack.resource?.authentik_provider_oauth2?.identity_apps_grafana_provider ?? {};
  const application = (stack: Stack): Record<string, unknown> =>
    stack.resource?.authentik_application?.identity_apps_grafana ?? {};
  const binding = (stack: Stack): Record<string, unknown> =>
    stack.resource?.authentik_policy_binding?.["identity_apps_grafana_access_members-0"] ?? {};

  test.each<[string, string, (stack: Stack) => void]>([
    ["an unknown attribute", "unknown-attribute", (stack) => (provider(stack).redirect_uris = [])],
    ["a wrong type", "wrong-type", (stack) => (application(stack).open_in_new_tab = "false")],
    ["a bad enum", "not-in-enum", (stack) => (provider(stack).client_type = "secret")],
    ["a missing required argument", "missing-required", (stack) => delete provider(stack).invalidation_flow],
    ["null", "null-value", (stack) => (application(stack).protocol_provider = null)],
    [
      "a slug where a uuid is wanted",
      "wrong-identity",
      (stack) => (binding(stack).target = "${authentik_application.identity_apps_grafana.id}"),
    ],
    ["a dangling reference", "dangling-reference", (stack) => (binding(stack).group = "${authentik_group.gone.id}")],
    [
      "a redirect URI without its type",
      "redirect-uri",
      (stack) =>
        (provider(stack).allowed_redirect_uris = [{ matching_mode: "strict", url: "https://grafana.example.org" }]),
    ],
    [
      "evaluate_on_plan left to the provider",
      "unstated-default",
      (stack) => {
        const flow = {
          name: "f",
          title: "f",
          slug: "f",
          designation: "authentication",
          lifecycle: { create_before_destroy: true },
        };
        const refs = { target: "${authentik_flow.f.uuid}", stage: "${authentik_stage_deny.d.id}" };
        Object.assign(stack.resource ?? {}, {
          authentik_flow: { f: { ...flow, depends_on: ["helm_release.platform_release"] } },
          authentik_stage_deny: { d: { name: "d", depends_on: ["helm_release.platform_release"] } },
          authentik_flow_stage_binding: {
            b: { ...refs, order: 10, re_evaluate_policies: true, depends_on: ["helm_release.platform_release"] },
          },
        });
      },
    ],
  ])("%s", (_, rule, damage) => {
    const stack = synthSite(load("config/site.ts", "single")).authentik as unknown as Stack;
    expect(inspect(stack as unknown as TerraformJson)).toEqual([]);
    damage(stack);
    expect(inspect(stack as unknown as TerraformJson).map((finding) => finding.rule)).toContain(rule);
  });
});
