import { stageAt } from "./flows";
import type { Instance } from "./instance";

/** A session as a stage says it, in the words of a site. */
export interface Session {
  readonly sessionDuration: unknown;
  /** Nothing when people cannot lengthen it. */
  readonly rememberMeOffset: unknown;
  readonly networkBinding: unknown;
  readonly geoipBinding: unknown;
}

const NO_OFFSET = "seconds=0";

/** The session of flows where no login says another. */
export const USUAL_SESSION: Session = {
  sessionDuration: "weeks=4",
  rememberMeOffset: undefined,
  networkBinding: "no_binding",
  geoipBinding: "no_binding",
};

/** The session that a stage begins. */
export function sessionOf(instance: Instance, stage: string): Session | undefined {
  const live = stageAt(instance, "user_login", stage);
  if (live === undefined) return undefined;
  const { session_duration, remember_me_offset, network_binding, geoip_binding } = live;
  return {
    sessionDuration: session_duration,
    rememberMeOffset: remember_me_offset === NO_OFFSET ? undefined : remember_me_offset,
    networkBinding: network_binding,
    geoipBinding: geoip_binding,
  };
}

/** What of a session is not that of the login; no offset beside a login that has one is said as authentik says it. */
export function otherThan(login: Session, session: Session): Partial<Session> {
  const names = Object.keys(session) as (keyof Session)[];
  const different = names.filter((name) => session[name] !== login[name]);
  return Object.fromEntries(different.map((name) => [name, session[name] ?? NO_OFFSET]));
}
