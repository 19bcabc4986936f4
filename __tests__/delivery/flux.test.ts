import { parseAllDocuments } from "yaml";
import type { SiteInput } from "../../config/schema";
import type { Site } from "../../config/load";
import { fluxFiles, fluxManifests } from "../../delivery/flux/manifests";
import type { Manifest } from "../../delivery/flux/objects";
import { forRunners } from "../../delivery/for-runners";
import { STACK_NAMES } from "../../delivery/workspace";
import type { Json, JsonObject } from "../oracle/json";
import { faults } from "../oracle/schemas/kubernetes";
import { all, loadDefault, read, smallSite, synthSite } from "../synth";
import type { Synthesized } from "../synth";

type Flux = NonNullable<NonNullable<SiteInput["delivery"]>["flux"]>;
type Objects = readonly (Manifest & { readonly spec?: Record<string, unknown> })[];

const flux: Flux = {
  source: { from: "git", url: "https://git.example.org/platform/authentik.git" },
  token: { store: { name: "vault" }, ref: { key: "authentik/api", property: "token" } },
};
const small = (change: Partial<Flux> = {}): Site => read({ ...smallSite, delivery: { flux: { ...flux, ...change } } });
const site = loadDefault();

const synthesized = new Map<Site, Record<string, Synthesized>>();
function rendered(of: Site): Record<string, Synthesized> {
  const stacks = synthesized.get(of) ?? synthSite(forRunners(of));
  synthesized.set(of, stacks);
  return stacks;
}

function files(of: Site): Readonly<Record<string, Objects>> {
  const stacks = rendered(of);
  const named = STACK_NAMES.flatMap((name) => {
    const json = stacks[name];
    return json === undefined ? [] : [{ name, json: json as unknown as Record<string, unknown> }];
  });
  return fluxManifests(of, named, "// the program\n");
}

const objects = (of: Site): Objects => Object.values(files(of)).flat();
const byKind = (of: Objects, kind: string): Objects => of.filter((one) => one.kind === kind);
const names = (of: Objects): string[] => of.map(({ metadata }) => metadata.name);
const spec = (of: Objects, kind: string, name: string): Record<string, unknown> =>
  byKind(of, kind).find(({ metadata }) => metadata.name === name)?.spec ?? {};

const variants: [string, Site][] = [
  ["the default site", site],
  ["a site without a platform", small()],
  ["a guard over https", small({ guard: { tlsSecretName: "guard-tls" } })],
  ["a source that is there", small({ source: { from: "existing", name: "infrastructure" } })],
  ["a folder inside the repository", small({ path: "infrastructure/authentik" })],
];

test.each(variants)("%s: a cluster would take every object", (_what, of) => {
  const found = objects(of);
  expect(found.length).toBeGreaterThan(10);
  for (const object of found) {
    const { kind, metadata } = object;
    expect([kind, metadata.name, [...faults(object as unknown as JsonObject)]]).toEqual([kind, metadata.name, []]);
  }
  const ids = found.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name].join("/"));
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
});

test("a fault would be seen", () => {
  const terraform = byKind(objects(site), "Terraform")[0] as unknown as JsonObject;
  const broken = { ...terraform, spec: { ...(terraform.spec as JsonObject), storeReadablePlan: "yes" } };
  expect([...faults(broken)]).toEqual(['spec.storeReadablePlan is "yes", not in the enum']);
});

test.each(variants)("%s: the files say what the objects are", (_what, of) => {
  const texts = fluxFiles(files(of));
  for (const [path, found] of Object.entries(files(of))) {
    const text = texts[path] ?? "";
    expect(text.startsWith("# Made from the site by `npm run render`; change the site instead.\n")).toBe(true);
    expect(parseAllDocuments(text).map((document) => document.toJS() as unknown)).toEqual(found);
  }
  expect(parseAllDocuments(texts["kustomization.yaml"] ?? "").map((one) => one.toJS() as unknown)).toEqual([
    { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources: ["flux.yaml"] },
  ]);
});

test("a site without delivery.flux has no manifests", () => {
  expect(fluxFiles(fluxManifests(read(smallSite), [], ""))).toEqual({});
});

describe("order", () => {
  const found = objects(site);

  test("Flux applies what is shared, platform, identity and people, after what they need of the cluster", () => {
    const needed = [
      { name: "external-secrets-config", namespace: "flux-system" },
      { name: "tofu-controller", namespace: "flux-system" },
    ];
    const order = byKind(found, "Kustomization").map(({ metadata, spec: made }) => [metadata.name, made?.dependsOn]);
    expect(order).toEqual([
      ["authentik-flux", undefined],
      ["authentik-delivery", needed],
      ["authentik-platform", [...needed, { name: "authentik-delivery" }]],
      ["authentik", [...needed, { name: "authentik-delivery" }, { name: "authentik-platform" }]],
      ["authentik-users", [...needed, { name: "authentik-delivery" }, { name: "authentik" }]],
    ]);
  });

  test("every dependency of our own namespace is made here", () => {
    for (const { spec: made } of byKind(found, "Kustomization")) {
      const own = ((made?.dependsOn ?? []) as { name: string; namespace?: string }[]).filter(
        ({ namespace }) => namespace === undefined,
      );
      expect(names(byKind(found, "Kustomization"))).toEqual(expect.arrayContaining(own.map(({ name }) => name)));
    }
  });

  test("the controller plans each stack once the one before is applied", () => {
    const order = byKind(found, "Terraform").map(({ metadata, spec: made }) => [metadata.name, made?.dependsOn]);
    expect(order).toEqual([
      ["authentik-platform", undefined],
      ["authentik", [{ name: "authentik-platform" }]],
      ["authentik-users", [{ name: "authentik" }]],
    ]);
  });

  test("every folder of a Kustomization has objects, and every stack its files", () => {
    const folders = Object.keys(files(site)).map((path) => path.split("/").slice(0, -1).join("/"));
    for (const { spec: made } of byKind(found, "Kustomization")) {
      const folder = String(made?.path).replace(/^\.\/deploy\/flux\/example\/?/, "");
      expect(folders).toContain(folder);
    }
    for (const { metadata, spec: made } of byKind(found, "Terraform")) {
      expect(made?.path).toBe(`./deploy/rendered/example/${metadata.name}`);
    }
  });
});

describe("a stack's Terraform object", () => {
  const found = objects(site);

  test("plans of platform and identity wait for a person; those of people for the guard", () => {
    const approvals = byKind(found, "Terraform").map(({ metadata, spec: made }) => [
      metadata.name,
      made?.approvePlan,
      made?.webhooks,
    ]);
    const webhook = {
      stage: "post-planning",
      enabled: true,
      url: "http://authentik-guard.authentik-delivery.svc/plan",
      payloadType: "SpecAndPlan",
      testExpression: "${{ .passed }}",
      errorMessageTemplate: "${{ .message }}",
    };
    expect(approvals).toEqual([
      ["authentik-platform", "", undefined],
      ["authentik", "", undefined],
      ["authentik-users", "auto", [webhook]],
    ]);
  });

  test("without a guard, a plan of people waits for a person as well", () => {
    expect(spec(objects(small()), "Terraform", "authentik-users")).toMatchObject({ approvePlan: "" });
  });

  test("with https, the guard sees every plan; those that hold secrets do not go over http", () => {
    const made = byKind(objects(small({ guard: { tlsSecretName: "guard-tls" } })), "Terraform");
    for (const { spec: one } of made)
      expect(one?.webhooks).toMatchObject([{ url: "https://authentik-guard.authentik-delivery.svc/plan" }]);
    expect(made.map(({ spec: one }) => one?.approvePlan)).toEqual(["", "auto"]);
  });

  test("stores no plan to read, destroys nothing, and shares state and lock with workstations", () => {
    const stacks = rendered(site);
    for (const { metadata, spec: made } of byKind(found, "Terraform")) {
      const backend = stacks[metadata.name]?.terraform.backend.kubernetes;
      expect(made).toMatchObject({
        storeReadablePlan: "none",
        destroyResourcesOnDeletion: false,
        retryInterval: "1m",
        backendConfig: { secretSuffix: backend?.secret_suffix, inClusterConfig: true },
      });
      expect(metadata.namespace).toBe(backend?.namespace);
    }
  });

  test("a state that is elsewhere is told to the controller in its own words, and its runner has no state in Kubernetes", () => {
    const labels = { team: "a ${b}", nested: { deep: true } };
    const of = { ...small(), backend: { type: "s3", arguments: { bucket: "states", tags: labels } } };
    const found = objects(of);
    expect(spec(found, "Terraform", "authentik-users").backendConfig).toEqual({
      customConfiguration: [
        'backend "s3" {',
        '  bucket = "states"',
        '  tags = {"team":"a $${b}","nested":{"deep":true}}',
        '  key = "test-authentik-users.tfstate"',
        "}",
        "",
      ].join("\n"),
    });
    const rights = JSON.stringify(byKind(found, "Role"));
    expect(rights).toContain("tfplan-default-authentik-users");
    expect(rights).not.toMatch(/tfstate|leases/);
    expect(JSON.stringify(byKind(found, "ValidatingAdmissionPolicy"))).not.toContain("tfstate");
  });

  test("Secrets of the site's own are variables of every runner", () => {
    const pods = byKind(objects(small({ envFrom: ["state-key"] })), "Terraform").map(
      (one) => one.spec?.runnerPodTemplate,
    );
    const own = {
      spec: { envFrom: [{ secretRef: { name: "authentik-api-token" } }, { secretRef: { name: "state-key" } }] },
    };
    expect(pods).toEqual([own, own]);
  });

  test("templates of the webhook are no variables of Flux", () => {
    for (const { metadata } of [...byKind(found, "Terraform"), ...byKind(found, "ConfigMap")])
      expect(metadata.annotations).toEqual({ "kustomize.toolkit.fluxcd.io/substitute": "disabled" });
    for (const { spec: made } of byKind(found, "Kustomization")) expect(made).not.toHaveProperty("postBuild");
  });
});

describe("Secrets", () => {
  const named = (value: Json, found: string[] = []): string[] => {
    if (typeof value !== "object" || value === null) return found;
    for (const [key, inner] of Object.entries(value)) {
      if (key === "secretRef") found.push((inner as { name: string }).name);
      else if (key === "secretName") found.push(inner as string);
      else named(inner, found);
    }
    return found;
  };
  const made = (of: Site): string[] => names(byKind(objects(of), "ExternalSecret"));

  test("every one that is named is made, or said to be there", () => {
    expect([...new Set(objects(site).flatMap((one) => named(one as unknown as Json)))]).toEqual([
      "authentik-api-token",
    ]);
    expect(made(site)).toEqual(["authentik-api-token"]);
    const given = small({
      guard: { tlsSecretName: "guard-tls" },
      source: { ...flux.source, secretName: "git" } as Flux["source"],
    });
    const others = objects(given).flatMap((one) => named(one as unknown as Json));
    expect(others.filter((name) => !made(given).includes(name)).sort()).toEqual(["git", "guard-tls"]);
  });

  test("runners of identity and people get the token; that of the platform, which asks nothing of authentik, does not", () => {
    const pods = byKind(objects(site), "Terraform").map(({ metadata, spec: one }) => [
      metadata.name,
      one?.runnerPodTemplate,
    ]);
    const token = { spec: { envFrom: [{ secretRef: { name: "authentik-api-token" } }] } };
    expect(pods).toEqual([
      ["authentik-platform", undefined],
      ["authentik", token],
      ["authentik-users", token],
    ]);
    const providers = Object.fromEntries(
      Object.entries(rendered(site)).map(([name, { provider }]) => [name, Object.keys(provider).sort()]),
    );
    expect(providers).toEqual({
      "authentik-platform": ["helm", "kubernetes", "vault"],
      authentik: ["authentik", "kubernetes", "vault"],
      "authentik-users": ["authentik"],
    });
  });
});

describe("rights", () => {
  interface Rule {
    readonly resources: string[];
    readonly resourceNames?: string[];
    readonly verbs: string[];
  }
  const found = objects(site);
  const runners = byKind(found, "Terraform").map(({ spec: made }) => String(made?.serviceAccountName));
  const bindings = [...byKind(found, "RoleBinding"), ...byKind(found, "ClusterRoleBinding")] as unknown as {
    kind: string;
    metadata: { namespace?: string };
    roleRef: { kind: string; name: string };
    subjects: { name: string; namespace: string }[];
  }[];
  const rules = (name: string, namespace: string): Rule[] =>
    (byKind(found, "Role").find(({ metadata }) => metadata.name === name && metadata.namespace === namespace)?.rules ??
      []) as Rule[];

  test("each stack has a runner of its own, which exists", () => {
    expect(runners).toEqual(["authentik-platform-runner", "authentik-runner", "authentik-users-runner"]);
    expect(names(byKind(found, "ServiceAccount"))).toEqual(runners);
  });

  test("no runner has rights in the cluster; people none but for their state, the others none outside the release's namespace", () => {
    const where = Object.fromEntries(
      runners.map((runner) => [
        runner,
        bindings
          .filter(({ subjects }) => subjects.some(({ name }) => name === runner))
          .map(({ kind, metadata, roleRef }) => [kind, roleRef.kind, metadata.namespace]),
      ]),
    );
    const state = ["RoleBinding", "Role", "authentik-delivery"];
    const release = ["RoleBinding", "Role", "authentik"];
    expect(where).toEqual({
      "authentik-platform-runner": [state, release],
      "authentik-runner": [state, release],
      "authentik-users-runner": [state],
    });
  });

  test("the one ClusterRole is authentik's own, to list definitions", () => {
    expect(byKind(found, "ClusterRole").map((role) => role.rules)).toEqual([
      [{ apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: ["list"] }],
    ]);
    const subjects = byKind(found, "ClusterRoleBinding").map((binding) => binding.subjects);
    expect(subjects).toEqual([[{ kind: "ServiceAccount", name: "authentik", namespace: "authentik" }]]);
    const [values] = all(rendered(site)["authentik-platform"] as Synthesized, "helm_release").platform_release
      ?.values as string[];
    expect(JSON.parse(values ?? "")).toMatchObject({ serviceAccount: { clusterRole: { enabled: false } } });
  });

  test("a runner changes only its own state, lock and plans", () => {
    const changing = rules("authentik-users-runner", "authentik-delivery").filter(({ verbs }) =>
      verbs.includes("update"),
    );
    expect(changing.map(({ resources, resourceNames = [] }) => [...resources, ...resourceNames.slice(0, 3)])).toEqual([
      [
        "secrets",
        "tfstate-default-example-authentik-users",
        "tfplan-default-authentik-users",
        "tfplan-default-authentik-users-0",
      ],
      ["leases", "lock-tfstate-default-example-authentik-users"],
    ]);
  });

  test("identity may do in the release's namespace what its stack has there, and sees no Secret of authentik's", () => {
    const kinds = Object.keys(rendered(site).authentik?.resource ?? {}).filter((type) =>
      type.startsWith("kubernetes_"),
    );
    expect(kinds.sort()).toEqual([
      "kubernetes_deployment_v1",
      "kubernetes_pod_disruption_budget_v1",
      "kubernetes_secret_v1",
    ]);
    const given = rules("authentik-runner", "authentik");
    expect([...new Set(given.flatMap(({ resources }) => resources))].sort()).toEqual([
      "deployments",
      "poddisruptionbudgets",
      "secrets",
    ]);
    const secrets = given.filter(({ resources }) => resources.includes("secrets"));
    expect(secrets.map(({ resourceNames, verbs }) => [resourceNames, verbs])).toEqual([
      [undefined, ["create"]],
      [["authentik-embedded-outpost-token"], ["get", "update", "patch", "delete"]],
    ]);
  });

  test("identity without pods of its own has nothing to do there", () => {
    expect(byKind(objects(small()), "Role").map(({ metadata }) => metadata.namespace)).toEqual([
      "authentik-delivery",
      "authentik-delivery",
    ]);
  });

  test("every object of the cluster that a stack makes is in the release's namespace", () => {
    for (const json of Object.values(rendered(site))) {
      for (const [type, blocks] of Object.entries(json.resource ?? {})) {
        if (!/^(kubernetes_|helm_)/.test(type)) continue;
        for (const { metadata, namespace } of Object.values(blocks) as {
          metadata?: { namespace: string };
          namespace?: string;
        }[])
          expect([type, metadata?.namespace ?? namespace]).toEqual([type, "authentik"]);
      }
    }
  });

  test("what a runner makes is held to its own names, since a role cannot say so", () => {
    const policy = spec(found, "ValidatingAdmissionPolicy", "authentik-delivery-runners");
    const [condition] = policy.matchConditions as { expression: string }[];
    for (const runner of runners)
      expect(condition?.expression).toContain(`'system:serviceaccount:authentik-delivery:${runner}'`);
    const patterns = (policy.validations as { expression: string }[]).flatMap(({ expression }) =>
      [...expression.matchAll(/:([\w-]+)' \|\| object\.metadata\.name\.matches\('([^']+)'\)/g)].map(
        ([, runner = "", pattern = ""]): [string, RegExp] => [runner, new RegExp(pattern)],
      ),
    );
    const allowed = (name: string): string[] =>
      patterns.filter(([, pattern]) => pattern.test(name)).map(([runner]) => runner);
    expect(allowed("tfstate-default-example-authentik-users")).toEqual(["authentik-users-runner"]);
    expect(allowed("tfplan-default-authentik")).toEqual(["authentik-runner"]);
    expect(allowed("tfplan-default-authentik-users-12")).toEqual(["authentik-users-runner"]);
    expect(allowed("tfplan-default-authentik-platform")).toEqual(["authentik-platform-runner"]);
    expect(allowed("stolen-token")).toEqual([]);
    expect(spec(found, "ValidatingAdmissionPolicyBinding", "authentik-delivery-runners")).toEqual({
      policyName: "authentik-delivery-runners",
      validationActions: ["Deny"],
    });
  });
});

describe("the source", () => {
  test("holds the folders that are applied, and nothing else of the repository", () => {
    expect(spec(objects(small({ path: "infra/authentik" })), "GitRepository", "authentik-delivery").ignore).toBe(
      [
        "/*",
        "!/infra",
        "/infra/*",
        "!/infra/authentik",
        "/infra/authentik/*",
        "!/infra/authentik/deploy",
        "/infra/authentik/deploy/*",
        "!/infra/authentik/deploy/flux",
        "/infra/authentik/deploy/flux/*",
        "!/infra/authentik/deploy/flux/test",
        "!/infra/authentik/deploy/rendered",
        "/infra/authentik/deploy/rendered/*",
        "!/infra/authentik/deploy/rendered/test",
        "",
      ].join("\n"),
    );
  });

  test("that is there is named, and not made", () => {
    const found = objects(small({ source: { from: "existing", name: "infrastructure" } }));
    expect(byKind(found, "GitRepository")).toEqual([]);
    for (const { spec: made } of [...byKind(found, "Kustomization"), ...byKind(found, "Terraform")])
      expect(made?.sourceRef).toMatchObject({ kind: "GitRepository", name: "infrastructure" });
  });
});

test("namespaces are made, and never deleted with what is in them", () => {
  const made = byKind(objects(site), "Namespace");
  expect(names(made)).toEqual(["authentik-delivery", "authentik"]);
  for (const { metadata } of made)
    expect(metadata.annotations).toEqual({ "kustomize.toolkit.fluxcd.io/prune": "disabled" });
  const { platform } = site;
  expect(
    names(byKind(objects({ ...site, platform: platform && { ...platform, createNamespace: false } }), "Namespace")),
  ).toEqual(["authentik-delivery"]);
});

test("the guard runs twice, as nobody, and is told what the site says", () => {
  const found = objects(site);
  const made = spec(found, "Deployment", "authentik-guard") as {
    replicas: number;
    template: { metadata: { annotations: object }; spec: { containers: Record<string, unknown>[] } };
  };
  expect(made.replicas).toBe(2);
  expect(made.template.spec).toMatchObject({
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true },
    containers: [{ securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false } }],
  });
  const { data } = byKind(found, "ConfigMap")[0] as unknown as { data: Record<string, string> };
  expect(data["guard.js"]).toBe("// the program\n");
  expect(JSON.parse(data["settings.json"] ?? "")).toEqual({
    maxRemovals: 3,
    pass: {},
    kept: ["authentik_outpost.identity_outposts_embedded"],
  });
  const told = { ...site, delivery: { ...site.delivery, maxRemovals: 9 } };
  const other = spec(objects(told), "Deployment", "authentik-guard") as typeof made;
  expect(other.template.metadata.annotations).not.toEqual(made.template.metadata.annotations);
});
