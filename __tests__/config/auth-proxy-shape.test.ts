import { authProxy } from "../../config/auth-proxy-shape";
import { checkAuthProxy } from "../../constructs/auth-proxy";

const htpasswd = { mount: "secret", path: "authentik/emergency", key: "htpasswd" };

test("everything has a default, and nothing optional is on", () => {
  expect(authProxy.parse({})).toEqual({
    name: "auth-proxy",
    image: "nginx:1.30-alpine",
    pullSecrets: [],
    replicas: 2,
    responseHeaders: [],
  });
});

test("the construct takes it as it is", () => {
  const outpost = { host: "ak-outpost-lab.identity.svc" };
  const parsed = authProxy.parse({ outpost, alerts: {}, resources: { limits: { memory: "128Mi" } } });
  expect(parsed.outpost).toEqual({ ...outpost, port: 9000 });
  expect(parsed.alerts).toEqual({ labels: {}, fallbackPerSecond: 0.1, badRequestsPerSecond: 0.1 });
  const { emergency: _, ...props } = parsed;
  expect(checkAuthProxy(props)).toEqual([]);
});

test("an emergency password is in Vault or in a Secret of somebody else's", () => {
  expect(authProxy.parse({ emergency: { from: "vault", htpasswd } }).emergency).toEqual({
    from: "vault",
    name: "auth-proxy-emergency",
    htpasswd,
    revision: 1,
  });
  expect(authProxy.parse({ emergency: { from: "existing", name: "break-glass" } }).emergency).toEqual({
    from: "existing",
    name: "break-glass",
    key: "htpasswd",
  });
});

test.each([
  ["a password typed in", { emergency: { from: "vault", htpasswd: "admin:$2y$05$abc" } }],
  ["an emergency that does not say where it is", { emergency: {} }],
  ["a header name with a space", { responseHeaders: ["X Test"] }],
  ["proxy without pods", { replicas: 0 }],
  ["an alert that always fires", { alerts: { fallbackPerSecond: 0 } }],
  ["an option that does not exist", { keepalive: 64 }],
])("no %s", (_, data) => {
  expect(authProxy.safeParse(data).success).toBe(false);
});
