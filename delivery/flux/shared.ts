import type { Site } from "../../config/load";
import { admission } from "./admission";
import { guardObjects } from "./guard";
import { namespace } from "./kustomizations";
import { FLUX_SYSTEM, TOKEN_SECRET } from "./objects";
import type { Flux, Manifest, Part } from "./objects";

/** What the stacks share: the token, what needs rights in the cluster, and the guard. */
export function shared(
  site: Site,
  flux: Flux,
  parts: readonly Part[],
  guardProgram: string,
): Readonly<Record<string, Manifest[]>> {
  return {
    "cluster.yaml": [...clusterObjects(site), ...admission(flux, parts)],
    "token.yaml": [token(flux)],
    "guard.yaml": guardObjects(site, flux, parts, guardProgram),
  };
}

function token({ token: { store, ref }, namespace }: Flux): Manifest {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name: TOKEN_SECRET, namespace },
    spec: {
      refreshInterval: "1h",
      secretStoreRef: { name: store.name, kind: store.kind },
      target: { name: TOKEN_SECRET, creationPolicy: "Owner" },
      data: [{ secretKey: "AUTHENTIK_TOKEN", remoteRef: ref }],
    },
  };
}

/** The release's namespace, and the right the chart's ClusterRole would give: no runner may make these. */
function clusterObjects({ platform }: Site): Manifest[] {
  if (platform === undefined) return [];
  const { createNamespace, values } = platform;
  const account = accountName(values);
  return [
    ...(createNamespace && platform.namespace !== FLUX_SYSTEM ? [namespace(platform.namespace)] : []),
    ...(account === undefined ? [] : definitionsReader(account, platform.namespace)),
  ];
}

/** Name of the service account the chart makes for the worker. */
function accountName(values: NonNullable<Site["platform"]>["values"]): string | undefined {
  const { serviceAccount } = values as { serviceAccount?: { create?: unknown; fullnameOverride?: unknown } };
  if (serviceAccount?.create === false) return undefined;
  const { fullnameOverride } = serviceAccount ?? {};
  return typeof fullnameOverride === "string" ? fullnameOverride : "authentik";
}

/** authentik looks whether the cluster knows a kind before it makes such an object for an outpost. */
function definitionsReader(account: string, namespace: string): Manifest[] {
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const name = `${account}-${namespace}-definitions`;
  return [
    {
      apiVersion,
      kind: "ClusterRole",
      metadata: { name },
      rules: [{ apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: ["list"] }],
    },
    {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name: account, namespace }],
    },
  ];
}
