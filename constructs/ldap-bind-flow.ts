import { Construct } from "constructs";
import type { Flow as FlowResource } from "../.gen/providers/authentik/flow";
import { StageIdentification } from "../.gen/providers/authentik/stage-identification";
import { StagePassword } from "../.gen/providers/authentik/stage-password";
import { StageUserLogin } from "../.gen/providers/authentik/stage-user-login";
import { Flow } from "./flow";
import { outOfRange, refuse } from "./refusal";

export interface LdapBindFlowProps {
  /**
   * How long the session of a bind lives, in minutes (1 to 1440). Apps with `bindMode: "cached"` take a password for as
   * long without asking again.
   * @default 30
   */
  readonly sessionMinutes?: number;
}

/**
 * The flow an LDAP outpost runs when somebody binds: username and password, and no second factor, which LDAP has no way
 * to ask for. Passwords are the person's own or an app password. Only an outpost may run it: in a browser it would be a
 * way to sign in without the second factor. One for all LDAP apps.
 * @throws RefusedError on a value out of range
 * @see https://docs.goauthentik.io/add-secure-apps/providers/ldap
 */
export class LdapBindFlow extends Construct {
  /** The flow itself, for what this construct has no prop for. */
  readonly resource: FlowResource;
  /** Uuid of the flow; known after apply. */
  readonly flowId: string;

  constructor(scope: Construct, id: string, props: LdapBindFlowProps = {}) {
    super(scope, id);
    refuse(this, outOfRange("sessionMinutes", props.sessionMinutes, 1, 1440));
    // An identification stage whose password stage is deleted goes on without asking for a password.
    const lifecycle = { createBeforeDestroy: true };
    const password = new StagePassword(this, "password", {
      name: "iac-ldap-password",
      backends: ["authentik.core.auth.InbuiltBackend", "authentik.core.auth.TokenBackend"],
      lifecycle,
    });
    const identification = new StageIdentification(this, "identification", {
      name: "iac-ldap-identification",
      // E-mail addresses are not unique: one of several people who have it would be taken.
      userFields: ["username"],
      // Names in LDAP have no case.
      caseInsensitiveMatching: true,
      passwordStage: password.id,
      lifecycle,
    });
    const login = new StageUserLogin(this, "login", {
      name: "iac-ldap-login",
      // A session without an end of its own would be cached for as long as the outpost runs.
      sessionDuration: `minutes=${props.sessionMinutes ?? 30}`,
      lifecycle,
    });
    const flow = new Flow(this, "flow", {
      name: "LDAP bind",
      title: "LDAP",
      slug: "iac-ldap-bind",
      designation: "authentication",
      authentication: "require_outpost",
      steps: [
        { id: "identification", order: 10, stage: identification.id },
        { id: "login", order: 100, stage: login.id },
      ],
    });
    this.resource = flow.resource;
    this.node.defaultChild = flow.resource;
    this.flowId = flow.flowId;
  }
}
