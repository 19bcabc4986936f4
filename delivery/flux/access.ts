import type { Site } from "../../config/load";
import { Failure } from "../failure";
import type { StackJson, StackName } from "../workspace";
import { runnerName } from "./objects";
import type { Flux, Manifest, Part } from "./objects";
import { planSecrets, stateNames } from "./state";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const CHANGE = ["update", "patch", "delete"];
const EVERYTHING = ["get", "list", "watch", "create", ...CHANGE];

/** Service account of a stack's runner, and what it may: never anything of the whole cluster. */
export function access(site: Site, flux: Flux, part: Part): Manifest[] {
  const name = runnerName(part.stack);
  const inRelease = releaseRules(part);
  const namespace = site.platform?.namespace;
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: flux.namespace } },
    ...role(name, flux.namespace, flux, stateRules(part)),
    ...(namespace === undefined || inRelease.length === 0 ? [] : role(name, namespace, flux, inRelease)),
  ];
}

function role(name: string, namespace: string, flux: Flux, rules: readonly Rule[]): Manifest[] {
  const apiVersion = "rbac.authorization.k8s.io/v1";
  return [
    { apiVersion, kind: "Role", metadata: { name, namespace }, rules },
    {
      apiVersion,
      kind: "RoleBinding",
      metadata: { name, namespace },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace: flux.namespace }],
    },
  ];
}

/**
 * State, lock and plans. The engine lists states and the runner lists plans, and the runner's certificate has a new name
 * each week, so reading cannot be narrowed to names, nor can creating; changing is.
 */
function stateRules(part: Part): Rule[] {
  const state = stateNames(part);
  const leases = { apiGroups: ["coordination.k8s.io"], resources: ["leases"] };
  const secrets = { apiGroups: [""], resources: ["secrets"] };
  return [
    { ...secrets, verbs: ["get", "list", "create"] },
    {
      ...secrets,
      resourceNames: [...(state === undefined ? [] : [state.secret]), ...planSecrets(part)],
      verbs: CHANGE,
    },
    ...(state === undefined
      ? []
      : [
          { ...leases, verbs: ["create"] },
          { ...leases, resourceNames: [state.lease], verbs: ["get", ...CHANGE] },
        ]),
  ];
}

function releaseRules({ stack, json }: Part): Rule[] {
  switch (stack) {
    case "authentik-platform":
      // Who installs a chart can run anything as any account of its namespace, so that less would only look like less.
      return [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }];
    case "authentik":
    case "authentik-users":
      return [...kinds(json)].flatMap(([type, names]) => kindRules(stack, type, names));
  }
}

/** Kinds of the cluster's objects a stack manages, with their names where all are known. */
function kinds(json: StackJson): Map<string, string[] | undefined> {
  const resources = (json.resource ?? {}) as Readonly<Record<string, Readonly<Record<string, Managed>>>>;
  const found = Object.entries(resources).filter(([type]) => type.startsWith("kubernetes_"));
  return new Map(
    found.map(([type, blocks]) => {
      const names = Object.values(blocks).map(({ metadata }) => metadata?.name);
      const known = names.filter((name) => name !== undefined && !name.includes("${"));
      return [type, known.length === names.length ? (known as string[]) : undefined];
    }),
  );
}

interface Managed {
  readonly metadata?: { readonly name?: string };
}

/** Kubernetes' words for the provider's types. */
const KINDS: Readonly<Record<string, readonly [group: string, resource: string]>> = {
  kubernetes_config_map_v1: ["", "configmaps"],
  kubernetes_deployment_v1: ["apps", "deployments"],
  kubernetes_ingress_v1: ["networking.k8s.io", "ingresses"],
  kubernetes_network_policy_v1: ["networking.k8s.io", "networkpolicies"],
  kubernetes_pod_disruption_budget_v1: ["policy", "poddisruptionbudgets"],
  kubernetes_secret_v1: ["", "secrets"],
  kubernetes_service_account_v1: ["", "serviceaccounts"],
  kubernetes_service_v1: ["", "services"],
};

function kindRules(stack: StackName, type: string, names: readonly string[] | undefined): Rule[] {
  const kind = KINDS[type];
  if (kind === undefined)
    throw new Failure(
      `${stack}: ${type} must be a kind whose rights are known, got none; add it to delivery/flux/access.ts`,
    );
  const [group, resource] = kind;
  const all = { apiGroups: [group], resources: [resource] };
  // authentik's own Secrets are in the same namespace.
  if (resource !== "secrets" || names === undefined) return [{ ...all, verbs: EVERYTHING }];
  return [
    { ...all, verbs: ["create"] },
    { ...all, resourceNames: [...names].sort(), verbs: ["get", ...CHANGE] },
  ];
}
