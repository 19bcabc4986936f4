import type { Site } from "../config/load";
import { externalSecret } from "../constructs/external-secret";
import type { ExternalSecret } from "../constructs/external-secret";
import type { VaultRef } from "../constructs/vault";
import { vaultSecretChecksum } from "../constructs/vault-secret";

type Platform = NonNullable<Site["platform"]>;
type SecretFrom<T> = Extract<Platform["secret"], { from: T }>;

/** What the Secret of all pods holds, when it is made from Vault. */
export function vaultData(platform: Platform, secret: SecretFrom<"vault">): Record<string, VaultRef> {
  const { database, smtp } = platform;
  return {
    AUTHENTIK_SECRET_KEY: secret.secretKey,
    ...(database.password && { AUTHENTIK_POSTGRESQL__PASSWORD: database.password }),
    ...(smtp?.password && { AUTHENTIK_EMAIL__PASSWORD: smtp.password }),
  };
}

/** The Secret of all pods, when External Secrets makes it. */
export function externalConfig(secret: SecretFrom<"external-secret">): ExternalSecret {
  const { secretKey, databasePassword, smtpPassword, ...options } = secret;
  return externalSecret({
    ...options,
    data: {
      AUTHENTIK_SECRET_KEY: secretKey,
      AUTHENTIK_POSTGRESQL__PASSWORD: databasePassword,
      ...(smtpPassword && { AUTHENTIK_EMAIL__PASSWORD: smtpPassword }),
    },
  });
}

/** Name of the Secret of all pods, and a text that changes when it does. */
export function configSecret(platform: Platform): { readonly name: string; readonly checksum: string } {
  const { secret } = platform;
  switch (secret.from) {
    case "vault":
      return { name: secret.name, checksum: vaultSecretChecksum(vaultData(platform, secret), secret.revision) };
    case "external-secret":
      return externalConfig(secret);
    case "existing":
      return { name: secret.name, checksum: `revision-${secret.revision}` };
  }
}
