import { Token } from "cdktf";
import { ProviderLdap } from "../../.gen/providers/authentik/provider-ldap";
import { ProviderProxy } from "../../.gen/providers/authentik/provider-proxy";
import type { JsonPatches } from "../../constructs/json-patch";
import { checkManagedOutpost, checkWorkerAccount, ManagedOutpost } from "../../constructs/managed-outpost";
import type { ManagedOutpostProps } from "../../constructs/managed-outpost";
import { outpostObjectName } from "../../constructs/outpost-config";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, only, synth } from "../synth";
import type { Scope, Synthesized } from "../synth";
import { applyAsAuthentik, merged, service } from "./outpost-objects";

type Change = Partial<ManagedOutpostProps>;

function provider({ stack, lookups }: Scope, type: "proxy" | "ldap"): number {
  const made =
    type === "proxy"
      ? new ProviderProxy(stack, "wiki", {
          name: "wiki",
          mode: "forward_single",
          externalHost: "https://wiki.example.org",
          authorizationFlow: lookups.flow("default-provider-authorization-implicit-consent"),
          invalidationFlow: lookups.flow("default-provider-invalidation-flow"),
          skipPathRegex: "^/health$",
        })
      : new ProviderLdap(stack, "wiki", {
          name: "wiki",
          baseDn: "dc=example,dc=org",
          bindFlow: lookups.flow("default-authentication-flow"),
          unbindFlow: lookups.flow("default-invalidation-flow"),
        });
  return Token.asNumber(made.id);
}

function stack(change: Change = {}): Synthesized {
  return synth((scope) => {
    const { type = "proxy" } = change;
    new ManagedOutpost(scope.stack, "outpost", {
      name: "apps",
      type,
      providers: [provider(scope, type)],
      authentikUrl: "https://auth.example.org",
      serverVersion: "2026.5.6",
      namespace: "authentik",
      lookups: scope.lookups,
      ...change,
    });
  });
}

const config = (change?: Change): Record<string, unknown> =>
  JSON.parse(only(stack(change), "authentik_outpost").config as string) as Record<string, unknown>;

test("the default child is the outpost, and its objects are called after it", () => {
  synth((scope) => {
    const made = new ManagedOutpost(scope.stack, "outpost", {
      name: "Media Apps",
      type: "proxy",
      providers: [1],
      authentikUrl: "https://auth.example.org",
      serverVersion: "2026.5.6",
      namespace: "media",
      lookups: scope.lookups,
    });
    expect(made.node.defaultChild).toBe(made.resource);
    expect(made.names).toEqual({
      serviceName: "ak-outpost-media-apps",
      serviceHost: "ak-outpost-media-apps.media.svc",
      traefikMiddleware: "media-ak-outpost-media-apps@kubernetescrd",
    });
  });
});

test.each([
  ["authentik Embedded Outpost", "ak-outpost-authentik-embedded-outpost"],
  ["  Häuser & Gärten -- 2 ", "ak-outpost-hauser-garten-2"],
  ["-under_score-", "ak-outpost-under_score"],
])("objects of %j are called %s", (name, object) => {
  expect(outpostObjectName(name)).toBe(object);
});

test("an outpost of our own, whose pods authentik runs; nothing of Kubernetes is made here", () => {
  const json = stack();
  const { config: _, ...block } = only(json, "authentik_outpost");
  expect(block).toEqual({
    name: "apps",
    type: "proxy",
    protocol_providers: ["${authentik_provider_proxy.wiki.id}"],
    service_connection:
      "${data.authentik_service_connection_kubernetes.lookups_service-connection-local-kubernetes-cluster-f02934c2.id}",
  });
  expect(addresses(json).filter((address) => !address.startsWith("data."))).toEqual([
    "authentik_outpost.outpost",
    "authentik_provider_proxy.wiki",
  ]);
});

test("is configured in full", () => {
  expect(config()).toEqual({
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
    kubernetes_json_patches: { service: [{ op: "add", path: "/spec/sessionAffinity", value: "None" }] },
  });
});

test("passes on every option", () => {
  const patches = { deployment: [{ op: "add", path: "/spec/strategy", value: { type: "Recreate" } }] } as const;
  expect(
    config({
      inClusterUrl: "https://authentik-server.authentik.svc",
      insecure: true,
      replicas: 2,
      sessionAffinity: "ingress",
      logLevel: "warning",
      refreshMinutes: 1,
      image: { repository: "registry.example.org/proxy" },
      pullSecrets: ["registry"],
      serviceType: "NodePort",
      ingress: "none",
      httpRoute: { parentRefs: [{ name: "gateway" }] },
      patches,
    }),
  ).toMatchObject({
    authentik_host: "https://authentik-server.authentik.svc/",
    authentik_host_browser: "https://auth.example.org/",
    authentik_host_insecure: true,
    kubernetes_replicas: 2,
    log_level: "warning",
    refresh_interval: "minutes=1",
    container_image: "registry.example.org/proxy:2026.5.6",
    kubernetes_image_pull_secrets: ["registry"],
    kubernetes_service_type: "NodePort",
    kubernetes_disabled_components: ["ingress"],
    kubernetes_httproute_parent_refs: [{ name: "gateway" }],
    kubernetes_json_patches: patches,
  });
});

test("one of type ldap is asked by no browser and keeps no sessions; its image is another", () => {
  const ldap = config({ type: "ldap", inClusterUrl: "http://authentik-server.authentik.svc", image: {}, replicas: 2 });
  expect(ldap).toMatchObject({
    authentik_host: "http://authentik-server.authentik.svc/",
    authentik_host_browser: "",
    container_image: "ghcr.io/goauthentik/ldap:2026.5.6",
    kubernetes_replicas: 2,
    kubernetes_json_patches: null,
  });
});

test("runs in another cluster by another connection", () => {
  const json = stack({ serviceConnection: "edge" });
  expect(only(json, "authentik_outpost").service_connection).toBe(
    "${data.authentik_service_connection_kubernetes.lookups_service-connection-edge.id}",
  );
});

describe("session affinity", () => {
  const patch = (change: Change): NonNullable<JsonPatches["service"]> =>
    (config(change).kubernetes_json_patches as JsonPatches).service ?? [];

  test("of the Service keeps a person with a pod, twice the same", () => {
    const affine = applyAsAuthentik(patch({ replicas: 2, sessionAffinity: "ClientIP" }), service);
    expect(affine).toEqual({ ...service, spec: { ...service.spec, sessionAffinity: "ClientIP" } });
    // Kubernetes merges what authentik writes, so none has to be said to become so.
    const back = applyAsAuthentik(patch({ replicas: 1 }), service);
    expect(merged(affine.spec, back.spec)).toMatchObject({ sessionAffinity: "None" });
  });

  test("of an ingress is the ingress's own", () => {
    expect(patch({ replicas: 2, sessionAffinity: "ingress" })).toEqual([
      { op: "add", path: "/spec/sessionAffinity", value: "None" },
    ]);
  });

  test("stands beside patches of the site", () => {
    const annotations = { op: "add", path: "/metadata/annotations", value: { a: "b" } } as const;
    expect(patch({ patches: { service: [annotations] } })).toEqual([
      annotations,
      { op: "add", path: "/spec/sessionAffinity", value: "None" },
    ]);
  });
});

test.each<[string, Change]>([
  ["a proxy", { replicas: 2, sessionAffinity: "ClientIP" }],
  ["LDAP", { type: "ldap", serviceType: "LoadBalancer" }],
])("%s: would apply, and the second plan would be empty", (_, change) => {
  expect(inspect(stack(change) as unknown as TerraformJson)).toEqual([]);
});

describe("fails on", () => {
  const failure = (change: Change) => (): unknown => stack(change);

  test("more than one pod when nobody sends a person to the same", () => {
    const text =
      'ManagedOutpost "test/outpost": AK041 replicas must be 1 without sessionAffinity, got 2; each pod has its own sessions, so say who sends a person to the same pod, or use the embedded outpost, which keeps them in the database';
    expect(failure({ replicas: 2 })).toThrow(text);
    expect(failure({ replicas: 2, waive: { AK041: "we like to sign in again" } })).toThrow(text);
  });

  test("no provider, names that cannot be, and values out of range, all at once", () => {
    expect(failure({ name: "authentik embedded outpost", providers: [], replicas: 0, refreshMinutes: 1441 })).toThrow(
      [
        'ManagedOutpost "test/outpost": AK018 name must be another name, got the one authentik keeps for the embedded outpost; choose one',
        "  replicas must be 1 to 20, got 0",
        "  refreshMinutes must be 1 to 1440, got 1441",
        "  AK034 providers must hold at least one provider, got [], which authentik refuses; remove the outpost",
      ].join("\n"),
    );
  });

  test.each(["a_b", "&", "x".repeat(53)])("a name Kubernetes would not take: %s", (name) => {
    expect(failure({ name })).toThrow(
      `ManagedOutpost "test/outpost": name must make a Kubernetes name of at most 52 letters, digits and dashes, got "${name}"; shorten it or leave other signs out`,
    );
    expect(checkManagedOutpost({ name: "x".repeat(52) })).toEqual([]);
  });

  test("patches of what options decide", () => {
    const replace = (path: string) => ({ op: "replace", path, value: "x" }) as const;
    const deployment = ["/spec/replicas", "/spec/template/spec/containers/0/image", "/metadata/name"].map(replace);
    const changed = ["/spec/selector", "/spec/type"].map(replace);
    const affinity = { op: "add", path: "/spec/sessionAffinity", value: "ClientIP" } as const;
    expect(failure({ patches: { deployment, service: [...changed, affinity] } })).toThrow(
      [
        'ManagedOutpost "test/outpost": AK038 patches.deployment[0].path must not be /spec/replicas, which the option replicas sets; remove it',
        "  AK038 patches.deployment[1].path must not be /spec/template/spec/containers/0/image, which the option image sets; remove it",
        "  AK038 patches.deployment[2].path must not be /metadata/name, by which authentik finds the object again; remove it",
        "  AK038 patches.service[0].path must not be /spec/selector, by which the outpost's pods are found; remove it",
        "  AK038 patches.service[1].path must not be /spec/type, which the option serviceType sets; remove it",
        "  AK038 patches.service[2].path must not be /spec/sessionAffinity, which the option sessionAffinity sets; remove it",
      ].join("\n"),
    );
  });

  test("what an LDAP outpost does not have", () => {
    const label = [{ op: "add", path: "/metadata/labels/a", value: "b" }] as const;
    const patches = { ingress: label, deployment: label };
    expect(failure({ type: "ldap", patches, ingress: "none", httpRoute: { parentRefs: [{ name: "a" }] } })).toThrow(
      [
        'ManagedOutpost "test/outpost": AK038 ingress must not be given, since an LDAP outpost has no hosts; remove it',
        "  AK038 httpRoute must not be given, since an LDAP outpost has no hosts; remove it",
        "  AK038 patches.ingress must not be given, since an LDAP outpost has none; remove it",
      ].join("\n"),
    );
    expect(() => stack({ patches })).not.toThrow();
  });

  test("nothing of what a site being read may still lack", () => {
    expect(checkManagedOutpost({})).toEqual([]);
    expect(checkManagedOutpost({ replicas: 2 })).toEqual([]);
  });
});

describe("the worker's account", () => {
  const texts = (values?: Record<string, unknown>): string[] =>
    checkWorkerAccount(values).map(({ code = "", field, text }) => `${code} ${field} ${text}`);

  test("is the chart's, or one with its rights", () => {
    expect(texts()).toEqual([]);
    expect(texts({ serviceAccount: { create: true }, worker: { automountServiceAccountToken: true } })).toEqual([]);
    expect(texts({ serviceAccount: { create: false }, worker: { serviceAccountName: "outposts" } })).toEqual([]);
    expect(texts({ server: { automountServiceAccountToken: false } })).toEqual([]);
  });

  test("fails when it is not made, or has no token", () => {
    expect(texts({ serviceAccount: { create: false }, worker: { automountServiceAccountToken: false } })).toEqual([
      "AK044 values.serviceAccount.create must be true while authentik runs an outpost in the cluster, got false; remove it, or name an account with the same rights in values.worker.serviceAccountName",
      "AK044 values.worker.automountServiceAccountToken must be true while authentik runs an outpost in the cluster, got false; remove it, the worker signs in to the cluster with that token",
    ]);
  });
});
