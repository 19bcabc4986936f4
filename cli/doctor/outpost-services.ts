import { counted, fine, inTurn, judged, Skip, wrong } from "./check";
import type { Finding, Verdict } from "./check";
import type { EndpointSlice, Labels, Pod, Service } from "./cluster";
import { OWN_SELECTOR, placedOutposts, SERVER_SELECTOR } from "./outposts";
import type { PlacedOutpost } from "./outposts";
import type { Patient } from "./patient";

/** Whether requests reach as many pods as they should. */
export async function endpoints(patient: Patient): Promise<Verdict> {
  const findings = await inTurn(placedOutposts(patient.site), async (outpost) => {
    const service = await patient.cluster().service(outpost.namespace, outpost.service);
    if (service === undefined) return noService(outpost);
    const { name } = service.metadata;
    const ready = readyPods(await patient.cluster().endpointSlices(outpost.namespace, name));
    const { replicas } = outpost;
    const seen = `${name}: ${replicas === undefined ? ready : `${ready} of ${replicas}`} ready`;
    if (ready >= (replicas ?? 1)) return fine(seen);
    const problem = `${name} must lead to ${counted(replicas ?? 1, "ready pod")}, got ${ready}`;
    return wrong(problem, seen, ...(await unready(patient, outpost, service)));
  });
  return judged(
    findings,
    "kubectl describe the pods that are not ready, and look at their logs; without a Service, at that of authentik's worker",
  );
}

/** Whether each Service chooses the pods it should, and no others. */
export async function selector(patient: Patient): Promise<Verdict> {
  const placed = placedOutposts(patient.site).filter(({ form }) => form !== "kept");
  if (placed.length === 0) throw new Skip("the site leaves the embedded outpost as it is");
  const findings = await inTurn(placed, async (outpost) => {
    const service = await patient.cluster().service(outpost.namespace, outpost.service);
    return service === undefined ? noService(outpost) : chosenBy(patient, outpost, service);
  });
  return judged(
    findings,
    "npm run deploy says what the selector is; authentik's worker writes it, and its log says what kept it from that",
  );
}

async function chosenBy(
  patient: Patient,
  outpost: PlacedOutpost,
  { metadata: { name }, spec }: Service,
): Promise<Finding> {
  const chosen = spec.selector ?? {};
  const wanted = selectorOf(outpost);
  const seen = `${name}: ${words(chosen)}`;
  if (wanted !== undefined && words(wanted) !== words(chosen)) {
    return wrong(`${name} must choose ${words(wanted)}, got ${words(chosen)}`);
  }
  const pods = await patient.cluster().pods(outpost.namespace, chosen);
  if (pods.length === 0) return wrong(`${name} must choose pods, got none`, seen);
  const mark = Object.entries(markOf(patient, outpost));
  const others = pods.filter(({ metadata }) => mark.some(([key, value]) => metadata.labels?.[key] !== value));
  if (others.length === 0) return fine(seen);
  return wrong(
    `${name} must choose no other pods, got ${others.map(({ metadata }) => metadata.name).join(", ")}`,
    seen,
  );
}

/** Whether the pods that keep their sessions elsewhere have memory of their own to write to. */
export async function sharedMemory(patient: Patient): Promise<Verdict> {
  const own = placedOutposts(patient.site).find(({ form }) => form === "embedded-deployment");
  if (own === undefined) {
    throw new Skip(
      "only the embedded outpost's own pods get a volume there; how full it is elsewhere takes a shell in the pod",
    );
  }
  const findings = (await ownPods(patient, own)).map(memoryOf);
  return judged(findings, "npm run deploy; if a pod stays as it is, something else changes its Deployment");
}

function memoryOf({ metadata: { name }, spec }: Pod): Finding {
  const mounts = spec.containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
  const mount = mounts.find(({ mountPath }) => mountPath === "/dev/shm");
  const volume = spec.volumes?.find((one) => one.name === mount?.name)?.emptyDir;
  if (volume?.medium === "Memory") return fine(`${name}: memory, at most ${volume.sizeLimit ?? "what the node has"}`);
  return wrong(`${name} must have a volume of memory at /dev/shm, got ${mount === undefined ? "none" : "another"}`);
}

/**
 * The embedded outpost's own pods, those that go left out.
 * @throws Skip when there are none
 */
export async function ownPods(patient: Patient, { namespace }: PlacedOutpost): Promise<readonly Pod[]> {
  const pods = await patient.cluster().pods(namespace, OWN_SELECTOR);
  const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (staying.length > 0) return staying;
  throw new Skip("the embedded outpost has no pods of its own to look at (see outpost-endpoints)");
}

function noService({ name, namespace }: PlacedOutpost): Finding {
  return wrong(`the outpost "${name}" must have a Service in ${namespace}, got none`);
}

/** A pod counts once, though it may have an address of each family. */
function readyPods(slices: readonly EndpointSlice[]): number {
  const ready = slices
    .flatMap(({ endpoints: all }) => all ?? [])
    .filter(({ conditions }) => conditions?.ready !== false);
  return new Set(ready.map(({ addresses, targetRef }) => targetRef?.name ?? addresses[0])).size;
}

async function unready(patient: Patient, { namespace }: PlacedOutpost, { spec }: Service): Promise<string[]> {
  if (spec.selector == null) return [];
  const pods = await patient.cluster().pods(namespace, spec.selector);
  return pods.flatMap(({ metadata, status }) => {
    const containers = status?.containerStatuses ?? [];
    if (containers.length > 0 && containers.every(({ ready }) => ready)) return [];
    const reason = containers.map(({ state }) => state?.waiting?.reason).find((one) => one !== undefined);
    const restarts = containers.reduce((sum, { restartCount }) => sum + restartCount, 0);
    return [`${metadata.name}: ${reason ?? status?.phase ?? "no state"}, ${counted(restarts, "restart")}`];
  });
}

/** The one selector that is right; that of authentik's own pods is authentik's. */
function selectorOf({ form, isServed }: PlacedOutpost): Labels | undefined {
  if (form === "managed") return undefined;
  return isServed === "by the server" ? SERVER_SELECTOR : OWN_SELECTOR;
}

/** What every pod a Service chooses has to have. */
function markOf({ site }: Patient, { form, isServed, service }: PlacedOutpost): Labels {
  // authentik marks a pod with the name from which it makes those of all objects.
  if (form === "managed") return { "goauthentik.io/outpost-name": service.replace(/^ak-outpost-/, "") };
  if (isServed === "by its own pods") return OWN_SELECTOR;
  return site.platform === undefined ? {} : { "app.kubernetes.io/instance": site.platform.release };
}

function words(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? "nothing" : pairs.sort().join(",");
}
