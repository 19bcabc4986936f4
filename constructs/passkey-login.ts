import { Construct } from "constructs";
import type { TerraformResource } from "cdktf";
import { StageAuthenticatorValidate } from "../.gen/providers/authentik/stage-authenticator-validate";
import { Flow } from "./flow";
import { sessionStage } from "./session-stage";
import type { SessionStageProps } from "./session-stage";

export interface PasskeyLoginProps extends Omit<SessionStageProps, "name" | "terminateOtherSessions"> {
  /** Heading people read.  @default "Sign in with a passkey" */
  readonly title?: string;
  /** URL or path of the picture behind the box.  @default - authentik's */
  readonly background?: string;
}

/**
 * A sign-in by passkey alone, for a login to link to: no name, no password. The passkey has to be discoverable and to verify
 * the person, as those set up by FactorSetUp do, which makes it two factors.
 * @see https://docs.goauthentik.io/add-secure-apps/flows-stages/stages/authenticator_validate/#passwordless-authentication
 */
export class PasskeyLogin extends Construct {
  /** The flow. */
  readonly flow: Flow;
  /** Uuid of the flow; known after apply. */
  readonly flowId: string;
  /** What to wait for before anybody is sent to the flow. */
  readonly complete: readonly TerraformResource[];

  constructor(scope: Construct, id: string, props: PasskeyLoginProps = {}) {
    super(scope, id);
    const name = "iac-passkey";
    const passkey = new StageAuthenticatorValidate(this, "passkey", {
      name,
      deviceClasses: ["webauthn"],
      // Who has none is not let in, and cannot be offered to make one: nobody is known yet.
      notConfiguredAction: "deny",
      lastAuthThreshold: "seconds=0",
      webauthnUserVerification: "required",
      lifecycle: { createBeforeDestroy: true },
    });
    this.flow = new Flow(this, "flow", {
      name,
      slug: name,
      title: props.title ?? "Sign in with a passkey",
      designation: "authentication",
      background: props.background,
      steps: [
        { id: "passkey", order: 10, stage: passkey.id },
        { id: "session", order: 100, stage: sessionStage(this, "session", { ...props, name: `${name}-session` }).id },
      ],
    });
    this.node.defaultChild = this.flow.resource;
    this.flowId = this.flow.flowId;
    this.complete = this.flow.complete;
  }
}
