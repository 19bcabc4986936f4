import { z } from "zod";
import { text, vaultPath, wholeNumber, words } from "./basic-shapes";
import { existing, imageName } from "./kubernetes-shapes";
import { store, storeRef } from "./store-shape";

/** What stops a plan that would hurt people; each can be told by name to pass. */
export const GUARDS = [
  "people-removed",
  "last-superuser",
  "adopted-destroyed",
  "client-id-replaced",
  "identity-missing",
  "flow-or-group-replaced",
  "renamed",
] as const;
export type GuardName = (typeof GUARDS)[number];

const source = z.discriminatedUnion("from", [
  z.strictObject({
    from: z.literal("git").describe("A GitRepository of our own."),
    url: words(
      /^(https|ssh):\/\/([^\s:@/]+@)?[^\s/?#@]+\/[^\s?#]+$/,
      "be a URL that begins with https:// or ssh:// and holds no password",
    ).describe("URL of the repository."),
    branch: text.default("main").describe("Branch that is applied."),
    secretName: existing.optional().describe("Existing Secret with the repository's credentials."),
  }),
  z.strictObject({
    from: z.literal("existing").describe("One that is there, such as that of `flux bootstrap`."),
    name: existing.describe("Name of the GitRepository, in `namespace`: the controller takes no other's."),
  }),
]);

const interval = words(/^(\d+(h|m|s))+$/, "be a time such as 1h or 30m");

const dependency = z.strictObject({
  name: existing.describe("Name of a Kustomization."),
  namespace: existing.default("flux-system").describe("Its namespace."),
});

const guard = z.strictObject({
  image: imageName.default("docker.io/library/node:22-alpine").describe("Image with Node 20 or newer."),
  tlsSecretName: existing
    .optional()
    .describe(
      "Existing Secret with `tls.crt` and `tls.key` for `authentik-guard.<namespace>.svc`. With it plans of every stack are guarded, without it those of people alone: others hold secrets, which do not go over http.",
    ),
});

const flux = z.strictObject({
  namespace: existing
    .max(63)
    .default("authentik-delivery")
    .describe(
      "Where our objects of Flux and tofu-controller, the runners and the states are. Runners read every Secret in it, so it is one of its own.",
    ),
  source: source.describe("Where the rendered stacks come from."),
  path: words(
    /^(\.|(?!\.{1,2}(\/|$))[\w.-]+(\/(?!\.{1,2}(\/|$))[\w.-]+)*)$/,
    "be a path inside the repository, such as infrastructure/authentik",
  )
    .default(".")
    .describe("The project's folder in the repository."),
  interval: interval.default("30m").describe("How often a stack is planned again, which finds drift."),
  dependsOn: z
    .array(dependency)
    .default([
      { name: "external-secrets-config", namespace: "flux-system" },
      { name: "tofu-controller", namespace: "flux-system" },
    ])
    .describe("Kustomizations that have to be ready first."),
  token: z
    .strictObject({
      store: store.describe("The store of External Secrets the token is in."),
      ref: storeRef.describe("The API token of the authentik provider."),
    })
    .describe("AUTHENTIK_TOKEN of the runners, by an ExternalSecret; so the runner of people needs no Vault."),
  envFrom: z
    .array(existing)
    .default([])
    .describe(
      "Existing Secrets whose keys are further variables of every runner, such as TF_ENCRYPTION or PG_CONN_STR.",
    ),
  vault: z
    .strictObject({
      role: text.describe("Role of the auth method that the runners of platform and identity may take."),
      mount: vaultPath.default("kubernetes").describe("Mount of Vault's Kubernetes auth method."),
    })
    .optional()
    .describe("How runners sign in to Vault; required where there is one."),
  guard: guard
    .optional()
    .describe(
      "A webhook that sees each plan before it is applied; with it, plans of people are applied by themselves.",
    ),
});

export const delivery = z.strictObject({
  maxRemovals: wholeNumber(0, 100_000)
    .default(3)
    .describe("People one plan may remove; more have to be let through by name."),
  pass: z
    .partialRecord(z.enum(GUARDS), z.string().min(10))
    .default({})
    .describe("Guards that let pass what is merged with this, and why; take it out again afterwards."),
  flux: flux.optional().describe("How Flux and tofu-controller apply the rendered stacks, in the layout `split`."),
});
