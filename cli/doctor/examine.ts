import type { Progress } from "../../delivery/progress";
import { bootstrapToken, expiry, oidc, reach, version } from "./authentik-checks";
import { CATALOGUE } from "./catalogue";
import type { CheckId } from "./catalogue";
import { verdictOf } from "./check";
import type { Verdict } from "./check";
import { lookups, plan } from "./delivery-checks";
import { edge, hostAccess } from "./edge-checks";
import { orphans } from "./orphans";
import { mode } from "./outpost-mode";
import { endpoints, selector, sharedMemory } from "./outpost-services";
import { sessions } from "./outpost-sessions";
import type { Patient } from "./patient";
import { adoptedLogin, brand, breakGlass } from "./sign-in-checks";

/** A check that was made. */
export interface Checked extends Verdict {
  readonly id: CheckId;
  readonly title: string;
}

const CHECKS: Readonly<Record<CheckId, (patient: Patient) => Promise<Verdict>>> = {
  reach,
  version,
  brand,
  "break-glass": breakGlass,
  "bootstrap-token": bootstrapToken,
  "adopted-login": adoptedLogin,
  oidc,
  expiry,
  orphans,
  "outpost-endpoints": endpoints,
  "outpost-selector": selector,
  "outpost-mode": mode,
  "outpost-shm": sharedMemory,
  "outpost-sessions": sessions,
  edge,
  "host-access": hostAccess,
  lookups,
  plan,
};

/** Makes checks, all at once; none stops another. What is left out is skipped for the reason given. */
export async function examine(
  patient: Patient,
  ids: readonly CheckId[],
  { leftOut = new Map(), progress }: { leftOut?: ReadonlyMap<CheckId, string>; progress: Progress },
): Promise<Checked[]> {
  return Promise.all(
    ids.map(async (id): Promise<Checked> => {
      const { title } = CATALOGUE[id];
      const why = leftOut.get(id);
      if (why !== undefined) return { id, title, status: "skipped", evidence: [], why };
      return { id, title, ...(await progress.step(id, () => CHECKS[id](patient).catch(verdictOf))) };
    }),
  );
}
