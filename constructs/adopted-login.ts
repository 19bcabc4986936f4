import { Construct } from "constructs";
import { Flow as FlowResource } from "../.gen/providers/authentik/flow";
import { StageIdentification } from "../.gen/providers/authentik/stage-identification";
import { StageUserLogin } from "../.gen/providers/authentik/stage-user-login";
import { Adopted } from "./adopted";
import { flowUuid, flowsComplete } from "./flow";
import type { FlowReference } from "./flow";
import { leaveUnset } from "./lifecycle";
import type { Lookups } from "./lookups";
import type { SessionStageProps } from "./session-stage";

/** Names of authentik's own login: the flow, which goes by its slug, and the two stages that are adopted with it. */
export const BUILT_IN_LOGIN = {
  flow: "default-authentication-flow",
  identification: "default-authentication-identification",
  password: "default-authentication-password",
  session: "default-authentication-login",
} as const;

/** Addresses below an adopted login, for those who let go of it: each takes a `Forgotten`. */
export const ADOPTED_LOGIN_ADDRESSES = [
  ["authentik_flow", "flow"],
  ["authentik_stage_identification", "identification"],
  ["authentik_stage_user_login", "session"],
] as const;

export interface AdoptedLoginProps {
  /** authentik's own stages, read once in a stack. */
  readonly lookups: Lookups;
  /** Heading of the first screen.  @default - left as it is */
  readonly title?: string;
  /** How long a session lasts, such as `weeks=4`. */
  readonly sessionDuration: string;
  /**
   * What of the network a session is bound to, as it is now: the provider never reads it, so what is not stated here
   * would be reset, and no plan would show it.
   */
  readonly networkBinding: NonNullable<SessionStageProps["networkBinding"]>;
  /** What of the place a session is bound to, as it is now; never read either. */
  readonly geoipBinding: NonNullable<SessionStageProps["geoipBinding"]>;
  /** By how much a person may lengthen the session.  @default - left as it is */
  readonly rememberMeOffset?: string;
  /**
   * Whether the password is asked for on the first screen. The step that asked for it stays, and is skipped by its own policy
   * on a current server.  @default - left as it is
   */
  readonly passwordOnFirstScreen?: boolean;
  /** Where people who forgot their password go.  @default - left as it is */
  readonly recoveryFlow?: FlowReference;
  /** Where people without an account go.  @default - left as it is */
  readonly enrollmentFlow?: FlowReference;
  /** Where people go who sign in without a password.  @default - left as it is */
  readonly passwordlessFlow?: FlowReference;
  /** Uuids of the sources whose buttons are shown.  @default - left as they are */
  readonly sources?: readonly string[];
}

/**
 * authentik's own login, changed in place: imported by name, never made and never destroyed, with everything left as it is
 * that is not said here. An upgrade of authentik may write its own values again, which the next apply changes back.
 *
 * Every update of the provider writes a whole object, so what is not ours is under `ignore_changes`, by which the values that
 * were imported are sent again. Names become a matter of no case, which the provider cannot leave alone.
 * @see https://docs.goauthentik.io/add-secure-apps/flows-stages/flow/
 */
export class AdoptedLogin extends Construct {
  /** The flow itself, for what this construct has no prop for. */
  readonly resource: FlowResource;
  /** The stage that asks who somebody is. */
  readonly identification: StageIdentification;
  /** The stage that signs people in. */
  readonly session: StageUserLogin;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: AdoptedLoginProps,
  ) {
    super(scope, id);
    const { lookups } = props;
    this.resource = this.flow();
    this.node.defaultChild = this.resource;
    this.identification = this.identify();
    this.session = this.signIn();
    new Adopted(this, "import-flow", this.resource, BUILT_IN_LOGIN.flow);
    new Adopted(this, "import-identification", this.identification, lookups.stage(BUILT_IN_LOGIN.identification));
    new Adopted(this, "import-session", this.session, lookups.stage(BUILT_IN_LOGIN.session));
  }

  private flow(): FlowResource {
    const { title } = this.props;
    return new FlowResource(this, "flow", {
      // Required by the provider, and left as they are.
      name: "Welcome to authentik!",
      title: title ?? "Welcome to authentik!",
      slug: BUILT_IN_LOGIN.flow,
      designation: "authentication",
      lifecycle: {
        preventDestroy: true,
        ignoreChanges: title === undefined ? [...LEFT_OF_FLOW, "title"] : LEFT_OF_FLOW,
      },
    });
  }

  private identify(): StageIdentification {
    const { passwordOnFirstScreen, sources, recoveryFlow, enrollmentFlow, passwordlessFlow } = this.props;
    const links = {
      recovery_flow: flowUuid(recoveryFlow),
      enrollment_flow: flowUuid(enrollmentFlow),
      passwordless_flow: flowUuid(passwordlessFlow),
    };
    // An empty text takes the password off the first screen; left out, it is nothing of ours.
    const passwordStage =
      passwordOnFirstScreen === undefined
        ? undefined
        : passwordOnFirstScreen
          ? this.props.lookups.stage(BUILT_IN_LOGIN.password)
          : "";
    const ours = { ...links, sources, password_stage: passwordStage };
    const left = ["captcha_stage", "enable_remember_me", "pretend_user_exists", "show_matched_user"];
    return new StageIdentification(this, "identification", {
      name: BUILT_IN_LOGIN.identification,
      // Left out or ignored, the provider would send false and `Jane` would not be `jane`.
      caseInsensitiveMatching: true,
      recoveryFlow: links.recovery_flow,
      enrollmentFlow: links.enrollment_flow,
      passwordlessFlow: links.passwordless_flow,
      sources: sources === undefined ? undefined : [...sources],
      passwordStage,
      dependsOn: flowsComplete([recoveryFlow, enrollmentFlow, passwordlessFlow]),
      lifecycle: leaveUnset(
        {
          ...ours,
          ...Object.fromEntries(
            [...left, "show_source_labels", "user_fields", "webauthn_stage"].map((one) => [one, undefined]),
          ),
        },
        { preventDestroy: true },
      ),
    });
  }

  private signIn(): StageUserLogin {
    const { sessionDuration, rememberMeOffset, networkBinding, geoipBinding } = this.props;
    return new StageUserLogin(this, "session", {
      name: BUILT_IN_LOGIN.session,
      sessionDuration,
      rememberMeOffset,
      networkBinding,
      geoipBinding,
      lifecycle: leaveUnset(
        { remember_me_offset: rememberMeOffset, remember_device: undefined, terminate_other_sessions: undefined },
        { preventDestroy: true },
      ),
    });
  }
}

/** What of the flow is never ours; the provider would reset it. */
const LEFT_OF_FLOW = [
  ...["authentication", "background", "compatibility_mode", "denied_action", "designation", "layout", "name"],
  "policy_engine_mode",
];
