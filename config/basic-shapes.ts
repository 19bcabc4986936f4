import { z } from "zod";

/** Construct ids are made of these keys, and ids are public API. */
const KEY = /^[a-z0-9]+(-[a-z0-9]+)*$/;

export const text = z.string().min(1);
export const key = z.string().regex(KEY);

export function wholeNumber(minimum: number, maximum: number): z.ZodNumber {
  return z.number().int().min(minimum).max(maximum);
}

export const waive = z
  .record(z.string(), z.string().min(10))
  .optional()
  .describe("Refusals that do not apply here: code to the reason, which reports show.");

export const was = key
  .optional()
  .describe("The key this record had before it was renamed; keeps the object instead of replacing it.");

/** One value in Vault's KV version 2 engine. */
export const vaultRef = z
  .strictObject({
    mount: text.describe("Mount of the KV version 2 engine, one of `vault.mounts`."),
    path: text.regex(/^[^/]+(\/[^/]+)*$/).describe("Path of the secret below the mount."),
    key: text.describe("Field inside the secret."),
  })
  .meta({
    title: "Vault reference",
    description: "A value in Vault: { mount, path, key }. A secret itself has no place in config.",
  });
export type VaultRef = z.output<typeof vaultRef>;

export const vault = z.strictObject({
  address: z.url({ protocol: /^https?$/ }).describe("Vault's URL."),
  mounts: z.array(text).min(1).describe("KV version 2 mounts this site may read."),
  auth: z
    .discriminatedUnion("method", [
      z.strictObject({
        method: z.literal("token").describe("VAULT_TOKEN, or the token of `vault login`."),
      }),
      z.strictObject({
        method: z.literal("kubernetes").describe("The pod's service account, for runners inside the cluster."),
        role: text.describe("Role of the auth method."),
        mount: text.default("kubernetes").describe("Mount of the auth method."),
      }),
      z.strictObject({
        method: z.literal("jwt").describe("A JWT in TERRAFORM_VAULT_AUTH_JWT, for CI."),
        role: text.describe("Role of the auth method."),
        mount: text.default("jwt").describe("Mount of the auth method."),
      }),
    ])
    .describe("How Terraform signs in to Vault."),
  skipChildToken: z.boolean().default(false).describe("Use the token as it is, for policies that forbid child tokens."),
  namespace: text.optional().describe("Vault Enterprise namespace."),
});
