import { defineSite } from "../config/schema";

/**
 * Forward auth on an authentik that runs already, by the outpost inside its server: no Vault, no cluster of ours. The
 * token comes from AUTHENTIK_TOKEN, the state lies in the project's folder.
 */
export default defineSite({
  name: "in-server",
  version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
  backend: "minimal.backend.tf.json",
  authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
  groups: { admins: { name: "Admins", superuser: true } },
  outposts: { embedded: { form: "in-server" } },
  apps: {
    everything: {
      kind: "forward-auth",
      name: "Everything",
      mode: "forward_domain",
      externalHost: "https://auth.example.org",
      cookieDomain: "example.org",
      access: "everyone",
    },
    wiki: {
      kind: "forward-auth",
      name: "Wiki",
      externalHost: "https://wiki.example.org",
      access: "everyone",
      unauthenticatedPaths: ["^/public/", "^/health$"],
    },
  },
  hostAccess: { hosts: { "traefik.example.org": { groups: ["admins"] } } },
});
