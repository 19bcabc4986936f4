import { DataVaultKvSecretV2 } from "@cdktf/provider-vault/lib/data-vault-kv-secret-v2";
import { propertyAccess, ref, TerraformElement, Token } from "cdktf";
import { Construct } from "constructs";
import { constructId } from "./construct-id";

/** Where a value is in Vault's KV version 2 engine. */
export interface VaultRef {
  /** Mount of the engine. */
  readonly mount: string;
  /** Path below the mount. */
  readonly path: string;
  /** Field inside the secret. */
  readonly key: string;
}

/** Reads values from Vault; each path once in a stack for each of the two ways. */
export class Vault extends Construct {
  private readonly ephemerals = new Map<string, EphemeralKvSecretV2>();
  private readonly data = new Map<string, DataVaultKvSecretV2>();

  /** A value that reaches neither plan nor state; only provider arguments and write-only arguments take it. */
  ephemeral({ mount, path, key }: VaultRef): string {
    const id = constructId(`${mount}/${path}`);
    const secret = this.ephemerals.get(id) ?? new EphemeralKvSecretV2(this, id, mount, path);
    this.ephemerals.set(id, secret);
    return secret.value(key);
  }

  /**
   * A value for an argument that takes no ephemeral one. The whole path ends up in the state, so keep nothing else in
   * it and encrypt the state.
   */
  stored({ mount, path, key }: VaultRef): string {
    const id = `stored-${constructId(`${mount}/${path}`)}`;
    const secret = this.data.get(id) ?? new DataVaultKvSecretV2(this, id, { mount, name: path });
    this.data.set(id, secret);
    return secret.data.lookup(key);
  }
}

/** An `ephemeral "vault_kv_secret_v2"` block, for which cdktf has no class. */
class EphemeralKvSecretV2 extends TerraformElement {
  constructor(
    scope: Construct,
    id: string,
    private readonly mount: string,
    private readonly path: string,
  ) {
    super(scope, id);
  }

  value(key: string): string {
    const address = ref(`ephemeral.vault_kv_secret_v2.${this.friendlyUniqueId}`, this.cdktfStack);
    return Token.asString(propertyAccess(address, ["data", key]));
  }

  override toTerraform(): object {
    return {
      ephemeral: {
        vault_kv_secret_v2: { [this.friendlyUniqueId]: { mount: this.mount, name: this.path, ...this.metadata() } },
      },
    };
  }

  private metadata(): object {
    return { "//": { metadata: { path: this.node.path, uniqueId: this.friendlyUniqueId } } };
  }
}
