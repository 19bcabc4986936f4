import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesObject } from "../../constructs/additional-objects";
import { AuthProxy, checkAuthProxy } from "../../constructs/auth-proxy";
import type { AuthProxyProps } from "../../constructs/auth-proxy";
import { AuthentikRelease } from "../../constructs/authentik-release";
import { VaultSecret } from "../../constructs/vault-secret";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, only, synth } from "../synth";
import type { Block, Synthesized } from "../synth";

const props: AuthProxyProps = {
  name: "auth-proxy",
  namespace: "identity",
  outpost: { host: "ak-outpost-authentik-embedded-outpost.identity.svc" },
};
const emergency = { secretName: "break-glass", key: "users" };
const labels = { "app.kubernetes.io/name": "auth-proxy", "app.kubernetes.io/instance": "auth-proxy" };

function build(change: Partial<AuthProxyProps> = {}): { proxy: AuthProxy; json: Synthesized } {
  let proxy: AuthProxy | undefined;
  const json = synth(({ stack }) => {
    proxy = new AuthProxy(stack, "proxy", { ...props, ...change });
  });
  if (proxy === undefined) throw new Error("nothing was built");
  return { proxy, json };
}

const block = (type: string, change: Partial<AuthProxyProps> = {}): Block => only(build(change).json, type);
const file = (name: "nginx.conf" | "start.sh", change: Partial<AuthProxyProps> = {}): string =>
  (block("kubernetes_config_map_v1", change).data as Record<string, string>)[name] ?? "";
const objects = (change: Partial<AuthProxyProps> = {}): readonly KubernetesObject[] =>
  build(change).proxy.additionalObjects;

/** What stands between the braces of a block of nginx.conf, a line each. */
function inside(conf: string, head: string): string[] {
  const lines = conf.split("\n").map((line) => line.trim());
  const start = lines.indexOf(`${head} {`);
  if (start < 0) throw new Error(`no ${head}`);
  return lines.slice(start + 1, lines.indexOf("}", start)).filter((line) => line !== "" && !line.startsWith("#"));
}
const FORWARD_AUTH = "location = /outpost.goauthentik.io/auth/traefik";

test("the default child is the Deployment, and addresses stay", () => {
  const { proxy, json } = build();
  expect(proxy.node.defaultChild).toBe(proxy.resource);
  expect(addresses(json)).toEqual([
    "kubernetes_config_map_v1.proxy_config",
    "kubernetes_deployment_v1.proxy",
    "kubernetes_pod_disruption_budget_v1.proxy_disruption-budget",
    "kubernetes_service_v1.proxy_service",
  ]);
});

test("two pods on nodes of their own, as nobody, on a file system they cannot write to", () => {
  expect(block("kubernetes_deployment_v1")).toEqual({
    metadata: { name: "auth-proxy", namespace: "identity", labels },
    lifecycle: { ignore_changes: ["metadata[0].annotations", "metadata[0].labels"] },
    depends_on: ["kubernetes_config_map_v1.proxy_config"],
    spec: {
      replicas: "2",
      strategy: { type: "RollingUpdate", rolling_update: { max_surge: "1", max_unavailable: "0" } },
      selector: { match_labels: labels },
      template: {
        metadata: { labels, annotations: { "authentik-iac/config-checksum": expect.any(String) as string } },
        spec: {
          automount_service_account_token: false,
          enable_service_links: false,
          security_context: {
            run_as_non_root: true,
            run_as_user: "101",
            run_as_group: "101",
            seccomp_profile: { type: "RuntimeDefault" },
          },
          affinity: {
            pod_anti_affinity: {
              preferred_during_scheduling_ignored_during_execution: [
                {
                  weight: 100,
                  pod_affinity_term: {
                    label_selector: [{ match_labels: labels }],
                    topology_key: "kubernetes.io/hostname",
                  },
                },
              ],
            },
          },
          container: [
            {
              name: "nginx",
              image: "nginx:1.30-alpine",
              command: ["/bin/sh", "/etc/auth-proxy/start.sh"],
              port: [{ name: "http", container_port: 9000 }],
              resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } },
              liveness_probe: { http_get: { path: "/healthz", port: "http" } },
              readiness_probe: {
                http_get: { path: "/healthz", port: "http" },
                initial_delay_seconds: 5,
                period_seconds: 5,
              },
              lifecycle: { pre_stop: [{ exec: { command: ["/bin/sleep", "5"] } }] },
              security_context: {
                allow_privilege_escalation: false,
                read_only_root_filesystem: true,
                capabilities: { drop: ["ALL"] },
              },
              volume_mount: [
                { name: "config", mount_path: "/etc/auth-proxy", read_only: true },
                { name: "run", mount_path: "/run/auth-proxy" },
              ],
            },
          ],
          volume: [
            { name: "config", config_map: { name: "auth-proxy" } },
            { name: "run", empty_dir: { medium: "Memory", size_limit: "8Mi" } },
          ],
        },
      },
    },
  });
});

test("image, replicas, resources, and what has to exist first", () => {
  const resources = { requests: { cpu: "100m" } };
  const json = synth(({ stack, vault }) => {
    const data = { users: { mount: "secret", path: "authentik/emergency", key: "htpasswd" } };
    const secret = new VaultSecret(stack, "secret", { name: "s", namespace: "identity", revision: 1, data, vault });
    const change = { image: "registry.example.org/nginx:1.31.3", pullSecrets: ["registry"], replicas: 3, resources };
    new AuthProxy(stack, "proxy", { ...props, ...change, dependsOn: [secret.resource] });
  });
  const { spec, depends_on: after } = only(json, "kubernetes_deployment_v1") as {
    spec: { replicas: string; template: { spec: { container: Block[]; image_pull_secrets: Block[] } } };
    depends_on: string[];
  };
  expect(spec.replicas).toBe("3");
  expect(spec.template.spec.image_pull_secrets).toEqual([{ name: "registry" }]);
  expect(spec.template.spec.container[0]).toMatchObject({ image: "registry.example.org/nginx:1.31.3", resources });
  expect(after).toEqual(["kubernetes_config_map_v1.proxy_config", "kubernetes_secret_v1.secret"]);
  for (const type of ["config_map", "service", "pod_disruption_budget"]) {
    expect(only(json, `kubernetes_${type}_v1`).depends_on).toEqual(["kubernetes_secret_v1.secret"]);
  }
});

test("the Service and the disruption budget choose these pods, and none of the chart's", () => {
  expect(block("kubernetes_service_v1")).toEqual({
    metadata: { name: "auth-proxy", namespace: "identity", labels },
    spec: { selector: labels, port: [{ name: "http", port: 9000, target_port: "http" }] },
    lifecycle: { ignore_changes: ["metadata[0].annotations", "metadata[0].labels"] },
  });
  expect(block("kubernetes_pod_disruption_budget_v1")).toEqual({
    metadata: { name: "auth-proxy", namespace: "identity", labels },
    spec: { max_unavailable: "1", selector: { match_labels: labels } },
    lifecycle: { ignore_changes: ["metadata[0].annotations", "metadata[0].labels"] },
  });
});

test("a proxy of another name has pods of its own, and its config before the old one goes", () => {
  const selector = { "app.kubernetes.io/name": "auth-proxy", "app.kubernetes.io/instance": "lab-proxy" };
  expect(block("kubernetes_service_v1", { name: "lab-proxy" })).toMatchObject({ spec: { selector } });
  expect(block("kubernetes_config_map_v1").lifecycle).toMatchObject({ create_before_destroy: true });
});

test("pods roll when nginx's files change, and only then", () => {
  const checksum = (change: Partial<AuthProxyProps> = {}): string => {
    const { spec } = block("kubernetes_deployment_v1", change) as {
      spec: { template: { metadata: { annotations: Record<string, string> } } };
    };
    return spec.template.metadata.annotations["authentik-iac/config-checksum"] ?? "";
  };
  expect(checksum()).toMatch(/^[0-9a-f]{16}$/);
  expect(checksum({ replicas: 3, alerts: {} })).toBe(checksum());
  expect(checksum({ outpost: { ...props.outpost, port: 9001 } })).not.toBe(checksum());
  expect(checksum({ emergency })).not.toBe(checksum());
  expect(checksum({ emergency: { ...emergency, secretName: "other" } })).toBe(checksum({ emergency }));
});

describe("nginx", () => {
  test("keeps connections to the outpost open, and looks its address up while it runs", () => {
    const conf = file("nginx.conf");
    expect(inside(conf, "upstream outpost")).toEqual([
      "zone outpost 512k;",
      "include /run/auth-proxy/outpost.conf;",
      "keepalive 32;",
    ]);
    expect(inside(conf, FORWARD_AUTH)).toEqual([
      "proxy_pass http://outpost;",
      "proxy_http_version 1.1;",
      'proxy_set_header Connection "";',
      "proxy_set_header Host $http_host;",
      "proxy_set_header Accept text/html;",
      "proxy_pass_request_body off;",
      'proxy_set_header Content-Length "";',
      "proxy_redirect off;",
      "proxy_connect_timeout 3s;",
      "proxy_send_timeout 5s;",
      "proxy_read_timeout 10s;",
    ]);
  });

  test("answers for itself, and nothing else but forward auth", () => {
    const conf = file("nginx.conf", { emergency });
    expect(inside(conf, "location = /healthz")).toEqual(["return 204;"]);
    expect(inside(conf, "location /")).toEqual(["return 404;"]);
    expect([...conf.matchAll(/location (?!@)(.*) \{/g)].map(([, path]) => path)).toEqual([
      "= /healthz",
      "= /outpost.goauthentik.io/auth/traefik",
      "/",
    ]);
  });

  test("writes to its own folder and to the container's output alone", () => {
    const conf = file("nginx.conf", { emergency });
    const written = [...conf.matchAll(/^ *(?:pid|error_log|access_log|\w+_temp_path) (\S+?)(?: \w+)?;/gm)];
    expect(written.map(([, path = ""]) => path.replace(/^(\/run\/auth-proxy)\/.*/, "$1"))).toEqual([
      "stderr",
      ...Array.from({ length: 6 }, () => "/run/auth-proxy"),
      "off",
      "/dev/stdout",
      "/dev/stdout",
    ]);
  });

  test("is text without anything Terraform would read", () => {
    for (const name of ["nginx.conf", "start.sh"] as const) {
      expect(file(name, { emergency })).not.toMatch(/[$%]\{/);
      expect(file(name, { emergency })).toMatch(/[^\n]\n$/);
    }
  });
});

describe("the emergency password", () => {
  test("is off unless asked for: everybody is denied while the outpost cannot be reached", () => {
    const { json, proxy } = build();
    expect(JSON.stringify([json, proxy.additionalObjects])).not.toMatch(/emergency|auth_basic|fallback|error_page/i);
  });

  test("is asked for where nobody answers, and never where the outpost does", () => {
    expect(inside(file("nginx.conf", { emergency }), FORWARD_AUTH).slice(-2)).toEqual([
      "proxy_intercept_errors on;",
      "error_page 502 503 504 = @emergency;",
    ]);
  });

  test("is asked for before anything is answered, and each answer says what it is", () => {
    const conf = file("nginx.conf", { emergency });
    expect(inside(conf, "location @emergency")).toEqual([
      'auth_basic "Emergency Access";',
      "auth_basic_user_file /etc/auth-proxy-emergency/htpasswd;",
      "add_header X-Auth-Fallback true always;",
      "access_log /dev/stdout emergency;",
      "try_files /nowhere @allowed;",
    ]);
    expect(inside(conf, "location @allowed")).toEqual([
      "add_header X-Auth-Fallback true always;",
      "access_log /dev/stdout emergency;",
      "default_type text/plain;",
      'return 200 "emergency access";',
    ]);
    expect(conf.match(/@allowed/g)).toHaveLength(2);
  });

  test("comes from a Secret, by its key", () => {
    const { spec } = block("kubernetes_deployment_v1", { emergency }) as {
      spec: { template: { spec: { volume: Block[]; container: { volume_mount: Block[] }[] } } };
    };
    const { volume, container } = spec.template.spec;
    expect(volume.at(-1)).toEqual({
      name: "emergency",
      secret: { secret_name: "break-glass", items: [{ key: "users", path: "htpasswd" }] },
    });
    expect(container[0]?.volume_mount.at(-1)).toEqual({
      name: "emergency",
      mount_path: "/etc/auth-proxy-emergency",
      read_only: true,
    });
  });
});

describe("start.sh", () => {
  /** What the script writes with the given resolv.conf, and how it starts nginx. */
  function run(resolvConf: string, change: Partial<AuthProxyProps> = {}): { conf: string; started: string } {
    const folder = mkdtempSync(join(tmpdir(), "auth-proxy-"));
    try {
      mkdirSync(join(folder, "run"));
      writeFileSync(join(folder, "resolv.conf"), resolvConf);
      const script = file("start.sh", change)
        .replaceAll("/etc/resolv.conf", join(folder, "resolv.conf"))
        .replaceAll("/run/auth-proxy", join(folder, "run"))
        .replace("exec nginx", "echo nginx");
      const started = execFileSync("sh", ["-c", script], { encoding: "utf8" });
      const listen = readFileSync(join(folder, "run", "listen.conf"), "utf8");
      expect(listen).toMatch(/^listen 9000;\n(listen \[::\]:9000;\n)?$/);
      return { conf: readFileSync(join(folder, "run", "outpost.conf"), "utf8"), started };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test("takes name server and domain from the pod, and becomes nginx", () => {
    const { conf, started } = run(
      "search identity.svc.cluster.local svc.cluster.local cluster.local example.org\nnameserver 10.96.0.10\noptions ndots:5\n",
    );
    expect(conf).toBe(
      "resolver 10.96.0.10 valid=10s;\nresolver_timeout 3s;\n" +
        "server ak-outpost-authentik-embedded-outpost.identity.svc.cluster.local:9000 resolve;\n",
    );
    expect(started).toBe("nginx -e stderr -c /etc/auth-proxy/nginx.conf -g daemon off;\n");
  });

  test("another domain, several name servers, IPv6, another port", () => {
    const { conf } = run("nameserver fd00::a\nnameserver 10.0.0.10\nsearch svc.k8s.example.org\n", {
      outpost: { host: "outpost.lab.svc", port: 9001 },
    });
    expect(conf).toBe(
      "resolver [fd00::a] 10.0.0.10 valid=10s;\nresolver_timeout 3s;\nserver outpost.lab.svc.k8s.example.org:9001 resolve;\n",
    );
  });

  test("a host with its domain stays as it is", () => {
    const host = "outpost.lab.svc.cluster.example.org";
    const { conf } = run("search svc.cluster.local\nnameserver 10.0.0.10\n", { outpost: { host } });
    expect(conf).toContain(`server ${host}:9000 resolve;`);
  });
});

describe("for Traefik", () => {
  const identity = [
    ...["username", "groups", "entitlements", "email", "name", "uid", "jwt"],
    ...["meta-jwks", "meta-outpost", "meta-provider", "meta-app", "meta-version"],
  ].map((name) => `X-authentik-${name}`);

  test("a Middleware that asks the proxy, the name ingresses give it, and the Service's", () => {
    const { proxy } = build();
    expect(proxy.additionalObjects).toEqual([
      {
        apiVersion: "traefik.io/v1alpha1",
        kind: "Middleware",
        metadata: { name: "auth-proxy", namespace: "identity" },
        spec: {
          forwardAuth: {
            address: "http://auth-proxy.identity.svc:9000/outpost.goauthentik.io/auth/traefik",
            trustForwardHeader: true,
            authResponseHeaders: identity,
          },
        },
      },
    ]);
    expect(proxy.traefikMiddleware).toBe("identity-auth-proxy@kubernetescrd");
    expect(proxy.serviceHost).toBe("auth-proxy.identity.svc");
  });

  test("further headers, such as an app's basic auth", () => {
    expect(objects({ responseHeaders: ["Authorization"] })[0]).toMatchObject({
      spec: { forwardAuth: { authResponseHeaders: [...identity, "Authorization"] } },
    });
  });

  test("with an emergency password the app is told, and nobody else can tell it so", () => {
    expect(objects({ emergency })[0]).toMatchObject({
      spec: { forwardAuth: { authResponseHeaders: [...identity, "X-Auth-Fallback"] } },
    });
  });
});

describe("alerts", () => {
  interface Rule {
    readonly alert: string;
    readonly expr: string;
    readonly for: string;
    readonly labels: Record<string, string>;
    readonly annotations: Record<string, string>;
  }
  const rules = (change: Partial<AuthProxyProps> = {}): Rule[] => {
    const { spec } = objects({ alerts: {}, ...change })[1] as unknown as { spec: { groups: { rules: Rule[] }[] } };
    return spec.groups.flatMap((group) => group.rules);
  };

  test("only when asked for, with the labels Prometheus selects by", () => {
    expect(objects().map(({ kind }) => kind)).toEqual(["Middleware"]);
    const rule = { apiVersion: "monitoring.coreos.com/v1", kind: "PrometheusRule" };
    const metadata = { name: "auth-proxy", namespace: "identity" };
    expect(objects({ alerts: {} })[1]).toMatchObject({ ...rule, metadata });
    expect(objects({ alerts: {} })[1]?.metadata).not.toHaveProperty("labels");
    expect(objects({ alerts: { labels: { release: "monitoring" } } })[1]?.metadata.labels).toEqual({
      release: "monitoring",
    });
  });

  test("one for forward auth without its outpost, one for answers with 400", () => {
    expect(rules({ emergency }).map(({ alert, labels: { severity } }) => [alert, severity])).toEqual([
      ["AuthentikForwardAuthFallbackActive", "critical"],
      ["AuthentikOutpostForwardAuth400Spike", "warning"],
    ]);
    expect(rules()[0]?.alert).toBe("AuthentikForwardAuthUnreachable");
  });

  test("the first: nobody behind the Service, or 401 that no app gave", () => {
    expect(rules({ emergency })[0]?.expr).toBe(
      `absent(
  kube_endpoint_address{namespace="identity", endpoint="ak-outpost-authentik-embedded-outpost", ready="true"}
  or kube_endpointslice_endpoints{namespace="identity", endpointslice=~"ak-outpost-authentik-embedded-outpost-?[a-z0-9]{5}", ready="true"}
)
and on() (count(kube_endpoint_info) or count(kube_endpointslice_info))
or
sum(rate(traefik_entrypoint_requests_total{code=~"401"}[5m])) - (sum(rate(traefik_service_requests_total{code=~"401"}[5m])) or vector(0)) > 0.1`,
    );
  });

  test("without an emergency password: 502 and 504 that no app gave", () => {
    expect(rules()[0]?.expr).toContain(
      `sum(rate(traefik_entrypoint_requests_total{code=~"502|504"}[5m])) - (sum(rate(traefik_service_requests_total{code=~"502|504"}[5m])) or vector(0)) > 0.1`,
    );
  });

  test("the second, and the limits of both", () => {
    const [first, second] = rules({ alerts: { fallbackPerSecond: 0.5, badRequestsPerSecond: 2 } });
    expect(first?.expr).toMatch(/ > 0\.5$/);
    expect(second?.expr).toBe(
      `sum(rate(traefik_entrypoint_requests_total{code=~"400"}[5m])) - (sum(rate(traefik_service_requests_total{code=~"400"}[5m])) or vector(0)) > 2`,
    );
  });

  test("say what to do, in plain text", () => {
    const [first, second] = rules({ emergency });
    expect(first?.annotations.description).toContain("kubectl -n identity logs deployment/auth-proxy");
    expect(second?.annotations.description).toMatch(/^\{\{ \$value \| humanize \}\} requests a second end with 400/);
  });
});

describe("refuses", () => {
  test.each(["ak-outpost", "ak-outpost.identity", "outpost.example.org", "a.b.svc;", "A.b.svc", "http://a.b.svc", ""])(
    "AK050 a host that is no Service: %s",
    (host) => {
      expect(() => build({ outpost: { host } })).toThrow(
        `AuthProxy "test/proxy": AK050 outpost.host must be <service>.<namespace>.svc, got "${host}"; ` +
          "nginx knows no search list, so write the whole name of the outpost's Service",
      );
    },
  );

  test.each(["nginx:1.26-alpine", "docker.io/nginxinc/nginx-unprivileged:1.27.2", "nginx:0.8@sha256:abc"])(
    "AK051 an nginx that looks names up once: %s",
    (image) => {
      expect(() => build({ image })).toThrow(
        `AuthProxy "test/proxy": AK051 image must be nginx 1.27.3 or newer, got "${image}"; ` +
          "older ones look a name up once, at start, so take a newer tag",
      );
      expect(() => build({ image, waive: { AK051: "built here with the module" } })).not.toThrow();
    },
  );

  test.each(["nginx", "nginx:alpine", "nginx:1-alpine", "nginx:1.27", "nginx:1.27.3", "nginx:2.0", "lab/proxy:1.2"])(
    "no image it cannot tell is too old: %s",
    (image) => {
      expect(checkAuthProxy({ image })).toEqual([]);
    },
  );

  test("numbers out of range, all at once", () => {
    const change = {
      replicas: 0,
      outpost: { ...props.outpost, port: 70000 },
      alerts: { fallbackPerSecond: 0, badRequestsPerSecond: -1 },
    };
    expect(() => build(change)).toThrow(
      [
        'AuthProxy "test/proxy": replicas must be 1 to 20, got 0',
        "outpost.port must be 1 to 65535, got 70000",
        "alerts.fallbackPerSecond must be above 0, got 0; or no alert at all",
        "alerts.badRequestsPerSecond must be above 0, got -1; or no alert at all",
      ].join("\n  "),
    );
  });

  test("nothing that is not said yet", () => {
    expect(checkAuthProxy({})).toEqual([]);
  });
});

test.each([false, true])("with its release it would apply, and the second plan would be empty; emergency: %s", (on) => {
  const json = synth(({ stack, vault }) => {
    const data = { users: { mount: "secret", path: "authentik/emergency", key: "htpasswd" } };
    const secret = new VaultSecret(stack, "secret", {
      ...{ name: "authentik-config", namespace: "identity", revision: 1, data, vault },
    });
    const proxy = new AuthProxy(stack, "proxy", {
      ...props,
      emergency: on ? { secretName: secret.name, key: "users" } : undefined,
      alerts: { labels: { release: "monitoring" } },
      dependsOn: [secret.resource],
    });
    new AuthentikRelease(stack, "release", {
      name: "authentik",
      namespace: "identity",
      chartVersion: "2026.5.6",
      secretName: secret.name,
      secretChecksum: secret.checksum,
      database: { host: "db.example.org" },
      additionalObjects: proxy.additionalObjects,
    });
  });
  expect(inspect(json as unknown as TerraformJson)).toEqual([]);
});
