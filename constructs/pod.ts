import type {
  DeploymentV1SpecTemplateSpecAffinity,
  DeploymentV1SpecTemplateSpecContainerSecurityContext,
} from "@cdktf/provider-kubernetes/lib/deployment-v1";

/** Pods of these labels on nodes of their own, where there are enough. */
export function apart(labels: Readonly<Record<string, string>>): DeploymentV1SpecTemplateSpecAffinity {
  const podAffinityTerm = { labelSelector: [{ matchLabels: labels }], topologyKey: "kubernetes.io/hostname" };
  return { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }] } };
}

/** A container that cannot become more than it is, and writes to its volumes only. */
export const CONFINED: DeploymentV1SpecTemplateSpecContainerSecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
