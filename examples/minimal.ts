import { defineSite } from "../config/schema";

/**
 * One app on an authentik that runs already: no Vault, no Kubernetes. The token comes from AUTHENTIK_TOKEN, the state
 * lies in the project's folder.
 */
export default defineSite({
  name: "minimal",
  version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
  backend: "minimal.backend.tf.json",
  authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
  apps: {
    wiki: {
      kind: "oidc",
      name: "Wiki",
      access: "everyone",
      redirectUris: ["https://wiki.example.org/oidc/callback"],
    },
  },
});
