import { defineSite } from "../config/schema";

/**
 * Outposts of our own in the cluster authentik runs in: one that passes requests on itself, one that answers LDAP. The
 * embedded outpost is left alone.
 */
export default defineSite({
  name: "managed-outpost",
  version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
  backend: "minimal.backend.tf.json",
  authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
  groups: { staff: { name: "Staff" } },
  ldap: { root: "dc=ldap,dc=example,dc=org", certificate: "authentik Self-signed Certificate" },
  outposts: {
    managed: {
      edge: {
        namespace: "authentik",
        replicas: 2,
        sessionAffinity: "ClientIP",
        patches: {
          deployment: [
            {
              op: "add",
              path: "/spec/template/spec/containers/0/resources",
              value: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
            },
          ],
        },
        ingress: { className: "traefik", tlsSecretName: "edge-tls" },
      },
    },
    ldap: { namespace: "authentik", replicas: 2 },
  },
  apps: {
    panel: {
      kind: "forward-auth",
      name: "Panel",
      mode: "proxy",
      externalHost: "https://panel.example.org",
      internalHost: "http://panel.panel.svc:8080",
      outpost: "edge",
      access: { groups: ["staff"] },
    },
    jellyfin: {
      kind: "ldap",
      name: "Jellyfin",
      access: { groups: ["staff"] },
      launchUrl: "https://jellyfin.example.org",
    },
  },
});
