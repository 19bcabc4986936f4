import type { Site } from "../../config/load";
import type { KubernetesObject } from "../../constructs/additional-objects";
import type { StackJson, StackName } from "../workspace";

export type Flux = NonNullable<Site["delivery"]["flux"]>;

/** An object of Kubernetes, its fields in the order they are written. */
export type Manifest = KubernetesObject;

/** What the manifests of one stack are made from. */
export interface Part {
  readonly stack: StackName;
  readonly json: StackJson;
  /** The stack that has to be applied first, when there is one. */
  readonly after?: StackName | undefined;
}

/** Where Flux itself lives, which nobody else makes. */
export const FLUX_SYSTEM = "flux-system";

/** Secret with AUTHENTIK_TOKEN, made by the ExternalSecret of the same name. */
export const TOKEN_SECRET = "authentik-api-token";

/** Kustomization of what the stacks share. */
export const SHARED = "authentik-delivery";

/** Service account of the pods that plan and apply a stack. */
export function runnerName(stack: StackName): string {
  return `${stack}-runner`;
}

/** An object that is deleted by people only, whatever leaves Git. */
export const KEPT = { "kustomize.toolkit.fluxcd.io/prune": "disabled" } as const;

/** A text in which `${…}` is no variable of Flux, should somebody switch these on for every Kustomization. */
export const LITERAL = { "kustomize.toolkit.fluxcd.io/substitute": "disabled" } as const;

/** Name of the GitRepository everything comes from. */
export function sourceName({ source }: Flux): string {
  return source.from === "existing" ? source.name : SHARED;
}

/** A path of the project as seen from the repository's root. */
export function inRepository({ path }: Flux, inside: string): string {
  return path === "." ? `./${inside}` : `./${path}/${inside}`;
}
