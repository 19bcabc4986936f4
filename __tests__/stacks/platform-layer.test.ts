import { App } from "cdktf";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesObject } from "../../constructs/additional-objects";
import { addStacks } from "../../stacks/site-stacks";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, all, only, read, smallSite, synthSite } from "../synth";
import type { Synthesized } from "../synth";

const folder = mkdtempSync(join(tmpdir(), "platform-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const platform = { secret: { from: "existing", name: "authentik-env" }, database: { host: "db.example.org" } };
const site = (change: object, rest: object = {}): object => ({
  ...smallSite,
  ...rest,
  platform: { ...platform, ...change },
});
/** The one stack of a site, which the oracle has nothing to say about. */
function stack(change: object, rest?: object): Synthesized {
  const json = synthSite(read(site(change, rest), folder)).authentik as Synthesized;
  expect(inspect(json as unknown as TerraformJson)).toEqual([]);
  return json;
}

interface Values {
  readonly global: { readonly env: object[]; readonly podAnnotations: Record<string, string> };
  readonly server: Record<string, unknown>;
  readonly worker: { readonly env: object[] };
  readonly additionalObjects?: KubernetesObject[];
}
const values = (json: Synthesized): Values =>
  JSON.parse((only(json, "helm_release").values as string[])[0] ?? "") as Values;
const objects = (json: Synthesized): string[] =>
  (values(json).additionalObjects ?? []).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
const removed = (json: Synthesized): string[] =>
  ((json as { removed?: { from: string }[] }).removed ?? [])
    .map(({ from }) => from)
    .filter((from) => from.includes(".platform_"));

describe("the way in", () => {
  const traefik = { kind: "ingress", className: "traefik", annotations: { a: "b" } };
  const parentRefs = [{ name: "public" }];

  test("is for the host of authentik's URL, or another", () => {
    const authentik = { ...smallSite.authentik, url: "https://SSO.example.org:8443/" };
    expect(values(stack({ ingress: traefik }, { authentik })).server.ingress).toEqual({
      enabled: true,
      ingressClassName: "traefik",
      hosts: ["sso.example.org"],
      annotations: { a: "b" },
    });
    const { ingress } = values(stack({ ingress: { ...traefik, host: "auth.example.net" } })).server;
    expect(ingress).toMatchObject({ hosts: ["auth.example.net"] });
    expect(all(stack({ ingress: traefik }), "kubernetes_ingress_v1")).toEqual({});
  });

  test("with a cache for /static beside it, which waits for its middlewares", () => {
    const json = stack({ ingress: { ...traefik, tlsSecretName: "tls", staticCache: true }, release: "sso" });
    expect(addresses(json)).toContain("kubernetes_ingress_v1.platform_static-cache");
    const { metadata, spec, depends_on: after } = only(json, "kubernetes_ingress_v1");
    expect(after).toEqual(["helm_release.platform_release"]);
    expect(metadata).toMatchObject({ namespace: "authentik", annotations: { a: "b" } });
    expect(spec).toMatchObject({
      ingress_class_name: "traefik",
      rule: [{ host: "auth.example.org" }],
      tls: [{ secret_name: "tls" }],
    });
    expect(objects(json)).toEqual(["Middleware sso-authentik-static-errors", "Middleware sso-authentik-static-cache"]);
    const named = (metadata as { annotations: Record<string, string> }).annotations;
    expect(named["traefik.ingress.kubernetes.io/router.middlewares"]).toBe(
      "authentik-sso-authentik-static-errors@kubernetescrd,authentik-sso-authentik-static-cache@kubernetescrd",
    );
  });

  test("by the Gateway API, with the cache in the same route", () => {
    const json = stack({ ingress: { kind: "gateway", parentRefs, staticCache: true } });
    expect(all(json, "kubernetes_ingress_v1")).toEqual({});
    expect(objects(json)).toEqual([]);
    expect(values(json).server.route).toMatchObject({
      main: { enabled: true, hostnames: ["auth.example.org"], parentRefs, additionalRules: [{}] },
    });
  });
});

describe("Secrets that External Secrets makes", () => {
  const ref = (key: string): object => ({ key: `authentik/${key}`, property: "value" });
  const secret = {
    from: "external-secret",
    store: { name: "vault" },
    secretKey: ref("secret"),
    databasePassword: ref("database"),
    smtpPassword: ref("smtp"),
  };
  const bootstrap = { token: ref("token"), password: ref("password"), email: "admin@example.org" };
  const data = (json: Synthesized, index: number): unknown => {
    const spec = values(json).additionalObjects?.[index]?.spec as { data: unknown };
    return spec.data;
  };

  test("hold what the pods read, and Terraform makes none", () => {
    const json = stack({ secret: { ...secret, bootstrap } });
    expect(all(json, "kubernetes_secret_v1")).toEqual({});
    expect(json.ephemeral).toBeUndefined();
    expect(objects(json)).toEqual(["ExternalSecret authentik-config", "ExternalSecret authentik-bootstrap"]);
    const entry = (secretKey: string, key: string): object => ({ secretKey, remoteRef: ref(key) });
    expect(data(json, 0)).toEqual([
      entry("AUTHENTIK_EMAIL__PASSWORD", "smtp"),
      entry("AUTHENTIK_POSTGRESQL__PASSWORD", "database"),
      entry("AUTHENTIK_SECRET_KEY", "secret"),
    ]);
    expect(data(json, 1)).toEqual([
      entry("AUTHENTIK_BOOTSTRAP_PASSWORD", "password"),
      entry("AUTHENTIK_BOOTSTRAP_TOKEN", "token"),
    ]);
    expect(values(json).worker.env).toEqual([
      ...["AUTHENTIK_BOOTSTRAP_TOKEN", "AUTHENTIK_BOOTSTRAP_PASSWORD"].map((key) => ({
        name: key,
        valueFrom: { secretKeyRef: { name: "authentik-bootstrap", key } },
      })),
      { name: "AUTHENTIK_BOOTSTRAP_EMAIL", value: "admin@example.org" },
    ]);
  });

  test("roll the pods with their revision, which wait for the Secret of that revision", () => {
    const seen = (revision: number): unknown[] => {
      const { global, additionalObjects } = values(stack({ secret: { ...secret, revision } }));
      const { target } = additionalObjects?.[0]?.spec as { target: { template: { data: object } } };
      const [ready] = Object.keys(target.template.data);
      expect(global.env.at(-1)).toEqual({
        name: "IAC_SECRET_READY",
        valueFrom: { secretKeyRef: { name: "authentik-config", key: ready } },
      });
      return [ready, global.podAnnotations["authentik-iac/secret-checksum"]];
    };
    expect(seen(2)).not.toEqual(seen(1));
    expect(seen(1)[0]).toBe(`IAC_SECRET_${String(seen(1)[1]).toUpperCase()}`);
  });

  test("take over what Terraform made: that is forgotten, not destroyed", () => {
    expect(removed(stack({ secret }))).toEqual(["kubernetes_secret_v1.platform_secret"]);
    expect(removed(stack({ secret: { ...secret, bootstrap } }))).toEqual([
      "kubernetes_secret_v1.platform_secret",
      "kubernetes_secret_v1.platform_bootstrap",
    ]);
  });

  test("stand beside a bootstrap from Vault", () => {
    const vault = { address: "https://vault.example.org", mounts: ["kv"], auth: { method: "token" } };
    const place = { mount: "kv", path: "first", key: "x" };
    const first = { token: place, password: place, email: "a@example.org" };
    const json = stack({ secret }, { vault, authentik: { ...smallSite.authentik, bootstrap: first } });
    expect(addresses(json)).toContain("kubernetes_secret_v1.platform_bootstrap");
    expect(removed(json)).toEqual(["kubernetes_secret_v1.platform_secret"]);
  });
});

test("objects of the site stand first, text in them is neither Terraform's nor Helm's template", () => {
  const alert = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "sign-in" },
    spec: { groups: [{ annotations: { summary: "{{ $labels.pod }} costs ${5}" } }] },
  };
  const json = stack({ ingress: { kind: "ingress", staticCache: true }, additionalObjects: [alert] });
  expect(objects(json)[0]).toBe("PrometheusRule sign-in");
  const text = (only(json, "helm_release").values as string[])[0] ?? "";
  expect(text).toContain('"summary":"{{`{{`}} $labels.pod }} costs $${5}"');
});

describe("the proxy in front of the outpost", () => {
  const vault = { address: "https://vault.example.org", mounts: ["secret"], auth: { method: "token" } };
  const proxied = (authProxy: object): Synthesized =>
    stack({ authProxy: { alerts: {}, ...authProxy } }, { vault, outposts: { embedded: { form: "in-server" } } });

  test("adds its Middleware and alerts to the release, and stands before the embedded outpost", () => {
    const json = proxied({});
    expect(objects(json)).toEqual(["Middleware auth-proxy", "PrometheusRule auth-proxy"]);
    const [config] = Object.values(all(json, "kubernetes_config_map_v1"));
    expect(JSON.stringify(config)).toContain("ak-outpost-authentik-embedded-outpost.authentik.svc");
    expect(Object.keys(all(json, "kubernetes_deployment_v1"))).toEqual(["platform_auth-proxy"]);
  });

  test("takes its emergency password from Vault or an existing Secret", () => {
    const htpasswd = { mount: "secret", path: "authentik/emergency", key: "htpasswd" };
    const made = all(proxied({ emergency: { from: "vault", htpasswd, revision: 2 } }), "kubernetes_secret_v1");
    expect(made.platform_emergency).toMatchObject({ metadata: { name: "auth-proxy-emergency" } });
    expect(Object.keys(made.platform_emergency?.data_wo as object)).toEqual(["htpasswd"]);
    const existing = proxied({ emergency: { from: "existing", name: "way-in", key: "users" } });
    expect(all(existing, "kubernetes_secret_v1").platform_emergency).toBeUndefined();
    expect(JSON.stringify(all(existing, "kubernetes_deployment_v1"))).toContain(
      '"secret_name":"way-in","items":[{"key":"users","path":"htpasswd"}]',
    );
  });
});

describe("a chart in a file", () => {
  // Terraform never sees the folder, so that what it would take for a template stands for itself.
  const chart = { from: "file", path: "charts of ${us}/authentik-2026.5.6.tgz" };
  mkdirSync(join(folder, "charts of ${us}"));
  writeFileSync(join(folder, chart.path), "a chart");

  test("is found beside the site and named without a place on this machine", () => {
    const { chart: name, repository, version } = only(stack({ chart }), "helm_release");
    expect(name).toMatch(/^\.\/assets\/platform_release_chart\/[0-9A-F]{32}\/authentik-2026\.5\.6\.tgz$/);
    expect([repository, version]).toEqual([undefined, undefined]);
  });

  test.each(["single", "split"])("is copied into the folder of the stack, layout %s", (layout) => {
    const app = new App({ outdir: join(folder, layout) });
    addStacks(app, read(site({ chart }, { layout }), folder));
    app.synth();
    const out = join(folder, layout, "stacks", layout === "split" ? "authentik-platform" : "authentik");
    const json = JSON.parse(readFileSync(join(out, "cdk.tf.json"), "utf8")) as Synthesized;
    const copied = join(out, String(only(json, "helm_release").chart));
    expect(existsSync(copied) && readFileSync(copied, "utf8")).toBe("a chart");
  });
});

test("every other option of the release is one of the platform", () => {
  const json = stack({
    chart: { from: "oci", url: "oci://registry.example.org/charts" },
    image: { repository: "registry.example.org/authentik", pullSecrets: ["registry"] },
    geoip: { secretName: "maxmind" },
    blueprints: { configMaps: ["mine"] },
  });
  expect(only(json, "helm_release").repository).toBe("oci://registry.example.org/charts");
  expect(values(json)).toMatchObject({
    global: { image: { repository: "registry.example.org/authentik" }, imagePullSecrets: [{ name: "registry" }] },
    geoip: { enabled: true, existingSecret: { secretName: "maxmind" } },
    blueprints: { configMaps: ["mine"], secrets: [] },
  });
});
