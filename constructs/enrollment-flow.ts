import { Lazy } from "cdktf";
import type { TerraformResource } from "cdktf";
import { Construct } from "constructs";
import type { Flow as FlowResource } from "../.gen/providers/authentik/flow";
import { checkEnrollment } from "./enrollment-checks";
import type { EnrollmentBy, GrantedGroup } from "./enrollment-checks";
import {
  BY_PASSKEY,
  ENROLLMENT,
  choiceStage,
  codeStage,
  detailsStage,
  emailStage,
  enrollmentPolicy,
  invitationStage,
  sourcesStage,
  writeStage,
} from "./enrollment-steps";
import { Flow } from "./flow";
import type { FlowLayout, FlowStep, StepPolicy } from "./flow";
import { outOfRange, refuse } from "./refusal";
import { sessionStage } from "./session-stage";
import type { SessionStageProps } from "./session-stage";

export interface EnrollmentFlowProps {
  /**
   * What people come by: `invitation` asks for a password, `social` for an invitation and an account elsewhere or a
   * passkey, and `open` is for everybody who has an e-mail address, for which authentik needs a mail server.
   */
  readonly by: EnrollmentBy;
  /** Heading people read.  @default "Create your account" */
  readonly title?: string;
  /** Groups that an invitation may put people into; it names them in its attributes `groups`.  @default - none */
  readonly assignableGroups?: readonly GrantedGroup[];
  /** Group that everybody who enrolls is put into, with its uuid.  @default - none */
  readonly usersGroup?: GrantedGroup & { readonly id: string };
  /** Uuid of the policy a password has to pass; not with `social`.  @default - any password will do */
  readonly passwordPolicy?: string;
  /** Uuid of the stage in which people make a passkey; with `social`, those who come from no source.  @default - no step */
  readonly passkeySetUp?: string;
  /** Uuid of the stage in which people set up an authenticator app; not with `social`.  @default - no step */
  readonly totpSetUp?: string;
  /**
   * Uuids of the sources that people may come from with `social`. Called with the uuid of this flow, which is the
   * enrollment flow of each of them; they must not wait for this flow, whose buttons wait for them.
   * @default - passkeys only
   */
  readonly sources?: (enrollmentFlow: string) => readonly string[];
  /** What authentik calls the people: `external` have no page of their own.  @default "internal" */
  readonly userType?: "external" | "internal";
  /** The session that begins at the end.  @default - see SessionStageProps */
  readonly session?: Omit<SessionStageProps, "name" | "terminateOtherSessions">;
  /** Subject of the e-mail of `open`.  @default "Confirm your account" */
  readonly subject?: string;
  /** How long the link in that e-mail is good for, in minutes (5 to 1440).  @default 30 */
  readonly tokenMinutes?: number;
  /** Where the box stands on the page.  @default "stacked" */
  readonly layout?: FlowLayout;
  /** URL or path of the picture behind the box.  @default - authentik's */
  readonly background?: string;
}

/**
 * How people without an account get one. Nobody may be signed in, or that account would be written to.
 *
 * A single-use invitation is used up when its stage reads it, and the way through a source starts the flow anew without the
 * link's code. So people go to their source first, and are asked for the code when they come back. Groups are given as the
 * session begins: who breaks off before has an account without them.
 *
 * @throws RefusedError on groups that give power, and on what has no place in an enrollment of its kind
 * @see https://docs.goauthentik.io/add-secure-apps/flows-stages/stages/invitation/
 */
export class EnrollmentFlow extends Construct {
  /** The flow's resource, for what this construct has no prop for. */
  readonly resource: FlowResource;
  /** The flow. */
  readonly flow: Flow;
  /** Uuid of the flow; known after apply. */
  readonly flowId: string;
  /** What to wait for before anybody is sent to the flow. */
  readonly complete: readonly TerraformResource[];
  private sources: readonly string[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: EnrollmentFlowProps,
  ) {
    super(scope, id);
    refuse(this, [...checkEnrollment(props), ...outOfRange("tokenMinutes", props.tokenMinutes, 5, 1440)]);
    this.flow = new Flow(this, "flow", {
      name: ENROLLMENT,
      slug: ENROLLMENT,
      title: props.title ?? "Create your account",
      designation: "enrollment",
      authentication: "require_unauthenticated",
      layout: props.layout,
      background: props.background,
      steps: this.steps(),
    });
    this.resource = this.flow.resource;
    this.node.defaultChild = this.resource;
    this.flowId = this.flow.flowId;
    this.complete = this.flow.complete;
    this.sources = props.sources?.(this.flowId) ?? [];
    if (props.sources !== undefined && this.sources.length === 0) {
      refuse(this, [{ field: "sources", text: "must name at least one, got []; name one, or leave the prop out" }]);
    }
  }

  private steps(): FlowStep[] {
    switch (this.props.by) {
      case "invitation":
        return [
          this.invitation(10),
          this.details(20, true),
          this.write(30),
          ...this.factors(40),
          { ...this.session(), policies: [this.groups()] },
        ];
      case "open":
        return [
          this.details(10, true),
          this.write(20),
          { id: "email", order: 30, stage: this.email() },
          ...this.factors(40),
          this.session(),
        ];
      case "social":
        return this.socialSteps();
    }
  }

  private socialSteps(): FlowStep[] {
    const fromSource = enrollmentPolicy(this, "from-source", "only_sso");
    const code = enrollmentPolicy(this, "asks-code", "enrollment_code").forStep({ failureResult: true });
    // Turned round, whoever cannot be told apart is asked.
    const notFromSource = fromSource.forStep({ negate: true });
    return [
      ...this.ways(notFromSource),
      { id: "code", order: 30, stage: codeStage(this).stageId, policies: [code] },
      this.invitation(40),
      this.details(50, false),
      this.write(60),
      ...this.factors(70).map((step) => ({ ...step, policies: [notFromSource] })),
      { ...this.session(), policies: [this.groups()] },
    ];
  }

  /** The buttons of the sources, and before them the choice between these and a passkey, where there is one. */
  private ways(notFromSource: StepPolicy): FlowStep[] {
    const { sources, passkeySetUp } = this.props;
    if (sources === undefined) return [];
    const stage = sourcesStage(this, Lazy.listValue({ produce: () => [...this.sources] })).id;
    const buttons = { id: "sources", order: 20, stage };
    if (passkeySetUp === undefined) return [{ ...buttons, policies: [notFromSource] }];
    const byPasskey = enrollmentPolicy(this, "by-passkey", "enrollment_by_passkey", { PASSKEY: BY_PASSKEY });
    return [
      { id: "choice", order: 10, stage: choiceStage(this).stageId, policies: [notFromSource] },
      { ...buttons, policies: [notFromSource, byPasskey.forStep({ negate: true })], match: "all" },
    ];
  }

  /** Another kind has other steps, so that while one takes the other's place nobody is written before an invitation is read. */
  private idOf(step: string): string {
    return this.props.by === "invitation" ? step : `${this.props.by}-${step}`;
  }

  private invitation(order: number): FlowStep {
    return { id: this.idOf("invitation"), order, stage: invitationStage(this).id };
  }

  private details(order: number, withPassword: boolean): FlowStep {
    return {
      id: this.idOf("details"),
      order,
      stage: detailsStage(this, withPassword, this.props.passwordPolicy).stageId,
    };
  }

  private write(order: number): FlowStep {
    const { by, usersGroup, userType = "internal" } = this.props;
    const stage = writeStage(this, by === "open", { createUsersGroup: usersGroup?.id, userType });
    const fields = enrollmentPolicy(this, "fields", "enrollment_fields").forStep();
    return { id: this.idOf("write"), order, stage: stage.id, policies: [fields] };
  }

  private email(): string {
    const { subject = "Confirm your account", tokenMinutes = 30 } = this.props;
    return emailStage(this, subject, tokenMinutes).id;
  }

  private factors(order: number): FlowStep[] {
    const { passkeySetUp, totpSetUp } = this.props;
    return [
      ...(passkeySetUp === undefined ? [] : [{ id: "passkey", order, stage: passkeySetUp }]),
      ...(totpSetUp === undefined ? [] : [{ id: "totp", order: order + 10, stage: totpSetUp }]),
    ];
  }

  private session(): FlowStep {
    const stage = sessionStage(this, "session", { ...this.props.session, name: `${ENROLLMENT}-session` });
    return { id: "session", order: 100, stage: stage.id };
  }

  /** Asked as the session begins, when the invitation has been read; should it break, people are signed in without groups. */
  private groups(): StepPolicy {
    const names = (this.props.assignableGroups ?? []).map(({ name }) => name);
    const policy = enrollmentPolicy(this, "groups", "enrollment_groups", { ALLOWED_GROUPS: names });
    return policy.forStep({ failureResult: true });
  }
}
