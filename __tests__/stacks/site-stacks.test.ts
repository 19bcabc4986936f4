import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { Group } from "../../constructs/group";
import { AuthentikStack } from "../../stacks/authentik-stack";
import { addresses, all, only, read, smallSite, synth, synthSite, toJson } from "../synth";
import type { Synthesized } from "../synth";

const folder = mkdtempSync(join(tmpdir(), "stacks-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const wiki = smallSite.apps.wiki;
const stack = (change: object): Synthesized =>
  synthSite(read({ ...smallSite, ...change }, folder)).authentik as Synthesized;
const withUsers = (users: object): { users: string } => {
  writeFileSync(join(folder, "users.json"), JSON.stringify({ users }));
  return { users: "users.json" };
};
const jane = { name: "Jane Doe", email: "jane@example.org", groups: ["staff"] };

test("two hundred apps look up what one looks up", () => {
  const apps = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`app-${index}`, wiki]));
  const lookups = (json: Synthesized): string[] => addresses(json).filter((address) => address.startsWith("data."));
  expect(lookups(stack({ apps }))).toEqual(lookups(stack({})));
  expect(Object.keys(all(stack({ apps }), "authentik_application"))).toHaveLength(200);
});

test("an app for everyone is bound to a policy all such apps share", () => {
  const open = { ...wiki, access: "everyone" };
  const json = stack({ apps: { wiki: open, docs: open } });
  expect(only(json, "authentik_policy_expression").name).toBe("iac-everyone");
  expect(Object.values(all(json, "authentik_policy_binding")).map(({ policy }) => policy)).toEqual([
    "${authentik_policy_expression.identity_policies_everyone.id}",
    "${authentik_policy_expression.identity_policies_everyone.id}",
  ]);
});

test("a policy of the site is one object, however many apps name it", () => {
  writeFileSync(join(folder, "hours.py"), "def evaluate(request):\n    return True\n");
  const access = { groups: ["staff"], policies: ["hours"], match: "all" };
  const json = stack({
    policies: { hours: { file: "hours.py" } },
    apps: { wiki: { ...wiki, access }, docs: { ...wiki, access } },
  });
  expect(only(json, "authentik_policy_expression").name).toBe("iac-custom-hours");
  expect(all(json, "authentik_policy_binding")).toHaveProperty("identity_apps_wiki_access_condition-0");
  expect(all(json, "authentik_application").identity_apps_wiki?.policy_engine_mode).toBe("all");
});

test("without Vault and Kubernetes there is one provider, and its token comes from the environment", () => {
  const json = stack({});
  expect(json.provider).toEqual({ authentik: [{ url: "https://auth.example.org" }] });
  expect(json.ephemeral).toBeUndefined();
});

test("the URL's trailing slash goes", () => {
  const json = stack({ authentik: { url: "https://example.org/auth/", apiToken: { from: "env" } } });
  expect(json.provider.authentik).toEqual([{ url: "https://example.org/auth" }]);
});

test("text of the config is no template to Terraform", () => {
  const json = stack({ apps: { wiki: { ...wiki, description: "costs ${5} or 10%{off}" } } });
  expect(only(json, "authentik_application").meta_description).toBe("costs $${5} or 10%%{off}");
});

test("nor are keys, and a path of a file stays a path", () => {
  writeFileSync(join(folder, "${x}.py"), "def evaluate(request):\n    return True\n");
  const files = {
    policies: { hours: { file: "${x}.py" } },
    scopeMappings: { team: { scopeName: "t${y}", file: "${x}.py" } },
  };
  const app = { ...wiki, access: { policies: ["hours"] }, scopes: ["team"] };
  const json = stack({
    ...files,
    apps: { wiki: app },
    groups: { staff: { attributes: { "k${path.cwd}": "v" } }, admins: {} },
  });
  expect(all(json, "authentik_group").identity_groups_staff?.attributes).toBe('{"k$${path.cwd}":"v"}');
  expect(only(json, "authentik_policy_expression").name).toBe("iac-custom-hours");
  expect(only(json, "authentik_property_mapping_provider_scope").scope_name).toBe("t$${y}");
});

test("Vault is declared for an app that only publishes to it", () => {
  const vault = { address: "https://vault.example.org", mounts: ["kv"], auth: { method: "token" } };
  const json = stack({ vault, apps: { wiki: { ...wiki, publishTo: { mount: "kv", path: "apps/wiki" } } } });
  expect(json.provider.vault).toHaveLength(1);
  expect(only(json, "vault_kv_secret_v2").name).toBe("apps/wiki");
});

describe("how Terraform signs in to Vault", () => {
  const vault = { address: "https://vault.example.org", mounts: ["secret"] };
  const authentik = {
    ...smallSite.authentik,
    apiToken: { from: "vault", ref: { mount: "secret", path: "a", key: "token" } },
  };
  test.each<[object, object]>([
    [
      { auth: { method: "token" }, skipChildToken: true, namespace: "team" },
      { skip_child_token: true, namespace: "team" },
    ],
    [
      { auth: { method: "jwt", role: "ci" } },
      { skip_child_token: false, auth_login_jwt: [{ mount: "jwt", role: "ci" }] },
    ],
    [
      { auth: { method: "kubernetes", role: "runner" } },
      {
        skip_child_token: false,
        auth_login: [
          {
            path: "auth/kubernetes/login",
            parameters: { role: "runner", jwt: '${file("/var/run/secrets/kubernetes.io/serviceaccount/token")}' },
          },
        ],
      },
    ],
  ])("%j", (options, expected) => {
    const json = stack({ authentik, vault: { ...vault, ...options } });
    expect(json.provider.vault).toEqual([{ address: "https://vault.example.org", ...expected }]);
    expect(json.provider.authentik?.[0]?.token).toMatch(
      /^\$\{ephemeral\.vault_kv_secret_v2\.vault_secret-a-[0-9a-f]{8}\.data\.token\}$/,
    );
  });
});

describe("a platform", () => {
  const platform = { secret: { from: "existing", name: "authentik-env" }, database: { host: "db.example.org" } };

  test("whose Secret somebody else makes rolls with the revision", () => {
    const annotation = (revision: number): string => {
      const json = stack({ platform: { ...platform, secret: { ...platform.secret, revision } } });
      expect(all(json, "kubernetes_secret_v1")).toEqual({});
      return String((only(json, "helm_release").values as string[])[0]);
    };
    expect(annotation(1)).toContain('"existingSecret":{"secretName":"authentik-env"}');
    expect(annotation(2)).toContain('"authentik-iac/secret-checksum":"revision-2"');
  });

  test("in a namespace somebody else makes", () => {
    const json = stack({ platform: { ...platform, createNamespace: false, namespace: "identity" } });
    expect(all(json, "kubernetes_namespace_v1")).toEqual({});
    expect(only(json, "helm_release").namespace).toBe("identity");
  });

  test("what is handed to somebody else is forgotten, not destroyed; nothing is while it is ours", () => {
    const removed = (change: object): unknown[] =>
      ((stack({ platform: { ...platform, ...change } }) as { removed?: { from: string }[] }).removed ?? [])
        .map(({ from }) => from)
        .filter((from) => from.includes(".platform_"));
    const vault = { address: "https://vault.example.org", mounts: ["kv"], auth: { method: "token" } };
    const ref = { mount: "kv", path: "a", key: "b" };
    const ours = { secret: { from: "vault", secretKey: ref }, database: { host: "db.example.org", password: ref } };
    expect(removed({ createNamespace: false })).toEqual([
      "kubernetes_namespace_v1.platform_namespace",
      "kubernetes_secret_v1.platform_secret",
    ]);
    expect(removed({})).toEqual(["kubernetes_secret_v1.platform_secret"]);
    const outposts = { embedded: { form: "in-server" } };
    const adopt = {
      login: { sessionDuration: "weeks=4", networkBinding: "no_binding", geoipBinding: "no_binding" },
      brand: {},
    };
    expect(stack({ vault, platform: ours, outposts, adopt })).not.toHaveProperty("removed");
    expect((stack({}) as { removed?: unknown }).removed).toEqual(
      [
        "authentik_brand.identity_adopted-brand",
        "authentik_flow.identity_adopted-login_flow",
        "authentik_stage_identification.identity_adopted-login_identification",
        "authentik_stage_user_login.identity_adopted-login_session",
        "authentik_outpost.identity_outposts_embedded",
      ].map((from) => ({ from, lifecycle: { destroy: false } })),
    );
    const [block] = (stack({ platform }) as { removed?: { lifecycle: unknown }[] }).removed ?? [];
    expect(block?.lifecycle).toEqual({ destroy: false });
  });

  test("with Flux, what needs rights in the cluster is left to its manifests, in the layout it delivers", () => {
    const delivery = {
      flux: {
        source: { from: "git", url: "https://git.example.org/authentik.git" },
        token: { store: { name: "vault" }, ref: { key: "a" } },
      },
    };
    const platformOf = (layout: string, rest: object): Synthesized => {
      const stacks = synthSite(read({ ...smallSite, platform, layout, ...rest }));
      return stacks["authentik-platform"] ?? (stacks.authentik as Synthesized);
    };
    const makes = (json: Synthesized): [boolean, boolean] => [
      Object.keys(all(json, "kubernetes_namespace_v1")).length === 1,
      !JSON.stringify(only(json, "helm_release").values).includes("clusterRole"),
    ];
    expect(makes(platformOf("split", {}))).toEqual([true, true]);
    expect(makes(platformOf("split", { delivery }))).toEqual([false, false]);
    expect(makes(platformOf("single", { delivery }))).toEqual([true, true]);
  });

  test("of a named context", () => {
    const json = stack({ platform: { ...platform, kubernetes: { configContext: "home" } } });
    expect(json.provider.kubernetes).toEqual([{ config_context: "home" }]);
    expect(json.provider.helm).toEqual([{ kubernetes: { config_context: "home" } }]);
  });
});

describe("a renamed record moves in the state", () => {
  const moved = (json: Synthesized): Record<string, string> =>
    Object.fromEntries((json.moved ?? []).map(({ from, to }) => [from, to]));

  test("a person", () => {
    const json = stack(withUsers({ "jane.roe": { ...jane, was: "jane.doe" } }));
    expect(moved(json)).toEqual({
      "authentik_user.people_jane-doe-d48722fc": "authentik_user.people_jane-roe-78bf41f6",
    });
  });

  test("an app with all its parts", () => {
    const json = stack({
      ...withUsers({ jane }),
      apps: { docs: { ...wiki, access: { groups: ["staff"], users: ["jane"] }, was: "wiki" } },
    });
    expect(moved(json)).toEqual({
      "authentik_application.identity_apps_wiki": "authentik_application.identity_apps_docs",
      "authentik_group.identity_app-groups_wiki": "authentik_group.identity_app-groups_docs",
      "authentik_policy_binding.identity_apps_wiki_access_members-0":
        "authentik_policy_binding.identity_apps_docs_access_members-0",
      "authentik_policy_binding.identity_apps_wiki_access_members-1":
        "authentik_policy_binding.identity_apps_docs_access_members-1",
      "authentik_provider_oauth2.identity_apps_wiki_provider": "authentik_provider_oauth2.identity_apps_docs_provider",
      "terraform_data.identity_apps_wiki_secret-revision": "terraform_data.identity_apps_docs_secret-revision",
    });
  });

  test("a group, whose bindings stay where they are", () => {
    const json = stack({
      groups: { crew: { was: "staff" }, admins: {} },
      apps: { wiki: { ...wiki, access: { groups: ["crew"] } } },
    });
    expect(moved(json)).toEqual({
      "authentik_group.identity_groups_staff": "authentik_group.identity_groups_crew",
    });
  });
});

describe("AuthentikStack", () => {
  const local = { type: "local", arguments: {}, state: "test" };

  test("an address is the path", () => {
    expect(addresses(synth(({ stack: scope }) => new Group(scope, "staff", { name: "Staff" })))).toEqual([
      "authentik_group.staff",
    ]);
  });

  test("fails on an id that would let two paths meet in one address", () => {
    expect(() => synth(({ stack: scope }) => new Group(scope, "a_b", { name: "Staff" }))).toThrow(
      'construct "test/a_b/Resource": the id "a_b" must hold letters, digits and dashes only',
    );
  });

  test("fails when another stack reads from it", () => {
    const app = new App();
    const from = new AuthentikStack(app, "from", local);
    const group = new Group(from, "staff", { name: "Staff" });
    const to = new AuthentikStack(app, "to", local);
    new Group(to, "crew", { name: "Crew", parents: [group.groupId] });
    expect(() => toJson(to)).toThrow(
      'stack "from" is read by another stack; pass the config value, or look the object up by name',
    );
  });
});

describe("backend", () => {
  const backend = (type: string, given: object): unknown => {
    const json = toJson(
      new AuthentikStack(new App(), "test", { type, arguments: { ...given }, state: "site-authentik" }),
    );
    return json.terraform.backend;
  };
  test.each<[string, object, object]>([
    ["kubernetes", { namespace: "flux-system" }, { secret_suffix: "site-authentik" }],
    ["s3", { bucket: "state" }, { key: "site-authentik.tfstate" }],
    ["pg", {}, { schema_name: "site-authentik" }],
    ["gcs", { bucket: "state" }, { prefix: "site-authentik" }],
    ["azurerm", {}, { key: "site-authentik.tfstate" }],
    ["consul", {}, { path: "terraform/site-authentik" }],
    ["local", {}, { path: "../../../site-authentik.tfstate" }],
    [
      "http",
      { address: "https://state.example.org/", lock_address: "https://state.example.org", lock_method: "POST" },
      {
        address: "https://state.example.org/site-authentik",
        lock_address: "https://state.example.org/site-authentik/lock",
      },
    ],
  ])("%s keeps its arguments and gets the key that keeps states apart", (type, given, added) => {
    expect(backend(type, given)).toEqual({ [type]: { ...given, ...added } });
  });
});
