import type { BackendConfig } from "./load";
import { show } from "./problems";
import type { Problem } from "./problems";
import { duplicates, problem } from "./rule";
import type { LooseSite, Path } from "./rule";

const FLUX: Path = ["delivery", "flux"];

/** What tofu-controller, its runners and their namespace demand of a site. */
export function checkDelivery(site: LooseSite, backend: BackendConfig | undefined): Problem[] {
  const flux = site.delivery?.flux;
  if (flux === undefined) return [];
  return [
    ...checkStates(flux, backend),
    ...checkNamespaces(flux, site),
    ...checkSignIn(flux, site),
    ...duplicates([...FLUX, "envFrom"], flux.envFrom),
    ...duplicates(
      [...FLUX, "dependsOn"],
      flux.dependsOn?.map((one) => one && [one.namespace, one.name].join("/")),
    ),
  ];
}

type LooseFlux = NonNullable<NonNullable<LooseSite["delivery"]>["flux"]>;

/** The controller puts a state of Kubernetes into the namespace of its own object, and runs in pods that come and go. */
function checkStates({ namespace }: LooseFlux, backend: BackendConfig | undefined): Problem[] {
  if (backend === undefined || namespace === undefined) return [];
  const { type, arguments: given } = backend;
  if (type === "local") {
    const text = `must be one that runners and workstations share, got ${show(type)}; a pod's files go with it, so keep the states in Kubernetes, a database or a bucket`;
    return [problem("AK070", ["backend"], text)];
  }
  if (type !== "kubernetes" || given.namespace === namespace) return [];
  const text = `must be that of the states, ${show(given.namespace)} in the backend's file, got ${show(namespace)}; write the same in both, so that runners and workstations share state and lock`;
  return [problem("AK070", [...FLUX, "namespace"], text)];
}

/** A runner may read every Secret beside its state. */
function checkNamespaces({ namespace }: LooseFlux, { platform }: LooseSite): Problem[] {
  if (namespace === undefined || namespace !== platform?.namespace) return [];
  const text = `must not be the release's, got ${show(namespace)}; runners read every Secret of theirs, so give them another`;
  return [problem("AK071", [...FLUX, "namespace"], text)];
}

function checkSignIn({ vault }: LooseFlux, site: LooseSite): Problem[] {
  const place = [...FLUX, "vault"];
  if (site.vault === undefined) {
    if (vault === undefined) return [];
    return [problem("AK072", place, "must not be given without a Vault, got one; remove it, or describe vault")];
  }
  if (vault !== undefined) return [];
  const text = "must be given beside a Vault, got nothing; name the role that the runners' service accounts may take";
  return [problem("AK072", place, text)];
}
