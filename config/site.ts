import { defineSite } from "./schema";

/** A value below the KV mount `secret`. */
const secret = (path: string, key: string) => ({ mount: "secret", path, key });

export default defineSite({
  name: "example",
  version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
  authentik: {
    url: "https://auth.example.org",
    apiToken: { from: "vault", ref: secret("authentik/bootstrap", "token") },
    bootstrap: {
      token: secret("authentik/bootstrap", "token"),
      password: secret("authentik/bootstrap", "password"),
      email: "admin@example.org",
    },
  },
  vault: {
    address: "https://vault.example.org",
    mounts: ["secret"],
    auth: { method: "token" },
  },
  platform: {
    namespace: "authentik",
    secret: { from: "vault", secretKey: secret("authentik/platform", "secret_key") },
    database: {
      host: "postgres.example.org",
      password: secret("authentik/database", "password"),
      sslMode: "require",
      connMaxAgeSeconds: 60,
    },
    smtp: {
      host: "smtp.example.org",
      port: 587,
      useTls: true,
      from: "authentik <authentik@example.org>",
      username: "authentik@example.org",
      password: secret("authentik/smtp", "password"),
    },
    tuning: {
      webWorkers: 3,
      webThreads: 4,
      workerThreads: 4,
      cacheTimeoutFlowsSeconds: 1800,
      cacheTimeoutPoliciesSeconds: 900,
      unauthenticatedAge: "hours=2",
    },
    server: {
      replicas: 2,
      resources: { requests: { cpu: "200m", memory: "1Gi" }, limits: { memory: "2Gi" } },
      pdb: { minAvailable: 1 },
      deploymentStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      startupProbe: { failureThreshold: 90 },
    },
    worker: {
      replicas: 1,
      resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { memory: "1Gi" } },
      deploymentStrategy: { type: "RollingUpdate" },
    },
  },
  systemSettings: { defaultAppAccess: false },
  groups: {
    admins: { name: "Site Admins", superuser: true },
    staff: { name: "Staff" },
    engineers: { name: "Engineers", parents: ["staff"] },
    "on-call": { name: "On call", parents: ["engineers"] },
  },
  directory: { adminGroup: "admins" },
  users: "users.json",
  scopeMappings: {
    groups: { scopeName: "groups", description: "Groups you are in", file: "../policies/groups_scope.py" },
  },
  apps: {
    grafana: {
      kind: "oidc",
      name: "Grafana",
      access: { groups: ["engineers", "admins"] },
      redirectUris: [
        "https://grafana.example.org/login/generic_oauth",
        { url: "https://grafana.example.org/logout", type: "logout" },
      ],
      scopes: ["groups", "offline_access"],
      publishTo: { mount: "secret", path: "apps/grafana/oidc" },
      launchUrl: "https://grafana.example.org",
      section: "Monitoring",
    },
    forgejo: {
      kind: "oidc",
      name: "Forgejo",
      access: { groups: ["engineers"] },
      redirectUris: ["https://git.example.org/user/oauth2/authentik/callback"],
      clientSecret: secret("apps/forgejo/oidc", "client_secret"),
      launchUrl: "https://git.example.org",
      section: "Development",
    },
    kubernetes: {
      kind: "oidc",
      name: "Kubernetes",
      access: { groups: ["on-call"], users: ["jane.doe"] },
      clientType: "public",
      redirectUris: ["http://localhost:8000", "http://localhost:18000"],
      emailVerified: true,
      scopes: ["groups"],
      launchUrl: "https://kubernetes.example.org",
      section: "Development",
    },
    wiki: {
      kind: "oidc",
      name: "Wiki",
      access: "everyone",
      redirectUris: ["https://wiki.example.org/oidc/callback"],
      launchUrl: "https://wiki.example.org",
    },
  },
});
