import type { TerraformResource } from "cdktf";
import { Construct } from "constructs";
import type { Flow as FlowResource } from "../.gen/providers/authentik/flow";
import { StageAuthenticatorValidate } from "../.gen/providers/authentik/stage-authenticator-validate";
import { StageIdentification } from "../.gen/providers/authentik/stage-identification";
import { StagePassword } from "../.gen/providers/authentik/stage-password";
import { ExpressionPolicy } from "./expression-policy";
import { Flow, flowUuid, flowsComplete } from "./flow";
import type { FlowLayout, FlowReference, StepPolicy } from "./flow";
import type { Lookups } from "./lookups";
import type { SetUpFactor } from "./factor-set-up";
import { refuse } from "./refusal";
import type { Refusal, Waive } from "./refusal";
import { ReputationGuard, checkReputation } from "./reputation-guard";
import type { ReputationProps } from "./reputation-guard";
import { sessionStage } from "./session-stage";
import type { SessionStageProps } from "./session-stage";

/** What people may show as a second factor; authentik's own names. */
export type DeviceClass = "duo" | "email" | "sms" | "static" | "totp" | "webauthn";

export interface LoginMfaProps {
  /** Factors that count.  @default ["webauthn", "totp", "static"] */
  readonly deviceClasses?: readonly DeviceClass[];
  /**
   * What becomes of a person who has none of them: let in with the password alone, turned away, or made to set one up
   * before anything else.  @default "skip"
   */
  readonly notConfigured?: "configure" | "deny" | "skip";
  /** Factors to choose from with `configure`. One of them should need no hardware.  @default ["totp", "webauthn", "static"] */
  readonly setUp?: readonly SetUpFactor[];
  /**
   * Uuids of the stages in which factors are set up; `email` needs one.
   * @default - authentik's own, one a factor
   */
  readonly setUpStages?: Readonly<Partial<Record<SetUpFactor, string>>>;
  /** How long a browser is not asked again after it was, such as `hours=12`.  @default - asked at each sign-in */
  readonly askAgainAfter?: string;
}

export interface SingleScreenLoginProps extends Omit<SessionStageProps, "name" | "terminateOtherSessions"> {
  /** Stages to set up factors, read once in a stack. */
  readonly lookups: Lookups;
  /** Heading people read.  @default "Sign in" */
  readonly title?: string;
  /** What people may call themselves, without regard to case.  @default ["username", "email"] */
  readonly userFields?: readonly ("email" | "username")[];
  /** Whether the browser offers passkeys on the same screen; they have to verify the person.  @default true */
  readonly passkeys?: boolean;
  /** Whether people may have the browser fill in their username next time.  @default true */
  readonly rememberUsername?: boolean;
  /** Whom to turn away after too many failed attempts, or false.  @default - see ReputationProps */
  readonly reputation?: ReputationProps | false;
  /** The second factor; passkeys are not asked for one.  @default - see LoginMfaProps */
  readonly mfa?: LoginMfaProps;
  /** Where people who forgot their password go.  @default - no link */
  readonly recoveryFlow?: FlowReference;
  /** Where people without an account go.  @default - no link */
  readonly enrollmentFlow?: FlowReference;
  /** Where people go who sign in without a password.  @default - no link */
  readonly passwordlessFlow?: FlowReference;
  /** Uuids of the sources whose buttons are shown, such as social logins.  @default - none */
  readonly sources?: readonly string[];
  /** Where the box stands on the page.  @default "stacked" */
  readonly layout?: FlowLayout;
  /** URL or path of the picture behind the box; the brand's does not show here.  @default - authentik's */
  readonly background?: string;
  /** Whether the page helps password managers that cannot look into web components.  @default false */
  readonly compatibilityMode?: boolean;
  /** Reasons for refusals that do not apply here.  @default {} */
  readonly waive?: Waive;
}

/**
 * A sign-in on one screen: name, password and passkey, then the second factor, then the session.
 *
 * The password has a stage of its own, but no step: a step would ask for it a second time. A passkey verifies the person,
 * which makes it two factors, and is not asked for another. The login is shown by a brand that points at it.
 *
 * @throws RefusedError listing every prop that would lock people out or do nothing
 * @see https://docs.goauthentik.io/add-secure-apps/flows-stages/stages/identification/
 */
export class SingleScreenLogin extends Construct {
  /** The flow's resource, for what this construct has no prop for. */
  readonly resource: FlowResource;
  /** The flow. */
  readonly flow: Flow;
  /** Uuid of the flow; known after apply. */
  readonly flowId: string;
  /** What to wait for before anybody is sent to the flow. */
  readonly complete: readonly TerraformResource[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: SingleScreenLoginProps,
  ) {
    super(scope, id);
    refuse(this, [...checkLogin(props), ...checkSetUpStages(props.mfa)], props.waive);
    const notPasskey = this.notPasskey();
    const guard = new ReputationGuard(this, "guard", {
      name: `${NAME}-guard`,
      reputation: props.reputation ?? {},
      also: [notPasskey],
    });
    this.flow = new Flow(this, "flow", {
      name: NAME,
      slug: NAME,
      title: props.title ?? "Sign in",
      designation: "authentication",
      layout: props.layout,
      background: props.background,
      compatibilityMode: props.compatibilityMode,
      steps: [
        { id: "identification", order: 10, stage: this.identification().id },
        guard.step("guard", 20),
        { id: "mfa", order: 30, stage: this.secondFactor().id, policies: [notPasskey] },
        { id: "session", order: 100, stage: sessionStage(this, "session", { ...props, name: `${NAME}-session` }).id },
      ],
    });
    this.resource = this.flow.resource;
    this.node.defaultChild = this.resource;
    this.flowId = this.flow.flowId;
    this.complete = this.flow.complete;
  }

  /** Passes for everybody but who came with a passkey, also when it cannot be evaluated: then MFA is asked for. */
  private notPasskey(): StepPolicy {
    const file = `${__dirname}/../policies/not_passkey.py`;
    const { policyId } = new ExpressionPolicy(this, "not-passkey", { name: `${NAME}-not-passkey`, file });
    return { policy: policyId, failureResult: true };
  }

  private identification(): StageIdentification {
    const { userFields = ["username", "email"], passkeys = true, rememberUsername = true, sources } = this.props;
    const { enrollmentFlow, passwordlessFlow, recoveryFlow } = this.props;
    return new StageIdentification(this, "identification", {
      name: `${NAME}-identification`,
      userFields: [...userFields],
      // Left out, the provider sends false and `Jane` is not `jane`.
      caseInsensitiveMatching: true,
      passwordStage: this.password().id,
      webauthnStage: passkeys ? this.passkey().id : undefined,
      showMatchedUser: true,
      pretendUserExists: true,
      enableRememberMe: rememberUsername,
      showSourceLabels: false,
      sources: sources === undefined ? undefined : [...sources],
      enrollmentFlow: flowUuid(enrollmentFlow),
      passwordlessFlow: flowUuid(passwordlessFlow),
      recoveryFlow: flowUuid(recoveryFlow),
      dependsOn: flowsComplete([enrollmentFlow, passwordlessFlow, recoveryFlow]),
      lifecycle: LASTING,
    });
  }

  /** Deleted first, it would be taken out of the identification stage, which then lets people in by name alone. */
  private password(): StagePassword {
    return new StagePassword(this, "password", {
      name: `${NAME}-password`,
      // An app password is for apps, which cannot be asked for a second factor.
      backends: ["authentik.core.auth.InbuiltBackend"],
      allowShowPassword: false,
      lifecycle: LASTING,
    });
  }

  private passkey(): StageAuthenticatorValidate {
    return new StageAuthenticatorValidate(this, "passkey", {
      name: `${NAME}-passkey`,
      deviceClasses: ["webauthn"],
      notConfiguredAction: "deny",
      lastAuthThreshold: "seconds=0",
      // Without a PIN or a fingerprint it would be one factor, and is not asked for another.
      webauthnUserVerification: "required",
      lifecycle: LASTING,
    });
  }

  private secondFactor(): StageAuthenticatorValidate {
    const {
      deviceClasses = DEVICE_CLASSES,
      notConfigured = "skip",
      setUp = SET_UP,
      setUpStages = {},
      askAgainAfter,
    } = this.props.mfa ?? {};
    const stage = (factor: SetUpFactor): string =>
      setUpStages[factor] ?? this.props.lookups.stage(`default-authenticator-${factor}-setup`);
    return new StageAuthenticatorValidate(this, "mfa", {
      name: `${NAME}-mfa`,
      deviceClasses: [...deviceClasses],
      notConfiguredAction: notConfigured,
      configurationStages: notConfigured === "configure" ? setUp.map(stage) : undefined,
      lastAuthThreshold: askAgainAfter ?? "seconds=0",
      webauthnUserVerification: "preferred",
      lifecycle: LASTING,
    });
  }
}

/** Name and slug of the flow, and what its stages and policies begin with. */
const NAME = "iac-login";
/** Deleting a stage deletes its bindings, and the flow goes on without it. */
const LASTING = { createBeforeDestroy: true };
const DEVICE_CLASSES: readonly DeviceClass[] = ["webauthn", "totp", "static"];
/** What people may set up unless a login says otherwise. */
export const SET_UP: readonly SetUpFactor[] = ["totp", "webauthn", "static"];

/** A login as far as config could be read; what is missing or wrong there is reported by the shape. */
export interface LooseLogin {
  readonly userFields?: readonly (string | undefined)[];
  readonly reputation?: ReputationProps | false;
  readonly mfa?: {
    readonly deviceClasses?: readonly (DeviceClass | undefined)[];
    readonly notConfigured?: "configure" | "deny" | "skip";
    readonly setUp?: readonly (SetUpFactor | undefined)[];
    readonly askAgainAfter?: string;
  };
  readonly sessionDuration?: string;
  readonly rememberMeOffset?: string;
}

/** Refuses what would lock people out, or do nothing. */
export function checkLogin(login: LooseLogin): Refusal[] {
  return [
    ...checkList("userFields", login.userFields),
    ...checkReputation(login.reputation),
    ...checkMfa(login.mfa ?? {}),
    ...checkTimes(login),
  ];
}

function checkMfa({ deviceClasses, notConfigured = "skip", setUp }: NonNullable<LooseLogin["mfa"]>): Refusal[] {
  const refusals = [...checkList("mfa.deviceClasses", deviceClasses), ...checkList("mfa.setUp", setUp)];
  const counted = deviceClasses ?? DEVICE_CLASSES;
  if (notConfigured === "configure") {
    for (const factor of setUp ?? SET_UP) {
      if (factor === undefined || counted.includes(factor)) continue;
      const remedy = "who sets it up would have to set up another at the next sign-in";
      const text = `must be among mfa.deviceClasses, got "${factor}"; ${remedy}: add it there, or leave it out here`;
      refusals.push({ field: "mfa.setUp", text });
    }
  } else if (setUp !== undefined) {
    const text = `must be left out with notConfigured "${notConfigured}", got one; nobody is made to set a factor up`;
    refusals.push({ field: "mfa.setUp", text });
  }
  return [...refusals, ...checkLockout(notConfigured, counted, setUp ?? SET_UP)];
}

/** authentik brings no stage in which people are sent codes by e-mail. */
function checkSetUpStages({ notConfigured, setUp = [], setUpStages = {} }: LoginMfaProps = {}): Refusal[] {
  if (notConfigured !== "configure" || !setUp.includes("email") || setUpStages.email !== undefined) return [];
  const text = "must have a stage for email, got none; make one with FactorSetUp, or leave email out of mfa.setUp";
  return [{ field: "mfa.setUpStages", text }];
}

/** What config could not read may be the factor that is missed. */
function lacks<T>(factors: readonly (T | undefined)[], wanted: readonly T[]): boolean {
  return factors.length > 0 && !factors.some((factor) => factor === undefined || wanted.includes(factor));
}

function checkLockout(
  notConfigured: "configure" | "deny" | "skip",
  deviceClasses: readonly (DeviceClass | undefined)[],
  setUp: readonly (SetUpFactor | undefined)[],
): Refusal[] {
  const refusal = (field: string, text: string): Refusal[] => [{ code: "AK054", field, text, waivable: true }];
  if (notConfigured === "configure" && lacks(setUp, ["totp", "static"])) {
    const remedy = "a person without hardware could not go on: add one of them";
    return refusal("mfa.setUp", `must name totp or static, got ${JSON.stringify(setUp)}; ${remedy}`);
  }
  if (notConfigured === "deny" && lacks<DeviceClass>(deviceClasses, SET_UP)) {
    const rule = 'must name webauthn, totp or static with notConfigured "deny"';
    const remedy = "this project sets up no other, and on a fresh instance nobody could sign in: add one of them";
    return refusal("mfa.deviceClasses", `${rule}, got ${JSON.stringify(deviceClasses)}; ${remedy}`);
  }
  return [];
}

/** authentik's own form; its fractions and smaller units are of no use here. */
const DURATION = /^(weeks|days|hours|minutes|seconds)=\d+(;(weeks|days|hours|minutes|seconds)=\d+)*$/;

function checkTimes({ sessionDuration, rememberMeOffset, mfa }: LooseLogin): Refusal[] {
  const given = { sessionDuration, rememberMeOffset, "mfa.askAgainAfter": mfa?.askAgainAfter };
  const refusals: Refusal[] = Object.entries(given).flatMap(([field, value]) =>
    value === undefined || DURATION.test(value)
      ? []
      : [{ field, text: `must be a length of time, got "${value}"; write it like weeks=4 or hours=1;minutes=30` }],
  );
  if (sessionDuration !== undefined && DURATION.test(sessionDuration) && !/[1-9]/.test(sessionDuration)) {
    const why = "such a session lives no longer than an anonymous one, two hours or so";
    const text = `must be longer than nothing, got "${sessionDuration}"; ${why}: say how long, such as weeks=4`;
    refusals.push({ field: "sessionDuration", text });
  }
  return refusals;
}

function checkList(field: string, names: readonly (string | undefined)[] | undefined): Refusal[] {
  if (names?.length === 0) return [{ field, text: "must name at least one, got []; name one, or leave the list out" }];
  const again = names?.find((name, index) => name !== undefined && names.indexOf(name) < index);
  if (again === undefined) return [];
  return [{ code: "AK012", field, text: `must name each once, got "${again}" again; remove it` }];
}
