import { recovery as shape } from "../../config/recovery-shape";
import type { SiteInput } from "../../config/schema";
import { FLOWS, flowAt, stageAt } from "./flows";
import type { Instance } from "./instance";
import { missing } from "./login";
import { NOTHING, read, unsaid } from "./reading";
import type { Reading } from "./reading";
import { otherThan, sessionOf } from "./session";
import type { Session } from "./session";

type Recovery = NonNullable<SiteInput["recovery"]>;

const WHAT = `flow ${FLOWS.recovery}`;

/** How people get in again whom an instance sends a link, beside a login with a session of its own. */
export function recoveryOf(instance: Instance, login: Session): Reading<Recovery> {
  const flow = flowAt(instance, FLOWS.recovery);
  if (flow === undefined) return NOTHING;
  const stages = {
    identification: stageAt(instance, "identification", `${FLOWS.recovery}-identification`),
    email: stageAt(instance, "email", `${FLOWS.recovery}-email`),
    session: sessionOf(instance, `${FLOWS.recovery}-session`),
  };
  const { identification, email, session } = stages;
  if (identification === undefined || email === undefined || session === undefined) {
    return unsaid(WHAT, ...missing(stages, FLOWS.recovery));
  }
  const { sessionDuration } = otherThan(login, session);
  return read(WHAT, shape, {
    title: flow.title,
    userFields: identification.user_fields,
    emailSubject: email.subject,
    tokenMinutes: minutesOf(email.token_expiry),
    sessionDuration,
  });
}

/** The minutes of a length of time that is written in minutes; what else it is, as it is. */
export function minutesOf(duration: unknown): unknown {
  return wholeUnits(duration, "minutes");
}

/** The count of a length of time that is written in one unit. */
export function wholeUnits(duration: unknown, unit: "days" | "minutes"): unknown {
  const [, count] = (typeof duration === "string" && new RegExp(`^${unit}=([1-9]\\d*)$`).exec(duration)) || [];
  return count === undefined ? duration : Number(count);
}
