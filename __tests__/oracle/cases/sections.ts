import type { Case, Draft } from "./case";
import { flaw, put } from "./case";

const shape = "must be an object; written otherwise, its blocks are not seen here";
const identifier = (name: string) =>
  `"${name}" is no Terraform identifier; begin with a letter, go on with letters, digits, - and _`;
const without = (provider: string) => (draft: Draft) => {
  Reflect.deleteProperty(draft.section("provider"), provider);
};
const unconfigured = (address: string, provider: string): Case =>
  flaw(
    address,
    "no-provider-block",
    `uses provider ${provider}, which no provider block configures; add one`,
    without(provider),
  );
const replaced = (address: string, rule: string, text: string, section: string, value: unknown): Case =>
  flaw(address, rule, text, (draft) => {
    draft.replace(section, value);
  });
const version = (got: string): Case =>
  flaw(
    "terraform",
    "required-version",
    `required_version must be >= 1.11 or higher, got "${got}"; write-only arguments need it`,
    (draft) => {
      draft.section("terraform")["required_version"] = got;
    },
  );
const versionTaken = (given: string): Case => ({
  spoil: (draft) => {
    draft.section("terraform")["required_version"] = given;
  },
  findings: [],
});

/** Sections, names in them, and the providers they configure. */
export const sectionCases: readonly Case[] = [
  replaced("resources", "unknown-section", "is no section of a Terraform document; remove it", "resources", {}),
  replaced("constructor", "unknown-section", "is no section of a Terraform document; remove it", "constructor", {}),
  replaced("removed", "section-shape", "must be a list of blocks", "removed", {
    from: "authentik_brand.old",
    lifecycle: { destroy: false },
  }),
  replaced("output", "section-shape", shape, "output", []),
  replaced("output.issuer", "section-shape", "must be one block", "output", { issuer: "https://id.example.org" }),
  replaced("output", "section-shape", shape, "output", "x"),
  flaw("resource.authentik_group.1st", "identifier", identifier("1st"), (draft) => {
    put("authentik_group.1st", {
      name: "first",
      lifecycle: { create_before_destroy: true },
      depends_on: ["helm_release.authentik"],
    })(draft);
  }),
  flaw("data.authentik_flow.a b", "identifier", identifier("a b"), put("data.authentik_flow.a b", { slug: "x" })),
  flaw("output.is/suer", "identifier", identifier("is/suer"), (draft) => {
    draft.section("output")["is/suer"] = { value: "x" };
  }),
  flaw("provider.vault", "provider-twice", "is configured twice under one name; give one of them an alias", (draft) => {
    (draft.section("provider")["vault"] as unknown[]).push({ address: "https://other.example.org" });
  }),
  {
    spoil: (draft) => {
      (draft.section("provider")["vault"] as unknown[]).push({ alias: "other", address: "https://other.example.org" });
    },
    findings: [],
  },
  unconfigured("kubernetes_namespace_v1.authentik", "kubernetes"),
  unconfigured("vault_kv_secret_v2.grafana", "vault"),
  unconfigured("helm_release.authentik", "helm"),
  flaw(
    "ephemeral.vault_kv_secret_v2.authentik",
    "no-provider-block",
    "uses provider vault, which no provider block configures; add one",
    (draft) => {
      without("vault")(draft);
      const resources = draft.section("resource") as Record<string, Record<string, unknown>>;
      Reflect.deleteProperty(resources, "vault_kv_secret_v2");
      const lookups = draft.section("data") as Record<string, Record<string, unknown>>;
      Reflect.deleteProperty(lookups, "vault_kv_secret_v2");
      put("authentik_source_oauth.google", { consumer_secret: "${authentik_provider_oauth2.grafana.client_secret}" })(
        draft,
      );
    },
  ),
  version(">= 1.5.0"),
  version("< 2.0.0"),
  version("latest"),
  ...[">= 1.11", "~> 1.12", ">= 1.11.0, < 2.0.0", "1.14.3", "> 1.11.2"].map(versionTaken),
];
