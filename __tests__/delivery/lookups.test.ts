import { readdirSync } from "node:fs";
import { join } from "node:path";
import { loadSite } from "../../config/load";
import { lookupsOf, nameOf, valueOf } from "../../delivery/lookups";
import type { StackLookups } from "../../delivery/lookups";
import type { StackJson } from "../../delivery/workspace";
import { checkConstructs } from "../../stacks/checks";
import { read, ROOT, smallSite, synthSite } from "../synth";

const SITES = [
  join(ROOT, "config", "site.ts"),
  ...readdirSync(join(ROOT, "examples"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(ROOT, "examples", name)),
];

const ofSite = (file: string, layout: "single" | "split"): StackLookups =>
  lookupsOf(Object.values(synthSite(loadSite({ file, layout, checks: checkConstructs }))) as unknown as StackJson[]);

const data = (blocks: Record<string, Record<string, unknown>>, more: StackJson = {}): StackJson => ({
  ...more,
  data: Object.fromEntries(Object.entries(blocks).map(([type, block]) => [type, { x: block }])),
});

const values = ({ lookups }: StackLookups, uuids: ReadonlyMap<string, string> = new Map()): (string | undefined)[] =>
  lookups.map((lookup) => valueOf(lookup, uuids));

test("what a site with an outpost of its own pods looks up", () => {
  const site = read({
    ...smallSite,
    platform: { secret: { from: "existing", name: "authentik" }, database: { host: "postgres.example.org" } },
    outposts: { embedded: { form: "embedded-deployment" } },
  });
  const { lookups } = lookupsOf(Object.values(synthSite(site)) as unknown as StackJson[]);
  expect(lookups.map(nameOf).sort()).toEqual([
    'Kubernetes connection "Local Kubernetes Cluster"',
    "account ak-outpost-…",
    'certificate "authentik Self-signed Certificate"',
    "flow default-provider-authorization-implicit-consent",
    "flow default-provider-invalidation-flow",
    'outpost "authentik Embedded Outpost"',
    "scope mapping goauthentik.io/providers/oauth2/scope-email",
    "scope mapping goauthentik.io/providers/oauth2/scope-openid",
    "scope mapping goauthentik.io/providers/oauth2/scope-profile",
  ]);
});

test.each(SITES)("every data source of %s is known, in both layouts", (file) => {
  const [single, split] = (["single", "split"] as const).map((layout) => ofSite(file, layout));
  expect(single?.unknown).toEqual([]);
  // People find groups that the stack before them makes: nobody has to wait for those.
  const names = (found: StackLookups | undefined): string[] => (found?.lookups ?? []).map(nameOf).sort();
  expect(names(split)).toEqual(names(single));
});

test("a group that nobody makes is waited for, one that another stack makes is not", () => {
  const people = data({ authentik_group: { name: "Staff", include_users: false } });
  const made = (name: string): StackJson => ({ resource: { authentik_group: { staff: { name } } } });
  expect(lookupsOf([made("Guests"), people]).lookups.map(nameOf)).toEqual(["group Staff"]);
  expect(lookupsOf([made("Staff"), people]).lookups).toEqual([]);
});

test("an outpost that a stack adopts has to be there before it", () => {
  const stack = data(
    { authentik_outpost: { name: "ours" } },
    {
      resource: { authentik_outpost: { y: { name: "ours" } } },
      import: [{ to: "authentik_outpost.y", id: "${data…}" }],
    },
  );
  expect(lookupsOf([stack]).lookups).toHaveLength(1);
  expect(lookupsOf([{ ...stack, import: [] }]).lookups).toEqual([]);
});

test("a stage is of one type where it is made and of any where it is found", () => {
  const found = data({ authentik_stage: { name: "ours" } });
  expect(lookupsOf([{ resource: { authentik_stage_deny: { x: { name: "ours" } } } }, found]).lookups).toEqual([]);
  expect(lookupsOf([{ resource: { authentik_flow: { x: { name: "ours" } } } }, found]).lookups).toHaveLength(1);
});

test("the account of an outpost is known once the outpost is", () => {
  const outpost = { name: "authentik Embedded Outpost" };
  const username = 'ak-outpost-${replace(data.authentik_outpost.x.id, "-", "")}';
  const found = lookupsOf([data({ authentik_outpost: outpost, authentik_user: { username } })]);
  expect(values(found)).toEqual(["authentik Embedded Outpost", undefined]);
  const uuids = new Map([["data.authentik_outpost.x", "0c5b9a2e-1f1b-4b0e-9d3e-2a8f4f0b7c11"]]);
  expect(values(found, uuids)[1]).toBe("ak-outpost-0c5b9a2e1f1b4b0e9d3e2a8f4f0b7c11");
});

test("a bare reference is the uuid itself", () => {
  const found = lookupsOf([data({ authentik_flow: { slug: "of-${data.authentik_outpost.x.id}" } })]);
  expect(values(found, new Map([["data.authentik_outpost.x", "a-b"]]))).toEqual(["of-a-b"]);
});

test.each([
  ["$${name}", "${name}"],
  ["100 %%{of} us", "100 %{of} us"],
  ["50 % for $5", "50 % for $5"],
])("%s is text", (written, text) => {
  expect(values(lookupsOf([data({ authentik_group: { name: written } })]))).toEqual([text]);
});

test.each([
  ["a function of another name", { authentik_user: { username: "${lower(data.authentik_outpost.x.id)}" } }],
  ["another attribute", { authentik_user: { username: "${data.authentik_outpost.x.name}" } }],
  ["a resource", { authentik_user: { username: "${authentik_user.x.username}" } }],
  ["a directive", { authentik_user: { username: "%{ if true }a%{ endif }" } }],
  ["a list", { authentik_property_mapping_provider_scope: { managed_list: ["a"] } }],
  ["a type nobody knows", { authentik_planet: { name: "earth" } }],
])("%s is left to the engine, by its address", (_what, block: Record<string, Record<string, unknown>>) => {
  expect(lookupsOf([data(block)])).toEqual({ lookups: [], unknown: [`data.${Object.keys(block)[0] ?? ""}.x`] });
});

test("data of other providers is none of authentik's", () => {
  expect(lookupsOf([data({ vault_kv_secret_v2: { mount: "secret", name: "a" } }), {}])).toEqual({
    lookups: [],
    unknown: [],
  });
});

test("an object that two stacks look for is waited for once", () => {
  const stack = data({ authentik_flow: { slug: "default-invalidation-flow" } });
  expect(lookupsOf([stack, stack]).lookups).toHaveLength(1);
});
