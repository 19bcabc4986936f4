import { createHash } from "node:crypto";
import type { KubernetesObject } from "./additional-objects";

/** Where a value is in the store of External Secrets. */
export interface StoreRef {
  /** The secret's key in the store: a path in Vault, an item in 1Password. */
  readonly key: string;
  /** Field inside it.  @default - the whole of it */
  readonly property?: string;
}

export interface ExternalSecretProps {
  /** Name of the Kubernetes Secret, and of the ExternalSecret that makes it. */
  readonly name: string;
  /** The store the values are in. */
  readonly store: { readonly name: string; readonly kind: "ClusterSecretStore" | "SecretStore" };
  /** Key of the Secret to the place of its value. */
  readonly data: Readonly<Record<string, StoreRef>>;
  /** Raise it when a value changed in the store and pods shall take it now. */
  readonly revision: number;
  /** How often the store is asked again, such as `1h` or `30m`.  @default "1h" */
  readonly refreshInterval?: string;
}

/** An ExternalSecret and what a release has to know of the Secret it makes. */
export interface ExternalSecret {
  /** Name of the Kubernetes Secret. */
  readonly name: string;
  /** Changes with revision, store and places; for a pod annotation. */
  readonly checksum: string;
  /**
   * A key that the Secret has once it was made from this very description. A pod that takes a variable from it waits
   * for that, where it would start with the values before otherwise: Helm changes pods and ExternalSecret at once.
   */
  readonly readyKey: string;
  /** For the release's additional objects. */
  readonly object: KubernetesObject;
}

/**
 * A Kubernetes Secret that External Secrets makes in the cluster, from Vault, 1Password or any other store; neither
 * Terraform nor Helm ever sees a value.
 * @see https://external-secrets.io/latest/api/externalsecret/
 */
export function externalSecret({ name, store, data, ...props }: ExternalSecretProps): ExternalSecret {
  const entries = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  const checksum = createHash("sha256")
    .update(JSON.stringify([props.revision, store.kind, store.name, entries]))
    .digest("hex")
    .slice(0, 16);
  const readyKey = `IAC_SECRET_${checksum.toUpperCase()}`;
  const object = {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name },
    spec: {
      refreshInterval: props.refreshInterval ?? "1h",
      secretStoreRef: { name: store.name, kind: store.kind },
      target: {
        name,
        creationPolicy: "Owner",
        // What is gone from the store stays in the cluster, where pods still need it.
        deletionPolicy: "Retain",
        template: { type: "Opaque", engineVersion: "v2", mergePolicy: "Merge", data: { [readyKey]: "true" } },
      },
      data: entries.map(([secretKey, { key, property }]) => ({
        secretKey,
        remoteRef: { key, ...(property !== undefined && { property }) },
      })),
    },
  };
  return { name, checksum, readyKey, object };
}
