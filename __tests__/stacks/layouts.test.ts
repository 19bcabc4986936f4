import { join } from "node:path";
import { loadSite } from "../../config/load";
import type { Site } from "../../config/load";
import { checkConstructs } from "../../stacks/checks";
import { addresses, all, read, ROOT, smallSite, synthSite } from "../synth";
import type { Block, Synthesized } from "../synth";

const load = (layout?: string): Site =>
  loadSite({ file: join(ROOT, "config", "site.ts"), layout, checks: checkConstructs });
const single = synthSite(load("single"));
const split = synthSite(load("split"));
const one = single.authentik as Synthesized;

const blocks = (json: Synthesized, kind: "resource" | "data"): Block[] =>
  Object.values(json[kind] ?? {}).flatMap((named) => Object.values(named));

test("the addresses of each stack", () => {
  expect(Object.fromEntries(Object.entries(single).map(([name, json]) => [name, addresses(json)]))).toMatchSnapshot(
    "single",
  );
  expect(Object.fromEntries(Object.entries(split).map(([name, json]) => [name, addresses(json)]))).toMatchSnapshot(
    "split",
  );
});

test("an address is the same in both layouts; the namespace is made by Flux, which delivers the second", () => {
  const resources = (stacks: Record<string, Synthesized>): string[] =>
    Object.values(stacks)
      .flatMap((json) => addresses(json).filter((address) => !/^(data|ephemeral)\./.test(address)))
      .sort();
  const namespace = "kubernetes_namespace_v1.platform_namespace";
  expect([...resources(split), namespace].sort()).toEqual(resources(single));
  expect((split["authentik-platform"] as { removed?: object[] }).removed).toEqual([
    { from: namespace, lifecycle: { destroy: false } },
  ]);
});

describe("single", () => {
  test("every resource that needs authentik waits for the release, no data source waits for anything", () => {
    const waiting = blocks(one, "resource").filter(({ depends_on: on }) =>
      (on as string[] | undefined)?.includes("helm_release.platform_release"),
    );
    const needing = Object.values(one.resource ?? {}).flatMap((named) =>
      Object.keys(named).filter((name) => !name.startsWith("platform_") || name === "platform_static-cache"),
    );
    expect(waiting).toHaveLength(needing.length);
    for (const block of blocks(one, "data")) expect(block).not.toHaveProperty("depends_on");
  });

  test("the release waits for namespace and Secrets", () => {
    expect(all(one, "helm_release").platform_release?.depends_on).toEqual([
      "kubernetes_namespace_v1.platform_namespace",
      "kubernetes_secret_v1.platform_secret",
      "kubernetes_secret_v1.platform_bootstrap",
    ]);
  });
});

describe("split", () => {
  test("people look up every group that gives the superuser right, also when nobody is in it", () => {
    const groups = {
      root: { superuser: true },
      admins: { name: "Admins", parents: ["root"] },
      crew: {},
      staff: {},
    };
    const users = synthSite(read({ ...smallSite, layout: "split", groups }))["authentik-users"] as Synthesized;
    const names = Object.values(users.data?.authentik_group ?? {}).map(({ name }) => name);
    expect(names).toEqual(["root", "Admins"]);
  });

  test("makes three stacks, none of which refers to another", () => {
    expect(Object.keys(split)).toEqual(["authentik-platform", "authentik", "authentik-users"]);
    expect(JSON.stringify(split)).not.toContain("terraform_remote_state");
  });

  const types = (name: string): string[] => {
    const json = split[name];
    return [
      ...Object.keys(json?.provider ?? {}),
      ...Object.keys(json?.resource ?? {}),
      ...Object.keys(json?.data ?? {}),
      ...Object.keys(json?.terraform.required_providers ?? {}),
    ];
  };

  test("the platform holds no authentik block, people nothing of the cluster", () => {
    expect(types("authentik-platform").filter((type) => type.startsWith("authentik"))).toEqual([]);
    expect(types("authentik-users").filter((type) => /^(helm|kubernetes)/.test(type))).toEqual([]);
  });

  test("identity knows the cluster only where it runs the outpost's pods", () => {
    const cluster = (type: string): boolean => /^(helm|kubernetes)/.test(type);
    expect(types("authentik").filter(cluster)).toEqual([
      "kubernetes",
      "kubernetes_secret_v1",
      "kubernetes_deployment_v1",
      "kubernetes_pod_disruption_budget_v1",
      "kubernetes",
    ]);
    const site = load("split");
    const inServer = { ...site, outposts: { ...site.outposts, embedded: { form: "in-server" } } } as Site;
    const json = synthSite(inServer).authentik;
    expect(Object.keys({ ...json?.provider, ...json?.resource }).filter(cluster)).toEqual([]);
  });

  test("people find their groups by name, without the groups' members", () => {
    const groups = Object.values(split["authentik-users"]?.data?.authentik_group ?? {});
    expect(groups.map(({ name }) => name).sort()).toEqual([
      ...["Engineers", "Family", "Media", "On call", "Site Admins", "Staff", "VPN"],
      ...["app-kubernetes", "kubernetes-admins", "kubernetes-viewers"],
    ]);
    for (const group of groups) expect(group.include_users).toBe(false);
  });
});

const stacks = [
  ...Object.entries(single).map(([name, json]) => ["single", name, json] as const),
  ...Object.entries(split).map(([name, json]) => ["split", name, json] as const),
];

describe("state", () => {
  test("each stack has its own, and the layouts share none: one would plan to destroy what the other made", () => {
    const kubernetes = (suffix: string): object => ({
      kubernetes: { namespace: "authentik-delivery", secret_suffix: suffix },
    });
    expect(stacks.map(([layout, name, json]) => [layout, name, json.terraform.backend])).toEqual([
      ["single", "authentik", kubernetes("example-authentik")],
      ["split", "authentik-platform", kubernetes("example-authentik-platform")],
      ["split", "authentik", kubernetes("example-authentik-identity")],
      ["split", "authentik-users", kubernetes("example-authentik-users")],
    ]);
  });

  test.each(stacks)("%s, %s: pinned versions", (_layout, _name, json) => {
    expect(json.terraform.required_version).toBe(">= 1.11.0");
    for (const provider of Object.values(json.terraform.required_providers) as { version: string }[]) {
      expect(provider.version).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  test("holds no secret of the platform: they flow into a provider or a write-only argument", () => {
    const users: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value === "string" && value.includes("ephemeral.")) users.push(path);
      else if (typeof value === "object" && value !== null) {
        for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
      }
    };
    walk({ resource: one.resource, data: one.data, provider: one.provider }, "");
    expect(users.filter((path) => !/^\.provider\.|\.data_wo\./.test(path))).toEqual([]);
    expect(users.length).toBeGreaterThan(5);
  });

  test("the values of Vault that it holds are client secrets, of apps and of sources", () => {
    const stored = JSON.stringify(one).match(/data\.vault_kv_secret_v2\.[^"}.]+/g);
    expect(stored?.sort()).toEqual([
      "data.vault_kv_secret_v2.vault_stored-secret-apps-forgejo-oidc-dcd763ed",
      "data.vault_kv_secret_v2.vault_stored-secret-authentik-github-6e7926b9",
      "data.vault_kv_secret_v2.vault_stored-secret-authentik-google-be90e2b0",
    ]);
    expect(all(one, "authentik_provider_oauth2").identity_apps_forgejo_provider?.client_secret).toContain(
      "data.vault_kv_secret_v2.",
    );
  });
});

test("no app is made before apps without bindings are closed, in either layout", () => {
  for (const json of [one, split.authentik as Synthesized]) {
    expect(all(json, "authentik_system_settings")["identity_system-settings"]?.flags).toContain(
      '"core_default_app_access":false',
    );
    const apps = Object.values(all(json, "authentik_application"));
    expect(apps).toHaveLength(15);
    for (const app of apps) expect(app.depends_on).toContain("authentik_system_settings.identity_system-settings");
  }
});

describe("nobody gets in by the order of an apply", () => {
  const after = (type: string, name: string): unknown => all(one, type)[name]?.depends_on;
  const forwardAuth = ["identity_apps_everything", "identity_hosts_traefik-example-org-5c3c6409"];

  test("an outpost is given a provider once its app is bound", () => {
    for (const app of forwardAuth) {
      expect(after("authentik_outpost", "identity_outposts_embedded")).toContain(
        `authentik_policy_binding.${app}_access_members-0`,
      );
    }
    for (const place of ["members-0", "account-0"]) {
      expect(after("authentik_outpost", "identity_outposts_ldap")).toContain(
        `authentik_policy_binding.identity_apps_jellyfin_access_${place}`,
      );
    }
  });

  test("an app gets another provider once the outpost's pods are ready, and the Service chooses them then", () => {
    const pods = "kubernetes_deployment_v1.identity_outposts_embedded_deployment";
    for (const app of forwardAuth) expect(after("authentik_application", app)).toContain(pods);
    expect(after("authentik_outpost", "identity_outposts_embedded")).toContain(pods);
    expect(after("authentik_application", "identity_apps_grafana")).not.toContain(pods);
  });

  test("the brand shows the login once all of its steps are there", () => {
    expect(after("authentik_brand", "identity_brand")).toContain(
      "authentik_flow_stage_binding.identity_login_flow_session",
    );
  });
});

describe("people and groups", () => {
  test("no group says who is in it", () => {
    for (const group of Object.values(all(one, "authentik_group"))) expect(group).not.toHaveProperty("users");
  });

  test("every person says which groups, and leaves attributes alone", () => {
    const people = Object.values(all(one, "authentik_user")).filter(({ type }) => type !== "service_account");
    expect(people).toHaveLength(8);
    for (const person of people) {
      expect(person.groups).toBeInstanceOf(Array);
      expect(person).not.toHaveProperty("attributes");
      expect(person.lifecycle).toEqual({ ignore_changes: ["attributes"] });
    }
  });

  test("people an app names are in its group", () => {
    expect(all(one, "authentik_user")["people_jane-doe-d48722fc"]?.groups).toEqual([
      "${authentik_group.identity_groups_engineers.id}",
      "${authentik_group.identity_groups_kubernetes-admins.id}",
      "${authentik_group.identity_groups_vpn.id}",
      "${authentik_group.identity_groups_admins.id}",
      "${authentik_group.identity_app-groups_kubernetes.id}",
    ]);
  });
});

test("the JSON holds no null and no path of this machine", () => {
  const isNull = (value: unknown): boolean =>
    value === null || (typeof value === "object" && Object.values(value).some(isNull));
  expect(isNull([single, split])).toBe(false);
  expect(JSON.stringify([single, split])).not.toContain(ROOT);
});

describe("the default site is a whole one", () => {
  test("twelve apps of every kind, three restricted hosts, nine groups, eight people", () => {
    const { apps, hostAccess, groups, people } = load();
    const kinds = Object.values(apps).map((app) => (app.kind === "oidc" ? `oidc ${app.clientType}` : app.kind));
    const count = (kind: string): number => kinds.filter((one) => one === kind).length;
    expect(["oidc confidential", "oidc public", "forward-auth", "ldap"].map(count)).toEqual([7, 2, 1, 2]);
    expect([hostAccess?.hosts, groups, people].map((records) => Object.keys(records ?? {}).length)).toEqual([3, 9, 8]);
  });

  test("client secrets of every origin, access of every kind, a parent, a superuser group, a name that is an address", () => {
    const providers = Object.values(all(one, "authentik_provider_oauth2"));
    const origins = providers.map(
      ({ client_type: type, client_secret: secret }) => `${String(type)} ${secret !== undefined}`,
    );
    expect([...new Set(origins)]).toEqual(["confidential false", "confidential true", "public false"]);
    expect(all(one, "authentik_policy_binding")["identity_apps_wiki_access_members-0"]).toHaveProperty("policy");
    const groups = Object.values(all(one, "authentik_group"));
    expect(groups.filter(({ is_superuser: superuser }) => superuser)).toHaveLength(1);
    expect(groups.filter(({ parents }) => (parents as string[]).length > 0)).toHaveLength(3);
    expect(Object.values(all(one, "authentik_user")).map(({ username }) => username)).toContain("mary@example.org");
  });

  test("two replicas, of the server and of the outpost, with a cache for /static", () => {
    const { server } = JSON.parse(String((all(one, "helm_release").platform_release?.values as string[])[0])) as {
      server: object;
    };
    expect(server).toMatchObject({
      replicas: 2,
      pdb: { enabled: true, minAvailable: 1 },
      deploymentStrategy: { type: "RollingUpdate" },
      startupProbe: { failureThreshold: 90 },
    });
    const outpost = all(one, "kubernetes_deployment_v1")["identity_outposts_embedded_deployment"];
    expect(outpost).toMatchObject({ spec: { replicas: "2" } });
    expect(all(one, "kubernetes_ingress_v1")).toHaveProperty(["platform_static-cache"]);
    const config = String(all(one, "authentik_outpost")["identity_outposts_embedded"]?.config);
    expect(config).toContain('"log_level":"info"');
    expect(config).toContain('"kubernetes_json_patches":{"service":[{');
  });

  test("a login of its own with every way in and back in, which its brand shows", () => {
    const flow = (name: string): string => `\${authentik_flow.identity_${name}_flow.uuid}`;
    expect(all(one, "authentik_brand")["identity_brand"]).toMatchObject({
      flow_authentication: flow("login"),
      flow_user_settings: flow("user-settings"),
      flow_recovery: flow("recovery"),
    });
    expect(all(one, "authentik_stage_identification")["identity_login_identification"]).toMatchObject({
      enrollment_flow: flow("enrollment"),
      recovery_flow: flow("recovery"),
      passwordless_flow: flow("passkey"),
      sources: ["google", "github"].map((key) => `\${authentik_source_oauth.identity_sources_${key}.uuid}`),
    });
    expect(all(one, "authentik_stage_authenticator_validate")["identity_login_mfa"]?.configuration_stages).toEqual(
      ["totp", "webauthn", "static", "email"].map(
        (factor) => `\${authentik_stage_authenticator_${factor}.identity_set-up_${factor}.id}`,
      ),
    );
    const [first] = String(all(one, "authentik_system_settings")["identity_system-settings"]?.avatars).split(",");
    expect(first).toBe("attributes.avatar");
  });

  test("nobody new comes in by its sources, and invitations put people into no group with power", () => {
    for (const source of Object.values(all(one, "authentik_source_oauth"))) {
      expect(source).toMatchObject({ user_matching_mode: "identifier" });
      expect(source).not.toHaveProperty("enrollment_flow");
    }
    const groups = String(all(one, "authentik_policy_expression")["identity_enrollment_groups"]?.expression);
    expect(groups).toContain('ALLOWED_GROUPS = ["Staff","Engineers","Family","Media","VPN"]');
  });
});

test("the default site is tuned as it says", () => {
  const values = String((all(one, "helm_release").platform_release?.values as string[])[0]);
  for (const [name, value] of Object.entries({
    AUTHENTIK_WEB__WORKERS: "3",
    AUTHENTIK_WEB__THREADS: "4",
    AUTHENTIK_WORKER__THREADS: "4",
    AUTHENTIK_CACHE__TIMEOUT_FLOWS: "1800",
    AUTHENTIK_CACHE__TIMEOUT_POLICIES: "900",
    AUTHENTIK_SESSIONS__UNAUTHENTICATED_AGE: "hours=2",
    AUTHENTIK_EMAIL__PORT: "587",
    AUTHENTIK_EMAIL__USE_TLS: "true",
    AUTHENTIK_EMAIL__USE_SSL: "false",
  })) {
    expect(values).toContain(JSON.stringify({ name, value }));
  }
});
