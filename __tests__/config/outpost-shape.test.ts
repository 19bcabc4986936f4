import { outposts } from "../../config/outpost-shape";
import type { JsonPatches } from "../../constructs/json-patch";

const paths = (value: unknown): string[] => {
  const { error } = outposts.safeParse(value);
  return (error?.issues ?? []).map(({ path }) => path.join("."));
};

test("nothing needs to be said", () => {
  expect(outposts.parse({})).toEqual({ managed: {} });
});

test("forms, with their defaults", () => {
  const everywhere = { serviceConnection: "Local Kubernetes Cluster", refreshMinutes: 5 };
  expect(outposts.parse({ embedded: { form: "in-server" } }).embedded).toEqual({ form: "in-server", ...everywhere });
  expect(outposts.parse({ embedded: { form: "embedded-deployment" } }).embedded).toEqual({
    form: "embedded-deployment",
    ...everywhere,
    replicas: 2,
    logLevel: "info",
    pullSecrets: [],
    tokenRevision: 1,
    receivesTraffic: true,
  });
  const own = { ...everywhere, replicas: 1, logLevel: "info", pullSecrets: [], serviceType: "ClusterIP" };
  expect(outposts.parse({ managed: { media: {} }, ldap: {} })).toEqual({ managed: { media: own }, ldap: own });
});

test("options of pods have no place in the server's, nor those of proxies with LDAP", () => {
  expect(paths({ embedded: { form: "in-server", replicas: 2, ingress: "none" } })).toEqual(["embedded"]);
  expect(paths({ ldap: { sessionAffinity: "ClientIP", replicas: 2 } })).toEqual(["ldap"]);
});

test("patches are named as authentik names its objects", () => {
  const operation = { op: "add", path: "/metadata/labels/a", value: "b" } as const;
  const patches = {
    deployment: [operation],
    service: [operation],
    "service-metrics": [operation],
    secret: [operation],
    ingress: [operation],
    httproute: [operation],
    "traefik middleware": [operation],
    "prometheus servicemonitor": [operation],
  } satisfies Required<JsonPatches>;
  expect(outposts.parse({ managed: { media: { patches } } }).managed.media?.patches).toEqual(patches);
  expect(paths({ managed: { media: { patches: { services: [operation] } } } })).toEqual(["managed.media.patches"]);
});

test("values that could not be", () => {
  expect(
    paths({
      embedded: {
        form: "embedded-deployment",
        replicas: 0,
        image: { repository: "ghcr.io/goauthentik/proxy:2026.5.6", digest: "sha256:abc" },
        ingress: { className: "Traefik", tlsSecretName: "" },
        httpRoute: { parentRefs: [] },
      },
      managed: { ["x".repeat(53)]: {} },
    }).sort(),
  ).toEqual([
    "embedded.httpRoute.parentRefs",
    "embedded.image.digest",
    "embedded.image.repository",
    "embedded.ingress.className",
    "embedded.replicas",
    `managed.${"x".repeat(53)}`,
  ]);
});
