import { z } from "zod";
import { show } from "./problems";

/** Construct ids are made of these keys, and ids are public API. */
const KEY = /^(?!constructor$)[a-z0-9]+(-[a-z0-9]+)*$/;

/** A text shape with its rule in words, since a regular expression is no help to a reader. */
export function words(pattern: RegExp, rule: string): z.ZodString {
  return z.string().regex(pattern, { error: ({ input }) => `must ${rule}, got ${show(input)}` });
}

/** Text as people write it. The server strips white space at both ends, and every plan would put it back. */
export const text = words(
  /^(?!\s)[^\p{Cc}]+(?<!\s)$/u,
  "be a text without white space at its ends and without control characters",
);
export const key = words(KEY, "be lower-case letters, digits and single dashes");
/** The name of a Kubernetes object that other names are made from. */
export const objectName = key.max(53);
/** Python that the site brings along. */
export const pythonFile = words(/^\S(.*\S)?\.py$/, "be the path of a .py file").describe(
  "Python file that defines `evaluate(request)`, relative to the site file.",
);
export const httpUrl = words(
  /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/,
  "be a URL that begins with http:// or https:// and holds no credentials, query or fragment",
);
/** A mount or path below one; Vault reads `a/../b` as `b`, so that two spellings could name one secret. */
export const vaultPath = words(
  /^(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)*$/,
  "be names of letters, digits, dots, dashes and underscores, joined by slashes",
);

/** Kubernetes and DNS: a host name in lower case. */
export const hostName = words(
  /^(?=.{1,253}$)(?!.*\.\d+$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "be a host name in lower case, such as wiki.example.org",
);
const LONGEST_DAYS = 36_400;
const DAYS: Readonly<Record<string, number>> = {
  weeks: 7,
  days: 1,
  hours: 1 / 24,
  minutes: 1 / 1440,
  seconds: 1 / 86_400,
};

function days(duration: string): number {
  return duration
    .split(";")
    .map((part) => part.split("="))
    .reduce((sum, [unit = "", count]) => sum + (DAYS[unit] ?? 0) * Number(count), 0);
}

/** A length of time as authentik writes it: of a unit given twice it takes the last, and it fails on a date past year 9999. */
export const duration = words(
  /^(?!.*\b(\w+)=.*\b\1=)(weeks|days|hours|minutes|seconds)=[1-9]\d{0,8}(;(weeks|days|hours|minutes|seconds)=\d{1,9})*$/,
  "be a length of time such as weeks=4 or hours=1;minutes=30, each unit once",
).refine((value) => !(days(value) > LONGEST_DAYS), {
  error: ({ input }) => `must be at most weeks=5200, a hundred years, got ${show(input)}`,
});

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
    mount: vaultPath.describe("Mount of the KV version 2 engine, one of `vault.mounts`."),
    path: vaultPath.describe("Path of the secret below the mount."),
    key: words(/^[A-Za-z0-9._-]+$/, "be letters, digits, dots, dashes and underscores").describe(
      "Field inside the secret.",
    ),
  })
  .meta({
    title: "Vault reference",
    description: "A value in Vault: { mount, path, key }. A secret itself has no place in config.",
  });
export type VaultRef = z.output<typeof vaultRef>;

export const vault = z.strictObject({
  address: httpUrl.describe("Vault's URL."),
  mounts: z.array(vaultPath).min(1).describe("KV version 2 mounts this site may read."),
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
