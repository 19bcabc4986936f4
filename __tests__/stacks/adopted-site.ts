import { smallSite } from "../synth";

/** A site as `adopt` writes it. */
export const adopted = {
  ...smallSite,
  imports: "imports.json",
  scopeMappings: { team: { name: "Team of a person", scopeName: "team", file: "team.py", form: "body" } },
  policies: { hours: { name: "Office hours", file: "hours.py", form: "body" } },
  outposts: { embedded: { form: "kept" } },
  ldap: { root: "dc=example,dc=org" },
  apps: {
    wiki: {
      kind: "oidc",
      name: "Wiki",
      providerName: "Provider for Wiki",
      access: { policies: ["hours"] },
      redirectUris: ["https://wiki.example.org/cb"],
      scopes: ["team"],
    },
    panel: {
      kind: "forward-auth",
      name: "Panel",
      providerName: "Panel by proxy",
      access: "everyone",
      externalHost: "https://panel.example.org",
    },
    films: { kind: "ldap", name: "Films", providerName: "LDAP of films", access: "everyone" },
  },
};
