import { createHash } from "node:crypto";
import { SecretV1 } from "@cdktf/provider-kubernetes/lib/secret-v1";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { leaveLabels } from "./lifecycle";
import type { Vault, VaultRef } from "./vault";

export interface VaultSecretProps {
  /** Name of the Kubernetes Secret. */
  readonly name: string;
  /** Its namespace. */
  readonly namespace: string;
  /** Key of the Secret to the place of its value. */
  readonly data: Readonly<Record<string, VaultRef>>;
  /** Raise it when a value changed in Vault: Terraform cannot see that by itself. */
  readonly revision: number;
  /** Reads the values. */
  readonly vault: Vault;
  /** What has to exist first, such as the namespace.  @default - nothing */
  readonly dependsOn?: ITerraformDependable[];
}

/** A Kubernetes Secret made from Vault values that reach neither Terraform's plan nor its state. */
export class VaultSecret extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: SecretV1;
  /** Name of the Kubernetes Secret. */
  readonly name: string;
  /** Changes when the Secret is written again; for a pod annotation. */
  readonly checksum: string;

  constructor(scope: Construct, id: string, props: VaultSecretProps) {
    super(scope, id);
    const digest = digestOf(props.data, props.revision);
    this.checksum = vaultSecretChecksum(props.data, props.revision);
    this.name = props.name;
    this.resource = new SecretV1(this, "Resource", {
      metadata: { name: props.name, namespace: props.namespace },
      type: "Opaque",
      dependsOn: props.dependsOn,
      // Pods read it by name: under another name it has to exist before the old one goes.
      lifecycle: { ...leaveLabels, createBeforeDestroy: true },
      dataWo: Object.fromEntries(Object.entries(props.data).map(([key, ref]) => [key, props.vault.ephemeral(ref)])),
      // Write-only values are sent when this number changes: with the revision, and with the places they come from.
      dataWoRevision: parseInt(digest.slice(0, 7), 16),
    });
    this.node.defaultChild = this.resource;
  }
}

/** Changes when a Secret of these values is written again. */
export function vaultSecretChecksum(data: VaultSecretProps["data"], revision: number): string {
  return digestOf(data, revision).slice(0, 16);
}

function digestOf(data: VaultSecretProps["data"], revision: number): string {
  const refs = Object.keys(data)
    .sort()
    .map((key) => [key, data[key]]);
  return createHash("sha256")
    .update(JSON.stringify([revision, refs]))
    .digest("hex");
}
