import type { Site } from "../../config/load";
import type { StackName } from "../workspace";
import { guardUrl } from "./guard";
import { inRepository, LITERAL, runnerName, sourceName, TOKEN_SECRET } from "./objects";
import type { Flux, Manifest, Part } from "./objects";
import { backendConfig } from "./state";

/** A stack as tofu-controller plans and applies it. */
export function terraform(site: Site, flux: Flux, part: Part): Manifest {
  const { stack, after } = part;
  const url = guardUrl(flux, stack);
  return {
    apiVersion: "infra.contrib.fluxcd.io/v1alpha2",
    kind: "Terraform",
    metadata: {
      name: stack,
      namespace: flux.namespace,
      annotations: LITERAL,
    },
    spec: {
      // Nobody has to look at a plan of people that the guard lets pass; any other waits for a person.
      approvePlan: stack === "authentik-users" && url !== undefined ? "auto" : "",
      path: inRepository(flux, `deploy/rendered/${site.name}/${stack}`),
      sourceRef: { kind: "GitRepository", name: sourceName(flux), namespace: flux.namespace },
      ...(after !== undefined && { dependsOn: [{ name: after }] }),
      interval: flux.interval,
      retryInterval: "1m",
      backendConfig: backendConfig(part),
      // Versions are exact; so the lock file beside the stack counts.
      upgradeOnInit: false,
      storeReadablePlan: "none",
      destroyResourcesOnDeletion: false,
      serviceAccountName: runnerName(stack),
      // An apply that is interrupted finishes what it began and writes its state.
      runnerTerminationGracePeriodSeconds: 300,
      ...environment([...(usesAuthentik(stack) ? [TOKEN_SECRET] : []), ...flux.envFrom]),
      ...(url !== undefined && { webhooks: [webhook(url)] }),
    },
  };
}

function usesAuthentik(stack: StackName): boolean {
  return stack !== "authentik-platform";
}

/** Variables of the runner; the keys of each Secret are their names. */
function environment(secrets: readonly string[]): object {
  if (secrets.length === 0) return {};
  return { runnerPodTemplate: { spec: { envFrom: secrets.map((name) => ({ secretRef: { name } })) } } };
}

function webhook(url: string): object {
  return {
    stage: "post-planning",
    enabled: true,
    url,
    payloadType: "SpecAndPlan",
    testExpression: "${{ .passed }}",
    errorMessageTemplate: "${{ .message }}",
  };
}
