import type { Construct } from "constructs";
import { StageUserLogin } from "../.gen/providers/authentik/stage-user-login";

export interface SessionStageProps {
  /** Name in authentik, unique among stages. */
  readonly name: string;
  /** How long the session lasts, such as `weeks=4`; it does not grow with use.  @default "weeks=4" */
  readonly sessionDuration?: string;
  /**
   * By how much a person may lengthen the session, such as `weeks=8`. Anything but nothing asks everybody on a screen of
   * its own whether to stay signed in.  @default "seconds=0"
   */
  readonly rememberMeOffset?: string;
  /** Whether all other sessions of the person end.  @default false */
  readonly terminateOtherSessions?: boolean;
  /**
   * What of the network a session is bound to: once that changes, or cannot be told, the session ends.
   * @default "no_binding"
   */
  readonly networkBinding?: "bind_asn" | "bind_asn_network" | "bind_asn_network_ip" | "no_binding";
  /**
   * What of the place a session is bound to; ends every session whose address changes when authentik has no GeoIP data.
   * @default "no_binding"
   */
  readonly geoipBinding?: "bind_continent" | "bind_continent_country" | "bind_continent_country_city" | "no_binding";
}

/** The stage that signs a person in. */
export function sessionStage(scope: Construct, id: string, props: SessionStageProps): StageUserLogin {
  return new StageUserLogin(scope, id, {
    name: props.name,
    // Left out, a session lasts as long as an anonymous one.
    sessionDuration: props.sessionDuration ?? "weeks=4",
    rememberMeOffset: props.rememberMeOffset ?? "seconds=0",
    terminateOtherSessions: props.terminateOtherSessions ?? false,
    // Never read back: stated, so that they are what config says.
    networkBinding: props.networkBinding ?? "no_binding",
    geoipBinding: props.geoipBinding ?? "no_binding",
    // Deleting a stage deletes its bindings, and the flow goes on without it.
    lifecycle: { createBeforeDestroy: true },
  });
}
