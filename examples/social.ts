import { defineSite } from "../config/schema";

/** The secret of a client that is registered with somebody who signs people in. */
const client = (name: string) => ({ mount: "secret", path: `authentik/${name}`, key: "client_secret" });

/**
 * People without passwords, on an authentik that runs already: they come with an invitation, by GitHub or their company's
 * OpenID Connect, or make a passkey.
 */
export default defineSite({
  name: "social",
  version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
  backend: "minimal.backend.tf.json",
  authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
  vault: { address: "https://vault.example.org", mounts: ["secret"], auth: { method: "token" } },
  brand: { title: "Example" },
  login: { passwordless: true },
  sources: {
    github: { kind: "github", name: "GitHub", clientId: "Iv1.0123456789abcdef", clientSecret: client("github") },
    company: {
      kind: "openidconnect",
      name: "Company",
      clientId: "authentik",
      clientSecret: client("company"),
      wellKnownUrl: "https://id.example.com/.well-known/openid-configuration",
      pkce: "S256",
      promoted: true,
    },
  },
  enrollment: { by: "social", usersGroup: "members", assignableGroups: ["projects"] },
  groups: { members: { name: "Members" }, projects: { name: "Projects", parents: ["members"] } },
  apps: {
    wiki: {
      kind: "oidc",
      name: "Wiki",
      access: { groups: ["members"] },
      redirectUris: ["https://wiki.example.org/oidc/callback"],
    },
  },
});
