import { Token } from "cdktf";
import { ProviderProxy } from "../../.gen/providers/authentik/provider-proxy";
import { checkEmbeddedOutpost, EmbeddedOutpost } from "../../constructs/embedded-outpost";
import type { EmbeddedOutpostProps } from "../../constructs/embedded-outpost";
import type { JsonPatches } from "../../constructs/json-patch";
import type { ServedProvider } from "../../constructs/outpost-deployment";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, all, only, synth } from "../synth";
import type { Block, Scope, Synthesized } from "../synth";
import { applyAsAuthentik, merged, SERVER_PODS, service } from "./outpost-objects";

type Change = Partial<EmbeddedOutpostProps>;

const cluster = { namespace: "authentik" };
const deployment = {
  serverVersion: "2026.5.6",
  inClusterUrl: "http://authentik-server.authentik.svc",
  database: { host: "db.example.org" },
  secret: { name: "authentik-config", checksum: "abc" },
};

/** A forward-auth provider as an app makes it. */
function serve({ stack, lookups }: Scope, key: string, accessTokenValidity = "weeks=4"): ServedProvider {
  const provider = new ProviderProxy(stack, key.replaceAll(".", "-"), {
    name: key,
    mode: "forward_single",
    externalHost: `https://${key}.example.org`,
    authorizationFlow: lookups.flow("default-provider-authorization-implicit-consent"),
    invalidationFlow: lookups.flow("default-provider-invalidation-flow"),
    accessTokenValidity,
    skipPathRegex: "^/health$",
  });
  return { key, providerId: Token.asNumber(provider.id), accessTokenValidity };
}

/** A stack with the embedded outpost, which serves providers of the given validities. */
function stack(change: Change = {}, served: Record<string, string> = { wiki: "weeks=4" }): Synthesized {
  return synth((scope) => {
    const providers = Object.entries(served).map(([key, validity]) => serve(scope, key, validity));
    const { lookups } = scope;
    const url = "https://auth.example.org";
    new EmbeddedOutpost(scope.stack, "outpost", { authentikUrl: url, providers, lookups, cluster, ...change });
  });
}

const pods = (change: Partial<NonNullable<Change["deployment"]>> = {}, served?: Record<string, string>): Synthesized =>
  stack({ deployment: { ...deployment, ...change } }, served);

const config = (json: Synthesized): Record<string, unknown> =>
  JSON.parse(only(json, "authentik_outpost").config as string) as Record<string, unknown>;
const patches = (json: Synthesized): JsonPatches | null => config(json).kubernetes_json_patches as JsonPatches | null;

const POD_LABELS = {
  "app.kubernetes.io/name": "authentik-embedded-outpost",
  "app.kubernetes.io/component": "outpost",
};
const DEPLOYMENT = "kubernetes_deployment_v1.outpost_deployment";

test("the default child is the outpost", () => {
  synth(({ stack: scope, lookups }) => {
    const made = new EmbeddedOutpost(scope, "outpost", {
      authentikUrl: "https://a.example.org",
      providers: [],
      lookups,
    });
    expect(made.node.defaultChild).toBe(made.resource);
    expect(made.deployment).toBeUndefined();
  });
});

describe("in the server's pods", () => {
  test("is adopted by name, never destroyed, and told all its providers", () => {
    const json = stack({}, { wiki: "weeks=4", git: "hours=1" });
    const { config: _, ...block } = only(json, "authentik_outpost");
    expect(block).toEqual({
      name: "authentik Embedded Outpost",
      type: "proxy",
      protocol_providers: ["${authentik_provider_proxy.wiki.id}", "${authentik_provider_proxy.git.id}"],
      service_connection:
        "${data.authentik_service_connection_kubernetes.lookups_service-connection-local-kubernetes-cluster-f02934c2.id}",
      lifecycle: { prevent_destroy: true },
    });
    expect((json as unknown as { import: unknown }).import).toEqual([
      {
        to: "authentik_outpost.outpost",
        id: "${data.authentik_outpost.lookups_outpost-authentik-embedded-outpost-171eb4cb.id}",
      },
    ]);
  });

  test("needs no cluster of ours: nothing of Kubernetes, no token, no account", () => {
    expect(
      addresses(stack()).filter((address) => /kubernetes_(?!service_connection)|token|user/.test(address)),
    ).toEqual([]);
  });

  test("is configured in full", () => {
    expect(config(stack())).toEqual({
      authentik_host: "https://auth.example.org/",
      authentik_host_insecure: false,
      authentik_host_browser: "",
      log_level: "info",
      object_naming_template: "ak-outpost-%(name)s",
      refresh_interval: "minutes=5",
      container_image: null,
      docker_network: null,
      docker_map_ports: true,
      docker_labels: null,
      kubernetes_replicas: 1,
      kubernetes_namespace: "authentik",
      kubernetes_ingress_annotations: {},
      kubernetes_ingress_secret_name: "authentik-outpost-tls",
      kubernetes_ingress_class_name: null,
      kubernetes_ingress_path_type: null,
      kubernetes_httproute_annotations: {},
      kubernetes_httproute_parent_refs: [],
      kubernetes_service_type: "ClusterIP",
      kubernetes_disabled_components: [],
      kubernetes_image_pull_secrets: [],
      kubernetes_disable_x509_strict: false,
      kubernetes_json_patches: null,
    });
  });

  test("passes on every option", () => {
    const annotations = { "cert-manager.io/cluster-issuer": "letsencrypt" };
    const json = stack({
      cluster: { namespace: "identity", serviceConnection: "home" },
      refreshMinutes: 15,
      ingress: { className: "traefik", tlsSecretName: "", annotations },
      httpRoute: { parentRefs: [{ name: "gateway", namespace: "network" }], annotations: { a: "b" } },
      patches: { service: [{ op: "add", path: "/metadata/annotations", value: { a: "b" } }] },
    });
    expect(config(json)).toMatchObject({
      refresh_interval: "minutes=15",
      kubernetes_namespace: "identity",
      kubernetes_ingress_annotations: annotations,
      kubernetes_ingress_secret_name: "",
      kubernetes_ingress_class_name: "traefik",
      kubernetes_httproute_annotations: { a: "b" },
      kubernetes_httproute_parent_refs: [{ name: "gateway", namespace: "network" }],
      kubernetes_json_patches: { service: [{ op: "add", path: "/metadata/annotations", value: { a: "b" } }] },
    });
    expect(json.data?.authentik_service_connection_kubernetes).toMatchObject({
      "lookups_service-connection-home": { name: "home" },
    });
    expect(config(stack({ ingress: "none" })).kubernetes_disabled_components).toEqual(["ingress"]);
  });

  test("keeps the connection and namespace it has where the cluster is not known", () => {
    const json = stack({ cluster: undefined });
    expect(only(json, "authentik_outpost")).not.toHaveProperty("service_connection");
    expect(only(json, "authentik_outpost").lifecycle).toEqual({
      prevent_destroy: true,
      ignore_changes: ["service_connection"],
    });
    expect(config(json)).not.toHaveProperty("kubernetes_namespace");
    expect(json.data).not.toHaveProperty("authentik_service_connection_kubernetes");
  });

  test("may serve nobody yet", () => {
    expect(only(stack({}, {}), "authentik_outpost").protocol_providers).toEqual([]);
  });
});

test("says where its objects are", () => {
  synth(({ stack: scope, lookups }) => {
    const props = { authentikUrl: "https://a.example.org", providers: [], lookups };
    expect(new EmbeddedOutpost(scope, "known", { ...props, cluster }).names).toEqual({
      serviceName: "ak-outpost-authentik-embedded-outpost",
      serviceHost: "ak-outpost-authentik-embedded-outpost.authentik.svc",
      traefikMiddleware: "authentik-ak-outpost-authentik-embedded-outpost@kubernetescrd",
    });
    expect(new EmbeddedOutpost(scope, "unknown", props).names).toBeUndefined();
  });
});

describe("in pods of its own", () => {
  const workload = (json: Synthesized): Block => only(json, "kubernetes_deployment_v1");
  const spec = (json: Synthesized): Record<string, Record<string, Record<string, unknown>>> =>
    workload(json).spec as Record<string, Record<string, Record<string, unknown>>>;
  const template = (json: Synthesized): Record<string, unknown> => spec(json).template?.spec ?? {};
  const container = (json: Synthesized): Record<string, unknown> =>
    (template(json).container as Record<string, unknown>[])[0] ?? {};
  const env = (json: Synthesized): Record<string, unknown> =>
    Object.fromEntries(
      (container(json).env as { name: string; value?: string; value_from?: unknown }[]).map(
        ({ name, value, value_from }) => [name, value ?? value_from],
      ),
    );
  const annotations = (json: Synthesized): unknown => spec(json).template?.metadata?.annotations;

  test("the Service chooses them once they are ready, by the names authentik's own selector has", () => {
    const json = pods();
    const patch = patches(json)?.service ?? [];
    expect(only(json, "authentik_outpost").depends_on).toEqual([DEPLOYMENT]);
    expect(workload(json)).toMatchObject({ wait_for_rollout: true });
    expect(patch).toEqual([{ op: "replace", path: "/spec/selector", value: POD_LABELS }]);
    const { selector, ...rest } = applyAsAuthentik(patch, service).spec;
    const { selector: _, ...before } = service.spec;
    expect(rest).toEqual(before);
    // Kubernetes merges: no label of the old selector may stay beside the new, in either direction.
    expect(merged(SERVER_PODS, selector)).toEqual(POD_LABELS);
    expect(merged(selector, SERVER_PODS)).toEqual(SERVER_PODS);
    expect(spec(json)).toMatchObject({
      selector: { match_labels: POD_LABELS },
      template: { metadata: { labels: POD_LABELS } },
    });
  });

  test("they go after the Service has left them, and make room for each other", () => {
    expect(workload(pods())).toMatchObject({
      metadata: { generate_name: "authentik-embedded-outpost-", namespace: "authentik" },
      lifecycle: { create_before_destroy: true },
    });
  });

  test("without traffic they are there and nobody asks them", () => {
    const json = pods({ receivesTraffic: false });
    expect(patches(json)).toBeNull();
    expect(addresses(json)).toContain(DEPLOYMENT);
  });

  test("the selector comes after patches of the site", () => {
    const annotation = { op: "add", path: "/metadata/annotations", value: { a: "b" } } as const;
    const ingress = [{ op: "add", path: "/metadata/labels/a", value: "b" }] as const;
    const json = stack({ deployment, patches: { service: [annotation], ingress } });
    expect(patches(json)).toEqual({
      service: [annotation, { op: "replace", path: "/spec/selector", value: POD_LABELS }],
      ingress,
    });
  });

  test("two of them, apart from each other, replaced one by one", () => {
    expect(spec(pods())).toMatchObject({
      replicas: "2",
      strategy: { type: "RollingUpdate", rolling_update: { max_surge: "1", max_unavailable: "0" } },
      template: {
        spec: {
          affinity: {
            pod_anti_affinity: {
              preferred_during_scheduling_ignored_during_execution: [
                {
                  weight: 100,
                  pod_affinity_term: {
                    topology_key: "kubernetes.io/hostname",
                    label_selector: [{ match_labels: POD_LABELS }],
                  },
                },
              ],
            },
          },
        },
      },
    });
    expect(only(pods(), "kubernetes_pod_disruption_budget_v1")).toMatchObject({
      metadata: { name: "authentik-embedded-outpost", namespace: "authentik" },
      spec: { max_unavailable: "1", selector: { match_labels: POD_LABELS } },
    });
  });

  test("as nobody in particular, with memory to write to and nothing else", () => {
    const json = pods();
    expect(template(json)).toMatchObject({
      automount_service_account_token: false,
      enable_service_links: false,
      security_context: { run_as_non_root: true, seccomp_profile: { type: "RuntimeDefault" } },
      volume: [{ name: "shm", empty_dir: { medium: "Memory", size_limit: "64Mi" } }],
    });
    expect(container(json)).toMatchObject({
      image: "ghcr.io/goauthentik/proxy:2026.5.6",
      resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
      volume_mount: [{ name: "shm", mount_path: "/dev/shm" }],
      security_context: {
        allow_privilege_escalation: false,
        read_only_root_filesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      port: [
        { name: "http", container_port: 9000 },
        { name: "https", container_port: 9443 },
        { name: "http-metrics", container_port: 9300 },
      ],
    });
  });

  test("get requests when the outpost answers, and are restarted when it does not", () => {
    const path = "/outpost.goauthentik.io/ping";
    expect(container(pods())).toMatchObject({
      startup_probe: { http_get: { path, port: "http" }, period_seconds: 5, failure_threshold: 60 },
      readiness_probe: { http_get: { path, port: "http" } },
      liveness_probe: { http_get: { path, port: "http-metrics" } },
    });
  });

  test("know authentik, the database their sessions are in, and where the passwords are", () => {
    expect(env(pods())).toEqual({
      AUTHENTIK_HOST: "http://authentik-server.authentik.svc/",
      AUTHENTIK_HOST_BROWSER: "https://auth.example.org/",
      AUTHENTIK_INSECURE: "false",
      AUTHENTIK_LOG_LEVEL: "info",
      AUTHENTIK_POSTGRESQL__HOST: "db.example.org",
      AUTHENTIK_POSTGRESQL__PORT: "5432",
      AUTHENTIK_POSTGRESQL__NAME: "authentik",
      AUTHENTIK_POSTGRESQL__USER: "authentik",
      AUTHENTIK_POSTGRESQL__PASSWORD: {
        secret_key_ref: { name: "authentik-config", key: "AUTHENTIK_POSTGRESQL__PASSWORD" },
      },
      AUTHENTIK_TOKEN: { secret_key_ref: { name: "authentik-embedded-outpost-token", key: "token" } },
    });
  });

  test("pass on every option", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const json = pods({
      database: { host: "db", port: 6432, name: "ak", user: "outpost", sslMode: "require" },
      replicas: 3,
      resources: { limits: { memory: "1Gi" } },
      image: { repository: "registry.example.org/proxy", digest },
      pullSecrets: ["registry"],
      logLevel: "debug",
      insecure: true,
    });
    expect(env(json)).toMatchObject({
      AUTHENTIK_INSECURE: "true",
      AUTHENTIK_LOG_LEVEL: "debug",
      AUTHENTIK_POSTGRESQL__HOST: "db",
      AUTHENTIK_POSTGRESQL__PORT: "6432",
      AUTHENTIK_POSTGRESQL__NAME: "ak",
      AUTHENTIK_POSTGRESQL__USER: "outpost",
      AUTHENTIK_POSTGRESQL__SSLMODE: "require",
    });
    expect(spec(json).replicas).toBe("3");
    expect(container(json)).toMatchObject({
      image: `registry.example.org/proxy:2026.5.6@${digest}`,
      resources: { limits: { memory: "1Gi" } },
    });
    expect(template(json).image_pull_secrets).toEqual([{ name: "registry" }]);
    expect(config(json).log_level).toBe("debug");
  });

  test("sign in with a token of ours for the outpost's account, which is found by the outpost's uuid", () => {
    const json = pods();
    const outpost = "data.authentik_outpost.lookups_outpost-authentik-embedded-outpost-171eb4cb.id";
    expect(json.data?.authentik_user).toMatchObject({
      "lookups_outpost-user": { username: `ak-outpost-\${replace(${outpost}, "-", "")}` },
    });
    expect(only(json, "authentik_token")).toEqual({
      identifier: "iac-embedded-outpost-1",
      user: "${data.authentik_user.lookups_outpost-user.id}",
      intent: "api",
      expiring: false,
      retrieve_key: true,
      description: "Pods of the embedded outpost",
      lifecycle: {
        create_before_destroy: true,
        replace_triggered_by: ["terraform_data.outpost_deployment_token-revision"],
      },
    });
  });

  test("the token reaches a Secret that is written when it changes, and rolls them", () => {
    const json = pods();
    const key = "authentik_token.outpost_deployment_token.key";
    expect(only(json, "kubernetes_secret_v1")).toEqual({
      metadata: { name: "authentik-embedded-outpost-token", namespace: "authentik" },
      type: "Opaque",
      data_wo: { token: `\${${key}}` },
      data_wo_revision: `\${parseint(substr(sha256(${key}), 0, 7), 16)}`,
      lifecycle: {
        create_before_destroy: true,
        ignore_changes: ["metadata[0].annotations", "metadata[0].labels"],
      },
    });
    expect(workload(json).depends_on).toEqual(["kubernetes_secret_v1.outpost_deployment_secret"]);
    expect(annotations(json)).toEqual({
      "authentik-iac/secret-checksum": "abc",
      "authentik-iac/token-checksum": `\${substr(sha256(${key}), 0, 16)}`,
      "authentik-iac/rollout": "${terraform_data.outpost_deployment_rollout.id}",
    });
  });

  test("a raised revision makes another token beside the old one", () => {
    const json = pods({ tokenRevision: 2 });
    expect(only(json, "authentik_token").identifier).toBe("iac-embedded-outpost-2");
    expect(all(json, "terraform_data")["outpost_deployment_token-revision"]).toMatchObject({ input: { revision: 2 } });
  });

  test("roll when a validity changes, after the provider has it; one more provider changes the outpost alone", () => {
    const [one, two] = [pods(), pods({}, { wiki: "weeks=4", "git.example.org": "hours=1" })];
    const { outpost_deployment_rollout: rollout, ...validities } = all(two, "terraform_data");
    const git = "outpost_deployment_validities_git-example-org-6eaf4604";
    expect(rollout).toMatchObject({
      lifecycle: {
        // Not the pk beside it: a provider that takes another's place is no reason to roll.
        replace_triggered_by: [
          ...["terraform_data.outpost_deployment_validities_wiki", `terraform_data.${git}`].flatMap((address) => [
            `${address}.input.access_token_validity`,
            `${address}.input.cookie_domain`,
          ]),
        ],
      },
    });
    expect(validities).toMatchObject({
      outpost_deployment_validities_wiki: {
        input: { provider: "${authentik_provider_proxy.wiki.id}", access_token_validity: "weeks=4" },
      },
      [git]: { input: { access_token_validity: "hours=1" } },
    });
    expect(workload(two)).toEqual(workload(one));
    expect(only(two, "authentik_outpost")).not.toEqual(only(one, "authentik_outpost"));
  });

  test("wait for no provider where there is none", () => {
    const rollout = all(pods({}, {}), "terraform_data").outpost_deployment_rollout;
    expect(rollout).not.toHaveProperty("lifecycle");
  });

  test("addresses are stable", () => {
    expect(addresses(pods()).filter((address) => address.includes("outpost_"))).toEqual([
      "authentik_token.outpost_deployment_token",
      DEPLOYMENT,
      "kubernetes_pod_disruption_budget_v1.outpost_deployment_disruption-budget",
      "kubernetes_secret_v1.outpost_deployment_secret",
      "terraform_data.outpost_deployment_rollout",
      "terraform_data.outpost_deployment_token-revision",
      "terraform_data.outpost_deployment_validities_wiki",
    ]);
  });
});

test.each<[string, Synthesized]>([
  ["in the server's pods", stack()],
  ["without a cluster", stack({ cluster: undefined }, {})],
  ["in pods of its own", pods({}, { wiki: "weeks=4", git: "hours=1" })],
  ["in pods without traffic", pods({ receivesTraffic: false })],
])("%s: would apply, and the second plan would be empty", (_, json) => {
  expect(inspect(json as unknown as TerraformJson)).toEqual([]);
});

describe("fails on", () => {
  const failure = (change: Change): (() => unknown) => {
    return () => stack(change);
  };

  test("patches of what authentik does not make for it, in either form", () => {
    const operations = [{ op: "add", path: "/metadata/labels/a", value: "b" }] as const;
    const patched: JsonPatches = {
      deployment: operations,
      secret: operations,
      "service-metrics": operations,
      "prometheus servicemonitor": operations,
    };
    const text = [
      'EmbeddedOutpost "test/outpost": AK038 patches.deployment must not be given, since authentik makes none for the embedded outpost; use the options of its form',
      "  AK038 patches.secret must not be given, since authentik makes none for the embedded outpost; remove it",
      '  AK038 patches["service-metrics"] must not be given, since authentik makes none for the embedded outpost; remove it',
      '  AK038 patches["prometheus servicemonitor"] must not be given, since authentik makes none for the embedded outpost; remove it',
    ].join("\n");
    expect(failure({ patches: patched })).toThrow(text);
    expect(failure({ patches: patched, deployment })).toThrow(text);
  });

  test("a selector of its own, which would choose nobody", () => {
    const selector = { op: "replace", path: "/spec/selector/app.kubernetes.io~1name", value: "x" } as const;
    const text =
      'EmbeddedOutpost "test/outpost": AK038 patches.service[0].path must not be /spec/selector/app.kubernetes.io~1name, which follows from where the outpost runs; remove it';
    expect(failure({ patches: { service: [selector] } })).toThrow(text);
    expect(failure({ patches: { service: [selector] }, deployment })).toThrow(text);
  });

  test("a patched custom resource, unless it is waived", () => {
    const change = { patches: { "traefik middleware": [{ op: "add", path: "/spec/a", value: "b" }] } } as const;
    expect(failure(change)).toThrow(
      'EmbeddedOutpost "test/outpost": AK038 patches["traefik middleware"] must not be given, since authentik cannot read it back to compare it, and stops updating the outpost\'s objects; make an object of your own',
    );
    expect(patches(stack({ ...change, waive: { AK038: "mended in our build of authentik" } }))).toEqual(change.patches);
  });

  test("pods without a cluster, and values out of range, all at once", () => {
    expect(
      failure({
        cluster: undefined,
        refreshMinutes: 0,
        httpRoute: { parentRefs: [] },
        deployment: { ...deployment, replicas: 0, tokenRevision: 0 },
      }),
    ).toThrow(
      [
        'EmbeddedOutpost "test/outpost": refreshMinutes must be 1 to 1440, got 0',
        "  AK038 httpRoute.parentRefs must name a Gateway, got [], for which authentik makes no route; name one",
        "  deployment.replicas must be 1 to 20, got 0",
        "  deployment.tokenRevision must be 1 to 1000000, got 0",
        "  deployment must have a cluster to run in, got none; name the namespace authentik runs in",
      ].join("\n"),
    );
  });

  test("nothing of what a site being read may still lack", () => {
    expect(checkEmbeddedOutpost({})).toEqual([]);
    expect(checkEmbeddedOutpost({ cluster, deployment: {}, httpRoute: {}, patches: { service: [{}] } })).toEqual([]);
  });
});
