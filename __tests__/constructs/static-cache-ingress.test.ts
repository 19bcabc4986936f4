import { StaticCacheIngress, staticCacheMiddlewares } from "../../constructs/static-cache-ingress";
import type { StaticCacheIngressProps } from "../../constructs/static-cache-ingress";
import { only, synth } from "../synth";

const props: StaticCacheIngressProps = { release: "sso", namespace: "identity", host: "auth.example.org" };
const MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares";
const own = "identity-sso-authentik-static-errors@kubernetescrd,identity-sso-authentik-static-cache@kubernetescrd";

const block = (change: Partial<StaticCacheIngressProps> = {}): Record<string, unknown> =>
  only(
    synth(({ stack }) => new StaticCacheIngress(stack, "static-cache", { ...props, ...change })),
    "kubernetes_ingress_v1",
  );
const annotations = (main: Record<string, string>): unknown =>
  (block({ annotations: main }).metadata as { annotations: unknown }).annotations;

test("the default child is the Ingress", () => {
  synth(({ stack }) => {
    const made = new StaticCacheIngress(stack, "static-cache", props);
    expect(made.node.defaultChild).toBe(made.resource);
  });
});

test("/static of the host goes to the server, through the middlewares", () => {
  expect(block({ className: "traefik", tlsSecretName: "tls" })).toEqual({
    metadata: { name: "sso-authentik-static", namespace: "identity", annotations: { [MIDDLEWARES]: own } },
    spec: {
      ingress_class_name: "traefik",
      rule: [
        {
          host: "auth.example.org",
          http: {
            path: [
              {
                path: "/static",
                path_type: "Prefix",
                backend: { service: { name: "sso-authentik-server", port: { number: 80 } } },
              },
            ],
          },
        },
      ],
      tls: [{ secret_name: "tls", hosts: ["auth.example.org"] }],
    },
    lifecycle: {
      ignore_changes: ["metadata[0].labels", 'metadata[0].annotations["field.cattle.io/publicEndpoints"]'],
    },
  });
});

test("without class and certificate it leaves both to the cluster", () => {
  const spec = block().spec as object;
  expect(spec).not.toHaveProperty("ingress_class_name");
  expect(spec).not.toHaveProperty("tls");
});

describe("annotations of the main Ingress", () => {
  test("hold here too", () => {
    const main = { "traefik.ingress.kubernetes.io/router.entrypoints": "websecure" };
    expect(annotations(main)).toEqual({ ...main, [MIDDLEWARES]: own });
  });

  test("whose middlewares come first", () => {
    expect(annotations({ [MIDDLEWARES]: "traefik-waf@kubernetescrd" })).toEqual({
      [MIDDLEWARES]: `traefik-waf@kubernetescrd,${own}`,
    });
  });

  test("whose priority is below", () => {
    expect(annotations({ "traefik.ingress.kubernetes.io/router.priority": "100" })).toEqual({
      "traefik.ingress.kubernetes.io/router.priority": "101",
      [MIDDLEWARES]: own,
    });
  });

  test("but for those that ask for a certificate", () => {
    const main = {
      "cert-manager.io/cluster-issuer": "letsencrypt",
      "acme.cert-manager.io/http01-edit-in-place": "true",
      "kubernetes.io/tls-acme": "true",
    };
    expect(annotations(main)).toEqual({ [MIDDLEWARES]: own });
  });
});

test("errors never meet the header: they are taken out before, and answered by the server without it", () => {
  const [errors, headers] = staticCacheMiddlewares("sso");
  expect(errors).toEqual({
    apiVersion: "traefik.io/v1alpha1",
    kind: "Middleware",
    metadata: { name: "sso-authentik-static-errors" },
    spec: {
      errors: {
        status: ["400-599"],
        service: { name: "sso-authentik-server", port: 80 },
        query: "/static/{status}",
      },
    },
  });
  expect(headers).toEqual({
    apiVersion: "traefik.io/v1alpha1",
    kind: "Middleware",
    metadata: { name: "sso-authentik-static-cache" },
    spec: { headers: { customResponseHeaders: { "Cache-Control": "public, max-age=31536000, immutable" } } },
  });
});
