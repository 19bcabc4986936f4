import { defineSite } from "../config/schema";

const HOSTS = [
  "alertmanager",
  "argocd",
  "backup",
  "databases",
  "dns",
  "headlamp",
  "home",
  "longhorn",
  "nas",
  "prometheus",
  "registry",
  "router",
  "terminal",
  "traefik",
];

/** A value of the external secret store, by item and field. */
const stored = (key: string, property: string) => ({ key, property });

/**
 * A homelab: fifteen hosts for administrators beside a domain for everybody, secrets by External Secrets from 1Password,
 * an nginx before the outpost with a way in for emergencies, images and chart from a registry of one's own.
 */
export default defineSite({
  name: "homelab",
  version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
  backend: "minimal.backend.tf.json",
  layout: "split",
  authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
  platform: {
    chart: { from: "oci", url: "oci://registry.example.org/charts" },
    image: { repository: "registry.example.org/goauthentik/server", pullSecrets: ["registry"] },
    secret: {
      from: "external-secret",
      store: { name: "onepassword" },
      secretKey: stored("authentik", "secret-key"),
      databasePassword: stored("authentik", "database-password"),
      bootstrap: {
        token: stored("authentik", "bootstrap-token"),
        password: stored("authentik", "bootstrap-password"),
        email: "admin@example.org",
      },
    },
    // Pooling by transaction needs PgBouncer 1.21 or newer with max_prepared_statements above 0, for the outpost's pods.
    database: { host: "pgbouncer.databases.svc", port: 6432, pooler: "transaction", connMaxAgeSeconds: 60 },
    tuning: { webWorkers: 3, webThreads: 4, workerThreads: 4, unauthenticatedAge: "hours=2" },
    server: { replicas: 2, pdb: { minAvailable: 1 } },
    ingress: { kind: "ingress", className: "traefik", staticCache: true },
    authProxy: {
      emergency: { from: "existing", name: "emergency-access" },
      alerts: { labels: { release: "kube-prometheus-stack" } },
    },
    additionalObjects: [
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "authentik-server" },
        spec: {
          podSelector: { matchLabels: { "app.kubernetes.io/component": "server" } },
          policyTypes: ["Ingress"],
          ingress: [
            {
              from: [
                { podSelector: {} },
                { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "traefik" } } },
              ],
            },
          ],
        },
      },
    ],
  },
  systemSettings: {},
  brand: { title: "Homelab" },
  login: { mfa: { notConfigured: "skip" } },
  groups: {
    members: { name: "Members" },
    "home-admins": { name: "Home Admins", parents: ["members"], superuser: true },
    "kubernetes-admins": {},
    "kubernetes-power-users": {},
    "kubernetes-namespace-owners": {},
    vpn: { name: "VPN", parents: ["members"] },
    "task-submitters": { name: "Task Submitters" },
  },
  directory: { adminGroup: "home-admins" },
  scopeMappings: {
    groups: { scopeName: "groups", description: "Groups you are in", file: "../policies/groups_scope.py" },
  },
  outposts: {
    embedded: {
      form: "embedded-deployment",
      image: { repository: "registry.example.org/goauthentik/proxy" },
      pullSecrets: ["registry"],
      ingress: { tlsSecretName: "" },
    },
  },
  apps: {
    everything: {
      kind: "forward-auth",
      name: "Everything",
      mode: "forward_domain",
      externalHost: "https://auth.example.org",
      cookieDomain: "example.org",
      access: "everyone",
    },
    headscale: {
      kind: "oidc",
      name: "Headscale",
      access: { groups: ["vpn"] },
      redirectUris: ["https://headscale.example.org/oidc/callback"],
      emailVerified: true,
    },
    "kubernetes-dashboard": {
      kind: "oidc",
      name: "Kubernetes Dashboard",
      access: { groups: ["kubernetes-admins", "kubernetes-power-users", "kubernetes-namespace-owners"] },
      redirectUris: ["https://dashboard.example.org/oauth2/callback"],
      scopes: ["groups"],
    },
    tasks: {
      kind: "oidc",
      name: "Tasks",
      access: { groups: ["task-submitters"] },
      redirectUris: ["https://tasks.example.org/oidc/callback"],
    },
  },
  hostAccess: {
    hosts: {
      ...Object.fromEntries(HOSTS.map((name) => [`${name}.example.org`, { groups: ["home-admins"] }])),
      "kubernetes.example.org": { groups: ["home-admins", "kubernetes-admins", "kubernetes-power-users"] },
    },
    section: "Administration",
  },
});
