import { OutpostsApi } from "@goauthentik/api/dist/apis/OutpostsApi";
import type { OutpostHealth } from "@goauthentik/api/dist/models/OutpostHealth";
import { asJson, counted, fine, inTurn, judged, Skip, together, wrong } from "./check";
import type { Finding, Verdict } from "./check";
import type { Pod } from "./cluster";
import { ownPods } from "./outpost-services";
import { EMBEDDED, outpostsOf, OWN_PODS } from "./outposts";
import type { SiteOutpost } from "./outposts";
import type { Patient } from "./patient";

/** An outpost that was seen longer ago than this has stopped. */
const SILENT_MS = 5 * 60_000;

/** Whether outposts report to authentik, and keep sessions where they should. */
export async function mode(patient: Patient): Promise<Verdict> {
  const outposts = outpostsOf(patient.site);
  if (outposts.length === 0) throw new Skip("the site has no outposts");
  const findings = await inTurn(outposts, async (outpost) => {
    const health = await healthOf(patient, outpost);
    if (health === undefined) return wrong(`authentik must have the outpost "${outpost.name}", got none`);
    return together([reports(outpost, own(outpost, health), patient.now), await sessionsOf(patient, outpost)]);
  });
  return judged(
    findings,
    "look at the log of the pods that run the outpost, and compare it with docs/outposts.md; npm run deploy puts their environment right",
  );
}

/** What reports for an outpost; nothing when authentik has no such outpost. */
export async function healthOf(patient: Patient, { name }: SiteOutpost): Promise<OutpostHealth[] | undefined> {
  const outpost = (await patient.live.outposts()).find((one) => one.name === name);
  if (outpost === undefined) return undefined;
  const authentik = await patient.live.open();
  return authentik.use(OutpostsApi).outpostsInstancesHealthList({ uuid: outpost.pk });
}

/** Whether it was seen lately; what was replaced is listed for a while. */
export function isAlive({ lastSeen }: OutpostHealth, now: Date): boolean {
  return now.getTime() - lastSeen.getTime() < SILENT_MS;
}

/** Who reports for an outpost from where it runs: the server has one inside it, also where there are pods beside it. */
function own({ form, isServed }: SiteOutpost, health: readonly OutpostHealth[]): readonly OutpostHealth[] {
  if (form === "kept" || form === "managed") return health;
  const isOwn = isServed === "by its own pods";
  return health.filter(({ hostname }) => hostname.startsWith(OWN_PODS) === isOwn);
}

function reports({ name, replicas = 1 }: SiteOutpost, health: readonly OutpostHealth[], now: Date): Finding {
  const alive = health.filter((one) => isAlive(one, now));
  const evidence = health.length === 0 ? [] : [`${name}: ${inWords(health, now)}`];
  if (alive.length >= replicas) return fine(...evidence);
  return wrong(`${counted(replicas, "pod")} must report for "${name}", got ${alive.length}`, ...evidence);
}

function inWords(health: readonly OutpostHealth[], now: Date): string {
  const seen = Math.max(...health.map(({ lastSeen }) => lastSeen.getTime()));
  const ago = Math.max(0, Math.round((now.getTime() - seen) / 1000));
  return `${health.length === 1 ? "1 reports" : `${health.length} report`}, the last ${ago} s ago`;
}

async function sessionsOf(patient: Patient, outpost: SiteOutpost): Promise<Finding> {
  if (outpost.type === "ldap") return fine();
  if (outpost.form === "managed") return inPods(patient, outpost);
  const record = (await patient.live.outposts()).find(({ name }) => name === outpost.name);
  if (record?.managed !== EMBEDDED.managed) {
    const got = record?.managed ?? "nothing";
    return wrong(`"${outpost.name}" must be managed as ${EMBEDDED.managed}, got ${got}: sessions are in files`);
  }
  if (outpost.form !== "embedded-deployment") return fine(`${outpost.name}: sessions are in the database`);
  return inDatabase(patient, outpost);
}

/** Whether a person meets the session again, where each pod has its own. */
async function inPods(patient: Patient, outpost: SiteOutpost): Promise<Finding> {
  const seen = fine(`${outpost.name}: sessions are in each pod`);
  const { namespace } = outpost;
  if (!outpost.isSticky || namespace === undefined) return seen;
  const affinity = await withCluster(async () => {
    const service = await patient.cluster().service(namespace, outpost.service);
    const got = service?.spec.sessionAffinity ?? "none";
    if (got === "ClientIP") return fine(`${outpost.name}: sessionAffinity ClientIP`);
    return wrong(`the Service of "${outpost.name}" must have sessionAffinity ClientIP, got ${got}`);
  });
  return together([seen, affinity]);
}

const DATABASE = ["HOST", "NAME", "USER", "PASSWORD"].map((name) => `AUTHENTIK_POSTGRESQL__${name}`);

/** Whether the embedded outpost's own pods share their sessions. */
async function inDatabase(patient: Patient, outpost: SiteOutpost): Promise<Finding> {
  const { namespace } = outpost;
  if (namespace === undefined) return fine();
  return withCluster(async () => {
    const findings = await inTurn(await ownPods(patient, { ...outpost, namespace }), async (pod) => {
      const environment = environmentOf(pod);
      return environment.problems.length > 0 ? environment : logged(patient, namespace, pod);
    });
    return together(findings);
  });
}

/** What the API says stands without the cluster, but it is told that pods were not looked at. */
async function withCluster(look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Skip)) throw error;
    return fine(`pods were not looked at: ${error.message}`);
  }
}

function environmentOf({ metadata, spec }: Pod): Finding {
  const names = new Set(spec.containers.flatMap(({ env = [] }) => env.map(({ name }) => name)));
  const missing = DATABASE.filter((name) => !names.has(name));
  if (missing.length === 0) return fine(`${metadata.name}: told the database`);
  return wrong(`${metadata.name} must be told the database, got no ${missing.join(", ")}`);
}

/** What a pod said of itself when it started, unless that has been rotated away or it says little. */
async function logged(patient: Patient, namespace: string, { metadata, spec }: Pod): Promise<Finding> {
  const { name } = metadata;
  const container = spec.containers[0]?.name ?? "proxy";
  const log = await patient.cluster().beginningOfLog(namespace, name, container);
  const lines = log.split("\n").map(asJson);
  const said = (pattern: RegExp): Readonly<Record<string, unknown>> | undefined =>
    lines.find(({ event, message }) => pattern.test(String(event ?? message)));
  const isEmbedded = said(/^outpost mode$/i)?.embedded;
  if (isEmbedded === false) return wrong(`${name} must run as the embedded outpost, got "embedded":false in its log`);
  if (said(/^using filesystem session backend$/i)) {
    return wrong(`${name} must keep sessions in the database, got "using filesystem session backend" in its log`);
  }
  if (said(/^using postgresql session backend$/i)) return fine(`${name}: keeps sessions in the database`);
  return fine(`${name}: told the database; its log does not say where sessions are`);
}
