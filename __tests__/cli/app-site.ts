import { join } from "node:path";
import { ROOT } from "../synth";
import { writeSite } from "./run-cli";

type Fields = Readonly<Record<string, unknown>>;

const secret = (path: string, key: string) => ({ mount: "secret", path, key });

/** Apps of every kind a snippet can be written for. */
export const APPS = {
  grafana: {
    kind: "oidc",
    name: "Grafana",
    access: { groups: ["staff"] },
    redirectUris: [
      "https://grafana.example.org/login/generic_oauth",
      { url: "https://grafana.example.org/logout", type: "logout" },
    ],
    scopes: ["groups", "offline_access"],
    publishTo: { mount: "secret", path: "apps/grafana/oidc" },
  },
  git: {
    kind: "oidc",
    name: "Forgejo",
    slug: "forgejo",
    access: { groups: ["staff"] },
    redirectUris: ["https://git.example.org/user/oauth2/authentik/callback"],
    scopes: ["groups"],
    clientSecret: secret("apps/forgejo", "client_secret"),
  },
  immich: {
    kind: "oidc",
    name: "Immich",
    access: { groups: ["family"] },
    redirectUris: [
      "https://photos.example.org/auth/login",
      "https://photos.example.org/user-settings",
      "app.immich:///oauth-callback",
    ],
  },
  headscale: {
    kind: "oidc",
    name: "Headscale",
    access: { groups: ["staff"] },
    redirectUris: ["https://headscale.example.org/oidc/callback"],
    emailVerified: true,
    publishTo: { mount: "secret", path: "apps/headscale/oidc" },
  },
  kubernetes: {
    kind: "oidc",
    name: "Kubernetes",
    access: { groups: ["staff"] },
    clientType: "public",
    redirectUris: ["http://localhost:8000", "http://localhost:18000"],
    scopes: ["groups"],
    launchUrl: "https://kubernetes.example.org",
  },
  jellyfin: {
    kind: "ldap",
    name: "Jellyfin",
    access: { groups: ["family"], users: ["jane.doe"] },
    publishTo: { mount: "secret", path: "apps/jellyfin/ldap" },
  },
  wiki: {
    kind: "forward-auth",
    name: "Wiki",
    externalHost: "https://wiki.example.org",
    access: "everyone",
    basicAuth: { usernameAttribute: "wiki_user", passwordAttribute: "wiki_password" },
  },
  everything: {
    kind: "forward-auth",
    name: "Everything else",
    mode: "forward_domain",
    externalHost: "https://auth.example.org",
    cookieDomain: "example.org",
    access: "everyone",
  },
  passed: {
    kind: "forward-auth",
    name: "Passed on",
    mode: "proxy",
    externalHost: "https://passed.example.org",
    internalHost: "http://passed.svc",
    access: "everyone",
  },
} as const;

/** A site with these apps, or with fields of its own; returns what AUTHENTIK_SITE is. */
export function appSite(more: Fields = {}, vault = "https://vault.example.org"): string {
  return writeSite(
    {
      authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
      vault: { address: vault, mounts: ["secret"], auth: { method: "token" } },
      groups: {
        admins: { name: "Site Admins", superuser: true },
        staff: { name: "Staff" },
        family: { name: "Family" },
        children: { name: "Children", parents: ["family"] },
      },
      directory: { adminGroup: "admins" },
      scopeMappings: { groups: { scopeName: "groups", file: join(ROOT, "policies", "groups_scope.py") } },
      ldap: { root: "dc=example,dc=org", certificate: "example.org" },
      outposts: { embedded: { form: "in-server" } },
      apps: APPS,
      hostAccess: { hosts: { "traefik.example.org": { groups: ["admins"] } } },
      ...more,
    },
    { "jane.doe": { name: "Jane Doe", email: "jane@example.org", groups: [] } },
  );
}

/** A site with one of the apps, changed. */
export function siteWith(key: keyof typeof APPS, change: Fields, more: Fields = {}): string {
  const { kind } = APPS[key];
  return appSite({
    apps: { [key]: { ...APPS[key], ...change } },
    hostAccess: undefined,
    ...(kind === "ldap" ? {} : { ldap: undefined }),
    ...(kind === "forward-auth" ? {} : { outposts: undefined }),
    ...more,
  });
}
