import { readdirSync } from "node:fs";
import { join } from "node:path";
import { loadSite } from "../../config/load";
import { checkConstructs } from "../../stacks/checks";
import { ROOT, synthSite } from "../synth";
import type { Synthesized } from "../synth";
import { applyStacks, STORED_SECRET } from "./apply";
import type { AuthentikServer } from "./authentik";
import { startAuthentik } from "./authentik";

let server: AuthentikServer;
let fresh: ReturnType<AuthentikServer["state"]>;

beforeAll(async () => {
  server = await startAuthentik({ withDefaults: true });
  fresh = server.state();
});

beforeEach(() => {
  server.load(fresh);
});

afterAll(() => server.stop());

function stacksOf(file: string, layout: string): Synthesized[] {
  const stacks = synthSite(loadSite({ file: join(ROOT, file), layout, checks: checkConstructs }));
  return ["authentik-platform", "authentik", "authentik-users"].flatMap((name) => stacks[name] ?? []);
}

const apply = (stacks: readonly Synthesized[]): ReturnType<typeof applyStacks> => applyStacks(server, stacks as never);

const SITE = join("config", "site.ts");
const sites = [
  SITE,
  ...readdirSync(join(ROOT, "examples"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join("examples", name)),
];
const cases = sites.flatMap((file) => ["single", "split"].map((layout) => [file, layout] as const));

describe.each(cases)("%s, %s", (file, layout) => {
  test("makes an object of every resource, as many as there are, and keeps what it adopts", () => {
    const count = (path: string): number => server.objects(path).length;
    const collections: Record<string, string> = {
      authentik_application: "core/applications",
      authentik_flow: "flows/instances",
      authentik_flow_stage_binding: "flows/bindings",
      authentik_group: "core/groups",
      authentik_policy_binding: "policies/bindings",
      authentik_provider_oauth2: "providers/oauth2",
      authentik_provider_proxy: "providers/proxy",
      authentik_outpost: "outposts/instances",
      authentik_source_oauth: "sources/oauth",
    };
    const before = Object.fromEntries(Object.values(collections).map((path) => [path, count(path)]));
    const stacks = stacksOf(file, layout);
    const made = apply(stacks);
    const adopted = new Set(
      stacks.flatMap((stack) => ((stack as { import?: { to: string }[] }).import ?? []).map(({ to }) => to)),
    );
    for (const [type, path] of Object.entries(collections)) {
      const wanted = stacks
        .flatMap(({ resource }) => Object.keys(resource?.[type] ?? {}))
        .filter((name) => !adopted.has(`${type}.${name}`)).length;
      expect([path, count(path) - (before[path] ?? 0)]).toEqual([path, wanted]);
    }
    const all = stacks.flatMap(({ resource = {} }) =>
      Object.entries(resource).flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`)),
    );
    expect([...made.keys()].sort()).toEqual(all.filter((address) => address.startsWith("authentik_")).sort());
  });

  test("the same again is refused, since its names are taken", () => {
    const stacks = stacksOf(file, layout);
    apply(stacks);
    expect(() => apply(stacks)).toThrow(/already exists|must make a unique set|must be unique/);
  });
});

describe("what is in the stand-in then", () => {
  test("defaults are the provider's, and what is never sent is the server's", () => {
    const made = apply(stacksOf(SITE, "single"));
    expect(made.get("authentik_provider_oauth2.identity_apps_wiki_provider")).toMatchObject({
      access_token_validity: "minutes=10",
      grant_types: [],
      property_mappings: expect.arrayContaining([expect.any(String)]) as unknown,
      redirect_uris: [
        { matching_mode: "strict", redirect_uri_type: "authorization", url: "https://wiki.example.org/oidc/callback" },
      ],
    });
    expect(made.get("authentik_application.identity_apps_wiki")).toMatchObject({
      meta_publisher: "",
      open_in_new_tab: false,
    });
  });

  test("references are keys, expressions are stripped, secrets of Vault stand-ins", () => {
    const made = apply(stacksOf(SITE, "single"));
    const of = (address: string): Record<string, unknown> => made.get(address) ?? {};
    expect(of("authentik_application.identity_apps_grafana").provider).toBe(
      of("authentik_provider_oauth2.identity_apps_grafana_provider").pk,
    );
    expect(of("authentik_policy_binding.identity_apps_grafana_access_members-0").target).toBe(
      of("authentik_application.identity_apps_grafana").pk,
    );
    expect(String(of("authentik_policy_expression.identity_policies_everyone").expression)).not.toMatch(/\s$/);
    expect(of("authentik_provider_oauth2.identity_apps_forgejo_provider").client_secret).toBe(STORED_SECRET);
    expect(of("authentik_source_oauth.identity_sources_google").authorization_url).toMatch(/^https:/);
  });

  test("roles have their rights, to all objects or to one", () => {
    const made = apply(stacksOf(SITE, "single"));
    const pkOf = (address: string): string => String(made.get(address)?.["pk"]);
    const count = (path: string): unknown => (server.answer("get", path).body as { results: unknown[] }).results.length;
    const reader = pkOf("authentik_rbac_role.identity_apps_netbird_directory-reader_role");
    expect(count(`rbac/permissions/?role=${reader}`)).toBe(1);
    const searcher = pkOf("authentik_rbac_role.identity_apps_jellyfin_search-role");
    expect(count(`rbac/permissions/roles/?uuid=${searcher}`)).toBe(1);
    expect(count(`rbac/permissions/?role=${searcher}`)).toBe(0);
  });

  test("an adopted object is changed in place, and keeps what is left to it", () => {
    const [brand] = server.objects("core/brands");
    const made = apply(stacksOf("examples/adopted.ts", "single"));
    const adopted = made.get("authentik_brand.identity_adopted-brand");
    const recovery = made.get("authentik_flow.identity_recovery_flow");
    expect(adopted).toMatchObject({
      ...brand,
      flow_recovery: recovery?.["pk"],
      flow_user_settings: expect.any(String) as unknown,
    });
    expect(server.objects("core/brands")).toHaveLength(1);
  });

  test("a proxy provider has the server's five mappings, the embedded outpost its providers and its own configuration", () => {
    const made = apply(stacksOf(SITE, "split"));
    const provider = made.get("authentik_provider_proxy.identity_apps_everything_provider");
    expect(provider?.["property_mappings"]).toHaveLength(5);
    const outpost = made.get("authentik_outpost.identity_outposts_embedded");
    expect(outpost).toMatchObject({
      managed: "goauthentik.io/outposts/embedded",
      config: { kubernetes_ingress_class_name: "traefik" },
    });
    expect(outpost?.["providers"]).toContain(provider?.["pk"]);
  });
});

describe("an apply that authentik would refuse throws, and says where", () => {
  const stack = (resource: object, data = {}): never[] => [{ resource, data } as never];

  test("a reference to what is not there", () => {
    const binding = { target: "${authentik_application.app.uuid}", order: 0, group: "x" };
    expect(() => applyStacks(server, stack({ authentik_policy_binding: { one: binding } }))).toThrow(
      "authentik_application.app: there is no such resource",
    );
  });

  test("a lookup of what is not there", () => {
    expect(() => applyStacks(server, stack({}, { authentik_flow: { one: { slug: "nothing" } } }))).toThrow(
      "data.authentik_flow.one: nothing is found by slug=nothing",
    );
  });

  test("a value authentik does not take", () => {
    expect(() => applyStacks(server, stack({ authentik_group: { one: { name: "" } } }))).toThrow(
      'authentik_group.one: 400 {"name":["This field may not be blank."]}',
    );
  });

  test("a resource this stand-in for the provider does not know", () => {
    expect(() => applyStacks(server, stack({ authentik_license: { one: {} } }))).toThrow("has no authentik_license");
  });
});
