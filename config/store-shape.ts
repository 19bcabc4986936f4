import { z } from "zod";
import { text } from "./basic-shapes";
import { existing } from "./kubernetes-shapes";

/** A store of External Secrets. */
export const store = z.strictObject({
  name: existing.describe("Name of the store."),
  kind: z
    .enum(["ClusterSecretStore", "SecretStore"])
    .default("ClusterSecretStore")
    .describe("Of the whole cluster, or of the namespace the Secret is made in."),
});

/** One value in a store of External Secrets. */
export const storeRef = z
  .strictObject({
    key: text.describe("The secret's key in the store: a path in Vault, an item in 1Password."),
    property: text.optional().describe("Field inside it; the whole of it unless given."),
  })
  .meta({
    title: "Store reference",
    description: "A value in a store of External Secrets: { key, property? }. A secret itself has no place in config.",
  });
