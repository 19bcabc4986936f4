import type { TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { StageEmail } from "../.gen/providers/authentik/stage-email";
import { StageIdentification } from "../.gen/providers/authentik/stage-identification";
import { StageUserWrite } from "../.gen/providers/authentik/stage-user-write";
import { ExpressionPolicy } from "./expression-policy";
import { Flow } from "./flow";
import type { StepPolicy } from "./flow";
import { PromptStage } from "./prompt-stage";
import { outOfRange, refuse } from "./refusal";
import { sessionStage } from "./session-stage";
import type { SessionStageProps } from "./session-stage";

export interface RecoveryFlowProps extends Pick<SessionStageProps, "geoipBinding" | "networkBinding"> {
  /** Heading people read.  @default "Reset your password" */
  readonly title?: string;
  /** What people may call themselves, without regard to case.  @default ["email", "username"] */
  readonly userFields?: readonly ("email" | "username")[];
  /** Uuid of the policy a new password has to pass.  @default - any password will do */
  readonly passwordPolicy?: string;
  /** Subject of the e-mail.  @default "Reset your password" */
  readonly subject?: string;
  /** How long the link in the e-mail is good for, in minutes (5 to 1440).  @default 30 */
  readonly tokenMinutes?: number;
  /** How long the session lasts that begins with the new password, such as `weeks=4`.  @default "weeks=4" */
  readonly sessionDuration?: string;
  /** URL or path of the picture behind the box.  @default - authentik's */
  readonly background?: string;
}

/**
 * How people who forgot their password get in again: name or address, a link by e-mail, a new password. All other sessions
 * of the person end. Whether somebody has an account cannot be told from it, and nobody is made by it.
 *
 * A link that an administrator made leads to the new password as well, for which the brand has to carry the flow.
 * authentik needs a mail server.
 * @throws RefusedError on a number out of range
 * @see https://docs.goauthentik.io/add-secure-apps/flows-stages/stages/email/
 */
export class RecoveryFlow extends Construct {
  /** The flow. */
  readonly flow: Flow;
  /** Uuid of the flow; known after apply. */
  readonly flowId: string;
  /** What to wait for before anybody is sent to the flow. */
  readonly complete: readonly TerraformResource[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: RecoveryFlowProps = {},
  ) {
    super(scope, id);
    refuse(this, outOfRange("tokenMinutes", props.tokenMinutes, 5, 1440));
    const session = sessionStage(this, "session", {
      name: `${NAME}-session`,
      sessionDuration: props.sessionDuration,
      networkBinding: props.networkBinding,
      geoipBinding: props.geoipBinding,
      // Somebody may have got in with the old password.
      terminateOtherSessions: true,
    });
    this.flow = new Flow(this, "flow", {
      name: NAME,
      slug: NAME,
      title: props.title ?? "Reset your password",
      designation: "recovery",
      // Who is signed in would set that account's password.
      authentication: "require_unauthenticated",
      background: props.background,
      steps: [
        { id: "identification", order: 10, stage: this.identification().id, policies: [this.notRestored()] },
        { id: "email", order: 20, stage: this.email().id },
        { id: "password", order: 30, stage: this.password().stageId },
        { id: "write", order: 40, stage: this.write().id },
        { id: "session", order: 100, stage: session.id },
      ],
    });
    this.node.defaultChild = this.flow.resource;
    this.flowId = this.flow.flowId;
    this.complete = this.flow.complete;
  }

  /** Who comes by a link is known already; asked again, an administrator's link would lead nowhere. */
  private notRestored(): StepPolicy {
    const file = `${__dirname}/../policies/not_restored.py`;
    const { policyId } = new ExpressionPolicy(this, "not-restored", { name: `${NAME}-not-restored`, file });
    return { policy: policyId, failureResult: true };
  }

  private identification(): StageIdentification {
    return new StageIdentification(this, "identification", {
      name: `${NAME}-identification`,
      userFields: [...(this.props.userFields ?? ["email", "username"])],
      caseInsensitiveMatching: true,
      // Name and picture of whoever has the account would tell that there is one.
      showMatchedUser: false,
      pretendUserExists: true,
      enableRememberMe: false,
      showSourceLabels: false,
      lifecycle: LASTING,
    });
  }

  private email(): StageEmail {
    return new StageEmail(this, "email", {
      name: `${NAME}-email`,
      useGlobalSettings: true,
      subject: this.props.subject ?? "Reset your password",
      template: "email/password_reset.html",
      tokenExpiry: `minutes=${this.props.tokenMinutes ?? 30}`,
      recoveryMaxAttempts: 5,
      recoveryCacheTimeout: "minutes=5",
      lifecycle: LASTING,
    });
  }

  private password(): PromptStage {
    const { passwordPolicy } = this.props;
    return new PromptStage(this, "password", {
      name: `${NAME}-password`,
      fields: [
        { key: "password", label: "New password", type: "password" },
        { key: "password_repeat", label: "New password (again)", type: "password" },
      ],
      validationPolicies: passwordPolicy === undefined ? [] : [passwordPolicy],
    });
  }

  private write(): StageUserWrite {
    return new StageUserWrite(this, "write", {
      name: `${NAME}-write`,
      userCreationMode: "never_create",
      createUsersAsInactive: false,
      userType: "internal",
      lifecycle: LASTING,
    });
  }
}

/** Name and slug of the flow, and what its stages and policies begin with. */
const NAME = "iac-recovery";
/** Deleting a stage deletes its bindings, and the flow goes on without it. */
const LASTING = { createBeforeDestroy: true };
